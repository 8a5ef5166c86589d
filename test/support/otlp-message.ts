/** Reads OTLP's ExportTraceServiceRequest as far as tests look into it (opentelemetry-proto, trace/v1/trace.proto). */

export interface ReceivedSpan {
  /** `service.name` of its process. */
  service: string;
  traceId: string;
  spanId: string;
  /** Empty: it begins its trace. */
  parentId: string;
  name: string;
  traceState: string;
  attributes: Record<string, unknown>;
  links: { traceId: string; spanId: string }[];
  events: string[];
  /** Milliseconds from start to end. */
  ms: number;
  isError: boolean;
}

/** Values of a protobuf message by the number of their field, in their order. */
type Fields = Map<number, (Buffer | bigint)[]>;

export function spansOf(request: Buffer): ReceivedSpan[] {
  return messages(request, 1).flatMap((ofProcess) => {
    const resource = attributesOf(messages(ofProcess, 1)[0] ?? Buffer.alloc(0), 1);
    const service = String(resource['service.name']);
    return messages(ofProcess, 2).flatMap((ofScope) => messages(ofScope, 2).map((span) => toSpan(service, span)));
  });
}

function toSpan(service: string, bytes: Buffer): ReceivedSpan {
  const fields = read(bytes);
  const status = bytesAt(fields, 15);
  return {
    service,
    traceId: bytesAt(fields, 1).toString('hex'),
    spanId: bytesAt(fields, 2).toString('hex'),
    traceState: bytesAt(fields, 3).toString(),
    parentId: bytesAt(fields, 4).toString('hex'),
    name: bytesAt(fields, 5).toString(),
    ms: Number(numberAt(fields, 8) - numberAt(fields, 7)) / 1e6,
    attributes: attributesOf(bytes, 9),
    events: messages(bytes, 11).map((event) => bytesAt(read(event), 2).toString()),
    links: messages(bytes, 13).map((link) => {
      const of = read(link);
      return { traceId: bytesAt(of, 1).toString('hex'), spanId: bytesAt(of, 2).toString('hex') };
    }),
    isError: numberAt(read(status), 3) === 2n,
  };
}

function attributesOf(bytes: Buffer, field: number): Record<string, unknown> {
  return Object.fromEntries(
    messages(bytes, field).map((pair) => {
      const fields = read(pair);
      return [bytesAt(fields, 1).toString(), valueOf(bytesAt(fields, 2))];
    }),
  );
}

function valueOf(bytes: Buffer): unknown {
  const [[kind, [value]] = [0, []]] = read(bytes);
  if (kind === 1) return (value as Buffer).toString();
  if (kind === 2) return value === 1n;
  if (kind === 3) return Number(value);
  if (kind === 4) return new Float64Array(new BigUint64Array([value as bigint]).buffer)[0];
  return value;
}

function messages(bytes: Buffer, field: number): Buffer[] {
  return (read(bytes).get(field) ?? []) as Buffer[];
}

function bytesAt(fields: Fields, field: number): Buffer {
  return (fields.get(field)?.[0] as Buffer | undefined) ?? Buffer.alloc(0);
}

function numberAt(fields: Fields, field: number): bigint {
  return (fields.get(field)?.[0] as bigint | undefined) ?? 0n;
}

/** @throws Error for what is no protobuf */
function read(bytes: Buffer): Fields {
  const fields: Fields = new Map();
  let at = 0;
  const varint = (): bigint => {
    for (let value = 0n, shift = 0n; ; shift += 7n) {
      const byte = bytes[at++];
      if (byte === undefined) throw new Error('protobuf: a number is cut off');
      value |= BigInt(byte & 0x7f) << shift;
      if (byte < 0x80) return value;
    }
  };
  const value = (kind: number): Buffer | bigint => {
    if (kind === 0) return varint();
    if (kind === 1) return bytes.readBigUInt64LE((at += 8) - 8);
    if (kind === 5) return BigInt(bytes.readUInt32LE((at += 4) - 4));
    if (kind !== 2) throw new Error(`protobuf: unknown wire type ${kind}`);
    const length = Number(varint());
    return bytes.subarray(at, (at += length));
  };
  while (at < bytes.length) {
    const tag = Number(varint());
    const number = tag >> 3;
    fields.set(number, [...(fields.get(number) ?? []), value(tag & 7)]);
  }
  return fields;
}
