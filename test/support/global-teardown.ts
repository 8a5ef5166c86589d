import { announcePartsServer } from './real-parts.config.ts';
import type { PartsServer } from './parts-server.ts';

/** Jest's globalTeardown: ends the real parts that the run has started. */
export default async function globalTeardown(): Promise<void> {
  const { newsmillPartsServer } = globalThis as { newsmillPartsServer?: PartsServer };
  announcePartsServer(undefined);
  await newsmillPartsServer?.stop();
}
