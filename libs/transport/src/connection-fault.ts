import { isError } from '@newsmill/stage';

/**
 * Why a connection to a broker or a database cannot be used. All but `closed` are refusals: the other side is there, and
 * trying again helps only when somebody has changed something.
 *
 * - `credentials`: user name or password
 * - `mechanism`: the broker does not offer the SASL mechanism
 * - `unexpected-sasl`: it does not expect SASL on this port
 * - `untrusted`: its certificate leads to no known authority
 * - `host-name`: its certificate is for another host
 * - `expired`: its certificate is out of date, or not valid yet
 * - `client-certificate`: it refuses our certificate, or misses it
 * - `tls-missing`: it does not speak TLS
 * - `tls-required`: it takes no connection without TLS
 * - `handshake`: any other failure to agree on TLS
 * - `not-allowed`: the user may not connect
 * - `closed`: it ended the connection before it was of use; also what a restart looks like
 */
export type ConnectionFaultKind =
  | 'credentials'
  | 'mechanism'
  | 'unexpected-sasl'
  | 'untrusted'
  | 'host-name'
  | 'expired'
  | 'client-certificate'
  | 'tls-missing'
  | 'tls-required'
  | 'handshake'
  | 'not-allowed'
  | 'closed';

export interface ConnectionFault {
  kind: ConnectionFaultKind;
  /** What was said, without the traces of the library that said it. */
  words: string;
}

/** Codes of Node.js and OpenSSL (X509_V_ERR_… of its `x509_vfy.h`). */
const CODES: Readonly<Record<string, ConnectionFaultKind>> = {
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: 'untrusted',
  UNABLE_TO_GET_ISSUER_CERT: 'untrusted',
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: 'untrusted',
  SELF_SIGNED_CERT_IN_CHAIN: 'untrusted',
  DEPTH_ZERO_SELF_SIGNED_CERT: 'untrusted',
  CERT_UNTRUSTED: 'untrusted',
  CERT_REJECTED: 'untrusted',
  CERT_REVOKED: 'untrusted',
  CERT_SIGNATURE_FAILURE: 'untrusted',
  CERT_CHAIN_TOO_LONG: 'untrusted',
  INVALID_CA: 'untrusted',
  INVALID_PURPOSE: 'untrusted',
  PATH_LENGTH_EXCEEDED: 'untrusted',
  ERR_TLS_CERT_ALTNAME_INVALID: 'host-name',
  ERR_TLS_CERT_ALTNAME_FORMAT: 'host-name',
  HOSTNAME_MISMATCH: 'host-name',
  CERT_HAS_EXPIRED: 'expired',
  CERT_NOT_YET_VALID: 'expired',
  ERR_SSL_WRONG_VERSION_NUMBER: 'tls-missing',
  EPROTO: 'handshake',
  // SQLSTATE of PostgreSQL, appendix A.
  '28P01': 'credentials',
  '28000': 'not-allowed',
  // Answers of Kafka, by their names in kafkajs.
  SASL_AUTHENTICATION_FAILED: 'credentials',
  UNSUPPORTED_SASL_MECHANISM: 'mechanism',
  ILLEGAL_SASL_STATE: 'unexpected-sasl',
};

/** What the parts say without a code. */
const MESSAGES: readonly (readonly [string, ConnectionFaultKind])[] = [
  ['mechanism is not supported by the server', 'mechanism'],
  ['The server does not support SSL connections', 'tls-missing'],
  ['disconnected before secure TLS connection', 'closed'],
];

/** Which fault of a connection an error is, wherever in the chain of causes it stands; undefined when it is none. */
export function connectionFaultOf(error: unknown): ConnectionFault | undefined {
  for (let link = error, depth = 0; isError(link) && depth < 10; link = link.cause, depth += 1) {
    const kind = kindOf(link);
    if (kind !== undefined) return { kind, words: wordsOf(link) };
  }
  return undefined;
}

/** Whether the other side is there and will not have us, or is not who it should be. */
export function isRefused(error: unknown): boolean {
  const kind = connectionFaultOf(error)?.kind;
  return kind !== undefined && kind !== 'closed';
}

function kindOf(error: Error & { code?: unknown; type?: unknown }): ConnectionFaultKind | undefined {
  const { code, type, message, name } = error;
  const said = MESSAGES.find(([part]) => message.includes(part))?.[1];
  if (said !== undefined) return said;
  if (code === '28000') return refusalOf(message);
  const known = CODES[String(code)] ?? CODES[String(type)];
  // Node.js makes one code of all that OpenSSL says.
  if (known === 'handshake' || String(code).startsWith('ERR_SSL_'))
    return known === 'tls-missing' ? known : alertOf(error);
  if (known !== undefined) return known;
  if (name === 'KafkaJSSASLAuthenticationError') return 'credentials';
  return name === 'KafkaJSConnectionClosedError' ? 'closed' : undefined;
}

/** PostgreSQL gives one SQLSTATE to everything that `pg_hba.conf` refuses. */
function refusalOf(message: string): ConnectionFaultKind {
  if (message.includes('no encryption')) return 'tls-required';
  return message.includes('certificate') ? 'client-certificate' : 'not-allowed';
}

/** The alerts of RFC 8446 (6.2) that are about the certificate of the client. */
function alertOf(error: Error & { code?: unknown }): ConnectionFaultKind {
  const said = `${String(error.code)} ${error.message}`.toLowerCase();
  if (said.includes('wrong version number') || said.includes('packet length too long')) return 'tls-missing';
  const isOfCertificate = ['certificate', 'unknown_ca', 'unknown ca', 'access_denied', 'access denied'];
  return said.includes('alert') && isOfCertificate.some((part) => said.includes(part))
    ? 'client-certificate'
    : 'handshake';
}

/** `…:error:0A000412:SSL routines:ssl3_read_bytes:ssl/tls alert bad certificate:../deps/…` says "alert bad certificate". */
function wordsOf({ message }: Error): string {
  const [, openSsl] = message.split(':SSL routines:');
  if (openSsl !== undefined) return openSsl.split(':')[1] ?? 'TLS failed';
  const [words = ''] = message.split('; if the root CA is installed locally');
  return words.replace('Connection error: ', '').trim();
}
