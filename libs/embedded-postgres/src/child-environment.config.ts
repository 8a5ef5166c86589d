/** What a PostgreSQL program needs of our environment. `PG*` variables and this process's secrets are none of it. */
const passedOn = ['PATH', 'TMPDIR', 'TEMP', 'TMP', 'SystemRoot', 'LD_LIBRARY_PATH', 'TZDIR'];

/** The environment for `initdb` and `postgres`: a fixed locale, so that their messages can be understood, and no secrets. */
export function childEnvironment(): Record<string, string> {
  const environment: Record<string, string> = { LC_ALL: 'C' };
  for (const name of passedOn) {
    const value = process.env[name];
    if (value !== undefined) environment[name] = value;
  }
  return environment;
}
