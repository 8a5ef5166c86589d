import { TEXT, type HtmlTree } from '../html-tree.js';
import type { PageMetadata } from '../metadata/page-metadata.js';

/** What a page without text consists of, gathered in one walk over its elements. */
export interface StubMeasures {
  /** A form field for a password that stands in the content, not in the page's header. */
  passwordField: number | undefined;
  emailField: boolean;
  buttons: number;
  scripts: number;
  /** Characters inside scripts. */
  scriptLength: number;
  /** Names of a bot protection among addresses and names of elements, or in scripts. */
  botMark: string | undefined;
  /** A script sets the page's address. */
  scriptRedirect: boolean;
}

const BOT_MARK =
  /challenge-platform|captcha-delivery|px-captcha|_incapsula_resource|h-?captcha|g?-?recaptcha|cf-turnstile|awswaf|datadome|geetest|sgcaptcha|ddos-guard|perimeterx|kasada/i;
const SCRIPT_REDIRECT = /\blocation(?:\.href)?\s?=(?!=)|\blocation\.(?:replace|assign)\(/;

/** Characters read of one script, and of one name. */
const MAX_SCRIPT = 4_000;
const MAX_NAME = 300;

const HEADERS = new Set(['header', 'nav', 'dialog', 'aside', 'footer']);
const HEADER_LEVELS = 12;

/** `from` is the element of the title: a login form above it belongs to the page's header. */
export function measureStub(tree: HtmlTree, from: number): StubMeasures {
  const found: StubMeasures = {
    passwordField: undefined,
    emailField: false,
    buttons: 0,
    scripts: 0,
    scriptLength: 0,
    botMark: undefined,
    scriptRedirect: false,
  };
  for (let i = 1; i < tree.size; i++) {
    const name = tree.name(i);
    if (name === TEXT) continue;
    if (name === 'script') readScript(tree, i, found);
    else if (name === 'button') found.buttons++;
    else if (name === 'input') {
      const type = tree.attribute(i, 'type')?.trim().toLowerCase();
      if (type === 'password' && i > from && !standsInHeader(tree, i)) found.passwordField ??= i;
      else if (type === 'email' && i > from) found.emailField = true;
      else if (type === 'submit' || type === 'button') found.buttons++;
    } else if (name === 'iframe' || name === 'div') markOf(tree, i, found);
  }
  return found;
}

function readScript(tree: HtmlTree, node: number, found: StubMeasures): void {
  found.scripts++;
  markOf(tree, node, found);
  for (let i = node + 1; i < tree.end(node); i++) {
    const text = tree.texts[i]!;
    found.scriptLength += text.length;
    const start = text.slice(0, MAX_SCRIPT);
    found.botMark ??= BOT_MARK.exec(start)?.[0];
    found.scriptRedirect ||= SCRIPT_REDIRECT.test(start);
  }
}

function markOf(tree: HtmlTree, node: number, found: StubMeasures): void {
  if (found.botMark !== undefined) return;
  for (const attribute of ['src', 'id', 'class']) {
    const value = tree.attribute(node, attribute)?.slice(0, MAX_NAME);
    if (value !== undefined) found.botMark ??= BOT_MARK.exec(value)?.[0];
  }
}

function standsInHeader(tree: HtmlTree, node: number): boolean {
  for (let i = tree.parent(node), level = 0; i > 0 && level < HEADER_LEVELS; i = tree.parent(i), level++) {
    if (HEADERS.has(tree.name(i)) || tree.attribute(i, 'role') === 'dialog') return true;
  }
  return false;
}

/** Seconds after which a refresh is a pause for readers, not a way elsewhere. */
const MAX_DELAY = 20;

/** Where the page's own refresh leads. */
export function refreshTarget(page: PageMetadata): string | undefined {
  for (const value of page.meta.get('refresh') ?? []) {
    const found = /^\s{0,9}(\d{1,5})(?:\.\d{0,9})?\s{0,9}[;,]\s{0,9}url\s{0,9}=\s{0,9}(\S{1,2000})/i.exec(value);
    if (found && Number(found[1]) <= MAX_DELAY) return found[2];
  }
  return undefined;
}
