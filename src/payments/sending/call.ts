/** A call of the sender's own. */
export interface Call {
  readonly chain: string;
  readonly to: string;
  readonly data: string;
  /** Wei. */
  readonly value: bigint;
  /** What it may use. */
  readonly gas: bigint;
}

/** A mined call's log. */
export interface MinedLog {
  readonly address: string;
  readonly topics: readonly string[];
  readonly data: string;
}
