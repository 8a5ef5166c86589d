import { createServer, type IncomingHttpHeaders, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type ReceivedSpan, spansOf } from './otlp-message.ts';

/** A collector: takes OTLP over HTTP, protobuf, and keeps the spans. */
export class OtlpReceiver {
  readonly spans: ReceivedSpan[] = [];
  /** Of the requests. */
  readonly headers: IncomingHttpHeaders[] = [];
  /** The requests as they came, for what must not be in them. */
  readonly bodies: Buffer[] = [];
  /** Answers nothing at all. */
  isSilent = false;
  private readonly server: Server;

  private constructor(server: Server) {
    this.server = server;
  }

  static async start(): Promise<OtlpReceiver> {
    const server = createServer();
    const receiver = new OtlpReceiver(server);
    server.on('request', (request, response) => {
      const chunks: Buffer[] = [];
      request.on('data', (chunk: Buffer) => chunks.push(chunk));
      request.on('end', () => {
        if (receiver.isSilent) return;
        const body = Buffer.concat(chunks);
        const isTraces = request.method === 'POST' && request.url === '/v1/traces';
        if (!isTraces || request.headers['content-type'] !== 'application/x-protobuf') {
          response.writeHead(404).end();
          return;
        }
        receiver.headers.push(request.headers);
        receiver.bodies.push(body);
        receiver.spans.push(...spansOf(body));
        response.writeHead(200, { 'content-type': 'application/x-protobuf' }).end();
      });
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return receiver;
  }

  /** For `OTEL_EXPORTER_OTLP_ENDPOINT`. */
  get url(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  /** Spans of one trace, by name. */
  trace(traceId: string): Map<string, ReceivedSpan[]> {
    return Map.groupBy(
      this.spans.filter((span) => span.traceId === traceId),
      ({ name }) => name,
    );
  }

  async close(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
  }
}
