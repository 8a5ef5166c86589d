import { type LocalKafka, startLocalKafka } from '../../deploy/local-kafka/local-kafka.ts';
import { type Certificate, CertificateAuthority } from './certificates.ts';
import { holdFolder } from './held-folder.ts';

/** The user that the broker knows. */
export const USER = { name: 'newsmill', password: 'scram-secret' };

/** A broker that is reached in every secure way, and in some that are broken. */
export interface SecureKafka extends Pick<LocalKafka, 'restart'> {
  /** `localhost:port` of each listener. */
  readonly at: Readonly<Record<keyof typeof LISTENERS | 'plain', string>>;
  /** Signs the broker's certificates, and those that it takes from clients. */
  readonly authority: CertificateAuthority;
  stop(): Promise<void>;
}

const LISTENERS = {
  /** SASL over TLS: SCRAM-SHA-512 and PLAIN. */
  scram: { protocol: 'SASL_SSL', certificate: 'good' },
  /** SASL without TLS: SCRAM-SHA-256 as well. */
  clear: { protocol: 'SASL_PLAINTEXT', certificate: undefined },
  /** TLS; clients show a certificate. */
  mutual: { protocol: 'SSL', certificate: 'good' },
  /** Its certificate is for another host. */
  misnamed: { protocol: 'SSL', certificate: 'misnamed' },
  /** Its certificate is out of date. */
  expired: { protocol: 'SSL', certificate: 'expired' },
} as const;

const SASL = {
  'sasl.enabled.mechanisms': 'SCRAM-SHA-512,PLAIN',
  'scram-sha-256.sasl.jaas.config': 'org.apache.kafka.common.security.scram.ScramLoginModule required;',
  'scram-sha-512.sasl.jaas.config': 'org.apache.kafka.common.security.scram.ScramLoginModule required;',
  'plain.sasl.jaas.config': `org.apache.kafka.common.security.plain.PlainLoginModule required user_${USER.name}="${USER.password}";`,
};

/** Starts a Kafka of one broker with certificates of its own. */
export async function startSecureKafka(): Promise<SecureKafka> {
  const authority = await CertificateAuthority.create();
  const certificates = {
    good: await authority.issue({ name: 'broker', names: ['DNS:localhost'] }),
    misnamed: await authority.issue({ name: 'broker', names: ['DNS:kafka.example'] }),
    expired: await authority.issue({ name: 'broker', names: ['DNS:localhost'], expired: true }),
  };
  const folder = await holdFolder('secure-kafka');
  const kafka = await startLocalKafka({
    dataDir: folder.path,
    scramUsers: [
      { mechanism: 'SCRAM-SHA-512', ...USER },
      { mechanism: 'SCRAM-SHA-256', ...USER },
    ],
    listeners: Object.fromEntries(
      Object.entries(LISTENERS).map(([name, { protocol, certificate }]) => [
        name,
        {
          protocol,
          settings: {
            ...(certificate && stores(certificates[certificate], authority)),
            ...(protocol.startsWith('SASL') && SASL),
            ...(name === 'clear' && { 'sasl.enabled.mechanisms': 'SCRAM-SHA-256,SCRAM-SHA-512' }),
            ...(name === 'mutual' && { 'ssl.client.auth': 'required' }),
          },
        },
      ]),
    ),
  });
  return {
    at: { ...kafka.listeners, plain: kafka.brokers[0]! } as SecureKafka['at'],
    authority,
    restart: (index) => kafka.restart(index),
    stop: async () => {
      await kafka.stop();
      await folder.release();
      await authority.remove();
    },
  };
}

/** Settings of a listener that shows this certificate. */
export function stores({ both }: Certificate, { cert }: CertificateAuthority): Record<string, string> {
  return {
    'ssl.keystore.type': 'PEM',
    'ssl.keystore.location': both,
    'ssl.truststore.type': 'PEM',
    'ssl.truststore.location': cert,
  };
}
