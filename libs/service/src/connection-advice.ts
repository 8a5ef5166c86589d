import { type ConnectionFaultKind, connectionFaultOf, type Explain } from '@newsmill/transport';
import type { ServiceSettings } from './service.config.js';

type Advice = Readonly<Record<ConnectionFaultKind, string | undefined>>;

/** What to do about a connection to the brokers that is refused, by the settings at hand. */
export function kafkaAdvice(settings: ServiceSettings): Explain {
  const { kafkaSecurityProtocol: protocol = 'plaintext', kafkaSaslMechanism: mechanism = 'scram-sha-512' } = settings;
  const wrongProtocol = `does the broker expect something else on this port? (NEWSMILL_KAFKA_SECURITY_PROTOCOL is ${protocol})`;
  return adviceOf({
    credentials:
      `Check NEWSMILL_KAFKA_SASL_USERNAME ("${settings.kafkaSaslUsername ?? ''}"), NEWSMILL_KAFKA_SASL_PASSWORD and ` +
      `NEWSMILL_KAFKA_SASL_MECHANISM (${mechanism}: a SCRAM user exists for each mechanism by itself); a changed ` +
      'password takes effect at the next start',
    mechanism: `NEWSMILL_KAFKA_SASL_MECHANISM is ${mechanism}: set one that the broker offers`,
    'unexpected-sasl': `NEWSMILL_KAFKA_SECURITY_PROTOCOL is ${protocol}: the broker has no SASL on this port`,
    untrusted: `Set NEWSMILL_KAFKA_CA_FILE (now ${settings.kafkaCaFile ?? 'not set'}) to the authority that signed the broker's certificate`,
    'host-name':
      'Give the broker a certificate for the name it advertises, or use the name in its certificate in NEWSMILL_KAFKA_BROKERS',
    expired: "The broker's certificate is out of date, or the clock here is: renew it on the broker",
    'client-certificate':
      settings.kafkaCertFile === undefined
        ? 'The broker wants a certificate: set NEWSMILL_KAFKA_CERT_FILE and NEWSMILL_KAFKA_KEY_FILE'
        : `The broker does not take the certificate of NEWSMILL_KAFKA_CERT_FILE (${settings.kafkaCertFile}): is it in date, and signed by an authority that the broker trusts?`,
    'tls-missing': `NEWSMILL_KAFKA_SECURITY_PROTOCOL is ${protocol}: the broker does not speak TLS on this port`,
    'tls-required': undefined,
    handshake: `No agreement on TLS: ${wrongProtocol}`,
    'not-allowed': undefined,
    closed: `If it keeps closing connections, ${wrongProtocol}`,
  });
}

/** What to do about a connection to PostgreSQL that is refused. */
export const databaseAdvice: Explain = adviceOf({
  credentials:
    'Check user name and password in NEWSMILL_DATABASE_URL (or NEWSMILL_DATABASE_PASSWORD), and that a certificate (sslcert) is for that user; a changed password takes effect at the next start',
  mechanism: undefined,
  'unexpected-sasl': undefined,
  untrusted: "Set sslrootcert in NEWSMILL_DATABASE_URL to the authority that signed the server's certificate",
  'host-name':
    'Use the name in the certificate of the server as the host of NEWSMILL_DATABASE_URL, or give the server one for this host',
  expired: "The server's certificate is out of date, or the clock here is: renew it on the server",
  'client-certificate':
    'Check sslcert and sslkey in NEWSMILL_DATABASE_URL: in date, signed by an authority that the server trusts, for this user?',
  'tls-missing': 'The server has no TLS: turn it on there (ssl = on), or set sslmode=disable in NEWSMILL_DATABASE_URL',
  'tls-required': 'The server takes TLS only: set sslmode=verify-full and sslrootcert in NEWSMILL_DATABASE_URL',
  handshake: 'No agreement on TLS: check the port in NEWSMILL_DATABASE_URL and the TLS versions of the server',
  'not-allowed': 'The pg_hba.conf of the server does not let this user in from here',
  closed: undefined,
});

function adviceOf(advice: Advice): Explain {
  return (error) => {
    const kind = connectionFaultOf(error)?.kind;
    return kind === undefined ? undefined : advice[kind];
  };
}
