import { Controller, Get, Inject, UseGuards } from '@nestjs/common';
import { AdminKeyGuard, SERVICE_SETTINGS, type ServiceSettings, StageServer, TRANSPORT } from '@newsmill/service';
import { DeadLetterCounter, type Transport } from '@newsmill/stage';
import { ReceiptStore } from './receipt-store.js';
import { readStatus, type Status } from './status.js';

/** The flow as `newsmill status` prints it; backlogs are those of the stages that this process hosts. */
@Controller('v1/status')
@UseGuards(AdminKeyGuard)
export class StatusController {
  constructor(
    private readonly receipts: ReceiptStore,
    @Inject(TRANSPORT) private readonly transport: Transport,
    @Inject(SERVICE_SETTINGS) private readonly settings: ServiceSettings,
    @Inject(StageServer) private readonly server: StageServer,
    private readonly letters: DeadLetterCounter,
  ) {}

  @Get()
  status(): Promise<Status> {
    return readStatus({
      receipts: this.receipts,
      transport: this.transport,
      prefix: this.settings.topicPrefix,
      stages: this.server.stages,
      letters: this.letters,
    });
  }
}
