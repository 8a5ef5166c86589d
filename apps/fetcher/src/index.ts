export { fetch } from './fetch.stage.js';
export { fetcher } from './fetcher.service.js';
export { fetcherDatabase } from './fetcher.database.js';
export { scope as pushScope, isExpired, type KeyKind, type Scope as PushScope } from './push/key-entry.js';
export { addKey, type MadeKey, readKeyFile, revokeKey, rotateKey } from './push/key-file.js';
