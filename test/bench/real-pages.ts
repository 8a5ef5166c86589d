/**
 * node test/bench/real-pages.ts --data DIR [--transport postgres|kafka] [--records FILE] [--json]
 *
 * Pushes every page of a folder (`gold.json`: id → {url?}, `<id>.html.gz`) through a real deployment and tells what became of each:
 * stored, unchanged or rejected with a reason; the account must close. `--records` writes the stored records as NDJSON.
 */
import { readFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import { gunzipSync } from 'node:zlib';
import { deploy } from './deployment.ts';

const { values } = parseArgs({
  options: {
    data: { type: 'string' },
    transport: { type: 'string', default: 'postgres' },
    records: { type: 'string' },
    json: { type: 'boolean', default: false },
  },
});
const { data, transport } = values;
if (data === undefined) throw new Error('--data is missing: a folder with gold.json and <id>.html.gz');
if (transport !== 'postgres' && transport !== 'kafka') throw new Error(`--transport ${transport}: postgres or kafka`);

const gold = JSON.parse(readFileSync(`${data}/gold.json`, 'utf8')) as Record<string, { url?: string }>;
const deployment = await deploy(transport);
try {
  const { client } = deployment;
  const receipts = new Map<string, string>();
  for (const [id, { url = `https://pages.example/${id}` }] of Object.entries(gold)) {
    const html = gunzipSync(readFileSync(`${data}/${id}.html.gz`)).toString();
    const { status, receiptId, body } = await client.push({ url, html });
    if (status !== 202) throw new Error(`${id}: ${status} ${JSON.stringify(body)}`);
    receipts.set(id, receiptId!);
  }
  const settled = await Promise.all(
    [...receipts].map(async ([id, receiptId]) => ({ id, ...(await client.settled(receiptId, 300_000)) })),
  );
  const byState = Object.groupBy(settled, ({ state }) => state);
  const flow = await client.flow();
  const result = {
    transport,
    pages: receipts.size,
    states: Object.fromEntries(Object.entries(byState).map(([state, all]) => [state, all!.length])),
    accountCloses: flow.closes && flow.received === receipts.size,
    notStored: settled
      .filter(({ state }) => state !== 'stored')
      .map(({ id, state, reason }) => ({ id, state, ...(reason !== undefined && { reason }) })),
  };
  if (values.records !== undefined) {
    const lines: string[] = [];
    for (const { id, state, articleId } of settled) {
      if (state === 'stored') lines.push(JSON.stringify({ id, record: await client.article(articleId!) }));
    }
    await writeFile(values.records, `${lines.join('\n')}\n`);
  }
  process.stdout.write(`${JSON.stringify(result, null, values.json ? undefined : 2)}\n`);
} finally {
  await deployment.stop();
}
