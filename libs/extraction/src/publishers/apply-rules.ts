import type { Author, DateFound, FieldProvenance, ImageFound } from '../article.js';
import type { BodyRules } from '../body/body-hints.js';
import { parseByline, uniqueAuthors } from '../fields/byline.js';
import { candidate, type Candidate } from '../fields/candidate.js';
import { parseDate } from '../fields/date-formats.js';
import { languageTag } from '../fields/language.js';
import type { HtmlTree } from '../html-tree.js';
import { webUrl } from '../links.js';
import { collapse } from '../text.js';
import type { RuledField } from './definition.js';
import { locate, type Located } from './locator.js';
import type { Publisher } from './publisher.js';
import { compileSelector, type Selector } from './selector.js';

/** A rule was written for this place by somebody who looked: above every generic signal. */
const CONFIDENCE = 0.99;

/** What the rules of a publisher found in a page. */
export interface RuledPage {
  readonly publisher: Publisher;
  /** The values of the fields that were found. */
  readonly values: RuledValues;
  readonly body: BodyRules;
  /** The parts of the rules whose selectors found nothing: the generic road goes on there. */
  readonly missed: string[];
  /** What was taken out of the page, shortened. */
  readonly dropped: readonly { selector: string; text: string }[];
}

export interface RuledValues {
  title?: Candidate<string>;
  description?: Candidate<string>;
  authors?: Candidate<Author[]>;
  published?: Candidate<DateFound>;
  modified?: Candidate<DateFound>;
  siteName?: Candidate<string>;
  publisher?: Candidate<string>;
  language?: Candidate<string>;
  section?: Candidate<string>;
  keywords?: Candidate<string[]>;
  leadImage?: Candidate<ImageFound>;
}

/**
 * Reads what the rules point at, then takes out of the tree what they drop: values may stand in dropped elements.
 * A `drop` that finds nothing is no miss, since not every page carries every box.
 */
export function applyRules(tree: HtmlTree, publisher: Publisher, pageUrl: string): RuledPage {
  const base = BASE.select(tree).map((node) => webUrl(tree.attribute(node, 'href'), pageUrl));
  const baseUrl = base[0] ?? pageUrl;
  const missed: string[] = [];
  const values: Partial<Record<RuledField, Candidate<unknown>>> = {};
  for (const [field, locators] of publisher.fields) {
    for (const locator of locators) {
      const value = VALUES[field](locate(tree, locator), tree, baseUrl);
      if (value === undefined) continue;
      values[field] = candidate<unknown>(value, 'publisher-rule', locator.source, CONFIDENCE);
      break;
    }
    if (values[field] === undefined) missed.push(field);
  }
  const nodesOf = (selectors: readonly Selector[]): number[] => outermost(tree, selectors).slice(0, MAX_ELEMENTS);
  const body = nodesOf(publisher.body);
  if (publisher.body.length > 0 && body.length === 0) missed.push('body');
  const keep = nodesOf(publisher.keep);
  const dropped = dropElements(tree, publisher.drop);
  return {
    publisher,
    values: values as RuledValues,
    body: { body, keep, dropText: publisher.dropText },
    missed,
    dropped,
  };
}

const BASE = compileSelector('base[href]');

type ReadValue = (found: readonly Located[], tree: HtmlTree, baseUrl: string) => unknown;

const firstText: ReadValue = (found) => found[0]?.value;

const firstDate: ReadValue = (found) => {
  for (const { value } of found) {
    const date = parseDate(value);
    if (date) return { ...date, raw: value, source: 'publisher-rule' } satisfies DateFound;
  }
  return undefined;
};

const VALUES: Readonly<Record<RuledField, ReadValue>> = {
  title: firstText,
  description: firstText,
  siteName: firstText,
  publisher: firstText,
  section: firstText,
  published: firstDate,
  modified: firstDate,
  language: (found) => found.map(({ value }) => languageTag(value)).find((tag) => tag !== undefined),
  keywords: (found) => (found.length === 0 ? undefined : [...new Set(found.map(({ value }) => value))]),
  authors: (found, tree, baseUrl) => {
    const authors = found.flatMap(({ value, node }) => {
      const url = tree.name(node) === 'a' ? webUrl(tree.attribute(node, 'href'), baseUrl) : undefined;
      const names = parseByline(value);
      return names.map((name): Author => (url === undefined || names.length > 1 ? { name } : { name, url }));
    });
    return authors.length === 0 ? undefined : uniqueAuthors(authors);
  },
  leadImage: (found, _tree, baseUrl) => {
    const url = found.map(({ value }) => webUrl(value, baseUrl)).find((address) => address !== undefined);
    return url === undefined ? undefined : ({ url } satisfies ImageFound);
  },
};

/** Where a body came from that the rules name. */
export function bodyProvenance({ publisher }: RuledPage): FieldProvenance {
  const rule = publisher.body.map(({ source }) => source).join(', ');
  return { source: 'publisher-rule', rule, confidence: CONFIDENCE };
}

/** Elements that one part of the rules names: an article has few boxes. */
const MAX_ELEMENTS = 300;

/** The matching elements in document order, without those inside another one. */
function outermost(tree: HtmlTree, selectors: readonly Selector[]): number[] {
  const nodes = [...new Set(selectors.flatMap((selector) => selector.select(tree)))].sort((a, b) => a - b);
  let end = 0;
  return nodes.filter((node) => {
    if (node < end) return false;
    end = tree.end(node);
    return true;
  });
}

/** Characters of a dropped element that are reported. */
const SHOWN = 200;

/** Empties the matching elements: nothing finds text, pictures or names in them any more. */
function dropElements(tree: HtmlTree, selectors: readonly Selector[]): { selector: string; text: string }[] {
  const dropped: { selector: string; text: string }[] = [];
  for (const selector of selectors) {
    for (const node of outermost(tree, [selector])) {
      const text = collapse(tree.textContent(node, SHOWN));
      if (text) dropped.push({ selector: selector.source, text });
      tree.empty(node);
    }
  }
  return dropped;
}
