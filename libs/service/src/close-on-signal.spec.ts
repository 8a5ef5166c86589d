import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { closeOnSignal } from './close-on-signal.js';

const exits: unknown[] = [];
const turn = () => new Promise(setImmediate);
const send = () => process.emit('SIGTERM', 'SIGTERM');

beforeEach(() => {
  exits.length = 0;
  jest.spyOn(process, 'exit').mockImplementation((code) => void exits.push(code) as never);
  jest.spyOn(process.stderr, 'write').mockReturnValue(true);
});

afterEach(() => {
  jest.restoreAllMocks();
  for (const signal of ['SIGTERM', 'SIGINT'] as const) process.removeAllListeners(signal);
});

describe('closeOnSignal', () => {
  it('ends with 0 after a close in order, and with 1 at a second signal', async () => {
    closeOnSignal(async () => undefined);
    send();
    await turn();
    expect(exits).toEqual([0]);
    send();
    expect(exits).toEqual([0, 1]);
  });

  it('ends with 1 after a close that fails', async () => {
    closeOnSignal(async () => {
      throw new Error('no');
    });
    send();
    await turn();
    expect(exits).toEqual([1]);
  });

  it('cuts a close off that takes too long, and ends with 0', async () => {
    closeOnSignal(() => new Promise(() => undefined), 20);
    send();
    await turn();
    expect(exits).toEqual([]);
    await new Promise((resolve) => setTimeout(resolve, 40));
    expect(exits).toEqual([0]);
  });
});
