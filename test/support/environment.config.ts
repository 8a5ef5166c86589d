/** The environment of this process without the settings of newsmill, OpenTelemetry and Jest: what a user's shell would hand on. */
export function machineEnvironment(): NodeJS.ProcessEnv {
  return Object.fromEntries(Object.entries(process.env).filter(([name]) => !/^(NEWSMILL_|OTEL_|JEST_)/.test(name)));
}

/** `NEWSMILL_TEST_REQUEST_LOG`: a file for the requests that the run against the stub web has seen, as NDJSON. */
export function requestLogFile(): string | undefined {
  return process.env['NEWSMILL_TEST_REQUEST_LOG'] || undefined;
}
