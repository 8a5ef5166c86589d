import type { ArticleRecord } from '@newsmill/contracts';
import { annotate, readDocument } from '@newsmill/record';
import { changedFields } from '../../../apps/store/src/material-change.ts';
import type { Anchored } from './anchors.ts';
import { Chance } from './chance.ts';
import type { Churn } from './change.ts';
import { churns } from './churn.ts';
import { edits } from './edits.ts';
import { keyOf } from './markup.ts';

/** One change of one page and what the version rule would have told of it. */
export interface Case {
  page: string;
  kind: string;
  /** The field in which the change is to be told; absent for churn, of which nobody is to be told. */
  expected?: string;
  /** The fields that are told; undefined when the changed page was taken for no article. */
  told: readonly string[] | undefined;
  /** Fields that held the words that were changed: they may be told as well. */
  also: readonly string[];
}

/** Churn: nothing is told. An edit: its field is told. */
export function isRight({ expected, told }: Case): boolean {
  if (told === undefined) return false;
  return expected === undefined ? told.length === 0 : told.includes(expected);
}

/** The field of the edit is told and no other that held none of the changed words. */
export function isNamed({ expected, told, also }: Case): boolean {
  return (
    told !== undefined && told.includes(expected!) && told.every((field) => field === expected || also.includes(field))
  );
}

/** Reads a page as the parser and the enricher do. */
export function readRecord(
  url: string,
  html: string,
  fetchedAt = '2026-11-02T08:00:00.000Z',
): ArticleRecord | undefined {
  const reading = readDocument({
    receiptId: 'ladder',
    pageId: 'ladder',
    origin: { mode: 'feed', source: 'https://feeds.example/ladder' },
    url: { original: url, final: url },
    mediaType: 'text/html',
    content: html,
    status: 200,
    fetchedAt,
  });
  return reading.ok ? annotate(reading.version.record) : undefined;
}

/**
 * Climbs the ladder with one page: each kind of churn on a first and a second visit, against the page before and against
 * each other; each kind of edit, against the page before. What a page has nothing for is left out.
 *
 * @param kinds of churn, all when absent
 * @returns undefined for a page that is taken for no article as it stands
 */
export function climb(page: Anchored, kinds: readonly Churn[] = churns): Case[] | undefined {
  const original = readRecord(page.url, page.html);
  if (original === undefined) return undefined;
  const cases: Case[] = [];
  for (const { name, visit } of kinds) {
    const [first, second] = [1, 2].map((number) => visit(page, new Chance(`${page.id} ${name} ${number}`))) as [
      string,
      string,
    ];
    if (first === page.html) continue;
    const before = readRecord(page.url, first, '2026-11-02T09:00:00.000Z');
    const told = before && changedFields(original, before);
    cases.push({ page: page.id, kind: name, told, also: [] });
    if (second === first) continue;
    const after = readRecord(page.url, second, '2026-11-02T10:00:00.000Z');
    cases.push({ page: page.id, kind: name, told: before && after && changedFields(before, after), also: [] });
  }
  for (const { name, field, apply } of edits) {
    const edited = apply(page, new Chance(`${page.id} ${name}`));
    if (edited === undefined || edited.html === page.html) continue;
    const after = readRecord(page.url, edited.html, '2026-11-02T09:00:00.000Z');
    cases.push({
      page: page.id,
      kind: name,
      expected: field,
      told: after && changedFields(original, after),
      also: [edited.took ?? []].flat().flatMap((text) => holdersOf(original, text)),
    });
  }
  return cases;
}

/** The fields in which a stretch of text stands. */
function holdersOf(record: ArticleRecord, text: string): string[] {
  const key = keyOf(text);
  const holds = (value: unknown): boolean => keyOf(JSON.stringify(value ?? '')).includes(key);
  return [
    ...(holds(record.headlines) ? ['headline'] : []),
    ...(holds(record.descriptions) ? ['description'] : []),
    ...(holds(record.bodies) ? ['body'] : []),
    ...(holds(record.by) ? ['by'] : []),
    ...(holds(record.associations) ? ['images'] : []),
    ...(holds(record.edNote) ? ['edNote'] : []),
    ...(holds(record.x.corrections) ? ['corrections'] : []),
  ];
}
