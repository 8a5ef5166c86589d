import { harmonicMean, type PageScore } from './page-score.ts';

/** Scores over many pages, 0 to 1. Undefined where no page's gold holds the field. */
export interface Summary {
  pages: number;
  /** Harmonic mean of the mean precision and the mean recall. */
  f1: number | undefined;
  precision: number | undefined;
  recall: number | undefined;
  titleExact: number | undefined;
  /** Over all names of all pages. */
  authorsF1: number | undefined;
  day: number | undefined;
  captions: number | undefined;
  credits: number | undefined;
  /** A share of faults: lower is better. */
  leaks: number | undefined;
}

export function summarise(scores: readonly PageScore[]): Summary {
  const precision = mean(scores.map(({ body }) => body?.precision));
  const recall = mean(scores.map(({ body }) => body?.recall));
  const measured = scores.some(({ body }) => body);
  return {
    pages: scores.length,
    f1: measured ? harmonicMean(precision ?? 0, recall ?? 0) : undefined,
    precision: measured ? (precision ?? 0) : undefined,
    recall: measured ? (recall ?? 0) : undefined,
    titleExact: share(scores.map(({ titleExact }) => titleExact)),
    authorsF1: authorsF1(scores),
    day: share(scores.map(({ sameDay }) => sameDay)),
    captions: share(scores.flatMap(({ pictures }) => pictures.captions)),
    credits: share(scores.flatMap(({ pictures }) => pictures.credits)),
    leaks: share(scores.flatMap(({ pictures }) => pictures.leaks)),
  };
}

function authorsF1(scores: readonly PageScore[]): number | undefined {
  const all = scores.flatMap(({ authors }) => authors ?? []);
  const sum = (part: 'common' | 'found' | 'gold'): number => all.reduce((total, one) => total + one[part], 0);
  return all.length === 0 ? undefined : (2 * sum('common')) / (sum('found') + sum('gold'));
}

function share(hits: readonly (boolean | undefined)[]): number | undefined {
  return mean(hits.map((hit) => (hit === undefined ? undefined : Number(hit))));
}

/** Of the known values. */
function mean(values: readonly (number | undefined)[]): number | undefined {
  const known = values.filter((value) => value !== undefined);
  return known.length === 0 ? undefined : known.reduce((sum, value) => sum + value, 0) / known.length;
}
