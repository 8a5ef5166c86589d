import { Module } from '@nestjs/common';
import { defineService } from '@newsmill/service';
import { EnrichController } from './enrich.controller.js';
import { enrich } from './enrich.stage.js';

@Module({ controllers: [EnrichController] })
class EnricherModule {}

/** Annotates articles. Stateless: scale it by partitions. */
export const enricher = defineService({
  name: 'enricher',
  description: 'Annotates articles from their own text.',
  settings: {},
  stages: [enrich],
  register: () => ({ module: EnricherModule }),
});
