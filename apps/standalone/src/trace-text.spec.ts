import { describe, expect, it } from '@jest/globals';
import { traceText } from './trace-text.js';

const at = (minute: number): Date => new Date(Date.UTC(2026, 2, 1, 12, minute));

const receipt = {
  id: 'r-1',
  state: 'dead' as const,
  rank: 4,
  articleId: null,
  reason: 'remote: 503',
  door: 'push',
  subject: 'https://courier.example/1',
  stage: 'fetch',
  receivedAt: at(0),
  updatedAt: at(1),
};

const step = {
  receiptId: 'r-1',
  id: 's',
  reason: null,
  topic: null,
  partition: null,
  offset: null,
  redrives: 0,
  replay: '',
};

describe('a trace in lines', () => {
  it('tells each step with time, stage, outcome, place and why, in columns', () => {
    const trace = {
      receipts: [receipt],
      steps: [
        { ...step, at: at(0), stage: 'push', outcome: 'received' as const },
        {
          ...step,
          at: at(1),
          stage: 'fetch',
          outcome: 'dead' as const,
          reason: 'remote: 503',
          ...{ topic: 'n.link.v1', partition: 2, offset: '7', redrives: 1, replay: 't=1' },
        },
      ],
      articleIds: ['a-1'],
      versions: [
        {
          receiptId: 'r-0',
          articleId: 'a-1',
          revision: 2,
          changeKind: 'update',
          fields: ['body', 'by'],
          storedAt: at(2),
        },
        { receiptId: 'r-2', articleId: 'a-1', revision: null, changeKind: 'late', fields: [], storedAt: at(3) },
      ],
    };
    expect(traceText(trace, { 'r-1': ['fetch/0/3'] }).split('\n')).toEqual([
      'receipt r-1  dead (remote: 503)',
      '  by push, received 2026-03-01T12:00:00.000Z, last heard of in fetch, 2026-03-01T12:01:00.000Z, https://courier.example/1',
      '  2026-03-01T12:00:00.000Z  push   received',
      '  2026-03-01T12:01:00.000Z  fetch  dead      n.link.v1/2/7  remote: 503, redrive 1, replay t=1',
      '  dead letter fetch/0/3',
      'article a-1  revision 2  update (body, by)  2026-03-01T12:02:00.000Z  receipt r-0',
      'article a-1  revision -  late  2026-03-01T12:03:00.000Z  receipt r-2',
    ]);
  });
});
