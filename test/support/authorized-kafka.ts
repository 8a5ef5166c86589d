import { appendFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type LocalKafka, startLocalKafka } from '../../deploy/local-kafka/local-kafka.ts';
import { CertificateAuthority } from './certificates.ts';
import { holdFolder } from './held-folder.ts';

/** Whoever comes by the plain listener may do everything, as the operator of the cluster. */
const AUTHORIZER = [
  'authorizer.class.name=org.apache.kafka.metadata.authorizer.StandardAuthorizer',
  'super.users=User:ANONYMOUS',
  'allow.everyone.if.no.acl.found=false',
  '',
];

/** A broker that lets nobody do what no ACL says. */
export interface AuthorizedKafka {
  /** `localhost:port` for users: SASL/SCRAM over TLS. */
  readonly broker: string;
  /** `127.0.0.1:port` for the operator. */
  readonly operator: string;
  /** Signs the broker's certificate. */
  readonly authority: CertificateAuthority;
  stop(): Promise<void>;
}

/** Starts a Kafka of one broker with an authorizer. @param users password by name */
export async function startAuthorizedKafka(users: Readonly<Record<string, string>>): Promise<AuthorizedKafka> {
  const authority = await CertificateAuthority.create();
  const { both } = await authority.issue({ name: 'broker', names: ['DNS:localhost'] });
  const folder = await holdFolder('authorized-kafka');
  let kafka: LocalKafka | undefined;
  const stop = async (): Promise<void> => {
    await kafka?.stop();
    await folder.release();
    await authority.remove();
  };
  try {
    kafka = await startLocalKafka({
      dataDir: folder.path,
      scramUsers: Object.entries(users).map(([name, password]) => ({ mechanism: 'SCRAM-SHA-512', name, password })),
      listeners: {
        users: {
          protocol: 'SASL_SSL',
          settings: {
            'ssl.keystore.type': 'PEM',
            'ssl.keystore.location': both,
            'sasl.enabled.mechanisms': 'SCRAM-SHA-512',
            'scram-sha-512.sasl.jaas.config': 'org.apache.kafka.common.security.scram.ScramLoginModule required;',
          },
        },
      },
    });
    await appendFile(join(folder.path, 'broker-1/server.properties'), AUTHORIZER.join('\n'));
    await kafka.restart(0);
    return { broker: kafka.listeners['users']!, operator: kafka.brokers[0]!, authority, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}
