import { PublisherError, type PublisherRules } from '@newsmill/extraction';
import { parserSettings, readPublisherRules } from '@newsmill/parser';
import { loadSettings, processEnvironment, SettingsError } from '@newsmill/service/command';

/** Which rules of publishers a command applies. */
export interface RuleOptions {
  /** A folder of rules in place of that of NEWSMILL_PUBLISHERS_DIR. */
  publishers?: string;
  /** Whether the generic road alone is taken. */
  generic?: boolean;
}

/**
 * The rules that the parser would apply with these settings.
 * @throws SettingsError that tells every problem of every file
 */
export function publisherRules({ publishers, generic }: RuleOptions): PublisherRules | undefined {
  if (generic) return undefined;
  const { publishersDir } = loadSettings(parserSettings, processEnvironment());
  try {
    return readPublisherRules(publishers ?? publishersDir);
  } catch (error) {
    if (!(error instanceof PublisherError)) throw error;
    const source = publishers === undefined ? 'NEWSMILL_PUBLISHERS_DIR' : '--publishers';
    throw new SettingsError(error.problems.map((problem) => `${source}: ${problem}`));
  }
}
