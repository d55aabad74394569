import type { ConflictToken, Effect, EffectStatus, Hex } from "../chains/chain.ts";
import type { DepositFacts } from "./statement-facts.ts";

/** A payout as the Gateway has it at a final block, with the text behind its handle. Words are 0x-prefixed. */
export interface PayoutAtFinal {
  readonly status: string;
  readonly attempt: bigint;
  readonly asset: bigint;
  /** Smallest unit. */
  readonly amount: bigint;
  /** The token of this attempt; zero while it has none. */
  readonly token: string;
  /** keccak256 of the chain's name. */
  readonly chain: string;
  /** Without a prefix, lower case. */
  readonly script: Hex;
}

/** The Gateway at one final block, by this signer's own nodes. */
export interface GatewayAtFinal {
  payoutOf(payoutId: string): Promise<PayoutAtFinal>;
  /** A payout's status alone. */
  statusOf(payoutId: string): Promise<string>;
  /** All claims on an asset, payouts on their way included, smallest unit. */
  supply(asset: bigint): Promise<bigint>;
  /** Whether a chain, by its hash, is neither held nor halted. */
  isOpen(chain: string): Promise<boolean>;
}

/** Reads the Gateway through this signer's own nodes. */
export interface PayoutReader {
  /** As it is at the latest final block. Throws `RetryableError` where that can't be told now. */
  atFinal(): Promise<GatewayAtFinal>;
}

/** A transaction on the foreign chain, as this signer has read it. */
export type ForeignTransaction =
  | {
      readonly kind: "payout";
      readonly payoutId: Hex;
      readonly token: ConflictToken;
      readonly recipientScript: Hex;
      readonly amount: bigint;
      readonly fee: bigint;
    }
  | { readonly kind: "void"; readonly payoutId: Hex; readonly token: ConflictToken; readonly fee: bigint }
  /** Pays nobody but the wallet and the network. */
  | { readonly kind: "upkeep"; readonly effect: Hex; readonly token: ConflictToken; readonly fee: bigint };

/** A deposit as this signer sees it on the foreign chain. */
export interface SeenDeposit {
  readonly account: string;
  /** Smallest unit. */
  readonly amount: bigint;
  /** Whether its block is final. */
  readonly final: boolean;
}

/** The foreign chain by this signer's own nodes. Each throws `RetryableError` where it can't be told now. */
export interface ForeignWatch {
  /** Undefined where the named output is none of this wallet's deposits. */
  depositAt(facts: DepositFacts): Promise<SeenDeposit | undefined>;
  effectStatus(effect: Effect, token: ConflictToken): Promise<EffectStatus>;
  /** Whether a token is the wallet's, final, and spent by nothing. */
  isFree(token: ConflictToken): Promise<boolean>;
  /** Whether a transaction's token is an output that holds what the transaction says; undefined: there is no such output yet. */
  tokenIsTrue(body: string): Promise<boolean | undefined>;
  /** What the wallet can spend, smallest unit: with all coins of deposits that the ledger has credited at a final block. */
  balance(): Promise<bigint>;
  /** Payouts that blocks of the last weeks have paid, latest first, smallest unit: whether or not the ledger knows. */
  paid(): Promise<readonly { readonly payoutId: Hex; readonly amount: bigint }[]>;
  /** Reads a transaction strictly. Throws `TerminalError` where it is none of this wallet's. */
  read(body: string): ForeignTransaction;
}

/** What a signer allows on one route, by its own configuration. */
export interface RouteLimits {
  /** The most that one transaction pays the network. */
  readonly fee: bigint;
  /** The most that is paid out within 24 hours. */
  readonly payouts: bigint;
  /** The most that is credited within 24 hours on this signer's word. */
  readonly credits: bigint;
  /** The most that voids and upkeep pay the network within 24 hours. */
  readonly upkeep: bigint;
  /** Scripts that are never paid, without a prefix, lower case. */
  readonly denied: ReadonlySet<Hex>;
}
