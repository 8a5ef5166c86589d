import { createHash, timingSafeEqual } from 'node:crypto';
import { SettingsError } from '@newsmill/service';

/** Publisher of a key that names none. */
const DEFAULT_PUBLISHER = 'default';

/** Shortest key that is taken, in characters. */
const SHORTEST_KEY = 16;

/** The keys that may push. Only their hashes are kept in memory. */
export class PushKeys {
  private readonly known: { publisher: string; hash: Buffer }[];

  /**
   * @param entries `key` or `publisher=key`
   * @throws SettingsError when there is none, or one is too short to be a secret.
   */
  constructor(entries: readonly string[]) {
    const problems = PushKeys.problems(entries);
    if (problems.length > 0) throw new SettingsError(problems);
    this.known = entries.map((entry) => {
      const { publisher, key } = parseEntry(entry);
      return { publisher, hash: sha256(key) };
    });
  }

  /** What is wrong with the entries, each naming the setting; no key is shown. */
  static problems(entries: readonly string[]): string[] {
    if (entries.length === 0) {
      return ['NEWSMILL_API_KEY is not set: push is on, so it needs a key (or set NEWSMILL_PUSH=false)'];
    }
    return entries
      .map(parseEntry)
      .filter(({ key }) => key.length < SHORTEST_KEY)
      .map(({ publisher }) => `NEWSMILL_API_KEY: a key of ${publisher} is under ${SHORTEST_KEY} characters`);
  }

  /** The publisher that a presented key belongs to. Takes the same time for every wrong key. */
  publisherOf(key: string): string | undefined {
    const presented = sha256(key);
    let found: string | undefined;
    for (const { publisher, hash } of this.known) if (timingSafeEqual(hash, presented)) found = publisher;
    return found;
  }
}

function sha256(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}

/** `key` or `publisher=key`; a key in base64 may itself end in "=". */
function parseEntry(entry: string): { publisher: string; key: string } {
  const [, publisher = DEFAULT_PUBLISHER, key = ''] = /^(?:([A-Za-z0-9._-]+)=(?!=*$))?(.*)$/s.exec(entry)!;
  return { publisher, key };
}
