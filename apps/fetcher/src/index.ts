export { fetch } from './fetch.stage.js';
export { fetcher } from './fetcher.service.js';
export { fetcherDatabase } from './fetcher.database.js';
export { Intake } from './intake.js';
export { type AddressStep, settlePage, type SettledPage } from './canonical/settle-page.js';
export type { GoneGuardEntry } from './entities/gone-guard.entity.js';
export { listGuardedHosts, releaseGuardedHost } from './revisits/guarded-hosts.js';
export { scope as pushScope, isExpired, type KeyKind, type Scope as PushScope } from './push/key-entry.js';
export { addKey, type MadeKey, readKeyFile, revokeKey, rotateKey } from './push/key-file.js';
