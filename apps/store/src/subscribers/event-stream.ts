import type { ServerResponse } from 'node:http';

/** Milliseconds without an event before a sign of life: proxies cut connections that are silent for longer. */
export const HEARTBEAT_MS = 15_000;

/** Milliseconds that a browser waits before it connects again. */
const RETRY_MS = 2_000;

/** Server-sent events (WHATWG HTML, section 9.2) to one reader, at the reader's pace. */
export class EventStream {
  private readonly ended = new AbortController();

  /** @param stallMs a reader that takes nothing for so long is cut off */
  constructor(
    private readonly out: ServerResponse,
    private readonly stallMs: number,
  ) {
    out.once('close', () => this.ended.abort());
    out.on('error', () => this.ended.abort());
    out.writeHead(200, {
      'content-type': 'text/event-stream; charset=utf-8',
      'cache-control': 'no-store',
      // The connection carries nothing else afterwards, so that a shutdown need not wait for it.
      connection: 'close',
      // nginx would hold events back to fill its buffer.
      'x-accel-buffering': 'no',
    });
  }

  /** Aborted when the reader is gone or has been cut off. */
  get signal(): AbortSignal {
    return this.ended.signal;
  }

  async begin(): Promise<void> {
    await this.write(`retry: ${RETRY_MS}\n\n`);
  }

  /** @param data one line */
  async event(id: string, type: string, data: string): Promise<void> {
    await this.write(`id: ${id}\nevent: ${type}\ndata: ${data}\n\n`);
  }

  /** A sign of life. The id moves the place to resume from; without data no event is dispatched. */
  async heartbeat(id: string): Promise<void> {
    await this.write(`: still here\nid: ${id}\n\n`);
  }

  end(): void {
    if (this.signal.aborted) return;
    this.out.end();
    // Whoever does not take the rest now does not keep the process alive.
    const timer = setTimeout(() => this.out.destroy(), 500);
    this.out.once('close', () => clearTimeout(timer));
  }

  /** Returns when the reader has room for more, or is gone: no more than one write is ever held for it. */
  private async write(text: string): Promise<void> {
    if (this.signal.aborted || this.out.write(text)) return;
    await new Promise<void>((resolve) => {
      const done = (): void => {
        clearTimeout(timer);
        this.out.off('drain', done);
        this.signal.removeEventListener('abort', done);
        resolve();
      };
      const timer = setTimeout(() => this.cut(), this.stallMs);
      this.out.once('drain', done);
      this.signal.addEventListener('abort', done);
    });
  }

  cut(): void {
    this.ended.abort();
    this.out.destroy();
  }
}
