import { describe, expect, it } from '@jest/globals';
import { parseNews } from './notifier.js';

describe('parseNews', () => {
  it('reads ends of partitions and groups', () => {
    expect(parseNews('12/0/1045 -8123456789012345678 12/1/99 77')).toEqual({
      ends: [
        { topicId: 12, partition: 0, end: 1045n },
        { topicId: 12, partition: 1, end: 99n },
      ],
      groups: [-8123456789012345678n, 77n],
    });
  });

  it.each(['', 'hello world', '1/2', '1/2/x', '/ //'])('ignores what it does not know: "%s"', (payload) => {
    expect(parseNews(payload)).toEqual({ ends: [], groups: [] });
  });
});
