/** A Markdown table whose columns also line up as plain text. The first column is text, the others are figures. */
export function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const widths = head.map((title, column) => Math.max(3, title.length, ...rows.map((row) => row[column]!.length)));
  const line = (cells: readonly string[]): string =>
    `| ${cells.map((cell, column) => (column === 0 ? cell.padEnd(widths[column]!) : cell.padStart(widths[column]!))).join(' | ')} |`;
  const rule = widths.map((width, column) => (column === 0 ? '-'.repeat(width) : `${'-'.repeat(width - 1)}:`));
  return [line(head), line(rule), ...rows.map(line)].join('\n');
}

/** A score to three decimals, without the leading zero; nothing where there is none. */
export function score(value: number | undefined): string {
  return value === undefined ? '' : value.toFixed(3).replace(/^(-?)0\./, '$1.');
}

/** A difference to three decimals with its sign. */
export function difference(value: number): string {
  const text = score(value);
  return value > 0 ? `+${text}` : text;
}
