import { mkdtemp, rm } from 'node:fs/promises';
import { randomBytes } from 'node:crypto';
import { startEmbeddedPostgres } from '@newsmill/embedded-postgres';
import { PostgresTransport } from './src/postgres.transport.ts';
const dir = await mkdtemp('/tmp/bench-pg-');
const server = await startEmbeddedPostgres({ dataDir: dir + '/d', durable: process.argv[2] !== 'fast' });
const mk = async () => { const t = new PostgresTransport({ url: server.url }); await t.connect(); return t; };
const [a, b] = [await mk(), await mk()];
const spec = (address: string, partitions = 6) => ({ address, partitions, cleanup: 'delete' as const, retentionMs: 864e5, maxBytes: 5e6 });
await a.applyTopics([spec('t2'), spec('t50'), spec('out'), spec('lat')]);
const words = Array.from({length: 5000}, () => randomBytes(4).toString('hex').slice(0, 2 + Math.floor(Math.random()*6)));
const text = (n: number) => { let s = '<html>'; while (s.length < n) s += (Math.random() < 0.2 ? '<p class="x">' : ' ') + words[Math.floor(Math.random()*5000)]; return Buffer.from(s.slice(0, n)); };
for (const [topic, size, count] of [['t2', 2000, 30000], ['t50', 50000, 3000]] as const) {
  const samples = Array.from({ length: 50 }, () => text(size));
  let t0 = performance.now();
  const recs = Array.from({ length: count }, (_, i) => ({ topic, key: Buffer.from('k' + i), value: samples[i % 50]!, headers: { ce_id: Buffer.from('id' + i), ce_type: Buffer.from('x') } }));
  let next = 0;
  await Promise.all(Array.from({ length: 8 }, async () => { while (next < count) { const from = next; next += 64; await a.publish(recs.slice(from, from + 64)); } }));
  let dt = performance.now() - t0; console.log(topic, 'publish', Math.round(count / dt * 1000), 'rec/s');
  const run = async (name: string, out: boolean) => {
    let got = 0; const done = Promise.withResolvers<void>(); const t1 = performance.now();
    const c = await b.subscribe({ topic, group: name, batchSize: 64, batchBytes: 2e6, onBatch: async (batch) => ({
      publish: out ? batch.records.map((r) => ({ topic: 'out', key: r.key, value: r.value, headers: r.headers })) : [],
      onSettled: () => { got += batch.records.length; if (got >= count) done.resolve(); } }) });
    await done.promise; const d = performance.now() - t1; console.log(topic, name, Math.round(count / d * 1000), 'rec/s'); await c.stop();
  };
  await run('consume', false); await run('consume-transform-publish', true);
}
// both at once
{
  const size = 2000, count = 30000; const samples = Array.from({ length: 50 }, () => text(size)); let got = 0; const done = Promise.withResolvers<void>();
  await a.applyTopics([spec('both')]);
  const t1 = performance.now();
  await b.subscribe({ topic: 'both', group: 'g', batchSize: 64, batchBytes: 2e6, onBatch: async (batch) => ({ publish: [], onSettled: () => { got += batch.records.length; if (got >= count) done.resolve(); } }) });
  let next = 0;
  await Promise.all(Array.from({ length: 8 }, async () => { while (next < count) { const from = next; next += 64; await a.publish(Array.from({ length: 64 }, (_, i) => ({ topic: 'both', key: Buffer.from('k' + (from + i)), value: samples[i % 50]!, headers: {} }))); } }));
  await done.promise; console.log('2KB publish and consume at once', Math.round(count / (performance.now() - t1) * 1000), 'rec/s');
}
for (const size of [2000, 50000]) {
  const lat: number[] = []; const value = text(size); let started = 0; let seen = Promise.withResolvers<void>();
  const topic = 'lat' + size; await a.applyTopics([spec(topic)]);
  const c = await b.subscribe({ topic, group: 'lat', batchSize: 64, batchBytes: 2e6, onBatch: async () => { lat.push(performance.now() - started); seen.resolve(); return { publish: [] }; } });
  while (c.assigned.length < 6) await new Promise((r) => setTimeout(r, 20));
  for (let i = 0; i < 300; i++) { seen = Promise.withResolvers(); started = performance.now(); await a.publish([{ topic, key: Buffer.from('k' + i), value, headers: {} }]); await seen.promise; await new Promise((r) => setTimeout(r, 5)); }
  lat.sort((x, y) => x - y); console.log(size, 'latency ms p50', lat[150]!.toFixed(2), 'p95', lat[285]!.toFixed(2), 'max', lat[299]!.toFixed(1)); await c.stop();
}
await a.close(); await b.close(); await server.stop(); await rm(dir, { recursive: true, force: true });
