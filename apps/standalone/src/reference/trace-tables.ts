import { spanAttributes, spans } from '@newsmill/service';

/** Every span that there is, as docs/traces.md shows them. */
export function spansTable(): string {
  const rows = Object.values(spans).map(({ name, kind, by, doc }) => `| \`${name}\` | ${kind} | ${by} | ${doc} |`);
  return ['| Span | Kind | Made by | What it is |', '|---|---|---|---|', ...rows].join('\n');
}

/** Every attribute of a span, and where it stands. */
export function spanAttributesTable(): string {
  const rows = Object.entries(spanAttributes).map(([attribute, doc]) => {
    const where = Object.values(spans)
      .filter(({ attributes }) => (attributes as readonly string[]).includes(attribute))
      .map(({ name }) => `\`${name}\``);
    return `| \`${attribute}\` | ${doc} | ${where.join(', ')} |`;
  });
  return ['| Attribute | Says | On |', '|---|---|---|', ...rows].join('\n');
}
