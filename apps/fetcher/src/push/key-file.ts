import { randomBytes } from 'node:crypto';
import { open, readFile, realpath, rename, rm } from 'node:fs/promises';
import { readFileSync, statSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { hashedKey } from '@newsmill/service/hashed-keys';
import { isExpired, type KeyEntry, type KeyKind, parseKeyEntries, type Scope } from './key-entry.js';

/** Largest keys file that is read, in bytes. */
const MAX_FILE = 4 * 1024 * 1024;

/** A key with its secret at hand; `hash` for bearer keys alone. */
export type OpenedKey = KeyEntry & { opened?: string };

/**
 * Reads a keys file and the secrets it refers to.
 * @throws Error that says what is wrong with the file; no secret is shown.
 */
export function readKeyFile(path: string): OpenedKey[] {
  const entries = parseKeyEntries(readPrivate(path));
  return entries.map((entry) => {
    if (entry.kind === 'bearer') return entry;
    if (entry.secretFile === undefined) return { ...entry, opened: entry.secret! };
    const opened = readPrivate(resolve(dirname(path), entry.secretFile)).trim();
    if (opened.length < 16) throw new Error(`${entry.secretFile}: the secret is under 16 characters`);
    return { ...entry, opened };
  });
}

/** What changes when the file does: for telling whether it must be read again. */
export function keyFileState(path: string): string {
  const { dev, ino, size, mtimeMs, ctimeMs } = statSync(path);
  return [dev, ino, size, mtimeMs, ctimeMs].join(':');
}

/** A file that other users may read, or that its group may write, keeps no secret. */
function readPrivate(path: string): string {
  const { mode, size } = statSync(path);
  if ((mode & 0o027) !== 0 && process.platform !== 'win32') {
    throw new Error(`${path}: its mode is 0${(mode & 0o777).toString(8)}; make it 0600 (others must not read it)`);
  }
  if (size > MAX_FILE) throw new Error(`${path}: has over ${MAX_FILE} bytes`);
  return readFileSync(path, 'utf8');
}

export interface NewKey {
  publisher: string;
  kind: KeyKind;
  scopes: Scope[];
  id?: string | undefined;
  notAfter?: string | undefined;
}

/** A key that was made just now. */
export interface MadeKey {
  entry: KeyEntry;
  /** Shown once: of a bearer key nothing but the hash is kept. */
  key: string;
}

/** Adds a key. @throws Error when the file cannot be edited or the id is taken */
export async function addKey(path: string, { publisher, kind, scopes, id, notAfter }: NewKey): Promise<MadeKey> {
  const made = makeKey({ publisher, kind, scopes, id, notAfter });
  await editKeys(path, (entries) => [...entries, made.entry]);
  return made;
}

/** Takes a key away at once. @throws Error when there is none of this id */
export async function revokeKey(path: string, id: string): Promise<void> {
  await editKeys(path, (entries) => {
    find(entries, id);
    return entries.filter((entry) => entry.id !== id);
  });
}

/**
 * A new key beside an old one, with the same rights; the old one stays valid for a while, so that the publisher can
 * change over without a gap. What expired before is taken out of the file.
 * @param overlapMs how long the old one stays valid
 */
export async function rotateKey(path: string, id: string, overlapMs: number, now = Date.now()): Promise<MadeKey> {
  let made: MadeKey | undefined;
  await editKeys(path, (entries) => {
    const old = find(entries, id);
    made = makeKey({ ...old, id: undefined, notAfter: undefined, scopes: 'scopes' in old ? old.scopes : [] });
    const ends = new Date(Math.min(now + overlapMs, Date.parse(old.notAfter ?? '9999-12-31T00:00:00Z'))).toISOString();
    const kept = entries.filter((entry) => !isExpired(entry, now));
    return [...kept.map((entry) => (entry.id === id ? { ...entry, notAfter: ends } : entry)), made.entry];
  });
  return made!;
}

function find(entries: readonly KeyEntry[], id: string): KeyEntry {
  const entry = entries.find((candidate) => candidate.id === id);
  if (entry === undefined) throw new Error(`there is no key "${id}": see "newsmill keys list"`);
  return entry;
}

function makeKey({ publisher, kind, scopes, id, notAfter }: NewKey): MadeKey {
  const key = `nm_${randomBytes(32).toString('base64url')}`;
  const common = {
    id: id ?? `${publisher.slice(0, 50)}-${randomBytes(4).toString('hex')}`,
    publisher,
    ...(notAfter !== undefined && { notAfter }),
  };
  if (kind === 'bearer') return { key, entry: { kind, ...common, hash: hashedKey(key), scopes } };
  if (kind === 'hmac') return { key, entry: { kind, ...common, secret: key, scopes } };
  return { key, entry: { kind, ...common, secret: key } };
}

/**
 * Rewrites the file whole or not at all, readable by its owner alone. The new file is made first and by one editor
 * only, so that two commands at once do not undo each other's work.
 */
async function editKeys(path: string, edit: (entries: KeyEntry[]) => KeyEntry[]): Promise<void> {
  const target = await realpath(path).catch(() => resolve(path));
  const beside = `${target}.new`;
  const file = await open(beside, 'wx', 0o600).catch((error: unknown) => {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    throw new Error(`${beside} is there: another command edits the keys, or one was killed (then remove the file)`);
  });
  try {
    const known = await readFile(target, 'utf8').catch((error: unknown) => {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return '{"keys":[]}';
      throw error;
    });
    const text = `${JSON.stringify({ keys: edit(parseKeyEntries(known)) }, null, 2)}\n`;
    parseKeyEntries(text);
    await file.writeFile(text);
    await file.sync();
    await file.close();
    await rename(beside, target);
  } catch (error) {
    await file.close().catch(() => undefined);
    await rm(beside, { force: true });
    throw error;
  }
}
