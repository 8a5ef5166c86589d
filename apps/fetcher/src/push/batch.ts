import { Injectable, Logger } from '@nestjs/common';
import { Problem, problemDetails, problemOf } from '@newsmill/service';
import { type Delivery, Door } from './door.js';
import { fingerprintOf } from './idempotency.js';
import { type NdjsonLine, ndjsonLines } from './ndjson-lines.js';
import { PushLimits } from './push-limits.js';
import { readPush } from './read-push.js';
import { MAX_BODY_BYTES } from './request-body.js';

/** Largest batch, in bytes; it is never held whole. 256 MiB. */
const MAX_BATCH_BYTES = 256 * 1024 * 1024;

/** Most lines of a batch: their results are held until the last is read, since few callers read while they write. */
const MAX_LINES = 10_000;

/** Lines that are put on the log together, and bytes of them. */
const TOGETHER = { lines: 64, bytes: 4 * 1024 * 1024 };

/** Wrong fields that a result names, so that 10,000 results stay small. */
const MOST_ERRORS = 5;

/** Result of a line: an answer or a problem, with its status. */
export type LineResult = { line: number; status: number } & Record<string, unknown>;

export interface BatchRequest {
  publisher: string;
  chunks: AsyncIterable<Buffer>;
  /** Nothing is put on the log: each result holds the record that would be stored. */
  validate: boolean;
  idempotencyKey?: string | undefined;
  statusUrlOf(receiptId: string): string;
}

/** Many articles in one request: one result a line, those of one article in their order, no line harms another. */
@Injectable()
export class Batches {
  constructor(
    private readonly door: Door,
    private readonly limits: PushLimits,
  ) {}

  /**
   * Takes a batch as it comes in.
   * @throws Problem 503 when the log takes nothing of it, 400 when the body breaks off; lines before may be taken
   */
  async take(request: BatchRequest): Promise<LineResult[]> {
    const run = new BatchRun(this.door, request);
    const most = request.validate ? MAX_BODY_BYTES : MAX_BATCH_BYTES;
    let isFirst = true;
    const size = { read: 0, most };
    for await (const line of ndjsonLines(upTo(size, request.chunks), MAX_BODY_BYTES)) {
      if (size.read > size.most) {
        run.refuse(line.line, new Problem(413, `a batch has at most ${most} bytes; send the rest in another`));
        break;
      }
      if (run.results.length >= MAX_LINES) {
        run.refuse(line.line, new Problem(413, `a batch has at most ${MAX_LINES} lines; send the rest in another`));
        break;
      }
      try {
        // The request itself has been counted as one.
        if (!isFirst) await this.limits.count(request.publisher);
        isFirst = false;
        await run.add(line);
      } catch (error) {
        run.refuse(line.line, run.problemOf(error));
      }
    }
    await run.flush();
    if (run.fault !== undefined && !run.hasTaken) throw run.fault;
    return run.results;
  }
}

/** What one batch holds while it runs. */
class BatchRun {
  readonly results: LineResult[] = [];
  /** Why the log takes no more: later lines are not tried, so that none overtakes an earlier one of its article. */
  fault: Problem | undefined;
  hasTaken = false;
  private readonly logger = new Logger('push');
  private waiting: { at: number; line: number; delivery: Delivery }[] = [];
  private waitingBytes = 0;

  constructor(
    private readonly door: Door,
    private readonly request: BatchRequest,
  ) {}

  async add({ line, bytes }: NdjsonLine): Promise<void> {
    if (this.fault !== undefined) throw this.fault;
    if (bytes === undefined) throw new Problem(413, `the line is too long: at most ${MAX_BODY_BYTES} bytes are taken`);
    const push = readPush({ body: bytes, contentType: 'application/json', query: {} });
    if (this.request.validate) {
      this.results.push({ line, status: 200, record: this.door.validate(this.request.publisher, push) });
      // Reading takes its time: others get their turn between two lines.
      await new Promise(setImmediate);
      return;
    }
    const { idempotencyKey: key } = this.request;
    // A line break stands in no key: no key of a single push is the same as one of a line.
    const idempotency = key === undefined ? undefined : { key: `${key}\n${line}`, fingerprint: fingerprintOf(bytes) };
    this.waiting.push({ at: this.results.length, line, delivery: { pushAt: () => push, idempotency } });
    this.results.push({ line, status: 202 });
    this.waitingBytes += bytes.length;
    if (this.waiting.length >= TOGETHER.lines || this.waitingBytes >= TOGETHER.bytes) await this.flush();
  }

  refuse(line: number, problem: Problem): void {
    this.results.push(resultOf(line, problem));
  }

  async flush(): Promise<void> {
    const waiting = this.waiting;
    this.waiting = [];
    this.waitingBytes = 0;
    if (waiting.length === 0) return;
    const { publisher, statusUrlOf } = this.request;
    try {
      const deliveries = waiting.map(({ delivery }) => delivery);
      const answers = await this.door.take(publisher, deliveries, statusUrlOf);
      waiting.forEach(({ at, line }, index) => {
        const answer = answers[index]!;
        this.hasTaken ||= !(answer instanceof Problem);
        this.results[at] =
          answer instanceof Problem
            ? resultOf(line, answer)
            : { line, status: answer.status, ...(JSON.parse(answer.body) as object) };
      });
    } catch (error) {
      this.fault = this.problemOf(error);
      for (const { at, line } of waiting) this.results[at] = resultOf(line, this.fault);
    }
  }

  problemOf(error: unknown): Problem {
    const problem = problemOf(error);
    if (problem !== undefined) return problem;
    this.logger.error('a line of a batch failed', error instanceof Error ? error.stack : error);
    return new Problem(500, 'an unexpected fault; it has been logged');
  }
}

function resultOf(line: number, problem: Problem): LineResult {
  const { errors, ...details } = problemDetails(problem);
  const retryAfter = Number(problem.headers['retry-after'] ?? Number.NaN);
  return {
    line,
    ...details,
    ...(errors !== undefined && { errors: errors.slice(0, MOST_ERRORS) }),
    ...(Number.isFinite(retryAfter) && { retryAfter }),
  };
}

/** Ends a stream behind the octets that pass the limit; the line in which they stand is not whole. */
async function* upTo(size: { read: number; most: number }, chunks: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  for await (const chunk of chunks) {
    size.read += chunk.length;
    yield chunk;
    if (size.read > size.most) return;
  }
}
