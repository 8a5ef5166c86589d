import { enricher, enrich } from '@newsmill/enricher';
import { parse, parser } from '@newsmill/parser';
import type { ServiceDefinition } from '@newsmill/service';
import type { Stage } from '@newsmill/stage';
import { store, storeStage } from '@newsmill/store';

/**
 * Stages whose history may be run again, with the service that hosts each. Not `fetch`: it would ask sites again, beside
 * the one consumer that owns a host and keeps its pace.
 */
export const replayable: readonly { stage: Stage; service: ServiceDefinition }[] = [
  { stage: parse, service: parser },
  { stage: enrich, service: enricher },
  { stage: storeStage, service: store },
];
