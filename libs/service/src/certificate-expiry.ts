import { certificateEnds, type CertificateFiles, postgresConnection } from '@newsmill/transport';
import { kafkaCertificates } from './kafka-security.js';
import type { LabelsOf } from './metric-definition.js';
import type { Metrics, Reading } from './metrics.js';
import type { ServiceSettings } from './service.config.js';
import { serviceMetrics } from './service-metrics.js';

type Expiry = typeof serviceMetrics.certificateExpiry;

/** Files are read at most once in so many milliseconds. */
const MAX_AGE_MS = 60_000;

/** Tells when the certificate files of the settings end; they are read anew, as connections do. */
export function watchCertificates(metrics: Metrics, settings: ServiceSettings): void {
  metrics.watch(serviceMetrics.certificateExpiry, () => expiries(settings), MAX_AGE_MS);
}

/** A file that cannot be used is left out: connections go on with the one before, and the log tells it. */
export function expiries(settings: ServiceSettings): Reading<Expiry> {
  const { transport, databaseUrl } = settings;
  const peers: [LabelsOf<Expiry>['peer'], CertificateFiles | undefined][] = [
    ['kafka', transport === 'kafka' ? kafkaCertificates(settings) : undefined],
    ['postgres', databaseUrl === undefined ? undefined : filesOf(databaseUrl)],
  ];
  return peers.flatMap(([peer, { ca, cert } = {}]) => [
    // One authority of several is enough; a chain lasts as long as its shortest link.
    ...read(ca, (ends) => [{ peer, use: 'authority' }, Math.max(...ends) / 1000]),
    ...read(cert, (ends) => [{ peer, use: 'client' }, Math.min(...ends) / 1000]),
  ]);
}

type Sample = [LabelsOf<Expiry>, number];

function read(path: string | undefined, sampleOf: (ends: number[]) => Sample): Sample[] {
  try {
    return path === undefined ? [] : [sampleOf(certificateEnds(path))];
  } catch {
    return [];
  }
}

/** The files may be gone by now. */
function filesOf(databaseUrl: string): CertificateFiles | undefined {
  try {
    return postgresConnection(databaseUrl).files;
  } catch {
    return undefined;
  }
}
