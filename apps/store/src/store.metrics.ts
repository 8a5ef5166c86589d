import { defineMetrics } from '@newsmill/service';

/** From a second to a day: a feed may be read long after it was written. */
const FRESHNESS = [1, 2, 5, 10, 30, 60, 120, 300, 600, 1_800, 3_600, 21_600, 86_400];

const MODES = ['push', 'feed', 'import'] as const;

/** Metrics of the store. Those told over all processes are the same in each of them. */
export const storeMetrics = defineMetrics({
  publishedToStored: {
    name: 'newsmill_published_to_stored_seconds',
    type: 'histogram',
    help:
      'Seconds from when a version was made, as its publisher says, to when it was stored, by how it came; versions without a ' +
      'date, replays and rebuilds left out.',
    labels: { mode: MODES },
    buckets: FRESHNESS,
  },
  receivedToStored: {
    name: 'newsmill_received_to_stored_seconds',
    type: 'histogram',
    help: 'Seconds from when a version was received at a door to when it was stored, by how it came; replays and rebuilds left out.',
    labels: { mode: MODES },
    buckets: FRESHNESS,
  },
  outboxEntries: {
    name: 'newsmill_outbox_entries',
    type: 'gauge',
    help: 'Changes that are stored and not on the public topics yet, over all processes; counted up to 100,000.',
  },
  outboxOldest: {
    name: 'newsmill_outbox_oldest_seconds',
    type: 'gauge',
    help: 'Age of the oldest change that is not on the public topics yet, over all processes; 0 when there is none.',
  },
  receiptsOpen: {
    name: 'newsmill_receipts_open',
    type: 'gauge',
    help: 'Things received that are not answered for yet, over all processes; counted up to 100,000.',
  },
  receiptsSilent: {
    name: 'newsmill_receipts_silent',
    type: 'gauge',
    help:
      'Things received that are not answered for and of which nothing has been heard for 10 minutes, over all processes; ' +
      'links that wait for their hosts left out; counted up to 100,000. While nothing waits for any stage for longer there ' +
      'must be none.',
  },
  deadLettersWaiting: {
    name: 'newsmill_dead_letters_waiting',
    type: 'gauge',
    help: 'Dead letters neither re-driven nor dropped, by stage; over all processes.',
    labels: { stage: 'stages of the pipeline' },
  },
  subscribers: {
    name: 'newsmill_subscribers_connected',
    type: 'gauge',
    help: 'Streams and waiting polls that are open.',
    labels: { kind: ['stream', 'poll'] },
  },
  webhookDeliveries: {
    name: 'newsmill_webhook_deliveries_total',
    type: 'counter',
    help: 'Tries of deliveries to webhooks, by what became of them: delivered, retried later, given_up.',
    labels: { outcome: ['delivered', 'retried', 'given_up'] },
  },
  webhookOldest: {
    name: 'newsmill_webhook_oldest_waiting_seconds',
    type: 'gauge',
    help: 'Age of the oldest change that an active webhook has not got, over all processes.',
  },
  webhooks: {
    name: 'newsmill_webhooks',
    type: 'gauge',
    help: 'Webhooks by state, over all processes.',
    labels: { state: ['active', 'paused', 'failed'] },
  },
});
