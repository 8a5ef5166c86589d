/** The environment of this process without the settings of newsmill and Jest: what a user's shell would hand on. */
export function machineEnvironment(): NodeJS.ProcessEnv {
  return Object.fromEntries(Object.entries(process.env).filter(([name]) => !/^(NEWSMILL_|JEST_)/.test(name)));
}
