import { Controller } from '@nestjs/common';
import { articleEnriched, articleParsed, type EventOf } from '@newsmill/contracts';
import { annotate } from '@newsmill/record';
import { StageHandler } from '@newsmill/service';
import { emit, type Outcome } from '@newsmill/stage';
import { enrich } from './enrich.stage.js';

@Controller()
export class EnrichController {
  @StageHandler(enrich)
  enrich(versions: EventOf<typeof articleParsed>[]): Outcome<typeof enrich>[] {
    return versions.map((version) => emit(articleEnriched, { ...version, record: annotate(version.record) }));
  }
}
