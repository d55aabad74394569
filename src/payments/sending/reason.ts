/** Why, for code and for people. */
export interface Reason {
  /** In capitals: `BALANCE`, or the name of a contract's error. */
  readonly code: string;
  /** A clause: `the payer has 3 of 5`. */
  readonly text: string;
}
