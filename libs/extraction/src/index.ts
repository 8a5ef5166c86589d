export * from './article.js';
export { explainArticle } from './explain/explain-article.js';
export type * from './explain/explanation.js';
export { extractArticle, type ExtractOptions, MAX_HTML } from './extract-article.js';
export type { PublisherDefinition, RuledField } from './publishers/definition.js';
export { definePublisher, PublisherError, type Publisher, readPublisher } from './publishers/publisher.js';
export { PublisherRules } from './publishers/publisher-rules.js';
export { builtInPublishers } from './publishers/publishers.js';
export { type Fixture, makeFixture } from './fixture/make-fixture.js';
