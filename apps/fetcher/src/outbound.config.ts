import { defineSettings, wholeNumber } from '@newsmill/service';

/** How many sockets the fetcher's requests may hold, see docs/outbound.md. */
export const outboundSettings = defineSettings({
  outboundSockets: {
    env: 'NEWSMILL_OUTBOUND_SOCKETS',
    schema: wholeNumber(1, 65_535),
    default: '256',
    doc: 'Sockets that one process may have open to the sites it fetches from, those that are kept alive included.',
  },
  outboundSocketsPerHost: {
    env: 'NEWSMILL_OUTBOUND_SOCKETS_PER_HOST',
    schema: wholeNumber(1, 1_000),
    default: '6',
    doc: 'Of those, sockets to one host.',
  },
});
