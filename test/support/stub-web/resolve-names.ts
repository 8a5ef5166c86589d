import dns from 'node:dns/promises';
import { syncBuiltinESMExports } from 'node:module';

/**
 * From here on this process's resolver finds every name under `.stub.test` on loopback and, besides `localhost`, no other
 * name, so that nothing that a page names can lead outwards. For tests alone: what is resolved is still checked by the
 * outbound guard like any other address.
 *
 * @returns what undoes it
 */
export function resolveStubNames(): () => void {
  const original = dns.lookup;
  const found = (hostname: string): { address: string; family: number }[] => {
    if (!/(?:^|\.)stub\.test\.?$/i.test(hostname)) {
      throw Object.assign(new Error(`getaddrinfo ENOTFOUND ${hostname}`), { code: 'ENOTFOUND', hostname });
    }
    return [{ address: '127.0.0.1', family: 4 }];
  };
  const lookup = async (hostname: string, options?: { all?: boolean }): Promise<unknown> => {
    if (hostname === 'localhost') return original(hostname, options ?? {});
    const addresses = found(hostname);
    return options?.all === true ? addresses : addresses[0];
  };
  dns.lookup = lookup as typeof dns.lookup;
  syncBuiltinESMExports();
  return () => {
    dns.lookup = original;
    syncBuiltinESMExports();
  };
}
