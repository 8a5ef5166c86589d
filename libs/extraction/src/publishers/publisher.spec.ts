import { describe, expect, it } from '@jest/globals';
import { definePublisher, type Publisher, PublisherError, readPublisher } from './publisher.js';
import { PublisherRules } from './publisher-rules.js';

function problemsOf(data: unknown): string[] {
  try {
    readPublisher(data, 'courier.json');
    return [];
  } catch (error) {
    expect(error).toBeInstanceOf(PublisherError);
    return [...(error as PublisherError).problems];
  }
}

describe('a publisher definition', () => {
  it('tells every problem by file and field', () => {
    const problems = problemsOf({
      name: '',
      hosts: ['https://Courier.example/'],
      validFrom: '2026-13-01',
      fields: { title: 'h1[', byline: '.by' },
      drop: [],
      dropText: 'short',
      colour: 'red',
    });
    expect(problems.map((problem) => problem.split(': ').slice(0, 2).join(': ')).sort()).toEqual([
      'courier.json: colour',
      'courier.json: drop',
      'courier.json: dropText.0',
      'courier.json: fields.byline',
      'courier.json: fields.title.0',
      'courier.json: hosts.0',
      'courier.json: name',
      'courier.json: note',
      'courier.json: validFrom',
    ]);
  });

  it.each([
    [{ name: 'A', hosts: ['a.example'], note: 'because' }, /fields: nothing is ruled/],
    [
      { name: 'A', hosts: ['a.example'], note: 'n', drop: '.x', validFrom: '2026-02-01', validUntil: '2026-01-01' },
      /validUntil: is before validFrom/,
    ],
    [[], /file: /],
    ['text', /file: /],
  ])('%j', (data, expected) => {
    expect(problemsOf(data).join('\n')).toMatch(expected);
  });
});

describe('finding the rules of a page', () => {
  const named = (name: string, hosts: string[], days: { validFrom?: string; validUntil?: string } = {}): Publisher =>
    definePublisher({ name, hosts, ...days, drop: '.promo', note: 'a test' });
  const rules = new PublisherRules(
    [
      named('courier', ['courier.example']),
      named('sport', ['sport.courier.example']),
      named('old ledger', ['ledger.example'], { validUntil: '2025-12-31' }),
      named('new ledger', ['ledger.example'], { validFrom: '2026-01-01' }),
      named('ended', ['ended.example'], { validUntil: '2025-12-31' }),
      named('replaced', ['post.example', 'post.test']),
    ],
    [named('own', ['post.example'])],
  );

  it.each([
    ['the host itself', 'https://courier.example/a', undefined, 'courier'],
    ['a subdomain', 'https://www.courier.example/a', undefined, 'courier'],
    ['the longest host', 'https://live.sport.courier.example/a', undefined, 'sport'],
    ['another host with the same end', 'https://daily-courier.example/a', undefined, undefined],
    ['the last day of the old markup', 'https://ledger.example/a', '2025-12-31T23:59:59Z', 'old ledger'],
    ['the first day of the new markup', 'https://ledger.example/a', '2026-01-01T00:00:00Z', 'new ledger'],
    ['no day: the newest markup', 'https://ledger.example/a', undefined, 'new ledger'],
    ['no day: a rule that has ended', 'https://ended.example/a', undefined, undefined],
    ['own rules before built-in ones', 'https://post.example/a', undefined, 'own'],
    ['other hosts of a replaced rule', 'https://post.test/a', undefined, 'replaced'],
    ['no address', 'post.example', undefined, undefined],
  ])('%s', (_, url, fetchedAt, expected) => {
    expect(rules.find(url, fetchedAt)?.name).toBe(expected);
  });

  it('refuses two rules for one host and day', () => {
    expect(() => new PublisherRules([named('a', ['x.example']), named('b', ['x.example'])])).toThrow(
      /claimed by "a" and "b"/,
    );
  });
});
