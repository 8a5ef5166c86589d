import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { openDoor, type RunningDoor } from '../../../../test/support/running-door.ts';
import { fetcher } from '../fetcher.service.js';

const OTHER = 'another-key-that-is-long';
const link = { headers: { 'content-type': 'application/json' }, body: '{"url":"https://courier.example/a"}' };

let door: RunningDoor;

beforeAll(async () => {
  door = await openDoor(fetcher, {
    environment: {
      NEWSMILL_API_KEY: `courier=a-key-that-is-long-enough,herald=${OTHER}`,
      NEWSMILL_PUSH_RATE: '20',
      NEWSMILL_PUSH_BURST: '0',
    },
  });
});

afterAll(() => door?.close());

describe('limits of a publisher', () => {
  it('are told with every answer, and passed with 429 and Retry-After; others are not touched', async () => {
    const answers = [];
    for (let n = 0; n < 21; n += 1) answers.push(await door.ask('POST', '/v1/articles', link));
    expect(answers.map(({ status }) => status)).toEqual([...Array<number>(20).fill(202), 429]);
    const [first, last] = [answers[0]!, answers[20]!];
    expect(first.headers.get('ratelimit-policy')).toBe('"minute";q=20;w=60');
    expect(first.headers.get('ratelimit')).toMatch(/^"minute";r=19;t=\d+$/);
    expect(last.headers.get('ratelimit')).toMatch(/^"minute";r=0;t=\d+$/);
    expect(Number(last.headers.get('retry-after'))).toBeGreaterThanOrEqual(1);
    expect(last.body).toMatchObject({ title: 'Too Many Requests', status: 429 });
    expect((await door.ask('POST', '/v1/articles', { ...link, key: OTHER })).status).toBe(202);
  });

  it('count each line of a batch', async () => {
    const { status, body } = await door.ask('POST', '/v1/articles:batch', {
      key: OTHER,
      headers: { 'content-type': 'application/x-ndjson' },
      body: Array.from({ length: 22 }, () => link.body).join('\n'),
    });
    expect(status).toBe(200);
    const statuses = body.map((result: { status: number }) => result.status);
    expect(statuses).toEqual([...Array<number>(19).fill(202), 429, 429, 429]);
    expect(body[21].retryAfter).toBeGreaterThanOrEqual(1);
  });

  it('do not count callers without a key', async () => {
    const answer = await door.ask('POST', '/v1/articles', { ...link, key: 'nobody-was-given-this' });
    expect([answer.status, answer.headers.get('ratelimit')]).toEqual([401, null]);
  });
});

describe('a limit of a second', () => {
  it('stands beside that of a minute, and ends with it', async () => {
    const own = await openDoor(fetcher, {
      databaseUrl: door.databaseUrl,
      environment: { NEWSMILL_PUSH_RATE: '1000', NEWSMILL_PUSH_BURST: '5' },
    });
    const statuses = (await Promise.all(Array.from({ length: 10 }, () => own.ask('POST', '/v1/articles', link)))).map(
      ({ status, headers }) => [status, headers.get('ratelimit-policy')],
    );
    expect(statuses).toContainEqual([429, '"minute";q=1000;w=60, "second";q=5;w=1']);
    await new Promise((resolve) => setTimeout(resolve, 1_100));
    expect((await own.ask('POST', '/v1/articles', link)).status).toBe(202);
    await own.close();
  });
});
