export { enrich } from './enrich.stage.js';
export { enricher } from './enricher.service.js';
