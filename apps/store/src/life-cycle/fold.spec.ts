import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { EXPIRED, fold, type Fold } from './fold.js';
import type { VersionKey } from './version-key.js';

const BASE = Date.UTC(2026, 0, 1);
const MINUTE = 60_000;
const minute = (count: number): Date => new Date(BASE + count * MINUTE);

/** A version numbered `version`, accepted in the minute of its receipt, that says `says`. */
function key(receipt: number, says: string, rest: Partial<VersionKey> = {}): VersionKey {
  return {
    id: String(receipt),
    receiptId: `r${String(receipt).padStart(3, '0')}`,
    replay: '',
    confirmed: '',
    version: String(receipt),
    versionCreated: minute(0),
    acceptedAt: minute(receipt),
    pubStatus: 'usable',
    note: null,
    restores: false,
    embargoedUntil: null,
    expires: null,
    contentHash: says,
    elapsedTo: null,
    hasRecord: true,
    ...rest,
  };
}

const cancel = (receipt: number, rest: Partial<VersionKey> = {}): VersionKey =>
  key(receipt, '', { pubStatus: 'canceled', note: 'libel', ...rest });

/** What the public sees, in a few words. */
function seen(folded: Fold): string {
  const { standing } = folded;
  if (standing === undefined) return 'nothing';
  return standing.pubStatus === 'usable' ? standing.version.contentHash : `${standing.pubStatus}: ${standing.reason}`;
}

/** What a state event would say. */
function told({ standing, revision }: Fold): unknown {
  return [revision, standing?.pubStatus, standing?.reason, standing?.version.receiptId, standing?.source?.receiptId];
}

const at = (minutes: number, ...versions: VersionKey[]): string => seen(fold(versions, minute(minutes).getTime()));
const revisionAt = (minutes: number, ...versions: VersionKey[]): number =>
  fold(versions, minute(minutes).getTime()).revision;

describe('versions', () => {
  it('stand in the order of their numbers, dates and acceptance; the newest is seen', () => {
    expect(at(99, key(1, 'nine', { version: '9' }), key(2, 'ten', { version: '10' }))).toBe('ten');
    expect(at(99, key(1, 'numbered'), key(2, 'not', { version: null }))).toBe('numbered');
    const dated = (receipt: number, says: string, day: number): VersionKey =>
      key(receipt, says, { version: null, versionCreated: minute(day) });
    expect(at(99, dated(1, 'new', 5), dated(2, 'old', 4))).toBe('new');
    expect(at(99, dated(2, 'later', 5), dated(1, 'sooner', 5))).toBe('later');
  });

  it('that say the same are one, told once, under the oldest of them', () => {
    const again = [key(1, 'A'), key(2, 'A'), key(3, 'A')];
    expect(fold(again, BASE)).toMatchObject({ revision: 1, standing: { version: { receiptId: 'r001' } } });
  });

  it('that come late and are old never win, and count', () => {
    expect(at(99, key(5, 'new'), key(2, 'old'))).toBe('new');
    expect([revisionAt(99, key(5, 'new')), revisionAt(99, key(5, 'new'), key(2, 'old'))]).toEqual([1, 2]);
  });

  it('that come back to an earlier text are told as versions of their own, with the record that is kept', () => {
    const { standing, revision } = fold([key(1, 'A'), key(2, 'B'), key(3, 'A', { hasRecord: false })], BASE);
    expect([revision, standing?.version.receiptId, standing?.source?.receiptId]).toEqual([3, 'r003', 'r001']);
  });
});

describe('a kill', () => {
  it('beats every older version and every newer-numbered one that is still in flight', () => {
    const kill = cancel(5, { version: '2' });
    expect(at(99, key(1, 'A'), kill)).toBe('canceled: libel');
    expect(at(99, key(1, 'A', { version: '7' }), kill, key(9, 'in flight', { version: '99' }))).toBe('canceled: libel');
  });

  it('is taken back by the explicit flag alone, and what was killed stays killed', () => {
    const killed = [key(1, 'A', { version: '50' }), cancel(5)];
    const back = key(7, 'B', { version: '3', restores: true });
    expect(at(99, ...killed, back)).toBe('B');
    expect(at(99, ...killed, back, key(8, 'C', { version: '4' }))).toBe('C');
    expect(at(99, ...killed, key(6, 'in flight', { version: '60' }), back)).toBe('B');
    expect(at(99, ...killed, back, cancel(9, { note: 'again' }))).toBe('canceled: again');
    expect(at(99, ...killed, key(4, 'B', { restores: true }))).toBe('canceled: libel');
  });

  it('is not held by an embargo; its taking back may be', () => {
    expect(at(9, key(1, 'A'), cancel(5, { embargoedUntil: minute(60) }))).toBe('canceled: libel');
    const back = key(7, 'B', { restores: true, embargoedUntil: minute(60) });
    expect([59, 60].map((now) => at(now, key(1, 'A'), cancel(5), back))).toEqual(['canceled: libel', 'B']);
  });
});

describe('a withheld version', () => {
  it('hides the article while it is the newest', () => {
    const hidden = [key(1, 'A'), key(2, '', { pubStatus: 'withheld', note: 'checking' })];
    expect(at(99, ...hidden)).toBe('withheld: checking');
    expect(at(99, ...hidden, key(3, 'A'))).toBe('A');
  });
});

describe('an embargo', () => {
  const held = key(2, 'B', { embargoedUntil: minute(60) });

  it('holds its version until its moment and leaves in place what was public', () => {
    expect([59, 60].map((now) => at(now, held))).toEqual(['nothing', 'B']);
    expect([59, 60].map((now) => at(now, key(1, 'A'), held))).toEqual(['A', 'B']);
    expect(fold([key(1, 'A'), held], minute(59).getTime())).toMatchObject({ revision: 1, due: minute(60).getTime() });
    expect(fold([key(1, 'A'), held], minute(60).getTime()).due).toBeUndefined();
  });

  it('is moved by a newer version that is held itself, if that was accepted in time', () => {
    const moved = key(3, 'B', { embargoedUntil: minute(90) });
    expect([60, 89, 90].map((now) => at(now, held, moved))).toEqual(['nothing', 'nothing', 'B']);
    const again = key(4, 'B', { embargoedUntil: minute(120), acceptedAt: minute(70) });
    expect([60, 90, 120].map((now) => at(now, held, moved, again))).toEqual(['nothing', 'nothing', 'B']);
    const tooLate = key(3, 'C', { embargoedUntil: minute(90), acceptedAt: minute(61) });
    expect([60, 89, 90].map((now) => at(now, held, tooLate))).toEqual(['B', 'B', 'C']);
  });

  it('is moved to an earlier time, or lifted, by a newer version', () => {
    expect(at(30, held, key(3, 'C', { embargoedUntil: minute(30) }))).toBe('C');
    expect(at(4, held, key(3, 'C'))).toBe('C');
    expect(at(99, held, key(3, 'C'))).toBe('C');
  });

  it('does not come back with a clock that is set back', () => {
    const { passed } = fold([held], minute(60).getTime());
    expect(passed).toEqual([{ version: held, moment: minute(60) }]);
    expect(at(50, { ...held, elapsedTo: passed[0]!.moment })).toBe('B');
  });
});

describe('expiry', () => {
  const ending = key(1, 'A', { expires: minute(60) });

  it('ends the article at its moment, until a newer version lengthens it', () => {
    expect([59, 60].map((now) => at(now, ending))).toEqual(['A', `canceled: ${EXPIRED}`]);
    expect([59, 60].map((now) => revisionAt(now, ending))).toEqual([1, 2]);
    const longer = key(2, 'A', { expires: minute(90) });
    expect([60, 89, 90].map((now) => at(now, ending, longer))).toEqual(['A', 'A', `canceled: ${EXPIRED}`]);
    expect(at(99, ending, key(2, 'A'))).toBe('A');
  });
});

/** Few values, so that everything meets everything. */
const anyVersion = fc.record({
  says: fc.constantFrom('A', 'B', 'C'),
  version: fc.constantFrom(null, '1', '2', '10', '1a'),
  versionCreated: fc.constantFrom(minute(0), minute(1)),
  acceptedAt: fc.integer({ min: 0, max: 8 }).map(minute),
  pubStatus: fc.constantFrom<VersionKey['pubStatus']>('usable', 'usable', 'usable', 'withheld', 'canceled'),
  note: fc.constantFrom(null, 'x'),
  restores: fc.integer({ min: 0, max: 3 }).map((number) => number === 0),
  embargoedUntil: fc.constantFrom(null, null, null, minute(3), minute(6)),
  expires: fc.constantFrom(null, null, null, minute(5), minute(9)),
});

const anyVersions = fc.array(anyVersion, { minLength: 1, maxLength: 8 }).map((all) =>
  all.map(({ says, restores, note, ...rest }, index) =>
    key(index, says, {
      ...rest,
      restores: restores && rest.pubStatus === 'usable',
      note: rest.pubStatus === 'usable' ? null : note,
    }),
  ),
);

describe('for any set of versions', () => {
  it('the order in which they stand in the set means nothing', () => {
    fc.assert(
      fc.property(
        anyVersions.chain((versions) =>
          fc.tuple(fc.constant(versions), fc.shuffledSubarray(versions, { minLength: versions.length })),
        ),
        fc.integer({ min: 0, max: 10 }),
        ([versions, shuffled], now) => {
          const [a, b] = [fold(versions, minute(now).getTime()), fold(shuffled, minute(now).getTime())];
          expect([told(b), b.due, b.runs]).toEqual([told(a), a.due, a.runs]);
        },
      ),
      { numRuns: 2_000 },
    );
  });

  it('a version more never makes the revision smaller, and makes it greater when something else is to be seen', () => {
    fc.assert(
      fc.property(anyVersions, fc.integer({ min: 0, max: 10 }), (versions, minutes) => {
        const now = minute(minutes).getTime();
        for (let count = 1; count < versions.length; count += 1) {
          const [before, after] = [fold(versions.slice(0, count), now), fold(versions.slice(0, count + 1), now)];
          // An embargo that is moved after it ended takes back what was told: the store counts on from there.
          if (versions.slice(0, count).some((version) => after.held.has(version) && !before.held.has(version))) return;
          expect(after.revision).toBeGreaterThanOrEqual(before.revision);
          if (seen(before) !== seen(after)) expect(after.revision).toBeGreaterThan(before.revision);
        }
      }),
      { numRuns: 4_000 },
    );
  });

  it('so does time; and between two due moments nothing changes', () => {
    fc.assert(
      fc.property(anyVersions, (versions) => {
        let before = fold(versions, minute(0).getTime());
        for (let step = 1; step <= 10; step += 1) {
          const now = BASE + step * MINUTE;
          const after = fold(versions, now);
          expect(after.revision).toBeGreaterThanOrEqual(before.revision);
          if (seen(before) !== seen(after)) expect(after.revision).toBeGreaterThan(before.revision);
          if (before.due === undefined || before.due > now) expect(told(after)).toEqual(told(before));
          before = after;
        }
      }),
      { numRuns: 1_000 },
    );
  });

  it('nothing of a held version is in what may be told', () => {
    fc.assert(
      fc.property(anyVersions, fc.integer({ min: 0, max: 10 }), (versions, minutes) => {
        const now = minute(minutes).getTime();
        const { held, runs, standing } = fold(versions, now);
        const isUnderEmbargo = ({ embargoedUntil, pubStatus }: VersionKey): boolean =>
          pubStatus !== 'canceled' && embargoedUntil !== null && embargoedUntil.getTime() > now;
        for (const version of versions.filter(isUnderEmbargo)) expect(held.has(version)).toBe(true);
        const shown = [
          standing?.version,
          standing?.source,
          ...runs.flatMap(({ members, source }) => [...members, source]),
        ];
        // Of versions that say the same under the same embargo one may lend its record to the other.
        expect(shown.filter((version) => version !== undefined && isUnderEmbargo(version))).toEqual([]);
        expect(runs.flatMap(({ members }) => members).filter((version) => held.has(version))).toEqual([]);
      }),
      { numRuns: 2_000 },
    );
  });

  it('after a cancel nothing is readable that was not restored, or accepted after that', () => {
    fc.assert(
      fc.property(anyVersions, fc.integer({ min: 0, max: 10 }), (versions, minutes) => {
        const { runs, standing, held } = fold(versions, minute(minutes).getTime());
        const rank = ({ acceptedAt, receiptId }: VersionKey): string => `${acceptedAt.toISOString()} ${receiptId}`;
        const lastCancel = versions
          .filter(({ pubStatus }) => pubStatus === 'canceled')
          .map(rank)
          .sort()
          .at(-1);
        if (lastCancel === undefined) return;
        const restored = versions
          .filter((version) => version.restores && !held.has(version) && rank(version) > lastCancel)
          .map(rank)
          .sort()[0];
        if (restored === undefined) expect(standing?.pubStatus).toBe('canceled');
        const readable = runs.filter(({ source }) => source !== undefined).flatMap(({ members }) => members);
        if (standing?.pubStatus === 'usable') readable.push(standing.version);
        for (const version of readable) expect(restored !== undefined && rank(version) >= restored).toBe(true);
      }),
      { numRuns: 2_000 },
    );
  });

  it('what is not held stands in the history once, and what is held does not', () => {
    fc.assert(
      fc.property(anyVersions, fc.integer({ min: 0, max: 10 }), (versions, minutes) => {
        const { runs, held } = fold(versions, minute(minutes).getTime());
        const listed = runs.flatMap(({ members }) => members.map(({ id }) => id)).sort();
        expect(listed).toEqual(
          versions
            .filter((version) => !held.has(version))
            .map(({ id }) => id)
            .sort(),
        );
      }),
      { numRuns: 1_000 },
    );
  });
});
