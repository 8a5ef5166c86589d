export { fetch } from './fetch.stage.js';
export { fetcher } from './fetcher.service.js';
export { fetcherDatabase } from './fetcher.database.js';
