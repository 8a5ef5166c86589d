import type { Provider, Type } from '@nestjs/common';
import type { FetcherSettings } from '../fetcher.config.js';
import { RequestBodies } from '../push/request-body.js';
import { HubRequests } from './hub-requests.js';
import { Notifications } from './notifications.js';
import { Subscriber } from './subscriber.js';
import { Subscriptions } from './subscriptions.js';
import { WebSubMetrics } from './web-sub-metrics.js';
import { WebSubController } from './web-sub.controller.js';

/** Nothing is open to hubs where none is subscribed to. */
export function webSubControllers(settings: FetcherSettings): Type[] {
  return settings.webSubCallbackUrl === undefined ? [] : [WebSubController];
}

/** The subscriber of hubs. */
export const webSubProviders: Provider[] = [
  Subscriptions,
  Subscriber,
  HubRequests,
  Notifications,
  WebSubMetrics,
  RequestBodies,
];
