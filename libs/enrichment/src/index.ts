export { enrichArticle, type Enrichment } from './enrich-article.js';
export {
  type Annotations,
  type ArticleText,
  type Findings,
  type Fingerprint,
  type Language,
  type Provenance,
  type ReadingTime,
  type Step,
} from './step.js';
export { allSteps } from './steps.js';
