/** What a command needs of a service that runs elsewhere: its settings and its log. Loads neither a server nor a framework. */
export { adminKeySetting } from './admin-keys.config.js';
export * from './service.config.js';
export { connectionWarnings, loadServiceSettings } from './service-settings.js';
export * from './settings.js';
export { logToStandardError } from './standard-error.js';
export { createTransport, type CreateTransportOptions } from './transport.js';
