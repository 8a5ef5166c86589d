import type { FieldProvenance } from '../article.js';

/** A possible value of a field, with the evidence for it. */
export interface Candidate<T> extends FieldProvenance {
  value: T;
}

export type Source =
  'publisher-rule' | 'json-ld' | 'open-graph' | 'meta' | 'microdata' | 'dom' | 'url' | 'http' | 'hint';

export function candidate<T>(value: T, source: Source, rule: string, confidence: number): Candidate<T> {
  return { value, source, rule, confidence };
}

/** Gathers the candidates of a field: all of them, or those alone that are more trusted than all before them. */
export class CandidateList<T> {
  readonly found: Candidate<T>[] = [];
  private best = 0;

  constructor(private readonly all: boolean) {}

  /** False when a value of this confidence need not be read: it would neither be chosen nor shown. */
  wants(confidence: number): boolean {
    return this.all || confidence > this.best;
  }

  add(value: T, source: Source, rule: string, confidence: number): void {
    this.found.push(candidate(value, source, rule, confidence));
    if (confidence > this.best) this.best = confidence;
  }
}

/** The candidate with the highest confidence; the earlier one of equals. */
export function mostTrusted<T>(candidates: readonly Candidate<T>[]): Candidate<T> | undefined {
  let best: Candidate<T> | undefined;
  for (const one of candidates) if (!best || one.confidence > best.confidence) best = one;
  return best;
}

export function provenanceOf({ source, rule, confidence }: FieldProvenance): FieldProvenance {
  return rule === undefined ? { source, confidence } : { source, rule, confidence };
}
