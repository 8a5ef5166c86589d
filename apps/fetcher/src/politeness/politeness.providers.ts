import type { Provider } from '@nestjs/common';
import { DeferralScheduler } from './deferral-scheduler.js';
import { DeferredLinks } from './deferred-links.js';
import { HostBudget } from './host-budget.js';
import { PoliteFetch } from './polite-fetch.js';
import { RobotsFiles } from './robots-files.js';
import { SlowAnswers } from './slow-answers.js';
import { SlottedFetch } from './slotted-fetch.js';

export const politenessProviders: Provider[] = [
  HostBudget,
  SlottedFetch,
  RobotsFiles,
  PoliteFetch,
  SlowAnswers,
  DeferredLinks,
  DeferralScheduler,
];
