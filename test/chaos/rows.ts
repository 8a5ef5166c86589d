import type { Row } from './row.ts';
import { servicesKilled } from './rows/01-services-killed.ts';
import { storeBeforeCommit } from './rows/02-store-before-commit.ts';
import { rollingRestart } from './rows/03-rolling-restart.ts';
import { brokerKilled } from './rows/04-broker-killed.ts';
import { leaderKilled } from './rows/05-leader-killed.ts';
import { belowMinIsr } from './rows/06-below-min-isr.ts';
import { databaseKilled } from './rows/07-database-killed.ts';
import { databaseCut } from './rows/08-database-cut.ts';
import { slowWires } from './rows/09-slow-wires.ts';
import { zombie } from './rows/10-zombie.ts';
import { poison } from './rows/11-poison.ts';
import { replayedTopic } from './rows/12-replayed-topic.ts';
import { diskFull } from './rows/13-disk-full.ts';
import { badOrigins } from './rows/14-bad-origins.ts';
import { clockJump } from './rows/15-clock-jump.ts';
import { backpressure, backpressureOfLargePages } from './rows/backpressure.ts';
import { shutdown } from './rows/shutdown.ts';

/** The fault matrix. */
export const rows: readonly Row[] = [
  servicesKilled,
  storeBeforeCommit,
  rollingRestart,
  brokerKilled,
  leaderKilled,
  belowMinIsr,
  databaseKilled,
  databaseCut,
  slowWires,
  zombie,
  poison,
  replayedTopic,
  diskFull,
  badOrigins,
  clockJump,
  backpressure,
  backpressureOfLargePages,
  shutdown,
];

/** For every change; the rest for releases. */
export const shortRows: readonly string[] = ['1', '4', '7', '11'];
