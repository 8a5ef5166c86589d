import { type CertificateFiles, certificateProblems, verifiedTls } from '@newsmill/transport';
import type { KafkaTransportOptions } from '@newsmill/transport/kafka';
import type { ServiceSettings } from './service.config.js';

const NAMES = {
  protocol: 'NEWSMILL_KAFKA_SECURITY_PROTOCOL',
  mechanism: 'NEWSMILL_KAFKA_SASL_MECHANISM',
  username: 'NEWSMILL_KAFKA_SASL_USERNAME',
  password: 'NEWSMILL_KAFKA_SASL_PASSWORD',
  plainInClear: 'NEWSMILL_KAFKA_SASL_PLAIN_IN_CLEAR',
} as const;
const FILE_NAMES = {
  ca: 'NEWSMILL_KAFKA_CA_FILE',
  cert: 'NEWSMILL_KAFKA_CERT_FILE',
  key: 'NEWSMILL_KAFKA_KEY_FILE',
} as const;

type Security = Pick<KafkaTransportOptions, 'ssl' | 'sasl'>;

/** What the settings say of TLS and SASL that does not fit together or cannot be used, by name. */
export function kafkaSecurityProblems(settings: ServiceSettings): string[] {
  const { kafkaSaslUsername: username, kafkaSaslPassword: password, kafkaSaslMechanism: mechanism } = settings;
  const protocol = settings.kafkaSecurityProtocol ?? 'plaintext';
  const files = filesOf(settings);
  const problems: string[] = [];
  const setInVain = (name: string, value: unknown, remedy: string): void => {
    if (value !== undefined) problems.push(`${name} is set, but ${NAMES.protocol} is ${protocol}: ${remedy}`);
  };
  if (withSasl(protocol)) {
    if (username === undefined) problems.push(`${NAMES.username} is not set: ${protocol} needs a user name`);
    if (password === undefined) problems.push(`${NAMES.password} is not set: ${protocol} needs a password`);
    if (mechanism === 'plain' && !withTls(protocol) && !settings.kafkaSaslPlainInClear) {
      problems.push(
        `${NAMES.mechanism} is plain, which sends the password in clear text with ${protocol}: ` +
          `use sasl_ssl, a scram mechanism, or ${NAMES.plainInClear}=true`,
      );
    }
  } else {
    const remedy = 'use sasl_ssl, or leave it out';
    setInVain(NAMES.mechanism, mechanism, remedy);
    setInVain(NAMES.username, username, remedy);
    setInVain(NAMES.password, password, remedy);
  }
  if (withTls(protocol)) return [...problems, ...certificateProblems(files, FILE_NAMES)];
  for (const name of ['ca', 'cert', 'key'] as const) {
    setInVain(FILE_NAMES[name], files[name], `use ${withSasl(protocol) ? 'sasl_ssl' : 'ssl'}, or leave it out`);
  }
  return problems;
}

/**
 * TLS and SASL of the Kafka transport.
 * @param tell gets a line when certificate files that have changed cannot be used
 */
export function kafkaSecurity(settings: ServiceSettings, tell: (message: string) => void): Security {
  const { kafkaSaslUsername: username = '', kafkaSaslPassword: password = '' } = settings;
  const protocol = settings.kafkaSecurityProtocol ?? 'plaintext';
  const mechanism = settings.kafkaSaslMechanism ?? 'scram-sha-512';
  return {
    ...(withTls(protocol) && { ssl: verifiedTls(filesOf(settings), tell) }),
    ...(withSasl(protocol) && { sasl: { mechanism, username, password } }),
  };
}

/** The certificate files that connections to brokers use. */
export function kafkaCertificates(settings: ServiceSettings): CertificateFiles {
  return withTls(settings.kafkaSecurityProtocol ?? 'plaintext') ? filesOf(settings) : {};
}

function filesOf({ kafkaCaFile: ca, kafkaCertFile: cert, kafkaKeyFile: key }: ServiceSettings): CertificateFiles {
  return { ca, cert, key };
}

function withSasl(protocol: string): boolean {
  return protocol.startsWith('sasl_');
}

function withTls(protocol: string): boolean {
  return protocol.endsWith('ssl');
}
