export { scope as pushScope, isExpired, type KeyKind, type Scope as PushScope } from './key-entry.js';
export { addKey, type MadeKey, readKeyFile, revokeKey, rotateKey } from './key-file.js';
