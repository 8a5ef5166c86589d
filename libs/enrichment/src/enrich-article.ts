import type { Annotations, ArticleText, Findings, Provenance, Step } from './step.js';
import { allSteps } from './steps.js';

export interface Enrichment {
  annotations: Annotations;
  /** By name of the annotation. */
  provenance: Partial<Record<keyof Annotations, Provenance>>;
}

/**
 * Runs the steps over an article and tells of each annotation which step made it.
 *
 * @throws Error when two steps claim one annotation: that is a mistake in the list of steps, not in the article.
 */
export function enrichArticle(article: ArticleText, steps: readonly Step[] = allSteps): Enrichment {
  const enrichment: Enrichment = { annotations: {}, provenance: {} };
  for (const step of steps) {
    const findings = step.enrich(article);
    for (const name of Object.keys(findings) as (keyof Findings)[]) record(enrichment, name, findings, step);
  }
  return enrichment;
}

function record<Name extends keyof Findings>(enrichment: Enrichment, name: Name, findings: Findings, step: Step): void {
  const finding = findings[name];
  if (finding === undefined) return;
  const earlier = enrichment.provenance[name];
  if (earlier !== undefined) {
    throw new Error(`Steps ${earlier.step} and ${step.name} both annotate ${name}; leave one of them out`);
  }
  enrichment.annotations[name] = finding.value;
  enrichment.provenance[name] = {
    step: step.name,
    version: step.version,
    ...(finding.confidence === undefined ? {} : { confidence: finding.confidence }),
  };
}
