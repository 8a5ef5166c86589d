import dns from 'node:dns/promises';
import { syncBuiltinESMExports } from 'node:module';

/** Endings of names whose resolution fails: there is no such name, the server fails, no answer comes. */
export const FAILING_NAMES = {
  nxdomain: '.nxdomain.stub.test',
  servfail: '.servfail.stub.test',
  silent: '.dns-silent.stub.test',
} as const;

/** The addresses of a name of the stub web; any other name is unknown. */
export async function lookupStubName(hostname: string): Promise<string[]> {
  const name = hostname.toLowerCase().replace(/\.$/, '');
  const failing = (code: string): Error =>
    Object.assign(new Error(`getaddrinfo ${code} ${hostname}`), { code, hostname, syscall: 'getaddrinfo' });
  if (!name.endsWith('.stub.test') || name.endsWith(FAILING_NAMES.nxdomain)) throw failing('ENOTFOUND');
  if (name.endsWith(FAILING_NAMES.servfail)) throw failing('EAI_AGAIN');
  if (name.endsWith(FAILING_NAMES.silent)) return new Promise(() => undefined);
  return ['127.0.0.1'];
}

/**
 * From here on this process's resolver finds every name under `.stub.test` on loopback and, besides `localhost`, no other
 * name, so that nothing that a page names can lead outwards. For tests alone: what is resolved is still checked by the
 * outbound guard like any other address.
 *
 * @returns what undoes it
 */
export function resolveStubNames(): () => void {
  const original = dns.lookup;
  const lookup = async (hostname: string, options?: { all?: boolean }): Promise<unknown> => {
    if (hostname === 'localhost') return original(hostname, options ?? {});
    const addresses = (await lookupStubName(hostname)).map((address) => ({ address, family: 4 }));
    return options?.all === true ? addresses : addresses[0];
  };
  dns.lookup = lookup as typeof dns.lookup;
  syncBuiltinESMExports();
  return () => {
    dns.lookup = original;
    syncBuiltinESMExports();
  };
}
