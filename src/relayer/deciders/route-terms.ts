import type { Caip2, Caip19 } from "../../chains/chain.ts";
import type { Attention, AttentionEvent } from "./attention.ts";
import type { Side } from "./decider.ts";

/** What a route's deciders are told of it: the same on every worker. */
export interface RouteTerms {
  /** Of the chain with the ledger, by its number (EIP-155). */
  readonly homeChainId: bigint;
  readonly vault: string;
  readonly home: Caip2;
  readonly foreign: Caip2;
  /** The ledger's id of each asset of the foreign chain, by its name there. */
  readonly assets: Readonly<Record<Caip19, bigint>>;
  /** Of the chain's coin, smallest unit: what is less isn't credited, as its fees would eat it. */
  readonly leastDeposit: bigint;
  /** Milliseconds in a pool until a transaction is replaced for more. */
  readonly patience: Readonly<Record<Side, number>>;
}

/** How often a submission may be mined without effect, until an operator must look. */
const MOST_SUBMISSIONS = 6;

/** A submission that is mined again and again without effect is an operator's. */
export function decideInVain(inVain: number, { dead }: Attention): readonly AttentionEvent[] {
  if (inVain < MOST_SUBMISSIONS || dead !== undefined) return [];
  const why = `${inVain} transactions were mined and changed nothing`;
  return [{ type: "DeadLettered", data: { code: "IN_VAIN", why } }];
}
