/** The environment variable that hands the address of the parts server from Jest's global setup to the tests. */
const partsServerVariable = 'NEWSMILL_TEST_PARTS_URL';

/** The parts that tests can use. */
export type PartName = 'postgres' | 'kafka';

/** `NEWSMILL_TEST_DATABASE_URL`: a PostgreSQL server to use instead of starting one. Its user must be able to create databases. */
export function givenDatabaseUrl(): string | undefined {
  return process.env['NEWSMILL_TEST_DATABASE_URL'] || undefined;
}

/** `NEWSMILL_TEST_KAFKA_BROKERS`: a Kafka cluster to use instead of starting one; `host:port`, separated by commas. */
export function givenKafkaBrokers(): string[] | undefined {
  const brokers = (process.env['NEWSMILL_TEST_KAFKA_BROKERS'] ?? '').split(',').map((broker) => broker.trim());
  return brokers.some(Boolean) ? brokers.filter(Boolean) : undefined;
}

/** What tests can use that is no server. */
export type ToolName = 'python' | 'helm' | 'prometheus';

/** `NEWSMILL_TEST_REQUIRE`: parts, separated by commas, whose absence is an error instead of a skip. CI sets it. */
export function isRequired(part: PartName | ToolName): boolean {
  return (process.env['NEWSMILL_TEST_REQUIRE'] ?? '').split(',').some((name) => name.trim() === part);
}

/** `NEWSMILL_TEST_PYTHON`: the Python that runs the example consumer; for its Kafka part with confluent-kafka installed. */
export function python(): string {
  return process.env['NEWSMILL_TEST_PYTHON'] || 'python3';
}

/** `NEWSMILL_TEST_HELM`: the Helm that renders the chart (tested with 4.1). */
export function helm(): string {
  return process.env['NEWSMILL_TEST_HELM'] || 'helm';
}

/** `NEWSMILL_TEST_PROMETHEUS`: the Prometheus that looks at a running newsmill (tested with 2.42). */
export function prometheus(): string {
  return process.env['NEWSMILL_TEST_PROMETHEUS'] || 'prometheus';
}

/** `NEWSMILL_TEST_PROMTOOL`: the promtool, of the same version, that checks and tests the rules. */
export function promtool(): string {
  return process.env['NEWSMILL_TEST_PROMTOOL'] || 'promtool';
}

/** `NEWSMILL_POSTGRES_IMAGE`: the container image of PostgreSQL. */
export function postgresImage(): string {
  return process.env['NEWSMILL_POSTGRES_IMAGE'] || 'postgres:18';
}

/** `NEWSMILL_KAFKA_IMAGE`: a container image of Kafka that is configured by `KAFKA_*` variables. */
export function kafkaImage(): string {
  return process.env['NEWSMILL_KAFKA_IMAGE'] || 'apache/kafka:4.1.0';
}

/** The parts server of this test run; undefined outside of one. */
export function partsServerUrl(): string | undefined {
  return process.env[partsServerVariable] || undefined;
}

/** Lets the test processes that are started from now on know the parts server. */
export function announcePartsServer(url: string | undefined): void {
  process.env[partsServerVariable] = url ?? '';
}
