/** Kind of project, as written in the `nx.tags` of its package.json (`layer:stage`). */
export type Layer =
  | 'contracts'
  | 'stage'
  | 'transport'
  | 'service'
  | 'pure'
  | 'record'
  | 'outbound'
  | 'embedded'
  | 'app'
  | 'standalone'
  | 'test';

/** The dependency rule: the layers that a project of each layer may import. Read by ESLint and by the architecture spec. */
export const mayImport: Readonly<Record<Layer, readonly Layer[]>> = {
  contracts: [],
  stage: ['contracts'],
  transport: ['stage', 'contracts'],
  service: ['transport', 'stage', 'contracts'],
  pure: ['pure'],
  record: ['contracts', 'pure'],
  outbound: ['pure'],
  embedded: [],
  app: ['contracts', 'stage', 'transport', 'service', 'pure', 'record', 'outbound'],
  standalone: ['contracts', 'stage', 'transport', 'service', 'pure', 'record', 'outbound', 'embedded', 'app'],
  test: ['pure'],
};

/** Libraries that compute and do nothing else: the same input gives the same output, wherever and whenever it is run. */
export const pureLibraries: readonly string[] = ['contracts', 'web', 'feeds', 'extraction', 'enrichment', 'record'];

/** External packages that only some places know, so that replacing one touches one place. */
export interface ConfinedPackage {
  /** Matches an import specifier, subpaths included. */
  specifier: RegExp;
  /** Paths from the root of the repository: a file, or a folder that ends in `/`. */
  homes: readonly string[];
  reason: string;
}

export const confinedPackages: readonly ConfinedPackage[] = [
  {
    specifier: /^kafkajs(\/|$)/,
    homes: ['libs/transport/src/kafka/client.ts'],
    reason: 'kafkajs is known to one file of the transport; everything else sees the port of libs/stage',
  },
  {
    specifier: /^(@nestjs\/|nestjs-)/,
    homes: ['libs/service/', 'apps/'],
    reason: 'Nest is known to libs/service and the apps; a library stays usable without a framework',
  },
  {
    specifier: /^pg(\/|$)/,
    homes: ['libs/transport/', 'libs/service/', 'libs/embedded-postgres/', 'apps/store/', 'apps/fetcher/'],
    reason: 'only the parts that own a database connection know the driver',
  },
  {
    specifier: /^@opentelemetry\//,
    homes: ['libs/service/src/tracing/'],
    reason:
      'everything else makes spans through the Tracing port, so that nothing of OpenTelemetry is loaded while it is off',
  },
  {
    specifier: /^undici(\/|$)/,
    homes: ['libs/outbound/'],
    reason: 'every request that leaves goes through the address check and limits of libs/outbound',
  },
];
