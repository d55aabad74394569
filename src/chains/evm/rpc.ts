/** A question by JSON-RPC 2.0. */
export interface Question {
  readonly method: string;
  readonly params: readonly unknown[];
}

/** What a node says instead of a result. Codes by EIP-1474 and the JSON-RPC specification; clients differ in which they use. */
export interface Fault {
  readonly code: number;
  readonly message: string;
  /** Of a revert: what the contract answered, 0x-prefixed. */
  readonly data?: unknown;
}

export type Answer = { readonly result: unknown } | { readonly fault: Fault };

/**
 * One node. It is asked once: nothing is repeated, kept or merged behind the caller's back, so that two answers of one call
 * are of one moment as nearly as the node can.
 */
export interface EvmNode {
  /** For people: without what a URL may hide, like a key. */
  readonly name: string;
  /**
   * The answers in the order of the questions, which go out together.
   *
   * @throws RetryableError `NODE_UNREACHABLE` if not all are answered in time, `NODE_ANSWER_TOO_LARGE`, `NODE_TALKS_NONSENSE`
   */
  ask(questions: readonly Question[]): Promise<readonly Answer[]>;
}
