import type { Provider, Type } from '@nestjs/common';
import type { FetcherSettings } from '../fetcher.config.js';
import { BatchController } from './batch.controller.js';
import { Batches } from './batch.js';
import { Door } from './door.js';
import { ExpirySweep } from './expiry-sweep.js';
import { Idempotency } from './idempotency.js';
import { OptionsController } from './options.controller.js';
import { PushController } from './push.controller.js';
import { PushKeyGuard } from './push-key.guard.js';
import { PushKeys } from './push-keys.js';
import { PushLimits } from './push-limits.js';
import { ReplayCache } from './replay-cache.js';
import { RequestBodies } from './request-body.js';
import { StatusUrls } from './status-url.js';
import { SuperdeskController } from './superdesk.controller.js';

export const pushControllers: Type[] = [PushController, BatchController, SuperdeskController, OptionsController];

/** Everything behind the door; @throws SettingsError when there is no key */
export function pushProviders(settings: FetcherSettings): Provider[] {
  return [
    { provide: PushKeys, useValue: new PushKeys(settings) },
    PushKeyGuard,
    PushLimits,
    RequestBodies,
    ReplayCache,
    Idempotency,
    StatusUrls,
    Door,
    Batches,
    ExpirySweep,
  ];
}
