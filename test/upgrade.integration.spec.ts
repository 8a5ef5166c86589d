import { join } from 'node:path';
import type { Transport } from '@newsmill/stage';
import { PostgresTransport } from '@newsmill/transport';
import { KafkaTransport } from '@newsmill/transport/kafka';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { article } from './chaos/articles.ts';
import { check } from './chaos/check.ts';
import { Ledger } from './chaos/ledger.ts';
import { Load } from './chaos/load.ts';
import { type HeldFolder, holdFolder } from './support/held-folder.ts';
import { SERVICES } from './support/kafka-services.ts';
import { NewsmillClient, until } from './support/newsmill-client.ts';
import { previousRelease } from './support/previous-release.ts';
import { freshDatabase, kafkaUnavailable, startKafka, topicPrefix } from './support/real-parts.ts';
import { buildRelease } from './support/release-build.ts';
import { type ReleaseName, SideBySide } from './support/side-by-side.ts';
import { type Answer, startTestSite, type TestSite } from './support/test-site.ts';

const KEY = 'a-key-that-is-long-enough';
/** Articles that are to be taken in after each step of the upgrade, at the least, and how many a second. */
const [AT_LEAST, RATE] = [15, 3];
const PATIENCE_MS = 240_000;
/** Pages that newsrooms tell the address of, with numbers apart from those that are pushed whole. */
const FIRST_PAGE = 100_000;

const pathOf = (number: number): string => `/news/2026/pier-${number}`;

function servesArticle(number: number): Answer {
  return (_, response) => response.writeHead(200, { 'content-type': 'text/html' }).end(article(number).html);
}

const release = previousRelease();
if (typeof release === 'string') console.warn(`SKIPPED, there is no release to upgrade from: ${release}.`);
const noKafka = typeof release === 'string' ? undefined : await kafkaUnavailable();

(typeof release === 'string' ? describe.skip : describe)('from the release before to this one', () => {
  let folder: HeldFolder;
  let oldRoot: string;

  beforeAll(async () => {
    if (typeof release === 'string') return;
    folder = await holdFolder('upgrade');
    oldRoot = await buildRelease(release, folder.path);
  }, 900_000);

  afterAll(() => folder?.release());

  describe.each(noKafka === undefined ? (['postgres', 'kafka'] as const) : (['postgres'] as const))('on %s', (kind) => {
    const ends: (() => Promise<unknown>)[] = [];
    let both: SideBySide;
    let site: TestSite;
    let ledger: Ledger;
    let load: Load;
    let pages = FIRST_PAGE;
    let failed: string | undefined;

    beforeAll(async () => {
      const database = await freshDatabase();
      ends.push(database.drop);
      const numbers = Array.from({ length: 50 }, (_, index) => FIRST_PAGE + index);
      site = await startTestSite(Object.fromEntries(numbers.map((number) => [pathOf(number), servesArticle(number)])));
      ends.unshift(() => site.close());
      const prefix = topicPrefix();
      const brokers = kind === 'kafka' ? (await startKafka()).brokers : [];
      const transport: Transport =
        kind === 'kafka'
          ? new KafkaTransport({ brokers, clientId: 'upgrade' })
          : new PostgresTransport({ url: database.url });
      await transport.connect();
      both = await SideBySide.make({
        oldRoot,
        mark: folder.path,
        prefix,
        databaseUrl: database.url,
        transport,
        environment: {
          NEWSMILL_TRANSPORT: kind,
          ...(kind === 'kafka' && { NEWSMILL_KAFKA_BROKERS: brokers.join(',') }),
          NEWSMILL_DATABASE_URL: database.url,
          NEWSMILL_TOPIC_PREFIX: prefix,
          NEWSMILL_API_KEY: KEY,
          NEWSMILL_PUSH_RATE: '0',
          NEWSMILL_PUSH_BURST: '0',
          NEWSMILL_OUTBOUND_ALLOW: site.host,
          NEWSMILL_LOG_LEVEL: 'warn',
          NEWSMILL_MIGRATE: 'false',
        },
      });
      ends.unshift(() => both.close());
      ledger = new Ledger(join(folder.path, `ledger-${kind}`));
      ends.unshift(() => {
        ledger.close();
        return Promise.resolve();
      });
    }, 120_000);

    afterAll(async () => {
      load?.stop();
      for (const end of ends) await end();
    }, 120_000);

    /** A step of one upgrade: after one that failed the others tell nothing. */
    function step(name: string, work: () => Promise<void>): void {
      it(
        name,
        async () => {
          if (failed !== undefined) throw new Error(`not tried, as this failed: ${failed}`);
          failed = name;
          await work();
          failed = undefined;
        },
        1_200_000,
      );
    }

    /** Newsrooms find each of the open doors in turn. */
    function startLoad(): void {
      let turn = 0;
      load = new Load({
        get pushUrl() {
          const { doors } = both;
          return doors[turn++ % doors.length]!;
        },
        key: KEY,
        ledger,
        articleOf: (number) => article(number),
        rate: RATE,
        articles: 1,
      });
      // A newsroom whose push is refused for good fails the test where it waits.
      load.done.catch(() => undefined);
    }

    /** Waits until more has been promised, and pages have been fetched by address through each door that is open. */
    async function flows(through: ReleaseName): Promise<void> {
      const before = ledger.receipts;
      for (const door of both.doors) {
        const guid = `pier-${pages}`;
        const { hash } = article(pages);
        const client = new NewsmillClient(door, KEY, both.service(through, 'store').url);
        ledger.sent.add(guid);
        const { receiptId } = await client.push({ guid, url: `${site.origin}${pathOf(pages++)}` });
        const settled = await client.settled(receiptId!, PATIENCE_MS);
        expect(settled).toMatchObject({ state: 'stored' });
        ledger.note({ guid, hash, receiptId: receiptId!, articleId: settled.articleId! });
      }
      await until('newsrooms get their 202', PATIENCE_MS, async () =>
        Promise.resolve(ledger.receipts >= before + AT_LEAST ? true : undefined),
      );
      await both.ready();
    }

    step('the old release works alone', async () => {
      await both.prepare('old');
      await both.start('old');
      startLoad();
      await flows('old');
    });

    step('it goes on while topics and schemas become those of the new one', async () => {
      await both.prepare('new');
      await flows('old');
      for (const { name, endedLives } of both.instances) expect([name, endedLives]).toEqual([name, 0]);
    });

    step('both work in the same groups', async () => {
      await both.start('new');
      await flows('old');
      await flows('new');
      for (const name of SERVICES) {
        await until(`${name} of both releases takes part`, PATIENCE_MS, async () => {
          const worked = await Promise.all([both.worked('old', name), both.worked('new', name)]);
          return worked.every((count) => count > 0) ? true : undefined;
        });
      }
    });

    step('the new one goes on alone', async () => {
      expect(await both.stop('old')).toEqual([0, 0, 0, 0]);
      await flows('new');
    });

    step('back: the old one takes over again, on the schemas and topics of the new one', async () => {
      await both.start('old');
      expect(await both.stop('new')).toEqual([0, 0, 0, 0]);
      await flows('old');
    });

    step('forth: the account closes, each article is stored once as it was sent, nothing is dead', async () => {
      await both.start('new');
      expect(await both.stop('old')).toEqual([0, 0, 0, 0]);
      load.enough();
      await load.done;
      const client = new NewsmillClient('', KEY, both.service('new', 'store').url);
      const { states } = await until('every receipt is answered for', PATIENCE_MS, async () => {
        const flow = await client.flow();
        return flow.closes && flow.received >= ledger.receipts ? flow : undefined;
      });
      expect(states).not.toHaveProperty('dead');
      expect(states).not.toHaveProperty('rejected');
      const checked = await check(both, ledger, 'stopped processes took their counters along');
      expect(checked).toMatchObject({ lost: 0, duplicates: 0, unknown: 0, altered: 0, problems: [] });
      const { deadLetters } = JSON.parse(await both.newsmill('status', '--json')) as {
        deadLetters: Record<string, number>;
      };
      expect(Object.entries(deadLetters).filter(([, count]) => count > 0)).toEqual([]);
    });
  });
});
