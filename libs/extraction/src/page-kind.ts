import type { RejectReason } from './article.js';
import type { Body } from './body/find-body.js';
import { Role } from './body/names.js';
import { textWeight } from './body/worth.js';
import type { Trace } from './explain/trace.js';
import type { HtmlTree } from './html-tree.js';
import { ldText, typesOf } from './metadata/json-ld.js';
import type { PageMetadata } from './metadata/page-metadata.js';

/** Running text (in Latin letters) below which a page that calls itself an article still holds none. */
const LEAST_TEXT = 60;
/** The same for a page that does not call itself an article. */
const LEAST_UNDECLARED_TEXT = 120;
/** Above this much running text no page is taken for an error or a login page. */
const SHORT_TEXT = 700;

const ERROR_TITLE =
  /^(?:error\s)?(?:40[0-9]|410|50[0-4])(?:\b|$)|\b(?:page|article|story|content) (?:not found|no longer available|unavailable|does not exist|can(?:not|'t) be found)|\bnot found$|\baccess denied\b|\bjust a moment\b|\battention required\b|\bare you a robot\b|\bverify you are human\b|\bservice unavailable\b|\binternal server error\b|\bseite (?:wurde )?nicht gefunden\b|\bpage (?:introuvable|non trouvée)\b|\bpágina no encontrada\b|\bpágina não encontrada\b|\bpagina (?:non trovata|niet gevonden)\b|\bsiden (?:blev )?ikke fundet\b|\bsidan (?:kunde )?inte hitta/i;

const LIST_TYPES = new Set([
  'collectionpage',
  'searchresultspage',
  'itemlist',
  'profilepage',
  'imagegallery',
  'videogallery',
]);

export interface Refusal {
  reason: RejectReason;
  detail: string;
}

/** Says why a page is no article, or undefined when it is one. `text` is the body that would be stored. */
export function refuse(
  tree: HtmlTree,
  page: PageMetadata,
  body: Body,
  title: string,
  text: string,
  url: string,
  trace?: Trace,
): Refusal | undefined {
  const weight = textWeight(text);
  if (weight < SHORT_TEXT && ERROR_TITLE.test(title)) {
    return { reason: 'error-page', detail: `the title says so: ${title.slice(0, 100)}` };
  }
  const declared = declaresArticle(page);
  if (trace) trace.kind = { declaresArticle: declared, characters: text.length, linkedLines: linkedLines(body).lines };
  if (!declared && weight < SHORT_TEXT / 2 && hasPasswordField(tree)) {
    return { reason: 'login-wall', detail: `a password field and only ${text.length} characters of running text` };
  }
  const list = declared ? undefined : listEvidence(tree, page, body, weight, url);
  if (list) return { reason: 'list-page', detail: list };
  if (weight < LEAST_TEXT) return { reason: 'no-body', detail: `only ${text.length} characters of running text` };
  if (!declared && weight < LEAST_UNDECLARED_TEXT && !page.itemProperties.some(({ name }) => name === 'articlebody')) {
    return {
      reason: 'no-body',
      detail: `nothing declares an article and there are only ${text.length} characters of running text`,
    };
  }
  return undefined;
}

/** The page's metadata call it an article: a JSON-LD article with a headline, or OpenGraph with a time of publication. */
function declaresArticle(page: PageMetadata): boolean {
  if (ldText(page.jsonLd.article?.['headline']) !== undefined) return true;
  return page.meta.get('og:type')?.[0]?.toLowerCase() === 'article' || page.meta.has('article:published_time');
}

function listEvidence(tree: HtmlTree, page: PageMetadata, body: Body, weight: number, url: string): string | undefined {
  const listType = page.jsonLd.nodes.flatMap(typesOf).find((type) => LIST_TYPES.has(type));
  const path = URL.parse(url)?.pathname ?? '';
  const { lines, letters } = linkedLines(body);
  if (lines >= 15 && letters > 3 * weight) return `${lines} linked lines hold more text than the paragraphs`;
  if (lines >= 8 && isScattered(tree, body))
    return `${lines} linked lines, and every paragraph stands in a box of its own`;
  if (lines >= 8 && listType !== undefined) return `JSON-LD declares a ${listType}`;
  if (lines >= 5 && /^\/(?:index\.\w{2,5})?$/.test(path) && letters > 0.5 * weight)
    return 'a home page of linked lines';
  return undefined;
}

/** A teaser says no more than this. */
const LONGEST_TEASER = 300;

/** True when all paragraphs are short and each stands in its own box: teasers. */
function isScattered(tree: HtmlTree, body: Body): boolean {
  const boxes = new Map<number, number>();
  for (const segment of body.kept) {
    const box = tree.parent(segment.container);
    boxes.set(box, (boxes.get(box) ?? 0) + textWeight(segment.text));
  }
  return boxes.size >= 5 && [...boxes.values()].every((weight) => weight <= LONGEST_TEASER);
}

/** Headlines that are links, as list pages are made of. Menus and footers do not count. */
function linkedLines(body: Body): { lines: number; letters: number } {
  let lines = 0;
  let letters = 0;
  body.page.segments.forEach(({ text, linkLength }, i) => {
    if (body.clutter.marks[i] === Role.frame || text.length < 25 || linkLength < 0.8 * text.length) return;
    lines++;
    letters += textWeight(text);
  });
  return { lines, letters };
}

function hasPasswordField(tree: HtmlTree): boolean {
  for (let i = 1; i < tree.size; i++) {
    if (tree.name(i) === 'input' && tree.attribute(i, 'type')?.toLowerCase() === 'password') return true;
  }
  return false;
}
