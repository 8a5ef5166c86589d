import { Injectable, Logger } from '@nestjs/common';
import { HashedKeys, isHashedKey, SettingsError, SHORTEST_KEY } from '@newsmill/service';
import { isExpired, scope, type Scope } from './key-entry.js';
import { keyFileState, type OpenedKey, readKeyFile } from './key-file.js';

/** Publisher of a key that names none. */
const DEFAULT_PUBLISHER = 'default';

/** The keys file is looked at for changes at most once in this many milliseconds. */
const LOOK_MS = 1_000;

/** Who stands at the door. */
export interface Caller {
  publisher: string;
  /** Of the key that was shown. */
  keyId: string;
  scopes: ReadonlySet<Scope>;
}

/** A caller with the secret that its requests are signed with. */
export interface SigningCaller extends Caller {
  secret: string;
}

/** Where keys come from. */
export interface KeySources {
  /** Entries of the environment: `key`, `publisher=key`; the key as it is or as `sha256:<hex>`. */
  apiKey: readonly string[];
  keysFile?: string | undefined;
}

interface Held<C extends Caller> {
  caller: C;
  notAfter?: string | undefined;
}

interface Ring {
  bearer: HashedKeys<Held<Caller>>;
  hmac: ReadonlyMap<string, Held<SigningCaller>>;
  superdesk: ReadonlyMap<string, readonly Held<SigningCaller>[]>;
}

/** The keys that may push, from the environment and from a file that is read again when it changes. */
@Injectable()
export class PushKeys {
  private readonly logger = new Logger('push');
  private readonly sources: KeySources;
  private ring: Ring;
  private fileState: string | undefined;
  private lookedAt = performance.now();

  /** @throws SettingsError when there is no key, or one is wrong. */
  constructor(sources: KeySources) {
    const problems = PushKeys.problems(sources);
    if (problems.length > 0) throw new SettingsError(problems);
    this.sources = sources;
    this.fileState = sources.keysFile === undefined ? undefined : keyFileState(sources.keysFile);
    this.ring = ringOf(sources);
  }

  /** What is wrong with the sources, each naming its setting; no key is shown. */
  static problems(sources: KeySources): string[] {
    const ofEnvironment = sources.apiKey
      .map(parseEntry)
      .filter(({ key }) => key.length < SHORTEST_KEY)
      .map(({ publisher }) => `NEWSMILL_API_KEY: a key of ${publisher} is under ${SHORTEST_KEY} characters`);
    try {
      const file = sources.keysFile === undefined ? [] : readKeyFile(sources.keysFile);
      const valid = file.some((entry) => !isExpired(entry, Date.now()));
      if (ofEnvironment.length > 0 || sources.apiKey.length > 0 || valid) return ofEnvironment;
    } catch (error) {
      return [...ofEnvironment, `NEWSMILL_KEYS_FILE: ${(error as Error).message}`];
    }
    const lacking =
      sources.keysFile === undefined ? 'is not set' : 'is not set and NEWSMILL_KEYS_FILE has no valid key';
    return [`NEWSMILL_API_KEY ${lacking}: push is on, so it needs a key (or set NEWSMILL_PUSH=false)`];
  }

  /** Whose bearer key this is. */
  bearer(key: string): Caller | undefined {
    return valid(this.current().bearer.find(key));
  }

  /** Who signs under this key id. */
  signing(keyId: string): SigningCaller | undefined {
    return valid(this.current().hmac.get(keyId));
  }

  /** The keys of a publisher whose Superdesk may push. */
  superdesk(publisher: string): SigningCaller[] {
    return (this.current().superdesk.get(publisher) ?? []).flatMap((held) => valid(held) ?? []);
  }

  /** The file's latest keys. A file that has become wrong is told of, and the keys that were read last stay valid. */
  private current(): Ring {
    const { keysFile } = this.sources;
    if (keysFile === undefined || performance.now() - this.lookedAt < LOOK_MS) return this.ring;
    this.lookedAt = performance.now();
    try {
      const state = keyFileState(keysFile);
      if (state === this.fileState) return this.ring;
      this.ring = ringOf(this.sources);
      this.fileState = state;
      this.logger.log('the keys file has changed and was read again');
    } catch (error) {
      this.logger.error(`NEWSMILL_KEYS_FILE: ${(error as Error).message}; the keys read before stay valid`);
    }
    return this.ring;
  }
}

function valid<C extends Caller>(held: Held<C> | undefined): C | undefined {
  return held === undefined || isExpired(held, Date.now()) ? undefined : held.caller;
}

function ringOf({ apiKey, keysFile }: KeySources): Ring {
  const everything = new Set(scope.options);
  const entries = keysFile === undefined ? [] : readKeyFile(keysFile);
  const bearer = [
    ...apiKey.map(parseEntry).map(({ publisher, key }) => ({
      key,
      holder: { caller: { publisher, keyId: 'environment', scopes: everything } },
    })),
    ...entries.flatMap((entry) =>
      entry.kind === 'bearer'
        ? [{ key: entry.hash, holder: { caller: callerOf(entry), notAfter: entry.notAfter } }]
        : [],
    ),
  ];
  const signing = entries.filter(({ kind }) => kind !== 'bearer').map((entry) => ({ entry, held: heldSecret(entry) }));
  const hmac = signing.filter(({ entry }) => entry.kind === 'hmac').map(({ entry, held }) => [entry.id, held] as const);
  const superdesk = signing.filter(({ entry }) => entry.kind === 'superdesk').map(({ held }) => held);
  return {
    bearer: new HashedKeys<Held<Caller>>(bearer),
    hmac: new Map(hmac),
    superdesk: Map.groupBy(superdesk, ({ caller }) => caller.publisher),
  };
}

function heldSecret(entry: OpenedKey): Held<SigningCaller> {
  return { caller: { ...callerOf(entry), secret: entry.opened! }, notAfter: entry.notAfter };
}

function callerOf(entry: OpenedKey): Caller {
  const scopes = 'scopes' in entry ? entry.scopes : (['articles:write'] as const);
  return { publisher: entry.publisher, keyId: entry.id, scopes: new Set(scopes) };
}

/** `key` or `publisher=key`; a key in base64 may itself end in "=". */
function parseEntry(entry: string): { publisher: string; key: string } {
  const [, publisher = DEFAULT_PUBLISHER, key = ''] = /^(?:([A-Za-z0-9._-]+)=(?!=*$))?(.*)$/s.exec(entry)!;
  return { publisher, key: isHashedKey(key) ? key.toLowerCase() : key };
}
