import { Logger } from '@nestjs/common';
import type { StageObserver } from '@newsmill/stage';
import type { Tracing } from './tracing/tracing.js';

/** Tells rejects, dead letters, retries and pauses in plain words. What went well is the services' own to tell. */
export function logObserver(tracing: Tracing): StageObserver {
  const logger = new Logger('stages');
  return {
    settled(stage, events) {
      for (const { outcome, id, reason, trace } of events) {
        if (outcome === 'rejected') {
          tracing.within(trace, () => logger.log(`${stage.name} rejected ${id}: ${reason}`));
        }
        if (outcome === 'dead') {
          tracing.within(trace, () => logger.error(`${stage.name} put ${id} with the dead letters: ${reason}`));
        }
      }
    },
    retrying(stage, errorClass, message, events, delayMs) {
      logger.warn(`${stage.name} tries ${events} event(s) again in ${delayMs} ms: ${errorClass}: ${message}`);
    },
    paused(stage, dependency, reason) {
      logger.warn(`${stage.name} pauses: the ${dependency} is down (${reason})`);
    },
    resumed(stage) {
      logger.log(`${stage.name} goes on`);
    },
  };
}

/** Tells every observer. */
export function joinObservers(...observers: readonly StageObserver[]): StageObserver {
  return {
    settled: (...args) => observers.forEach((observer) => observer.settled?.(...args)),
    handled: (...args) => observers.forEach((observer) => observer.handled?.(...args)),
    retrying: (...args) => observers.forEach((observer) => observer.retrying?.(...args)),
    paused: (...args) => observers.forEach((observer) => observer.paused?.(...args)),
    resumed: (...args) => observers.forEach((observer) => observer.resumed?.(...args)),
  };
}
