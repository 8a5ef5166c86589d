import { Module } from '@nestjs/common';
import { PublisherRules } from '@newsmill/extraction';
import { defineService } from '@newsmill/service';
import { ParseController } from './parse.controller.js';
import { parse } from './parse.stage.js';
import { parserSettings } from './parser.config.js';
import { publisherProblems, readPublisherRules } from './publishers-folder.js';

@Module({})
class ParserModule {}

/** Turns pages into article records. Stateless: scale it by partitions. */
export const parser = defineService({
  name: 'parser',
  description: 'Turns pages into article records.',
  settings: parserSettings,
  check: ({ publishersDir }) => publisherProblems(publishersDir),
  stages: [parse],
  register: ({ publishersDir }) => ({
    module: ParserModule,
    controllers: [ParseController],
    providers: [{ provide: PublisherRules, useFactory: () => readPublisherRules(publishersDir) }],
  }),
});
