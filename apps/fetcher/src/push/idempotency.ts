import { createHash } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import { Problem } from '@newsmill/service';
import { DataSource, In } from 'typeorm';
import { PushAnswer } from '../entities/push-answer.entity.js';
import { fetcherDatabase } from '../fetcher.database.js';
import { newTicket, type Ticket } from './ticket.js';

/** A push that says nothing for so many seconds has died with its process; longer than any publish or query may take. */
const RUNNING_S = 90;

/** How long an answer is known, in hours. */
const KEPT_H = 24;

const LONGEST_KEY = 255;

/** A key, and the SHA-256 of what was sent under it. */
export interface IdempotentRequest {
  key: string;
  fingerprint: string;
}

export interface KeptAnswer {
  status: number;
  /** JSON, byte for byte as it was answered first. */
  body: string;
}

/** `ticket`: the push is ours to do. `answer`: it has been done. A problem: it runs elsewhere, or the key is misused. */
export type Reservation = { ticket: Ticket } | { answer: KeptAnswer } | { problem: Problem };

/**
 * Keeps pushes from being done twice (draft-ietf-httpapi-idempotency-key-header-07). A row with the receipt id stands in
 * the database before anything is put on the log: who repeats a push whose process has died makes the same event again,
 * under the same id, which every reader drops as a redelivery.
 */
@Injectable()
export class Idempotency {
  constructor(@InjectDataSource(fetcherDatabase.schema) private readonly database: DataSource) {}

  /** One reservation for each request, in their order; no key may stand among them twice. */
  async reserve(publisher: string, requests: readonly IdempotentRequest[]): Promise<Reservation[]> {
    if (requests.length === 0) return [];
    const ours = await this.claim(publisher, requests);
    const others = requests.filter(({ key }) => !ours.has(key)).map(({ key }) => key);
    const known = new Map<string, PushAnswer>();
    if (others.length > 0) {
      const rows = await this.database.manager.findBy(PushAnswer, { publisher, key: In(others) });
      for (const row of rows) known.set(row.key, row);
    }
    return requests.map(({ key, fingerprint }) => {
      const ticket = ours.get(key);
      return ticket === undefined ? ofOther(known.get(key), fingerprint) : { ticket };
    });
  }

  /** New keys, keys whose answer has expired, and those of our own push that died half-way: in one statement. */
  private async claim(publisher: string, requests: readonly IdempotentRequest[]): Promise<Map<string, Ticket>> {
    const fresh = newTicket();
    const sorted = requests.toSorted((a, b) => (a.key < b.key ? -1 : 1));
    const rows = await this.database.query<{ key: string; receipt_id: string; taken_at: Date }[]>(
      `INSERT INTO push_answer AS known (publisher, key, fingerprint, receipt_id, taken_at, locked_until, expires_at)
       SELECT $1, key, fingerprint, receipt_id, $5, now() + make_interval(secs => $6), now() + make_interval(hours => $7)
       FROM unnest($2::text[], $3::text[], $4::text[]) AS wanted (key, fingerprint, receipt_id)
       ON CONFLICT (publisher, key) DO UPDATE SET
         receipt_id = CASE WHEN known.expires_at <= now() THEN excluded.receipt_id ELSE known.receipt_id END,
         taken_at = CASE WHEN known.expires_at <= now() THEN excluded.taken_at ELSE known.taken_at END,
         expires_at = CASE WHEN known.expires_at <= now() THEN excluded.expires_at ELSE known.expires_at END,
         fingerprint = excluded.fingerprint,
         locked_until = excluded.locked_until,
         status = NULL,
         body = NULL
       WHERE known.expires_at <= now()
         OR (known.status IS NULL AND known.locked_until <= now() AND known.fingerprint = excluded.fingerprint)
       RETURNING key, receipt_id, taken_at`,
      [
        publisher,
        sorted.map(({ key }) => key),
        sorted.map(({ fingerprint }) => fingerprint),
        sorted.map(() => newTicket(fresh.takenAt).receiptId),
        fresh.takenAt,
        RUNNING_S,
        KEPT_H,
      ],
    );
    return new Map(rows.map((row) => [row.key, { receiptId: row.receipt_id, takenAt: new Date(row.taken_at) }]));
  }

  /** Keeps the answers of pushes that are on the log. */
  async keep(publisher: string, answers: readonly (KeptAnswer & { key: string; receiptId: string })[]): Promise<void> {
    if (answers.length === 0) return;
    const sorted = answers.toSorted((a, b) => (a.key < b.key ? -1 : 1));
    await this.database.query(
      `UPDATE push_answer AS known SET status = done.status, body = done.body
       FROM unnest($2::text[], $3::text[], $4::smallint[], $5::text[]) AS done (key, receipt_id, status, body)
       WHERE known.publisher = $1 AND known.key = done.key AND known.receipt_id = done.receipt_id`,
      [
        publisher,
        sorted.map(({ key }) => key),
        sorted.map(({ receiptId }) => receiptId),
        sorted.map(({ status }) => status),
        sorted.map(({ body }) => body),
      ],
    );
  }

  /** Lets pushes that the log has not confirmed be tried again at once, under the same receipts. */
  async release(publisher: string, keys: readonly string[]): Promise<void> {
    if (keys.length === 0) return;
    await this.database.query(
      'UPDATE push_answer SET locked_until = now() WHERE publisher = $1 AND key = ANY($2::text[]) AND status IS NULL',
      [publisher, keys],
    );
  }
}

function ofOther(row: PushAnswer | undefined, fingerprint: string): Reservation {
  if (row !== undefined && row.fingerprint !== fingerprint) {
    return { problem: new Problem(422, 'this Idempotency-Key was used with another request; take a new one') };
  }
  if (row !== undefined && row.status !== null && row.body !== null) {
    return { answer: { status: row.status, body: row.body } };
  }
  const detail = 'the first request with this Idempotency-Key is still running';
  return { problem: new Problem(409, detail, [], { 'retry-after': '2' }) };
}

/**
 * The key of an `Idempotency-Key` header: a structured-field string, or the same without quotes.
 * @throws Problem 400
 */
export function readIdempotencyKey(header: string | readonly string[] | undefined): string | undefined {
  if (header === undefined) return undefined;
  const text = String(header).trim();
  const quoted = /^"((?:[^"\\]|\\["\\])*)"$/.exec(text)?.[1];
  const key = quoted === undefined ? text : quoted.replaceAll(/\\(["\\])/g, '$1');
  if (key.length === 0 || key.length > LONGEST_KEY || !/^[\x20-\x7e]+$/.test(key)) {
    throw new Problem(400, `Idempotency-Key must be 1 to ${LONGEST_KEY} printable ASCII characters`);
  }
  return key;
}

/** SHA-256 over parts, hexadecimal; no two lists of parts have the same. */
export function fingerprintOf(...parts: readonly (string | Buffer)[]): string {
  const hash = createHash('sha256');
  for (const part of parts) hash.update(`${Buffer.byteLength(part)}:`).update(part);
  return hash.digest('hex');
}
