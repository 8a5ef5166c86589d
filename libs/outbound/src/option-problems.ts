import { createOutbound } from './outbound.js';
import type { OutboundOptions } from './outbound-options.js';

/** What the client says of options that come from settings: nothing, or one problem that names the settings. */
export function optionProblems(settings: string, options: OutboundOptions): string[] {
  try {
    void createOutbound(options).close();
    return [];
  } catch (error) {
    return [`${settings}: ${(error as Error).message}`];
  }
}
