import { gzipSync } from 'node:zlib';
import { until } from '../../support/newsmill-client.ts';
import { type Answer, startTestSite } from '../../support/test-site.ts';
import type { Row } from '../row.ts';
import { article } from '../articles.ts';

const BOMB = gzipSync(Buffer.alloc(200_000_000, 'a'));
/** Its articles are counted with those that are pushed. */
const GOOD = 20_000_000;

const bad: Record<string, Answer> = {
  '/5xx': (_, response) => void response.writeHead(503).end(),
  '/hang': () => undefined,
  '/redirect-loop': (_, response, origin) =>
    void response.writeHead(302, { location: `${origin}/redirect-loop?${Math.random()}` }).end(),
  '/endless': (_, response) => {
    response.writeHead(200, { 'content-type': 'text/html' });
    const timer = setInterval(() => response.write('<p>and on it goes</p>'.repeat(5_000)), 5);
    response.on('close', () => clearInterval(timer));
    response.on('error', () => clearInterval(timer));
  },
  '/zip-bomb': (_, response) =>
    void response.writeHead(200, { 'content-type': 'text/html', 'content-encoding': 'gzip' }).end(BOMB),
};

/** Sites that misbehave: each link is answered for in bounded time, and other sites stay fresh. */
export const badOrigins: Row = {
  id: '14',
  fault: 'origins that answer 5xx, hang, redirect for ever, never end, or send a zip bomb',
  articles: { short: 300, full: 2_000 },
  boundMs: { short: 400_000, full: 600_000 },
  rate: 20,
  inject: async (run) => {
    const { client } = run.deployment;
    const sent = article(GOOD);
    const path = new URL(sent.url).pathname;
    const ill = await startTestSite(bad);
    const well = await startTestSite({
      [path]: (_, response) => void response.writeHead(200, { 'content-type': 'text/html' }).end(sent.html),
    });
    try {
      const fetcher = run.deployment.service('fetcher');
      await fetcher.stop();
      fetcher.set('NEWSMILL_OUTBOUND_ALLOW', `${ill.host},${well.host}`);
      await fetcher.start();
      await run.flow(40);
      let receipts: { path: string; receiptId: string }[] = [];
      await run.strike('fault', async () => {
        receipts = await Promise.all(
          Object.keys(bad).map(async (path) => {
            const { receiptId, status } = await client.push({ url: `${ill.origin}${path}` });
            if (receiptId === undefined) throw new Error(`push of ${path}: ${status}`);
            return { path, receiptId };
          }),
        );
      });
      const began = performance.now();
      run.ledger.sent.add(sent.guid);
      const good = await client.push({ url: `${well.origin}${path}` });
      const { state } = await client.settled(good.receiptId!, 60_000);
      run.evidence.figures['another site, s'] = Math.round((performance.now() - began) / 1000);
      if (state !== 'stored') run.failures.push(`the page of the other site is ${state}`);
      if (performance.now() - began > 30_000) run.failures.push('another site was not fresh');
      for (const { path, receiptId } of receipts) {
        const receipt = await until(`${path} is answered for`, 300_000, async () => {
          const found = await client.receipt(receiptId);
          return ['dead', 'rejected', 'stored'].includes(found.state) ? found : undefined;
        });
        run.evidence.figures[path] = `${receipt.state}: ${receipt.reason?.replace(/https?:\S+/g, 'URL').slice(0, 80)}`;
        if (receipt.state === 'stored') run.failures.push(`${path} was stored`);
      }
      run.evidence.figures['all answered for, s'] = Math.round((performance.now() - began) / 1000);
    } finally {
      await Promise.all([ill.close(), well.close()]);
    }
  },
};
