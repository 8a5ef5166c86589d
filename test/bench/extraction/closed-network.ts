/** Imported first by a thread that runs foreign code: from then on nothing there reaches the network. */
import { Socket } from 'node:net';
import dns from 'node:dns';

function refuse(): never {
  throw new Error('the network is closed in this bench');
}

Socket.prototype.connect = refuse;
dns.lookup = refuse as unknown as typeof dns.lookup;
globalThis.fetch = refuse;
