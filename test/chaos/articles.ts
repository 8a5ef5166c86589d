import { createHash } from 'node:crypto';

/** An article as a newsroom pushes it, and the hash of what a reader must find again. */
export interface SentArticle {
  guid: string;
  url: string;
  html: string;
  hash: string;
}

/** Of a headline and its plain text with one paragraph a line. */
export function contentHash(headline: string, text: string): string {
  const lines = text.split('\n').map((line) => line.trim());
  return createHash('sha256')
    .update(JSON.stringify([headline.trim(), lines.filter(Boolean)]))
    .digest('hex');
}

/**
 * Article number so-and-so, always the same for the same number and version.
 *
 * @param padBytes of markup that no reader sees, for pages of a real size.
 */
export function article(number: number, { version = 1, padBytes = 0 } = {}): SentArticle {
  const headline = `Ferry pier ${number} reopens after storm repairs, edition ${version}`;
  const paragraphs = [
    `The ferry pier of harbour ${number} reopened on Tuesday, ${(number % 50) + 3} weeks after a storm had torn two of its pontoons away.`,
    `Divers checked every one of its ${(number % 30) + 12} anchor chains before the first boat of line ${number} was allowed to tie up again.`,
    `“My shop lived on promises all winter,” said a baker of Quay Street ${number}, who had kept a lamp in the window for the crews.`,
    `Edition ${version} of the timetable shows a boat every ${(number % 20) + 10} minutes until the end of the season, the harbour office wrote.`,
  ];
  const host = `harbour-${number}.example`;
  const url = `https://${host}/news/2026/pier-${number}`;
  const furniture = padBytes > 0 ? markup(number, padBytes) : '';
  const html = `<!doctype html><html lang="en"><head><meta charset="utf-8"><title>${headline}</title>
<meta property="og:type" content="article"><meta property="og:title" content="${headline}">
<meta property="article:published_time" content="2026-03-04T05:06:${String(version % 60).padStart(2, '0')}Z"></head>
<body>${furniture}<article><h1>${headline}</h1>${paragraphs.map((text) => `<p>${text}</p>`).join('\n')}</article></body></html>`;
  return { guid: `pier-${number}`, url, html, hash: contentHash(headline, paragraphs.join('\n')) };
}

/** What stands around an article on a real page: menus, as elements that a parser has to build. */
function markup(number: number, bytes: number): string {
  const items: string[] = [];
  for (let [size, item] = [0, ''] as [number, string]; size < bytes; size += item.length) {
    const id = (items.length * 2_654_435_761 + number) % 1_000_003;
    item = `<li class="menu-item menu-item-${id}"><a href="/section/${id}" data-track="nav-${id}">Pier ${id}</a></li>\n`;
    items.push(item);
  }
  return `<nav><ul>${items.join('')}</ul></nav>`;
}
