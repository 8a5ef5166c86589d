/** Why a request to a host has to wait. */
export type Delay =
  /** The host's next slot is further ahead than the caller would wait. */
  | 'slot'
  /** The host has asked to be left alone, or does not answer. */
  | 'blocked'
  /** Its robots.txt cannot be had, so nothing of it may be asked for (RFC 9309 section 2.3.1.4). */
  | 'robots';

/** Not now: the request has not been made, and may be made from `until` on. No fault of what was asked for. */
export class HostBusy extends Error {
  override readonly name = 'HostBusy';

  constructor(
    readonly host: string,
    readonly delay: Delay,
    readonly until: Date,
    readonly reason: string,
    /** The address at which it stopped: after redirects not the one first asked for. */
    readonly at?: string,
  ) {
    super(`${host}: ${reason}`);
  }
}

/** Never: the site's robots.txt forbids the address. The request has not been made. */
export class RobotsForbidden extends Error {
  override readonly name = 'RobotsForbidden';

  constructor(
    /** The forbidden address: after redirects not the one first asked for. */
    readonly url: string,
    /** The rule that forbids it, with its line and file. */
    readonly rule: string,
  ) {
    super(`blocked by robots.txt: ${rule} (${url})`);
  }
}
