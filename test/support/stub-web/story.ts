import { draw, pick } from './draw.ts';

/** What becomes of an article after it was published. */
export const FATES = [
  'plain',
  'churning',
  'corrected',
  'tracked',
  'edited',
  'amp',
  'forbidden',
  'removed',
  'print',
  'moved',
  'gone',
  'rewritten',
  'redirected',
  'noarchive',
] as const;

/**
 * - `churning`: counters, advertisements and the touched date change at each look; what a reader reads does not.
 * - `corrected`: a later version says so and moves its modified date. `edited`: the text changes in silence.
 *   `rewritten`: the headline changes, then the text: three versions.
 * - `removed`: 404 later. `gone`: 410 later. `moved`: 301 to another path later.
 * - `tracked`, `amp`, `print`: the site's lists name the address with tracking parameters, the AMP or the print variant.
 * - `redirected`: the lists name an address that redirects to it with 302.
 * - `noarchive`: its page says so, in `X-Robots-Tag` or in a meta element by turns.
 * - `forbidden`: stands where robots.txt forbids it (only on sites that forbid a folder; elsewhere it is plain).
 */
export type Fate = (typeof FATES)[number];

export interface Version {
  /** Since when, in milliseconds of the web's clock. */
  at: number;
  kind: 'first' | 'correction' | 'edit';
  headline: string;
  /** What a reader reads; the last one of a correction is its note. */
  paragraphs: readonly string[];
}

export interface Article {
  number: number;
  fate: Fate;
  /** The one address under which it should be known. */
  url: string;
  path: string;
  /** The address that feeds and sitemaps name. */
  listedUrl: string;
  publishedAt: number;
  /** What it says, by time; the first is what was published. */
  versions: readonly Version[];
  /** When it was taken down, and how it answers since. */
  ends?: { at: number; status: 404 | 410 };
  /** When it moved, and to which path. */
  moves?: { at: number; path: string };
  /** robots.txt forbids to ask for it. */
  forbidden: boolean;
  /** Its page asks not to be kept. */
  keptOut: boolean;
}

/** What {@link articleOf} must know of a site. */
export interface Place {
  seed: number;
  index: number;
  origin: string;
  forbiddenFolder?: string;
  /** Nothing is forbidden by articles themselves, and none is listed under an address that redirects. */
  healthy: boolean;
  hourMs: number;
}

/** The article of a number on a site: always the same for the same seed. */
export function articleOf(place: Place, number: number, publishedAt: number): Article {
  const { seed, index, origin, hourMs } = place;
  const drawn = FATES[(number + draw(seed, index, 'fates')) % FATES.length]!;
  const isOdd = drawn === 'noarchive' || drawn === 'redirected';
  const fits = drawn === 'forbidden' ? place.forbiddenFolder !== undefined : !(place.healthy && isOdd);
  const fate = fits ? drawn : 'plain';
  const later = (hours: readonly number[], what: string): number =>
    publishedAt + Math.round(pick(hours, seed, index, number, what) * hourMs);
  const folder = fate === 'forbidden' ? place.forbiddenFolder! : '/news';
  const subject = subjectOf(place, number);
  const path = `${folder}/${subject.slug}-${number}.html`;
  const article: Article = {
    number,
    fate,
    url: `${origin}${path}`,
    path,
    listedUrl: origin + listedPath(fate, path),
    publishedAt,
    versions: versionsOf(fate, subject, publishedAt, later),
    forbidden: fate === 'forbidden',
    keptOut: fate === 'noarchive',
  };
  if (fate === 'removed') article.ends = { at: later([2, 10, 48], 'ends'), status: 404 };
  if (fate === 'gone') article.ends = { at: later([2, 10, 48], 'ends'), status: 410 };
  if (fate === 'moved')
    article.moves = { at: later([3, 20], 'moves'), path: `/archive/${subject.slug}-${number}.html` };
  return article;
}

/** The version of an article that stands at a time. */
export function versionAt({ versions }: Article, at: number): Version {
  return versions.findLast((version) => version.at <= at) ?? versions[0]!;
}

function listedPath(fate: Fate, path: string): string {
  if (fate === 'tracked') return `${path}?utm_source=feed&utm_medium=rss&utm_campaign=all`;
  if (fate === 'amp') return `/amp${path}`;
  if (fate === 'print') return `${path}?print=1`;
  if (fate === 'redirected') return `/go${path}`;
  return path;
}

interface Subject {
  slug: string;
  headline: string;
  paragraphs: readonly string[];
  corrected: string;
  edited: string;
}

const TOWNS = ['Alder', 'Birchley', 'Corran', 'Dunmere', 'Eastry', 'Farholm', 'Glenwick', 'Harrow Vale', 'Iverby'];
const THINGS = ['footbridge', 'library', 'ferry', 'market hall', 'school', 'swimming pool', 'tram line', 'clinic'];
const DEEDS = ['repair', 'close', 'reopen', 'extend', 'sell', 'rebuild', 'rename', 'insure'];
const PEOPLE = ['Amara Quill', 'Bertrand Oakes', 'Chiara Lund', 'Dov Esterhaz', 'Ewa Marsh', 'Finn Obale'];
const REASONS = ['a flood', 'a fire', 'a long dispute over money', 'a change of owner', 'a petition', 'a hard winter'];

function subjectOf({ seed, index }: Place, number: number): Subject {
  const of = (list: readonly string[], what: string): string => pick(list, seed, index, number, what);
  const count = (least: number, range: number, what: string): number =>
    least + (draw(seed, index, number, what) % range);
  const [town, thing, deed, person] = [of(TOWNS, 'town'), of(THINGS, 'thing'), of(DEEDS, 'deed'), of(PEOPLE, 'person')];
  const [votes, cost, weeks] = [count(4, 40, 'votes'), count(20, 900, 'cost'), count(2, 60, 'weeks')];
  const headline = `${town} council votes to ${deed} the ${thing} of ward ${index * 7 + number}`;
  return {
    slug: `${town}-${deed}-${thing}`.toLowerCase().replaceAll(' ', '-'),
    headline,
    paragraphs: [
      `The council of ${town} decided by ${votes} votes to ${deed} the ${thing}, which has been talked about since ${of(REASONS, 'reason')} in ward ${index * 7 + number}.`,
      `The work will cost ${cost},000 crowns and take ${weeks} weeks, ${person} told the meeting, and begins when the papers are signed.`,
      `“Nobody here wanted to wait for another year,” said ${of(PEOPLE, 'neighbour')}, who has lived beside the ${thing} for ${count(3, 50, 'years')} years and came with ${count(5, 90, 'crowd')} others.`,
      `A second reading is due in the autumn, after the reports of the engineers and the treasurer of district ${count(1, 5000, 'district')} have been heard.`,
    ],
    corrected: `The work will cost ${cost + 7},000 crowns and take ${weeks} weeks, ${person} told the meeting, and begins when the papers are signed.`,
    edited: `A second reading was held at short notice, and the ${thing} is to be ready before the winter, ${count(1, 28, 'day')} days earlier than planned.`,
  };
}

function versionsOf(
  fate: Fate,
  { headline, paragraphs, corrected, edited }: Subject,
  at: number,
  later: (hours: readonly number[], what: string) => number,
): Version[] {
  const [lead, cost, voice, end] = paragraphs as [string, string, string, string];
  const first: Version = { at, kind: 'first', headline, paragraphs };
  switch (fate) {
    case 'corrected': {
      const note = `Correction: an earlier version of this article gave a wrong cost of the work.`;
      return [
        first,
        {
          at: later([0.5, 3, 12], 'correction'),
          kind: 'correction',
          headline,
          paragraphs: [lead, corrected, voice, end, note],
        },
      ];
    }
    case 'edited':
      return [
        first,
        { at: later([0.5, 4, 20, 100], 'edit'), kind: 'edit', headline, paragraphs: [lead, cost, voice, edited] },
      ];
    case 'rewritten': {
      const renamed = `Decided: ${headline}`;
      return [
        first,
        { at: later([0.3, 0.7], 'headline'), kind: 'edit', headline: renamed, paragraphs },
        { at: later([8, 18], 'text'), kind: 'edit', headline: renamed, paragraphs: [lead, corrected, voice, edited] },
      ];
    }
    default:
      return [first];
  }
}
