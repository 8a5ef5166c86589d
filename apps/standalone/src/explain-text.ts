import type { ExplainedBlock, ExplainedCandidate, Explanation } from '@newsmill/extraction';

/** How an explanation is shown. */
export interface TextStyle {
  /** Columns of the terminal. */
  width: number;
  colour: boolean;
  /** Whether blocks far from the article are listed one by one. */
  all: boolean;
}

/** An explanation for reading: `+` stands before what was taken, `-` before what was not. */
export function explanationText(explained: Explanation, style: TextStyle): string {
  const explanation = withoutControls(explained);
  const sections = [
    summary(explanation, style),
    section('Fields', fieldLines(explanation, style), style),
    section('Body', bodyLines(explanation, style), style),
    section('Blocks', blockLines(explanation.body.blocks, style), style),
    section('Pictures', imageLines(explanation, style), style),
    section(
      'Kind of page',
      Object.entries(explanation.pageKind).map(([name, value]) => `  ${name}: ${show(value)}`),
      style,
    ),
  ];
  return `${sections
    .filter((lines) => lines.length > 0)
    .map((lines) => lines.join('\n'))
    .join('\n\n')}\n`;
}

// eslint-disable-next-line no-control-regex -- control characters are exactly what it removes
const CONTROLS = /[\u0000-\u001f\u007f-\u009f]/g;

/** A page must not write escape sequences to the terminal of who looks at it. */
function withoutControls(explanation: Explanation): Explanation {
  return JSON.parse(JSON.stringify(explanation), (_key, value: unknown) =>
    typeof value === 'string' ? value.replace(CONTROLS, ' ') : value,
  ) as Explanation;
}

function summary({ url, outcome, publisher, missing, warnings }: Explanation, { width }: TextStyle): string[] {
  return [
    outcome.article ? `Article: ${outcome.title}` : `No article: ${outcome.reason} (${outcome.detail})`,
    `Address: ${url}`,
    `Rules:   ${publisher ? `${publisher.name} - ${publisher.note}` : 'none for this host'}`,
    ...(publisher?.dropped ?? []).map(({ selector, text }) => cut(`         dropped ${selector}: ${text}`, width)),
    ...(publisher && publisher.missed.length > 0 ? [`         found nothing: ${publisher.missed.join(', ')}`] : []),
    ...(missing.length > 0 ? [`Missing: ${missing.join(', ')}`] : []),
    ...(warnings.length > 0 ? [`Warned:  ${warnings.join(', ')}`] : []),
  ];
}

function section(title: string, lines: string[], { colour }: TextStyle): string[] {
  return lines.length === 0 ? [] : [colour ? `\u001b[1m${title}\u001b[22m` : title, ...lines];
}

function fieldLines({ fields }: Explanation, style: TextStyle): string[] {
  return fields.flatMap(({ field, candidates }) => [
    `  ${field}`,
    ...candidates.map((candidate) => marked(candidate.chosen, candidateLine(candidate, style.width - 6), style)),
  ]);
}

/** Columns of source and rule. */
const ORIGIN = 28;

function candidateLine({ value, source, rule, confidence, score, why }: ExplainedCandidate, width: number): string {
  const origin = cut(rule === undefined ? source : `${source} ${rule}`, ORIGIN).padEnd(ORIGIN);
  const trust = score === undefined ? confidence.toFixed(2) : `${confidence.toFixed(2)} score ${score.toFixed(2)}`;
  const start = `${origin} ${trust}  `;
  return `${start}${cut(show(value), Math.max(20, width - start.length - why.length - 3))}  (${why})`;
}

function bodyLines({ body }: Explanation, style: TextStyle): string[] {
  return [
    ...body.contents.map(({ chosen, source, rule, letters }) =>
      marked(chosen, `${source}${rule === undefined ? '' : ` ${rule}`}: ${letters} letters`, style, 2),
    ),
    ...body.candidates.map(({ chosen, path, letters, share, score }) =>
      marked(
        chosen,
        `${percent(share)} ${String(letters).padStart(6)} letters, score ${score}  ${cutLeft(path, style.width - 42)}`,
        style,
        2,
      ),
    ),
  ];
}

/** Reasons of what never was near the article: told as a number unless all is asked for. */
const FAR: ReadonlySet<string> = new Set([
  'frame',
  'above-body',
  'below-body',
  'related',
  'promotion',
  'tools',
  'comments',
  'hidden',
]);
const REASON = 20;

function blockLines(blocks: readonly ExplainedBlock[], style: TextStyle): string[] {
  const lines: string[] = [];
  for (let i = 0; i < blocks.length; i++) {
    const { why, kept, text, path, characters } = blocks[i]!;
    let end = i + 1;
    while (end < blocks.length && blocks[end]!.why === why) end++;
    if (!style.all && FAR.has(why) && end - i > 2) {
      lines.push(marked(false, `${why.padEnd(REASON)} ${end - i} blocks`, style, 2));
      i = end - 1;
      continue;
    }
    const place = kept ? '' : `  [${cutLeft(path, 40)}]`;
    const room = Math.max(20, style.width - REASON - place.length - 14);
    const shown = cut(text, room);
    lines.push(marked(kept, `${why.padEnd(REASON)} ${String(characters).padStart(5)}  ${shown}${place}`, style, 2));
  }
  return lines;
}

function imageLines({ images }: Explanation, style: TextStyle): string[] {
  return images.map(({ kept, url, caption, credit, why }) => {
    const said = [caption, credit].filter((text) => text !== undefined).join(' / ');
    return marked(kept, cut(`${why}: ${cutLeft(url ?? '', 60)}${said ? `  ${said}` : ''}`, style.width - 4), style, 2);
  });
}

function marked(taken: boolean, text: string, { colour }: TextStyle, indent = 4): string {
  const line = `${' '.repeat(indent)}${taken ? '+' : '-'} ${text}`;
  if (!colour) return line;
  return taken ? `\u001b[32m${line}\u001b[39m` : `\u001b[2m${line}\u001b[22m`;
}

function show(value: unknown): string {
  if (typeof value === 'string') return value;
  if (Array.isArray(value)) return value.map(show).join(', ');
  if (typeof value === 'object' && value !== null) {
    const { name, iso, url } = value as { name?: unknown; iso?: unknown; url?: unknown };
    const telling = [name, iso, url].find((one) => typeof one === 'string');
    return typeof telling === 'string' ? telling : JSON.stringify(value);
  }
  return String(value);
}

function percent(share: number): string {
  return `${Math.round(share * 100)} %`.padStart(5);
}

function cut(text: string, length: number): string {
  return text.length <= length ? text : `${text.slice(0, Math.max(1, length - 1))}…`;
}

/** Keeps the end: of a path or an address the last steps tell most. */
function cutLeft(text: string, length: number): string {
  return text.length <= length ? text : `…${text.slice(text.length - Math.max(1, length - 1))}`;
}
