import type { TypedText } from "../../custody/typed-text.ts";
import type { Call, MinedLog } from "./call.ts";
import type { Reason } from "./reason.ts";

/** A transaction that may be on its way: what is known of it before it is sent. */
export interface Sent {
  readonly from: string;
  readonly nonce: number;
  readonly hash: string;
  /** The signed bytes: sent again, they are the same transaction. */
  readonly raw: string;
}

/** How a call ended. `failed`: it is certain that it did and will do nothing. `unknown`: it may yet be done, or was. */
export type Ending =
  | { readonly state: "done"; readonly transaction: string; readonly logs: readonly MinedLog[] }
  | { readonly state: "failed"; readonly reason: Reason }
  | { readonly state: "unknown"; readonly transaction: string };

/** Sends a payer's calls on one chain. */
export interface Sender {
  /**
   * `remember` has returned before anything leaves. A call that would revert, or that the account can't pay for, isn't sent, and
   * has failed.
   *
   * @param instead what has the nonce that this call is to have, for a higher price: one of the two is mined
   */
  send(call: Call, remember: (sent: Sent) => Promise<void>, instead?: Sent): Promise<Ending>;
  /** What became of it; sends the same bytes again where the chain has nothing of it. */
  endingOf(sent: Sent): Promise<Ending>;
  sign(text: TypedText): Promise<string>;
}
