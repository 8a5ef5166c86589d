import { randomUUID } from 'node:crypto';
import { articleEnriched, deadLetterAddress, pageFetched, topicAddress } from '@newsmill/contracts';
import { PREFIX } from '../deployment.ts';
import type { Row } from '../row.ts';

/** A record that no stage can handle: what is wrong with it, and the class that its dead letter must tell. */
interface Poison {
  name: string;
  topic: typeof pageFetched | typeof articleEnriched;
  stage: string;
  errorClass: string;
  value: Buffer;
}

const page = (content: string): string =>
  JSON.stringify({
    receiptId: 'poison',
    origin: { mode: 'push', source: 'chaos' },
    pageId: 'poison',
    url: { original: 'https://poison.example/', final: 'https://poison.example/' },
    mediaType: 'text/html',
    content,
    fetchedAt: '2026-01-01T00:00:00Z',
  });

const poisons = (sample: string): Poison[] => [
  {
    name: 'bad JSON',
    topic: pageFetched,
    stage: 'parse',
    errorClass: 'undecodable',
    value: Buffer.from('{"receiptId": nonsense'),
  },
  {
    name: '5 MB that are no event',
    topic: pageFetched,
    stage: 'parse',
    errorClass: 'invalid-event',
    value: Buffer.from(JSON.stringify({ filler: 'x'.repeat(5_000_000) })),
  },
  {
    name: 'bytes that are no UTF-8',
    topic: pageFetched,
    stage: 'parse',
    errorClass: 'undecodable',
    value: Buffer.from(page('<p>caf\u00e9</p>'), 'latin1'),
  },
  {
    // The database refuses it whenever it is tried: the handler throws.
    name: 'a handler that throws',
    topic: articleEnriched,
    stage: 'store',
    errorClass: 'handler',
    value: Buffer.from(sample),
  },
];

export const poison: Row = {
  id: '11',
  fault: 'poison among good articles: bad JSON, 5 MB, bad encoding, a handler that throws',
  articles: { short: 300, full: 5_000 },
  uncountable: 'poison is put on the log past the doors',
  boundMs: { short: 120_000, full: 300_000 },
  inject: async (run) => {
    const log = await run.deployment.log();
    const rounds = run.scale === 'full' ? 5 : 1;
    for (let round = 0; round < rounds; round += 1) {
      await run.flow(30);
      await run.strike('fault', async () => {
        const sample = await brokenVersion(log);
        const records = poisons(sample).flatMap(({ topic, value, name }) =>
          // One in every partition that keys of articles lead to, so that each has neighbours.
          ['a', 'b', 'c'].map((key) => ({
            topic: topicAddress(PREFIX, topic),
            key: Buffer.from(`${name}-${key}-${round}`),
            value,
            headers: {},
          })),
        );
        await log.publish(records);
      });
    }
    run.evidence.figures['poison records'] = rounds * poisons('').length * 3;
  },
  verify: async (run) => {
    const log = await run.deployment.log();
    const rounds = run.scale === 'full' ? 5 : 1;
    const problems: string[] = [];
    const found = new Map<string, number>();
    for (const stage of ['parse', 'store', 'record']) {
      for await (const { key, headers } of log.read(deadLetterAddress(PREFIX, stage), 'earliest')) {
        const name = `${String(key).replace(/-\w-\d+$/, '')} ${String(headers['dead_error_class'])}`;
        found.set(name, (found.get(name) ?? 0) + 1);
      }
    }
    for (const { name, errorClass } of poisons('')) {
      const count = found.get(`${name} ${errorClass}`) ?? 0;
      found.delete(`${name} ${errorClass}`);
      if (count !== rounds * 3) problems.push(`${name}: ${count} dead letters instead of ${rounds * 3}`);
    }
    problems.push(...[...found].map(([name, count]) => `${count} unexpected dead letters: ${name}`));
    return problems;
  },
};

/** A version that passes every check of form and that the database cannot take: its article id is none. */
async function brokenVersion(log: Awaited<ReturnType<Parameters<Row['inject']>[0]['deployment']['log']>>) {
  for await (const { value } of log.read(topicAddress(PREFIX, articleEnriched), 'earliest')) {
    const version = JSON.parse(String(value)) as { articleId: string; receiptId: string };
    return JSON.stringify({ ...version, articleId: 'no-uuid', receiptId: `poison-${randomUUID()}` });
  }
  throw new Error('there is no version to break');
}
