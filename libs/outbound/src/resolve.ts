import dns from 'node:dns/promises';

/** All addresses of a host name, in the order in which they should be tried. */
export type Resolve = (hostname: string) => Promise<readonly string[]>;

/** The system's resolver: hosts file, search domains and DNS as the machine is set up. */
export const resolveBySystem: Resolve = async (hostname) =>
  (await dns.lookup(hostname, { all: true })).map(({ address }) => address);
