import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';

/** How transactions ended, a marker a partition that they wrote to. */
export interface Markers {
  aborted: number;
  committed: number;
}

const BATCH_HEADER = 61;
const CONTROL_BIT = 0x20;

/**
 * Counts the markers of ended transactions in a broker's data folder, in topics of a prefix: proof of what was in flight
 * that no client can give. Format: record batch v2 of Apache Kafka's message format; a control record's key is version
 * (int16) and type (int16: 0 abort, 1 commit).
 */
export async function readMarkers(dataFolder: string, prefix: string): Promise<Markers> {
  const markers: Markers = { aborted: 0, committed: 0 };
  const partitions = (await readdir(dataFolder)).filter((name) => name.startsWith(`${prefix}.`));
  for (const partition of partitions) {
    const files = (await readdir(join(dataFolder, partition))).filter((name) => name.endsWith('.log'));
    for (const file of files) count(await readFile(join(dataFolder, partition, file)), markers);
  }
  return markers;
}

function count(log: Buffer, markers: Markers): void {
  for (let at = 0; at + BATCH_HEADER < log.length;) {
    const length = log.readInt32BE(at + 8);
    if (length <= 0) return;
    const isControl = (log.readInt16BE(at + 21) & CONTROL_BIT) !== 0;
    if (isControl) {
      const type = controlType(log.subarray(at + BATCH_HEADER, at + 12 + length));
      if (type === 0) markers.aborted += 1;
      if (type === 1) markers.committed += 1;
    }
    at += 12 + length;
  }
}

function controlType(record: Buffer): number {
  let at = 0;
  const skipVarint = (): void => {
    while ((record[at++]! & 0x80) !== 0);
  };
  skipVarint(); // length
  at += 1; // attributes
  skipVarint(); // timestamp delta
  skipVarint(); // offset delta
  skipVarint(); // key length
  return record.readInt16BE(at + 2);
}
