import { Injectable, Logger } from '@nestjs/common';
import { articleUri, type ArticleRecord, type EventOf, linkDiscovered, pageFetched } from '@newsmill/contracts';
import { annotate, readDocument } from '@newsmill/record';
import { Problem } from '@newsmill/service';
import { articleIdOf, hostOf, normalizeUrl, pageIdOf } from '@newsmill/web';
import { eventIdOf, Intake } from '../intake.js';
import { Idempotency, type IdempotentRequest, type KeptAnswer } from './idempotency.js';
import type { Push } from './read-push.js';
import { newTicket, type Ticket } from './ticket.js';

type Link = EventOf<typeof linkDiscovered>;
type Page = EventOf<typeof pageFetched>;
type PushedDocument = Push & { kind: 'document' };

/** What is answered when a push is on the log. */
export interface PushAnswer {
  receiptId: string;
  /** Known at once when the publisher gave its own id of the article. */
  articleId?: string;
  /** What the document says of its own version. */
  version?: string;
  /** `ce_id` of the event on the log. */
  eventId: string;
  /** Tells what became of it. */
  statusUrl: string;
}

/** A push that has been read, with its idempotency key if it has one. */
export interface Delivery {
  /** What is pushed, given the time at which it was taken first. */
  pushAt(takenAt: Date): Push;
  idempotency?: IdempotentRequest | undefined;
}

/** A delivery that is ours to put on the log. */
interface Accepted {
  index: number;
  push: Push;
  idempotency?: IdempotentRequest | undefined;
  ticket: Ticket;
}

/** The newsrooms' door: what has passed it is on the log. */
@Injectable()
export class Door {
  private readonly logger = new Logger('push');

  constructor(
    private readonly intake: Intake,
    private readonly idempotency: Idempotency,
  ) {}

  /**
   * Puts deliveries on the log, those of one article in their order.
   * @param statusUrlOf where a receipt is answered for
   * @returns an answer or a problem for each, in their order, once the log has confirmed all of them
   * @throws LogUnavailable and other faults of what it depends on: then a repeat is right, and doubles nothing that has
   *   an idempotency key
   */
  async take(
    publisher: string,
    deliveries: readonly Delivery[],
    statusUrlOf: (receiptId: string) => string,
  ): Promise<(KeptAnswer | Problem)[]> {
    const answers = new Array<KeptAnswer | Problem>(deliveries.length);
    const accepted = await this.accept(publisher, deliveries, answers);
    const keys = accepted.flatMap(({ idempotency }) => idempotency?.key ?? []);
    try {
      await this.publish(publisher, accepted);
    } catch (error) {
      await this.idempotency.release(publisher, keys).catch(() => undefined);
      throw error;
    }
    for (const { index, push, ticket } of accepted) {
      answers[index] = { status: 202, body: JSON.stringify(answerOf(publisher, push, ticket, statusUrlOf)) };
    }
    const kept = accepted.flatMap(({ index, ticket, idempotency }) =>
      idempotency === undefined
        ? []
        : [{ ...(answers[index] as KeptAnswer), key: idempotency.key, receiptId: ticket.receiptId }],
    );
    // What is on the log is taken, whether or not the answer could be kept: a repeat makes the same event again.
    await this.idempotency.keep(publisher, kept).catch((error: unknown) => {
      this.logger.warn(`${kept.length} answers of ${publisher} could not be kept: ${(error as Error).message}`);
    });
    this.logger.debug(`${publisher} pushed ${accepted.length}`);
    return answers;
  }

  /** The record that would be stored of a document; nothing is put on the log. @throws Problem 422 */
  validate(publisher: string, push: Push): ArticleRecord {
    if (push.kind === 'link') {
      throw new Problem(422, 'there is no document to validate: an address is not fetched for it', [
        { pointer: '/html', detail: 'is missing' },
      ]);
    }
    const read = readDocument(toPage(publisher, push, { receiptId: 'none', takenAt: new Date() }));
    if (read.ok) return annotate(read.version.record);
    const problems = (read as { problems?: { pointer: string; detail: string }[] }).problems ?? [];
    throw new Problem(422, `no article can be made of the document: ${read.reason}`, problems);
  }

  private async accept(
    publisher: string,
    deliveries: readonly Delivery[],
    answers: (KeptAnswer | Problem)[],
  ): Promise<Accepted[]> {
    const keyed = deliveries.flatMap(({ idempotency }) => idempotency ?? []);
    const reservations = await this.idempotency.reserve(publisher, keyed);
    let at = 0;
    return deliveries.flatMap(({ pushAt, idempotency }, index) => {
      const reservation = idempotency === undefined ? { ticket: newTicket() } : reservations[at++]!;
      if ('ticket' in reservation) {
        const { ticket } = reservation;
        return [{ index, push: pushAt(ticket.takenAt), idempotency, ticket }];
      }
      answers[index] = 'answer' in reservation ? reservation.answer : reservation.problem;
      return [];
    });
  }

  private async publish(publisher: string, accepted: readonly Accepted[]): Promise<void> {
    const links = accepted.flatMap(({ push, ticket }) =>
      push.kind === 'link' ? [toLink(publisher, push, ticket)] : [],
    );
    const pages = accepted.flatMap(({ push, ticket }) =>
      push.kind === 'document' ? [toPage(publisher, push, ticket)] : [],
    );
    if (pages.length > 0) await this.intake.takePages('push', pages);
    if (links.length > 0) await this.intake.takeLinks('push', links);
  }
}

function answerOf(
  publisher: string,
  push: Push,
  { receiptId }: Ticket,
  statusUrlOf: (receiptId: string) => string,
): PushAnswer {
  const { guid } = push;
  return {
    receiptId,
    ...(guid !== undefined && { articleId: articleIdOf({ publisher, guid }) }),
    ...(push.kind === 'document' && push.version !== undefined && { version: push.version }),
    eventId: eventIdOf('push', push.kind === 'link' ? linkDiscovered : pageFetched, receiptId),
    statusUrl: statusUrlOf(receiptId),
  };
}

function intakeOf(publisher: string, { guid, restore }: Push, { receiptId }: Ticket) {
  return {
    receiptId,
    publisher,
    ...(guid !== undefined && { guid }),
    ...(restore && { restore }),
    origin: { mode: 'push' as const, source: publisher },
  };
}

function toLink(publisher: string, push: Push & { kind: 'link' }, ticket: Ticket): Link {
  const { url } = push;
  return {
    ...intakeOf(publisher, push, ticket),
    url,
    host: hostOf(url),
    discoveredAt: ticket.takenAt.toISOString(),
  };
}

function toPage(publisher: string, push: PushedDocument, ticket: Ticket): Page {
  const { guid, mediaType, content, charset } = push;
  return {
    ...intakeOf(publisher, push, ticket),
    pageId: guid === undefined ? pageIdOf({ url: push.url! }) : pageIdOf({ publisher, guid }),
    url: urlsOf(publisher, push),
    mediaType,
    content,
    ...(charset !== undefined && { charset }),
    fetchedAt: ticket.takenAt.toISOString(),
  };
}

/** A document without an address on the web stands under its own id, or where that is no URI, under ours. */
function urlsOf(publisher: string, { url, guid }: PushedDocument): Page['url'] {
  if (url !== undefined) return { original: url, final: normalizeUrl(url) };
  const uri = URL.canParse(guid!) ? new URL(guid!).href : articleUri(articleIdOf({ publisher, guid: guid! }));
  return { original: uri, final: uri };
}
