import type { EventOf, linkDiscovered } from '@newsmill/contracts';
import { deterministicId, type EventMeta, header, type Headers } from '@newsmill/stage';
import { z } from 'zod';

type Link = EventOf<typeof linkDiscovered>;

/** What a deferred link takes with it on its way, in a header of its own. */
export interface Journey {
  /** When it was deferred first. */
  since: Date;
  /** Requests made for it that its host did not answer. */
  tries: number;
  /** Where it goes on: a redirect had led it there when it had to stop. */
  at?: string | undefined;
  /** The copy at hand was said to stand, but is not the one: it is asked for without conditions. */
  isPlain?: boolean | undefined;
}

/** A link whose time has not come. */
export interface Deferral {
  link: Link;
  meta: EventMeta;
  /** Not before then. */
  until: Date;
  reason: string;
  journey: Journey;
  /** It has been asked for, and comes back for the answer: it needs no place in its host's time. */
  isAwaited?: boolean | undefined;
}

const JOURNEY_HEADER = 'newsmill_deferral';

const journeyText = z.object({
  since: z.coerce.date(),
  tries: z.int().nonnegative(),
  at: z.string().optional(),
  isPlain: z.boolean().optional(),
  way: z.string(),
});

/** A redrive or a replay of a link is a new way: it begins anew. */
function wayOf({ headers, replay = '' }: EventMeta): string {
  return `${header({ headers }, 'newsmill_redrives') ?? '0'}/${replay}`;
}

/** Of a link that has not been deferred on this way: one that begins now. */
export function journeyOf(meta: EventMeta, now: Date): Journey {
  try {
    const { way, ...journey } = journeyText.parse(JSON.parse(header(meta, JOURNEY_HEADER) ?? 'null'));
    if (way === wayOf(meta)) return journey;
  } catch {
    // None, or one that nobody of us has written.
  }
  return { since: now, tries: 0 };
}

/** The headers with which the link stands on the log again: its own, and its journey. */
export function headersOf({ meta, journey }: Deferral): Headers {
  return { ...meta.headers, [JOURNEY_HEADER]: Buffer.from(JSON.stringify({ ...journey, way: wayOf(meta) })) };
}

/** The same for the same event, however often it is read. */
export function deferralId({ meta: { source, id, replay = '' } }: Pick<Deferral, 'meta'>): string {
  return deterministicId('deferred', source, id, replay);
}
