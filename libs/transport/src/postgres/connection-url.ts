import { isIPv4, isIPv6 } from 'node:net';
import type pg from 'pg';
import { type CertificateFiles, certificateProblems, verifiedTls } from '../certificate-files.js';

/** How a PostgreSQL is connected to. */
export interface PostgresConnection {
  /** For every client of `pg`. */
  config: Pick<pg.ClientConfig, 'connectionString' | 'ssl' | 'sslnegotiation'>;
  /** Host and database, without credentials: for messages. */
  where: string;
  /** On this machine: a socket, or a loopback address. */
  isLocal: boolean;
  /** `unsaid`: no TLS, and nothing says that this is meant. */
  tls: 'verified' | 'unverified' | 'disabled' | 'unsaid';
  /** Of TLS, where the URL names some. */
  files?: CertificateFiles;
}

/** Everything in a connection URL that cannot be obeyed. Holds no credentials. */
export class PostgresUrlError extends Error {
  override readonly name = 'PostgresUrlError';

  constructor(readonly problems: readonly string[]) {
    super(problems.join('; '));
  }
}

const FILE_NAMES = { ca: 'sslrootcert', cert: 'sslcert', key: 'sslkey' } as const;
const OURS = ['sslmode', 'ssl', 'sslrootcert', 'sslcert', 'sslkey', 'sslnegotiation', 'uselibpqcompat'];
/** Node.js's own authorities, as libpq calls them. */
const SYSTEM = 'system';

/**
 * Reads what a connection URL says of TLS, in the names of libpq (PostgreSQL 18, 32.1.2 and 32.19), and hands it to `pg`
 * in a form that leaves nothing to the version of its own parser or to `PGSSLMODE`.
 *
 * `verify-full` verifies chain and host name. `require` and `verify-ca` do so too: nobody gets less than they asked for.
 * `no-verify`, a word of `pg`, verifies nothing. `prefer` and `allow` are refused, as whoever is on the way can answer
 * that there is no TLS.
 *
 * @param tell gets a line when certificate files that have changed cannot be used
 * @throws PostgresUrlError
 */
export function postgresConnection(url: string, tell: (message: string) => void = () => undefined): PostgresConnection {
  const place = placeOf(url);
  if (place === undefined)
    return { config: { connectionString: url, ssl: false }, where: 'the given url', isLocal: false, tls: 'unsaid' };
  const { parsed, ...where } = place;
  const given = Object.fromEntries(OURS.map((name) => [name, parsed.searchParams.get(name) ?? undefined]));
  const files: CertificateFiles = { ca: given.sslrootcert, cert: given.sslcert, key: given.sslkey };
  const system = files.ca === SYSTEM;
  if (system) delete files.ca;
  const mode = modeOf(given);
  const problems = [...problemsOf(given, mode), ...certificateProblems(files, FILE_NAMES)];
  if (problems.length > 0) throw new PostgresUrlError(problems);

  for (const name of OURS) parsed.searchParams.delete(name);
  const connectionString = Object.values(given).some((value) => value !== undefined) ? parsed.href : url;
  if (mode === undefined || mode === 'disable') {
    return { config: { connectionString, ssl: false }, ...where, tls: mode === 'disable' ? 'disabled' : 'unsaid' };
  }
  const negotiation = given.sslnegotiation === 'direct' ? ({ sslnegotiation: 'direct' } as const) : {};
  const verified = verifiedTls(files, tell);
  if (mode === 'no-verify') Object.assign(verified, { rejectUnauthorized: false });
  return {
    config: { connectionString, ssl: verified, ...negotiation },
    ...where,
    tls: mode === 'no-verify' ? 'unverified' : 'verified',
    files,
  };
}

type Given = Readonly<Record<string, string | undefined>>;
type Mode = 'disable' | 'verify-full' | 'no-verify';

/** The mode in effect; undefined when nothing is said of TLS. */
function modeOf({ sslmode, ssl, sslrootcert, sslcert, sslkey }: Given): Mode | undefined {
  const said = sslmode ?? ssl;
  if (said === undefined) return (sslrootcert ?? sslcert ?? sslkey) === undefined ? undefined : 'verify-full';
  if (said === 'no-verify') return 'no-verify';
  return ['disable', 'false', '0'].includes(said) ? 'disable' : 'verify-full';
}

const MODES = ['disable', 'require', 'verify-ca', 'verify-full', 'no-verify'];
const SWITCHES = ['true', '1', 'false', '0', 'no-verify'];

function problemsOf(given: Given, mode: Mode | undefined): string[] {
  const { sslmode, ssl, sslrootcert, sslnegotiation, uselibpqcompat } = given;
  const files = Object.values(FILE_NAMES).filter((name) => given[name] !== undefined);
  const problems: string[] = [];
  if (sslmode === 'prefer' || sslmode === 'allow') {
    problems.push(`sslmode=${sslmode} lets whoever is on the way turn TLS off: use verify-full, or disable`);
  } else if (sslmode !== undefined && !MODES.includes(sslmode)) {
    problems.push(`sslmode=${sslmode} is unknown: use verify-full, or disable`);
  }
  if (ssl !== undefined && sslmode !== undefined) problems.push('ssl and sslmode are both given: use sslmode alone');
  else if (ssl !== undefined && !SWITCHES.includes(ssl))
    problems.push(`ssl=${ssl} is unknown: use sslmode=verify-full`);
  if (uselibpqcompat !== undefined) problems.push('uselibpqcompat weakens what sslmode says: leave it out');
  if (sslnegotiation !== undefined && !['postgres', 'direct'].includes(sslnegotiation)) {
    problems.push(`sslnegotiation=${sslnegotiation} is unknown: use postgres or direct`);
  }
  if (sslnegotiation === 'direct' && (mode === undefined || mode === 'disable')) {
    problems.push('sslnegotiation=direct needs TLS: add sslmode=verify-full');
  }
  if (mode === 'disable' && files.length > 0) problems.push(`${files.join(', ')} without TLS: use sslmode=verify-full`);
  if (mode === 'no-verify' && sslrootcert !== undefined) {
    problems.push('sslrootcert is not looked at with no-verify: use sslmode=verify-full');
  }
  return problems;
}

function placeOf(url: string): { parsed: URL; where: string; isLocal: boolean } | undefined {
  if (!URL.canParse(url)) return undefined;
  const parsed = new URL(url);
  const host = parsed.searchParams.get('host') ?? parsed.hostname;
  return {
    parsed,
    where: `${parsed.host || host}${parsed.pathname}`,
    isLocal: host.startsWith('/') || isLoopback(host),
  };
}

/** Whether a host, as it stands in a URL or before a port, is this machine. No name: the default of `pg`, localhost. */
export function isLoopback(host: string): boolean {
  const bare = host.startsWith('[') ? host.slice(1, -1) : host;
  if (isIPv4(bare)) return bare.startsWith('127.');
  return isIPv6(bare) ? bare === '::1' : ['', 'localhost'].includes(bare);
}
