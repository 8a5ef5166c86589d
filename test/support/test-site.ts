import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface TestSite {
  origin: string;
  /** `127.0.0.1:<port>`, for NEWSMILL_OUTBOUND_ALLOW. */
  host: string;
  /** Requests so far, by path. */
  hits: Map<string, number>;
  close(): Promise<void>;
}

/** Answers of a path; `undefined` leaves the request hanging. */
export type Answer = (request: IncomingMessage, response: ServerResponse, origin: string) => void;

/** A site on loopback with the given answers; anything else is 404. */
export async function startTestSite(answers: Record<string, Answer>): Promise<TestSite> {
  const hits = new Map<string, number>();
  let origin = '';
  const server = createServer((request, response) => {
    const { pathname } = new URL(request.url ?? '/', origin);
    hits.set(pathname, (hits.get(pathname) ?? 0) + 1);
    const answer = answers[pathname];
    if (answer) answer(request, response, origin);
    else response.writeHead(404, { 'content-type': 'text/html' }).end('<h1>Not here</h1>');
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  origin = `http://127.0.0.1:${port}`;
  return {
    origin,
    host: `127.0.0.1:${port}`,
    hits,
    close: () =>
      new Promise((resolve) => {
        server.close(() => {
          resolve();
        });
        server.closeAllConnections();
      }),
  };
}

/** A page that is plainly an article; different numbers give different articles. */
export function articlePage(number: number, text = 'It was the third such meeting since the spring.'): string {
  const paragraphs = [
    `The council of ward ${number} voted on Tuesday to repair the footbridge, which has been closed since the flood in March.`,
    `Engineers told the meeting that the work would take ${number % 40} weeks and need a lane of the ring road at night.`,
    `“We have waited long enough,” said a resident of Mill Lane ${number}, who walks to the market twice a week.`,
    text,
  ];
  return `<!doctype html><html lang="en"><head><title>Footbridge ${number} to be repaired</title>
    <meta property="og:type" content="article"><meta property="og:title" content="Footbridge ${number} to be repaired">
    <meta property="article:published_time" content="2026-03-04T05:06:07Z"></head>
    <body><article><h1>Footbridge ${number} to be repaired</h1>${paragraphs.map((p) => `<p>${p}</p>`).join('\n')}</article></body></html>`;
}
