import type { ServerResponse } from 'node:http';

/** What subscribers' controllers need of Fastify's reply. */
export interface RawReply {
  raw: ServerResponse;
  /** From here on the response is written by the caller alone. */
  hijack(): unknown;
}
