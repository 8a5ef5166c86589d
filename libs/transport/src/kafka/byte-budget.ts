interface Claim {
  bytes: number;
  grant(): void;
}

/**
 * So many bytes may be in hand at once; who wants more waits, first come first served. A claim over the whole budget is
 * granted when nothing else is in hand.
 */
export class ByteBudget {
  private free: number;
  private readonly claims: Claim[] = [];

  constructor(private readonly total: number) {
    this.free = total;
  }

  /** Resolves with what gives the bytes back. @throws the signal's reason when it is aborted before there is room */
  async take(bytes: number, signal: AbortSignal): Promise<() => void> {
    signal.throwIfAborted();
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    const claim: Claim = { bytes: Math.min(bytes, this.total), grant: resolve };
    const giveUp = (): void => {
      const place = this.claims.indexOf(claim);
      if (place >= 0) this.claims.splice(place, 1);
      reject(signal.reason as Error);
      this.serve();
    };
    this.claims.push(claim);
    signal.addEventListener('abort', giveUp, { once: true });
    this.serve();
    try {
      await promise;
    } finally {
      signal.removeEventListener('abort', giveUp);
    }
    let given = false;
    return () => {
      if (given) return;
      given = true;
      this.free += claim.bytes;
      this.serve();
    };
  }

  private serve(): void {
    while (this.claims[0] !== undefined && this.claims[0].bytes <= this.free) {
      const claim = this.claims.shift()!;
      this.free -= claim.bytes;
      claim.grant();
    }
  }
}
