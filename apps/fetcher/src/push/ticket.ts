import { randomInt } from 'node:crypto';
import { ulid } from 'ulid';

/** From Node's pool of random bytes; ulid by itself asks the system for each of its 16 characters. */
const random = (): number => randomInt(2 ** 32) / 2 ** 32;

/** What makes the event of a push: the same ticket makes the same event, byte for byte. */
export interface Ticket {
  receiptId: string;
  takenAt: Date;
}

export function newTicket(takenAt = new Date()): Ticket {
  return { receiptId: ulid(takenAt.getTime(), random), takenAt };
}
