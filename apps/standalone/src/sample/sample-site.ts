import { readFile } from 'node:fs/promises';
import { createServer, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { extname, join, normalize } from 'node:path';
import { fileURLToPath } from 'node:url';

const FOLDER = fileURLToPath(new URL('../../sample/', import.meta.url));

/** No charset on HTML: one page tells its own, as old pages do. */
const MEDIA_TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html',
  '.xml': 'application/rss+xml; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
};

export interface SampleSite {
  /** `http://127.0.0.1:<port>` */
  origin: string;
  port: number;
  feedUrl: string;
  close(): Promise<void>;
}

/**
 * Serves the sample news site on loopback.
 * @param port the one it had before; 0 takes a free one
 * @throws NodeJS.ErrnoException `EADDRINUSE` when the port is taken
 */
export async function startSampleSite(port: number): Promise<SampleSite> {
  const server = createServer((request, response) => {
    answer(request.url ?? '/', origin, response).catch(() => response.writeHead(400).end());
  });
  await listen(server, port);
  const taken = (server.address() as AddressInfo).port;
  const origin = `http://127.0.0.1:${taken}`;
  return {
    origin,
    port: taken,
    feedUrl: `${origin}/feed.xml`,
    close: () => close(server),
  };
}

async function answer(target: string, origin: string, response: ServerResponse): Promise<void> {
  const { pathname } = new URL(target, origin);
  const path = normalize(decodeURIComponent(pathname === '/' ? '/index.html' : pathname));
  const mediaType = MEDIA_TYPES[extname(path)];
  const file = mediaType === undefined ? undefined : await readFile(join(FOLDER, path)).catch(() => undefined);
  if (file === undefined || mediaType === undefined) {
    response.writeHead(404, { 'content-type': 'text/plain' }).end('not found\n');
    return;
  }
  const isText = !mediaType.startsWith('image/png');
  response.writeHead(200, { 'content-type': mediaType }).end(isText ? withOrigin(file, origin) : file);
}

/** Replaced in the bytes: not every page is UTF-8. */
function withOrigin(file: Buffer, origin: string): Buffer {
  return Buffer.from(file.toString('latin1').replaceAll('{{origin}}', origin), 'latin1');
}

function listen(server: Server, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', resolve);
  });
}

function close(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve());
    server.closeAllConnections();
  });
}
