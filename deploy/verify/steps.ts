import type { Step } from './step.ts';
import { failedMigration, missingMigration } from './steps/bad-migration.ts';
import { evict } from './steps/evict.ts';
import { helmTest, helmTestAgain } from './steps/helm-test.ts';
import { install } from './steps/install.ts';
import { kill } from './steps/kill.ts';
import { misspelt } from './steps/misspelt.ts';
import { rollingUpgrade } from './steps/rolling-upgrade.ts';
import { scale } from './steps/scale.ts';

/** In this order, on one installation. Those without load stand at both ends. */
export const steps: readonly Step[] = [
  install,
  helmTest,
  rollingUpgrade,
  kill,
  evict,
  failedMigration,
  missingMigration,
  misspelt,
  scale,
  helmTestAgain,
];
