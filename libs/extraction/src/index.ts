export * from './article.js';
export { extractArticle, MAX_HTML } from './extract-article.js';
