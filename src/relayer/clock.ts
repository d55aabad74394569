/** Time as a worker is given it. */
export interface Clock {
  /** Unix milliseconds: may be wrong, may jump. */
  now(): number;
  /** Milliseconds since anything: only ever rises, at the right pace. */
  monotonic(): number;
  /** Ends early, without an error, when the signal aborts. */
  sleep(milliseconds: number, signal?: AbortSignal): Promise<void>;
}

/** At least 0, below 1. */
export type Random = () => number;
