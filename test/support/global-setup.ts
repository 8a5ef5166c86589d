import './resolve-sources.ts';
import { announcePartsServer } from './real-parts.config.ts';

/** Jest's globalSetup: real parts are started when the first test asks for them, once for the whole run. */
export default async function globalSetup(): Promise<void> {
  // Imported here: static imports are resolved before the hooks of resolve-sources are there.
  const { startPartsServer } = await import('./parts-server.ts');
  const server = await startPartsServer();
  announcePartsServer(server.url);
  Object.assign(globalThis, { newsmillPartsServer: server });
}
