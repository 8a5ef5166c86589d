import { describe, expect, it } from '@jest/globals';
import { replayPoint } from './replay-point.js';

const NOW = Date.parse('2026-03-08T12:00:00Z');

describe('where a replay begins', () => {
  it.each([
    ['earliest', 'earliest'],
    ['2026-03-01', { time: Date.parse('2026-03-01T00:00:00Z') }],
    ['2026-03-01T06:00:00+01:00', { time: Date.parse('2026-03-01T05:00:00Z') }],
    ['7d', { time: Date.parse('2026-03-01T12:00:00Z') }],
    ['36h', { time: Date.parse('2026-03-07T00:00:00Z') }],
    ['120', { offset: 120n }],
    ['0:120,3:77', { offsets: { 0: 120n, 3: 77n } }],
  ])('%s', (text, expected) => {
    expect(replayPoint('--from', text, NOW)).toEqual(expected);
  });

  it.each(['', 'yesterday', '7 d', '-5', '1:', '1:2,', '1.5', '2026-13-01'])('refuses "%s"', (text) => {
    expect(() => replayPoint('--from', text, NOW)).toThrow('--from');
  });
});
