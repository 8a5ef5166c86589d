export { fetch } from './fetch.stage.js';
export { fetcher } from './fetcher.service.js';
export { fetcherDatabase } from './fetcher.database.js';
export type { GoneGuardEntry } from './entities/gone-guard.entity.js';
export { listGuardedHosts, releaseGuardedHost } from './revisits/guarded-hosts.js';
export * from './push/keys.js';
