import type { RejectReason } from '../article.js';
import type { Body } from '../body/find-body.js';
import { textWeight } from '../body/worth.js';
import { readAccess } from '../fields/access.js';
import type { Trace } from '../explain/trace.js';
import type { HtmlTree } from '../html-tree.js';
import { typesOf } from '../metadata/json-ld.js';
import type { PageMetadata } from '../metadata/page-metadata.js';
import { Declared, declaresArticle, mainEntity } from './declared.js';
import { listEvidence } from './list-page.js';
import { CONSENT_WORDS, PAYWALL_WORDS, phraseShare, type PHRASES } from './phrases.js';
import { measureStub, refreshTarget, type StubMeasures } from './stub.js';
import { measureText, type TextMeasures } from './text-measures.js';

/** Why a page is no article. */
export interface Refusal {
  reason: RejectReason;
  detail: string;
}

/** What the steps before have found in a page. */
export interface PageFindings {
  tree: HtmlTree;
  metadata: PageMetadata;
  body: Body;
  title: string;
  titleNode: number | undefined;
  /** The body that would be stored. */
  text: string;
  url: string;
  trace?: Trace | undefined;
}

/** Running text (in Latin letters) below which a page that calls itself an article still holds none. */
const LEAST_TEXT = 60;
/** The same for a page that does not call itself an article. */
const LEAST_UNDECLARED_TEXT = 120;
/** With this much running text in one column no page is taken for a notice or a form. */
const PROSE = 700;

/** The page with what is measured of it, each when a rule first asks for it. */
class Measured {
  private textMeasures: TextMeasures | undefined;
  private stubMeasures: StubMeasures | undefined;
  private readonly weight: number;

  constructor(
    readonly page: PageFindings,
    readonly declared: Declared,
  ) {
    this.weight = textWeight(page.text);
  }

  get measures(): TextMeasures {
    const { tree, body, url } = this.page;
    return (this.textMeasures ??= measureText(tree, body, this.weight, url));
  }

  get stub(): StubMeasures {
    return (this.stubMeasures ??= measureStub(this.page.tree, this.page.titleNode ?? 0));
  }

  /** Title, headings and document title. */
  get names(): readonly string[] {
    const { tree, metadata, title } = this.page;
    const headings = metadata.headings.slice(0, 3).map((node) => tree.textContent(node, 400));
    return [title, metadata.documentTitle ?? '', ...headings];
  }

  /** True when no rule refuses, whatever the measures: a firm declaration leaves but the redirect and want of text. */
  get isBeyondDoubt(): boolean {
    return this.declared === Declared.firmly && this.weight >= OFFER && refreshTarget(this.page.metadata) === undefined;
  }
}

/**
 * Says why a page is no article, or undefined when it is one. What is declared firmly as an article is refused only for
 * want of text. No sign refuses alone, and long prose in one column under a headline always passes, unless the page
 * bears the very name of a page about its site or declares itself a product or an advertisement for a job.
 */
export function refuse(page: PageFindings): Refusal | undefined {
  const measured = new Measured(page, declaresArticle(page.metadata, page.title, page.url));
  if (page.trace) page.trace.kind = { declared: measured.declared, ...measured.measures };
  if (measured.isBeyondDoubt) return undefined;
  for (const rule of RULES) {
    const refusal = rule(measured);
    if (refusal) return refusal;
  }
  return undefined;
}

type Rule = (page: Measured) => Refusal | undefined;

/** From the most telling to the mere want of text. */
const RULES: readonly Rule[] = [
  botCheck,
  redirect,
  errorPage,
  consentWall,
  loginWall,
  paywall,
  anotherThing,
  servicePage,
  dataOrComments,
  listPage,
  needsScript,
  noBody,
];

/** Letters of a page that holds nothing but a notice. */
const NOTICE_PAGE = 1_500;

function botCheck(measured: Measured): Refusal | undefined {
  const { declared, measures } = measured;
  if (declared === Declared.firmly || measures.page > NOTICE_PAGE) return undefined;
  const { stub, names, page } = measured;
  const named = shareOf(names, 'bot') >= 0.5;
  if (named) return { reason: 'bot-check', detail: `the page is named ${quote(names)}` };
  if (stub.botMark === undefined) return undefined;
  const says = page.body.page.segments.slice(0, 40).some(({ text }) => phraseShare(text, 'bot') > 0.25);
  return measures.page < 300 || says
    ? { reason: 'bot-check', detail: `${stub.botMark} and ${measures.page} characters of text` }
    : undefined;
}

function redirect(measured: Measured): Refusal | undefined {
  const { page, measures, declared } = measured;
  const target = refreshTarget(page.metadata);
  if (target !== undefined && measures.page < 400)
    return { reason: 'redirect', detail: `the page refreshes to ${target.slice(0, 200)}` };
  if (declared === Declared.firmly || measures.page >= 100) return undefined;
  const { scriptRedirect, scriptLength } = measured.stub;
  return scriptRedirect && scriptLength < 2_000
    ? { reason: 'redirect', detail: 'a script sets the address' }
    : undefined;
}

function errorPage(measured: Measured): Refusal | undefined {
  if (measured.declared === Declared.firmly || measured.measures.core >= PROSE) return undefined;
  const { names } = measured;
  if (shareOf(names, 'error') < 0.6) return undefined;
  return { reason: 'error-page', detail: `the page is named ${quote(names)}` };
}

/** Part of a page's text that speaks of consent when the page asks for it. */
const CONSENT_SHARE = 0.5;

function consentWall(measured: Measured): Refusal | undefined {
  const { declared, measures } = measured;
  if (declared === Declared.firmly || measures.page > 2 * NOTICE_PAGE || measures.entries >= 5) return undefined;
  if (measured.stub.buttons === 0) return undefined;
  let asking = 0;
  for (const { text } of measured.page.body.page.segments) if (CONSENT_WORDS.test(text)) asking += textWeight(text);
  return asking >= 100 && asking >= CONSENT_SHARE * measures.page
    ? { reason: 'consent-wall', detail: `${asking} of ${measures.page} characters ask for consent` }
    : undefined;
}

const LOGIN_PATH =
  /\/(?:log-?in|sign-?in|account|anmelden|anmeldung|connexion|entrar|accedi|inloggen|register)(?:[/?.]|$)/i;

function loginWall(measured: Measured): Refusal | undefined {
  const { declared, measures } = measured;
  if (declared === Declared.firmly || measures.core >= PROSE / 2) return undefined;
  if (measured.stub.passwordField === undefined) return undefined;
  const named =
    shareOf(measured.names, 'login') >= 0.5 || LOGIN_PATH.test(URL.parse(measured.page.url)?.pathname ?? '');
  return named || measures.weight < LEAST_UNDECLARED_TEXT
    ? { reason: 'login-wall', detail: `a password field and only ${measures.weight} characters of running text` }
    : undefined;
}

/** Letters of a paid article's page that are none of its text: a line of an offer. */
const OFFER = 150;

function paywall({ page: { tree, metadata, body }, measures }: Measured): Refusal | undefined {
  if (measures.weight >= OFFER || readAccess(tree, metadata).free !== false) return undefined;
  const offered = body.page.segments.some(({ text }) => text.length < 200 && PAYWALL_WORDS.test(text));
  return offered || measures.weight < LEAST_TEXT
    ? { reason: 'paywall', detail: `not free, and only ${measures.weight} characters of running text` }
    : undefined;
}

const OFFERED: ReadonlySet<string> = new Set(['product', 'jobposting', 'individualproduct', 'productgroup']);
const EVENT: ReadonlySet<string> = new Set(
  'event musicevent theaterevent sportsevent exhibitionevent festival businessevent educationevent'.split(' '),
);

/** A product, a job or an event of which the page is the description. */
function anotherThing({ page: { metadata, title }, declared, measures }: Measured): Refusal | undefined {
  if (declared === Declared.firmly) return undefined;
  const type = metadata.meta.get('og:type')?.[0]?.toLowerCase() ?? '';
  if (/^(?:og:)?product(?:\.|$)/.test(type)) return { reason: 'not-news', detail: `og:type is ${type}` };
  const entity =
    mainEntity(metadata, title, OFFERED) ??
    (measures.core < PROSE / 2 ? mainEntity(metadata, title, EVENT) : undefined);
  return entity && { reason: 'not-news', detail: `JSON-LD declares a ${typesOf(entity).join(', ')} of this name` };
}

/** Folders of an address under which sites keep pages about themselves. */
const MAX_SERVICE_DEPTH = 2;

function servicePage(measured: Measured): Refusal | undefined {
  const { page, declared, measures } = measured;
  if (declared === Declared.firmly) return undefined;
  const { title, url } = page;
  const path = URL.parse(url)?.pathname.split('/').filter(Boolean) ?? [];
  const shallow = path.length > 0 && path.length <= MAX_SERVICE_DEPTH && !/\d{3}/.test(path.join(' '));
  if (shallow && phraseShare(title, 'service') >= 0.9)
    return { reason: 'not-news', detail: `a page about the site: ${title.slice(0, 100)}` };
  if (measures.core < PROSE / 2 && measured.stub.emailField && phraseShare(title, 'newsletter') >= 0.6)
    return { reason: 'not-news', detail: 'a form to order a newsletter' };
  return undefined;
}

const LEAST_CELLS = 20;

const COMMENTS_PATH =
  /\/(?:comments?|kommentare?|commentaires?|comentarios?|commenti|reacties|kommentit|komentarze)(?:\/|$)/i;

function dataOrComments({ declared, measures, page: { url } }: Measured): Refusal | undefined {
  if (declared === Declared.firmly) return undefined;
  const { cells, cellWeight, core, weight, comments, page } = measures;
  const prose = Math.min(core, weight - cellWeight);
  if (cells >= LEAST_CELLS && prose < LEAST_UNDECLARED_TEXT && cellWeight > 0.3 * page && cellWeight < 25 * cells)
    return { reason: 'not-news', detail: `a table of ${cells} cells and hardly any sentence` };
  const discussion = COMMENTS_PATH.test(URL.parse(url)?.pathname ?? '');
  if (discussion && comments > 0.4 * page && weight <= comments)
    return { reason: 'not-news', detail: 'readers’ comments alone' };
  return undefined;
}

function listPage({ page: { metadata, title, url }, measures, declared }: Measured): Refusal | undefined {
  const detail = listEvidence(metadata, measures, declared, title, url);
  return detail === undefined ? undefined : { reason: 'list-page', detail };
}

/** Characters of a page whose content comes with its scripts. */
const SHELL = 300;

function needsScript(measured: Measured): Refusal | undefined {
  const { measures } = measured;
  if (measures.weight >= LEAST_TEXT || measures.page >= SHELL) return undefined;
  const { scripts } = measured.stub;
  return scripts > 0
    ? { reason: 'needs-script', detail: `${measures.page} characters of text and ${scripts} scripts` }
    : undefined;
}

function noBody({ measures, declared, page: { title, metadata } }: Measured): Refusal | undefined {
  const { weight } = measures;
  if (weight < LEAST_TEXT) return { reason: 'no-body', detail: `only ${weight} characters of running text` };
  const headed = metadata.headings.length > 0 && title.length > 0;
  if (declared === Declared.no && weight < LEAST_UNDECLARED_TEXT && !headed)
    return {
      reason: 'no-body',
      detail: `nothing declares an article and there are only ${weight} characters of running text`,
    };
  return undefined;
}

function shareOf(names: readonly string[], kind: keyof typeof PHRASES): number {
  return Math.max(...names.map((name) => phraseShare(name, kind)));
}

function quote(names: readonly string[]): string {
  return names.filter(Boolean).slice(0, 2).join(' / ').slice(0, 120);
}

/** Why a page without any title is none, when it says more than that. */
export function refuseUntitled(tree: HtmlTree, metadata: PageMetadata): Refusal | undefined {
  const stub = measureStub(tree, 0);
  const target = refreshTarget(metadata);
  let letters = 0;
  for (let i = 1; i < tree.size && letters < SHELL; i++) {
    const parent = tree.name(tree.parent(i));
    if (parent !== 'script' && parent !== 'style' && parent !== 'noscript') letters += tree.texts[i]!.trim().length;
  }
  if (letters >= SHELL) return undefined;
  if (target !== undefined) return { reason: 'redirect', detail: `the page refreshes to ${target.slice(0, 200)}` };
  if (stub.botMark !== undefined) return { reason: 'bot-check', detail: stub.botMark };
  if (stub.scriptRedirect && stub.scriptLength < 2_000)
    return { reason: 'redirect', detail: 'a script sets the address' };
  return stub.scripts > 0
    ? { reason: 'needs-script', detail: `no title, ${letters} characters of text and ${stub.scripts} scripts` }
    : undefined;
}
