import { isHashedKey } from '@newsmill/service/hashed-keys';
import { z } from 'zod';

/** What a key may do. `validate` alone may look at what would be stored and puts nothing on the log. */
export const scope = z.enum(['articles:write', 'articles:delete', 'validate']);
export type Scope = z.output<typeof scope>;

/** Shortest shared secret, in characters. */
const SHORTEST_SECRET = 16;

const common = {
  id: z.string().regex(/^[A-Za-z0-9._-]{1,64}$/, 'must be 1 to 64 letters, digits, ".", "_" or "-"'),
  publisher: z.string().regex(/^[A-Za-z0-9._-]{1,128}$/, 'must be 1 to 128 letters, digits, ".", "_" or "-"'),
  notAfter: z.iso.datetime({ error: 'must be a UTC time, RFC 3339' }).optional(),
};
const scopes = z.array(scope).min(1, 'must name at least one scope');
const secret = {
  secret: z.string().min(SHORTEST_SECRET, `must have at least ${SHORTEST_SECRET} characters`).optional(),
  secretFile: z.string().min(1, 'must not be empty').optional(),
};

/**
 * One key of a publisher. A bearer key stands there as its hash. The secret of a signing key cannot: both sides compute
 * with it, so it stands there itself, or in a file of its own.
 */
export const keyEntry = z
  .discriminatedUnion('kind', [
    z.strictObject({
      kind: z.literal('bearer'),
      ...common,
      hash: z.string().refine(isHashedKey, 'must be "sha256:" and 64 hexadecimal digits'),
      scopes,
    }),
    z.strictObject({ kind: z.literal('hmac'), ...common, ...secret, scopes }),
    z.strictObject({ kind: z.literal('superdesk'), ...common, ...secret }),
  ])
  .refine((entry) => entry.kind === 'bearer' || (entry.secret === undefined) !== (entry.secretFile === undefined), {
    message: 'must have either "secret" or "secretFile"',
  });

export type KeyEntry = z.output<typeof keyEntry>;
export type KeyKind = KeyEntry['kind'];

const keysFile = z.strictObject({ keys: z.array(keyEntry) }).superRefine(({ keys }, context) => {
  const known = new Set<string>();
  keys.forEach(({ id }, index) => {
    if (known.has(id)) context.addIssue({ code: 'custom', path: ['keys', index, 'id'], message: 'is used twice' });
    known.add(id);
  });
});

/**
 * Reads the text of a keys file.
 * @throws Error that names each wrong field and shows no value.
 */
export function parseKeyEntries(text: string): KeyEntry[] {
  let data: unknown;
  try {
    data = JSON.parse(text);
  } catch {
    throw new Error('is not JSON');
  }
  const read = keysFile.safeParse(data);
  if (read.success) return read.data.keys;
  throw new Error(
    read.error.issues
      .slice(0, 5)
      .map(({ path, message }) => `${path.join('.') || '(root)'}: ${message}`)
      .join('; '),
  );
}

export function isExpired({ notAfter }: Pick<KeyEntry, 'notAfter'>, now: number): boolean {
  return notAfter !== undefined && Date.parse(notAfter) <= now;
}
