import { describe, expect, it } from '@jest/globals';
import { stages } from '../stages.js';
import { countersOf, openIn, readSamples, receivedIn } from './counters.js';
import { verdictOfCounters, verdictOfDatabase } from './verdict.js';

const FETCHER = `
# HELP newsmill_received_total Things received at a door
# TYPE newsmill_received_total counter
newsmill_received_total{door="push"} 7
newsmill_received_total{door="feed"} 5
newsmill_stage_events_total{stage="fetch",outcome="emitted"} 8
newsmill_stage_events_total{stage="fetch",outcome="rejected"} 1
newsmill_stage_events_total{stage="fetch",outcome="dead"} 2
newsmill_stage_events_total{stage="fetch",outcome="deferred"} 7
newsmill_stage_events_total{stage="fetch",outcome="skipped"} 0
newsmill_redriven_total{stage="fetch"} 1
process_start_time_seconds 1000.5
`;
const REST = `
newsmill_stage_events_total{stage="parse",outcome="emitted"} 8
newsmill_stage_events_total{stage="parse",outcome="rejected"} 2
newsmill_stage_events_total{stage="parse",outcome="dead"} 1
newsmill_stray_events_total{stage="parse",outcome="dead"} 1
newsmill_stage_events_total{stage="enrich",outcome="emitted"} 13
newsmill_stage_events_total{stage="store",outcome="done"} 13
newsmill_replayed_events_total{stage="enrich",outcome="emitted"} 5
newsmill_replayed_events_total{stage="store",outcome="done"} 5
newsmill_stage_events_total{stage="record",outcome="done"} 40
process_start_time_seconds 1001.5
`;

const status = (received: number, open: number, waiting = 0) => ({
  at: '',
  receipts: { received, open, held: 0, states: {}, doors: {}, closes: open === 0 },
  backlogs: [{ stage: 'parse', records: waiting }],
  deadLetters: {},
  hanging: [],
});
const counters = countersOf([FETCHER, REST], stages);
const later = new Date(2_000_000);

describe('what was counted', () => {
  it('leaves out what has not been met', () => {
    expect(counters.settled.fetch).toEqual({ emitted: 8, rejected: 1, dead: 2, deferred: 7 });
  });
});

describe('the account from the database', () => {
  it('closes when nothing is open, or what is open waits for a stage or has just been heard of', () => {
    expect(verdictOfDatabase(status(12, 0), { count: 0, ids: [] }).closes).toBe(true);
    expect(verdictOfDatabase(status(12, 2, 2), { count: 2, ids: ['a', 'b'] }).closes).toBe(true);
    expect(verdictOfDatabase(status(12, 2), { count: 0, ids: [] }).closes).toBe(true);
  });

  it('does not close when something is open that waits nowhere, and names it', () => {
    const verdict = verdictOfDatabase(status(12, 2), { count: 2, ids: ['a', 'b'] });
    expect(verdict).toEqual({ closes: false, told: expect.stringMatching(/^2 are open.*a, b$/) });
  });
});

describe('the account from the counters', () => {
  it('adds processes up', () => {
    expect(receivedIn(counters)).toBe(12);
    expect(counters.countedFrom).toEqual(new Date(1_001_500));
    expect(readSamples('broken{ 1\nx NaN\ny 2')).toEqual([{ name: 'y', labels: {}, value: 2 }]);
  });

  it('closes: received and re-driven are stored, rejected or dead; replays, strays and the record stage aside', () => {
    expect(openIn(counters, stages)).toBe(0);
    expect(verdictOfCounters(counters, status(12, 0), later, stages).closes).toBe(true);
  });

  it('closes when things that were refused without the word of the log are answered for', () => {
    const refused = { ...counters, received: { push: 10 }, unconfirmed: 3 };
    expect(verdictOfCounters(refused, status(12, 0), later, stages)).toEqual({
      closes: true,
      told: '12 received, 2 of them refused at the door and on the log all the same, as in the database',
    });
    expect(verdictOfCounters({ ...refused, unconfirmed: 1 }, status(12, 0), later, stages).closes).toBe(false);
    // One of the two was taken when it was put again.
    expect(verdictOfCounters(refused, status(11, 0), later, stages)).toEqual({
      closes: true,
      told: '11 received, as in the database, 1 of them put on the log again',
    });
    expect(verdictOfCounters(refused, status(13, 0), later, stages).closes).toBe(false);
    expect(verdictOfCounters(refused, status(8, 0), later, stages).closes).toBe(false);
  });

  it('names the difference to the database, to its own outcomes, or why it cannot tell', () => {
    const told = (received: number, lost: number, first = later) => {
      const changed = { ...counters, received: { push: 12 + lost } };
      return verdictOfCounters(changed, status(received, 0), first, stages);
    };
    expect(told(13, 0)).toEqual({ closes: false, told: '12 received, 13 in the database' });
    expect(told(12, 2)).toMatchObject({ closes: false, told: expect.stringMatching(/^2 received/) });
    expect(told(12, -2)).toMatchObject({ closes: false, told: expect.stringMatching(/^2 more outcomes/) });
    expect(told(12, 0, new Date(0))).toMatchObject({ closes: undefined, told: expect.stringContaining('1970') });
  });
});
