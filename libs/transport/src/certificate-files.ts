import { createPrivateKey, type KeyObject, X509Certificate } from 'node:crypto';
import { readFileSync, statSync } from 'node:fs';
import { type ConnectionOptions, createSecureContext, type SecureContext } from 'node:tls';

/** Paths of PEM files. */
export interface CertificateFiles {
  /** Authorities that may have signed the other side's certificate. Default: those of Node.js. */
  ca?: string | undefined;
  /** Our certificate, followed by those between it and its authority. */
  cert?: string | undefined;
  /** Its private key, not encrypted. */
  key?: string | undefined;
}

/** How each file is called by those who set it. */
export type FileNames = Readonly<Record<keyof CertificateFiles, string>>;

interface Material {
  ca?: string;
  cert?: string;
  key?: string;
}

/** Files of certificates are small; anything larger is something else. */
const MAX_BYTES = 1_000_000;

/** Everything that is wrong with the files, by the names they are set under. */
export function certificateProblems(files: CertificateFiles, names: FileNames): string[] {
  const problems: string[] = [];
  const attempt = <T>(step: () => T): T | undefined => {
    try {
      return step();
    } catch (error) {
      problems.push((error as Error).message);
      return undefined;
    }
  };
  const { ca, cert, key } = files;
  if (cert !== undefined && key === undefined) problems.push(`${names.cert} is set without ${names.key}`);
  if (key !== undefined && cert === undefined) problems.push(`${names.key} is set without ${names.cert}`);
  if (ca !== undefined) attempt(() => readCertificates(names.ca, ca));
  const own = cert === undefined ? undefined : attempt(() => readCertificates(names.cert, cert)[0]!);
  const ownKey = key === undefined ? undefined : attempt(() => readKey(names.key, key));
  if (own && ownKey && !own.checkPrivateKey(ownKey)) {
    problems.push(`${names.key} is "${key}": not the key of the certificate in ${names.cert}`);
  }
  return problems;
}

/**
 * TLS options that verify the other side's certificate and its host name, whatever `NODE_TLS_REJECT_UNAUTHORIZED` says.
 * Each new connection looks whether the files have changed. Files that cannot be used leave the ones before in place.
 *
 * @param tell gets a line when changed files cannot be used, once for each change
 * @throws Error when the files cannot be used now; {@link certificateProblems} says why
 */
export function verifiedTls(files: CertificateFiles, tell: (message: string) => void): ConnectionOptions {
  const context = new ChangingContext(files, tell);
  return {
    rejectUnauthorized: true,
    get secureContext() {
      return context.current();
    },
  };
}

/**
 * When the certificates of a file end, in milliseconds since the epoch.
 * @throws Error when it cannot be read or holds no certificate
 */
export function certificateEnds(path: string): number[] {
  return readCertificates('certificate file', path).map(({ validToDate }) => validToDate.getTime());
}

class ChangingContext {
  private state: string;
  private context: SecureContext;

  constructor(
    private readonly files: CertificateFiles,
    private readonly tell: (message: string) => void,
  ) {
    this.state = this.stateOfFiles();
    this.context = createSecureContext(this.read());
  }

  /** Never throws: whoever connects has nobody to tell. */
  current(): SecureContext {
    try {
      const state = this.stateOfFiles();
      if (state === this.state) return this.context;
      this.state = state;
      this.context = createSecureContext(this.read());
    } catch (error) {
      this.tell(`changed certificate files are not used, the ones before are: ${(error as Error).message}`);
    }
    return this.context;
  }

  private stateOfFiles(): string {
    return JSON.stringify(
      Object.values(this.files).map((path: string | undefined) => {
        const found = path === undefined ? undefined : statSync(path, { throwIfNoEntry: false });
        return found && [found.ino, found.mtimeMs, found.size];
      }),
    );
  }

  private read(): Material {
    const [problem] = certificateProblems(this.files, { ca: 'CA file', cert: 'certificate file', key: 'key file' });
    if (problem !== undefined) throw new Error(problem);
    return Object.fromEntries(
      Object.entries(this.files)
        .filter(([, path]) => path !== undefined)
        .map(([name, path]) => [name, readFileSync(path as string, 'utf8')]),
    );
  }
}

function readCertificates(name: string, path: string): X509Certificate[] {
  const blocks = pemBlocks(readPem(name, path)).filter((block) => block.startsWith('-----BEGIN CERTIFICATE-----'));
  if (blocks.length === 0) throw new Error(`${name} is "${path}": holds no certificate in PEM (BEGIN CERTIFICATE)`);
  try {
    return blocks.map((block) => new X509Certificate(block));
  } catch (error) {
    throw new Error(`${name} is "${path}": holds something that is no certificate`, { cause: error });
  }
}

function readKey(name: string, path: string): KeyObject {
  const text = readPem(name, path);
  if (text.includes('ENCRYPTED')) {
    throw new Error(
      `${name} is "${path}": the key is encrypted; write it anew with "openssl pkey", without a passphrase`,
    );
  }
  try {
    return createPrivateKey(text);
  } catch (error) {
    throw new Error(`${name} is "${path}": holds no private key in PEM`, { cause: error });
  }
}

function readPem(name: string, path: string): string {
  try {
    if (statSync(path).size > MAX_BYTES) throw new Error(`larger than ${MAX_BYTES} bytes`);
    return readFileSync(path, 'utf8');
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    throw new Error(`${name} is "${path}": cannot be read (${code ?? message})`, { cause: error });
  }
}

/** The blocks from each BEGIN to the END after it. */
function pemBlocks(text: string): string[] {
  const blocks: string[] = [];
  for (let begin = text.indexOf('-----BEGIN '); begin >= 0; begin = text.indexOf('-----BEGIN ', begin + 1)) {
    const end = text.indexOf('-----END ', begin);
    const close = end < 0 ? -1 : text.indexOf('-----', end + 9);
    if (close < 0) break;
    blocks.push(text.slice(begin, close + 5));
  }
  return blocks;
}
