import type { ContestantThread } from './contestant-thread.ts';
import { readPage, type GoldSet, type Page } from './gold.ts';

/** How the time of one shape of page grows. */
export interface Growth {
  shape: string;
  characters: number;
  /** CPU milliseconds for the page, and for the page with its body ten times. */
  once: number;
  tenTimes: number;
  /** Time per character of the long page to that of the short one: 1 is linear. */
  ratio: number;
}

const TIMES = 10;
/** Readings of the short page before it counts. */
const WARM_UP = 30;
/** Characters of a made-up page. */
const LENGTH = 200_000;
/** Real pages that are repeated. */
const REAL = 3;

const filler = 'The council met on Monday and agreed on the plan after a long debate, said its speaker. ';

/** What a body may be full of. */
const shapes: Readonly<Record<string, string>> = {
  paragraphs: `<p>${filler.repeat(4)}</p>\n`,
  'links in lists': '<ul><li><a href="/news/one">A headline of six plain words</a></li></ul>',
  'open tags': '<div><span>one ',
  'nested blocks': `<div><section><p>${filler}`,
  'end tags without start': '</div></p></span> text ',
  'inline markup': `<b><i><a href="/x">word</a></i></b> `,
  tables: `<table><tr><td>${filler}</td><td>12</td></tr></table>`,
  pictures: `<figure><img src="/a.jpg" width="800" height="600"><figcaption>${filler} Photo: A. Person</figcaption></figure>`,
  'line breaks': `${filler}<br><br>`,
  'character references': '&amp;&lt;&eacute;&#8217;&nbsp;&bogus; ',
  comments: '<!-- a comment - > -- -->',
  'JSON-LD blocks': `<script type="application/ld+json">{"@type":"NewsArticle","headline":"Council agrees","articleBody":"${filler}"}</script>`,
  'meta tags': '<meta property="article:tag" content="council"><meta name="author" content="A. Person">',
  attributes: `<p class="${'a b c d e f '.repeat(20)}" data-x="${'y'.repeat(200)}">text</p>`,
  'one long word': 'a',
  spaces: ' \n\t',
};

/** Time for pages of many shapes, made up and real, once and with ten times the body. */
export async function measureGrowth(thread: ContestantThread, folder: string, gold: GoldSet): Promise<Growth[]> {
  const growth: Growth[] = [];
  for (const [shape, part] of Object.entries(shapes)) {
    growth.push(await grow(thread, shape, frame, part.repeat(Math.ceil(LENGTH / part.length))));
  }
  for (const { id, html } of longest(folder, gold)) {
    const start = /<body[^>]*>/i.exec(html);
    const at = start ? start.index + start[0].length : 0;
    growth.push(await grow(thread, `page ${id}`, (body) => html.slice(0, at) + body, html.slice(at)));
  }
  return growth;
}

function frame(body: string): string {
  return `<!doctype html><html lang="en"><head><title>Council agrees on the plan</title></head><body><h1>Council agrees on the plan</h1><article>${body}`;
}

async function grow(
  thread: ContestantThread,
  shape: string,
  around: (body: string) => string,
  body: string,
): Promise<Growth> {
  const page = (html: string): Page => ({ id: shape, url: 'https://www.example.com/news/story', html });
  const short = page(around(body));
  const long = page(around(body.repeat(TIMES)));
  await thread.time([short], WARM_UP);
  await thread.time([long], 1);
  const once = (await thread.time([short], TIMES)) / TIMES;
  const tenTimes = await thread.time([long], 1);
  return {
    shape,
    characters: short.html.length,
    once: once * 1000,
    tenTimes: tenTimes * 1000,
    ratio: tenTimes / long.html.length / (once / short.html.length),
  };
}

function longest(folder: string, gold: GoldSet): Page[] {
  return [...gold]
    .map(([id, expected]) => readPage(folder, id, expected))
    .sort((a, b) => b.html.length - a.html.length)
    .slice(0, REAL);
}
