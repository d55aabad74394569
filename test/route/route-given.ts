import type { Daemon } from "../../src/testing/daemon.ts";
import type { RelayStage } from "../../src/testing/relay-stage.ts";
import type { RequestedPayout } from "./failover.behavior.ts";

/** A deposit that was sent and is in no block. */
export interface SentDeposit {
  readonly id: string;
  readonly txId: string;
}

/** What the route's test lends to those who do harm to it. */
export interface RouteGiven {
  readonly stage: RelayStage;
  /** The relayer's, unless it is started with another one. */
  readonly config: string;
  /** The journal's file: workers with configurations of their own go on with it. */
  readonly journal: { readonly file: string };
  /** Starts the relayer, by default as it is configured. */
  start(faults?: string, config?: string): Promise<Daemon>;
  stop(): Promise<void>;
  /** Requests a payout. */
  request(): Promise<RequestedPayout>;
  /** Cancels a payout that isn't authorised, as its account does. */
  cancel(payout: RequestedPayout): Promise<void>;
  /** Sends a deposit to the account's address. */
  deposit(): Promise<SentDeposit>;
  /** That a deposit comes to be credited, once, and nothing more will come of it. */
  expectCredited(deposit: SentDeposit): Promise<void>;
  /** That the ledger owes what came and wasn't paid out: asked while nothing is on its way. */
  expectSupply(): Promise<void>;
  /** That a payout comes to be paid once and settled once, by one transaction, and nothing more will come of it. */
  expectOnce(payout: RequestedPayout): Promise<void>;
  /** That a payout which its account has cancelled is paid never, and that nothing of it keeps a token. */
  expectCancelled(payout: RequestedPayout): Promise<void>;
  /** That a payout comes to be voided once and paid never, and that its account takes the amount back. */
  expectVoided(payout: RequestedPayout): Promise<void>;
}
