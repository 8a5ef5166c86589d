/** Tells when the wall clock was set back, which the steady clock of the process shows. */
export class WallClock {
  private ahead: number;

  /** Both in milliseconds. */
  constructor(
    private readonly wall: () => number = () => Date.now(),
    private readonly steady: () => number = () => performance.now(),
  ) {
    this.ahead = wall() - steady();
  }

  /** Milliseconds by which it was set back since the question was asked last; 0 when it goes on, or was set ahead. */
  setBackMs(): number {
    const before = this.ahead;
    this.ahead = this.wall() - this.steady();
    return Math.max(0, before - this.ahead);
  }
}
