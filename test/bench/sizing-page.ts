import { readFileSync } from 'node:fs';
import { type Topic, topics } from '@newsmill/contracts';

/** What `npm run bench:sizing` has measured. Of an article means: of each that was received, whatever became of it. */
export interface Costs {
  /** RFC 3339, the day alone. */
  date: string;
  commit: string;
  machine: string;
  pages: string;
  /** HTML of a page on average. */
  pageBytes: number;
  articles: number;
  stored: number;
  articlesPerSecond: number;
  /** CPU milliseconds of an article, by process, without what waiting takes. */
  cpuMs: Record<string, number>;
  /** Cores that a process takes while it waits. */
  idleCores: Record<string, number>;
  /** Most memory held, in MB, by service. */
  peakMegabytes: Record<string, number>;
  /** Bytes of an article's records as they stand in a topic, by topic without prefix. */
  topicBytes: Record<string, number>;
  /** Bytes that an article adds to tables and indexes. */
  databaseBytes: number;
  /** Bytes of PostgreSQL's write-ahead log. */
  writeAheadBytes: number;
}

/** News come in waves: the busiest minutes against the day's mean. */
const PEAK = 4;
/** Share of a core that is planned for; the rest catches up after an outage. */
const USED = 0.6;
const REPLICAS = 3;
const DAYS_KEPT = 365;
const SERVICES = ['fetcher', 'parser', 'enricher', 'store'];
const DAYS = [100_000, 1_000_000, 10_000_000];

/** docs/sizing.md. */
export function sizingPage(costs: Costs): string {
  const stages = Object.entries(costs.cpuMs).sort(([, a], [, b]) => b - a);
  const total = Object.values(costs.cpuMs).reduce((sum, ms) => sum + ms, 0);
  const head = ['articles a day', ...DAYS.map((articles) => articles.toLocaleString('en'))];
  const [most = '', mostMs = 0] = stages.filter(([part]) => SERVICES.includes(part))[0] ?? [];
  return `# Sizing and cost

Everything here is computed from what an article costs, as \`npm run bench:sizing -- --data <pages> --docs\` has measured it on ${costs.date} at ${costs.commit}
(${costs.machine}; broker and database on the same cores): ${count(costs.articles)} articles made from ${costs.pages} of ${kilobytes(costs.pageBytes)} of HTML on average, ${count(costs.stored)}
of them stored, pushed over HTTP as fast as two cores took them (${costs.articlesPerSecond.toFixed(0)} a second). Measure with your own pages: long ones cost more. The figures are in
[sizing.json](sizing.json).

Not measured: more than one machine, more than one broker, fetching over the internet (pushed pages need none), translation or images, ARM.

## What an article costs

${table(
  ['process', 'CPU ms an article', 'cores while it waits', 'most memory (RSS, MB)'],
  stages.map(([part, ms]) => [part, ms.toFixed(2), costs.idleCores[part]?.toFixed(3), costs.peakMegabytes[part] ?? '']),
)}

Together ${total.toFixed(1)} ms. Much of it is requests to brokers and database, which are shared by the articles of a batch: at higher rates batches are larger and an
article costs less ([benchmarks](benchmarks.md) has the costs at \`bench:pipeline\`'s rate and smaller pages).

${table(
  ['on disk', 'bytes an article', 'kept'],
  [
    ...topics
      .filter(({ name }) => (costs.topicBytes[name] ?? 0) > 0)
      .map(({ name, retention }) => [
        `\`${name}\``,
        count(costs.topicBytes[name]!),
        retention.cleanup === 'compact' ? 'the last of each article' : `${retention.days} days`,
      ]),
    ['PostgreSQL, tables and indexes', count(costs.databaseBytes), 'for ever'],
    ['PostgreSQL, write-ahead log', count(costs.writeAheadBytes), 'until it is archived'],
  ],
)}

Memory is that of processes without a limit; in the chart the heap is a share of the limit (\`heapPercentage\`), and Node.js collects earlier.

## What a day takes

Planned for peaks of ${PEAK} times the mean and cores that are ${USED * 100} % used, with ${REPLICAS} replicas of each topic. Cores are those of the busiest minutes; what waiting costs is in them
once for each replica. All of it is computed, none of it run at that size.

${table(head, [
  ['articles a second, mean', ...DAYS.map((articles) => rate(articles).toFixed(1))],
  ['articles a second, peak', ...DAYS.map((articles) => (rate(articles) * PEAK).toFixed(0))],
  ...SERVICES.map((service) => [
    `${service}: cores (replicas)`,
    ...DAYS.map((articles) => {
      const { cores, replicas } = need(costs, service, articles);
      return `${cores.toFixed(1)} (${replicas})`;
    }),
  ]),
  ['Kafka: cores, all brokers', ...DAYS.map((articles) => brokerCores(costs, articles).toFixed(1))],
  ['PostgreSQL: cores', ...DAYS.map((articles) => need(costs, 'PostgreSQL', articles).cores.toFixed(1))],
  ['partitions of each topic, at least', ...DAYS.map((articles) => partitions(costs, articles))],
  [
    'Kafka: disk after a year, all replicas',
    ...DAYS.map((articles) => gigabytes(logBytes(costs, articles) * REPLICAS)),
  ],
  ['PostgreSQL: disk a year', ...DAYS.map((articles) => gigabytes(costs.databaseBytes * articles * DAYS_KEPT))],
  [
    'PostgreSQL: writes at the peak',
    ...DAYS.map((articles) => `${((costs.writeAheadBytes * rate(articles) * PEAK) / 1e6).toFixed(1)} MB/s`),
  ],
])}

## What to scale first

1. **The ${most}** takes the most CPU (${mostMs.toFixed(1)} ms an article), and every service is one busy thread for each replica. Give it more (\`replicas\`; by lag with \`keda\`; parser and
   enricher by CPU with \`hpa\`), as many as its topic has partitions at most. The chart refuses more.
2. **Partitions** next, since they bound the replicas: \`topics.partitions\`. Choose them when the topics are made, for what
   the coming years need: added ones move keys, which costs articles on their way their order, and a compacted topic takes none.
3. **PostgreSQL** is the one part that does not spread: all versions of all articles go through it. Give it memory for its indexes and disks that answer a flush fast; the store
   keeps many articles in a transaction, so the rate of flushes grows more slowly than the rate of articles.
4. **Brokers** last: they mostly move compressed bytes, and waiting consumers are a good part of what they do.

Disk of the log by topic: ${diskShares(costs)}. Where records are kept for days, these bound how far back
\`newsmill replay\` reaches; where the last of each article is kept, it is what \`newsmill rebuild\` and new subscribers read.

## Ten million a day

${tenMillion(costs)}
`;
}

/** The page as the figures that are kept make it. */
export function currentSizingPage(): string {
  const file = new URL('../../docs/sizing.json', import.meta.url);
  return sizingPage(JSON.parse(readFileSync(file, 'utf8')) as Costs);
}

function tenMillion(costs: Costs): string {
  const articles = 10_000_000;
  const services = SERVICES.map((service) => ({ service, ...need(costs, service, articles) }));
  const cores = services.reduce((sum, { cores: own }) => sum + own, 0);
  const database = need(costs, 'PostgreSQL', articles).cores;
  const replicas = services.map(({ service, replicas: own }) => `${own} of the ${service}`).join(', ');
  return `${rate(articles).toFixed(0)} articles a second in the mean and ${(rate(articles) * PEAK).toFixed(0)} at the peak: ${cores.toFixed(0)} cores for the services (${replicas}), ${brokerCores(costs, articles).toFixed(0)} for the brokers,
${database.toFixed(0)} for PostgreSQL, topics of ${partitions(costs, articles)} partitions. After a year the log holds ${gigabytes(logBytes(costs, articles) * REPLICAS)} with its replicas; the network between brokers and services
carries each page three times (in, replicated twice) and once to the parser.

PostgreSQL is what to prove first: ${((costs.writeAheadBytes * rate(articles) * PEAK) / 1e6).toFixed(0)} MB a second of write-ahead log at the peak, and ${gigabytes(costs.databaseBytes * articles * DAYS_KEPT)} a year. Its tables are not partitioned by time
and the store writes to one server, so a year of that is beyond one machine's disks, and newsmill has no command that takes old articles away: run several installations, each with
its own publishers, prefix and database (an article's key is its address, so nothing is shared between them but near duplicates). This was not run.`;
}

function rate(articlesADay: number): number {
  return articlesADay / 86_400;
}

/** Cores at the peak, and replicas of one thread each, two at least. */
function need(costs: Costs, part: string, articlesADay: number): { cores: number; replicas: number } {
  const busy = (rate(articlesADay) * PEAK * (costs.cpuMs[part] ?? 0)) / 1000 / USED;
  const replicas = Math.max(2, Math.ceil(busy));
  return { cores: busy + replicas * (costs.idleCores[part] ?? 0), replicas };
}

/** A record costs its leader once and each follower about as much as a consumer, of which there is one already. */
function brokerCores(costs: Costs, articlesADay: number): number {
  return need(costs, 'Kafka', articlesADay).cores * REPLICAS;
}

/** One for each replica of the busiest stage, and half as many again to grow; six at least. */
function partitions(costs: Costs, articlesADay: number): number {
  const most = Math.max(...SERVICES.map((service) => need(costs, service, articlesADay).replicas));
  return Math.max(6, Math.ceil((most * 1.5) / 6) * 6);
}

/** What a topic holds of one copy. A compacted one keeps the last record of each article of a year. */
function logBytesOf(costs: Costs, { name, retention }: Topic, articlesADay: number): number {
  const days = retention.cleanup === 'compact' ? DAYS_KEPT : retention.days;
  return (costs.topicBytes[name] ?? 0) * articlesADay * days;
}

function logBytes(costs: Costs, articlesADay: number): number {
  return topics.reduce((sum, topic) => sum + logBytesOf(costs, topic, articlesADay), 0);
}

function diskShares(costs: Costs): string {
  return topics
    .map((topic) => ({ name: topic.name, share: logBytesOf(costs, topic, 1) / logBytes(costs, 1) }))
    .filter(({ share }) => share >= 0.01)
    .sort((a, b) => b.share - a.share)
    .map(({ name, share }) => `\`${name}\` ${Math.round(share * 100)} %`)
    .join(', ');
}

function table(head: readonly unknown[], rows: readonly (readonly unknown[])[]): string {
  return [head, head.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`).join('\n');
}

function count(value: number): string {
  return value.toLocaleString('en');
}

function kilobytes(bytes: number): string {
  return `${Math.round(bytes / 1000)} KB`;
}

function gigabytes(bytes: number): string {
  return bytes >= 1e12 ? `${(bytes / 1e12).toFixed(1)} TB` : `${Math.ceil(bytes / 1e9)} GB`;
}
