export { parserSettings, type ParserSettings } from './parser.config.js';
export { parse } from './parse.stage.js';
export { publisherProblems, readPublisherRules } from './publishers-folder.js';
export { parser } from './parser.service.js';
