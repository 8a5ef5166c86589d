import { Module } from '@nestjs/common';
import { defineService } from '@newsmill/service';
import { ParseController } from './parse.controller.js';
import { parse } from './parse.stage.js';

@Module({ controllers: [ParseController] })
class ParserModule {}

/** Turns pages into article records. Stateless: scale it by partitions. */
export const parser = defineService({
  name: 'parser',
  description: 'Turns pages into article records.',
  settings: {},
  stages: [parse],
  register: () => ({ module: ParserModule }),
});
