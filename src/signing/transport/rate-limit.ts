/** How often somebody may ask. */
export interface Rate {
  /** At once, after a rest. */
  readonly burst: number;
  /** A second, for ever. */
  readonly perSecond: number;
}

/** A bucket of tokens for each peer: what is asked too fast is refused, and costs nothing. */
export class RateLimit {
  readonly #rate: Rate;
  readonly #now: () => number;
  readonly #peers = new Map<string, { tokens: number; at: number }>();

  /** @param now milliseconds of a clock that only goes forwards */
  constructor(rate: Rate, now: () => number) {
    this.#rate = rate;
    this.#now = now;
  }

  /** Whether a peer may ask once more now. */
  allows(peer: string): boolean {
    const { burst, perSecond } = this.#rate;
    const now = this.#now();
    const bucket = this.#peers.get(peer) ?? { tokens: burst, at: now };
    bucket.tokens = Math.min(burst, bucket.tokens + ((now - bucket.at) / 1_000) * perSecond);
    bucket.at = now;
    this.#peers.set(peer, bucket);
    if (bucket.tokens < 1) return false;
    bucket.tokens--;
    return true;
  }
}
