import type { Caip2, ConflictToken, TokenReport } from "../chains/chain.ts";
import type { TokenState } from "./deciders/token-decider.ts";
import { type StreamNames, tokenStream } from "./stream-names.ts";
import type { StreamState, StreamStore } from "./stream-store.ts";

/** Whether a stream's effect is going to spend a token; undefined where it has none with it. */
function filled({ effects, attention }: StreamState, { chain, value }: ConflictToken): boolean | undefined {
  const effect = Object.values(effects).find(
    ({ token, end }) => token.chain === chain && token.value === value && end === undefined,
  );
  if (effect === undefined) return undefined;
  // For a dead letter nothing new is made: only what some node has may still spend its token.
  return attention.dead === undefined || effect.where !== "nowhere";
}

async function isGap(
  store: Pick<StreamStore, "loaded" | "peek">,
  names: StreamNames,
  token: ConflictToken,
): Promise<boolean> {
  for (const { state } of store.loaded()) {
    const is = filled(state, token);
    if (is !== undefined) return !is;
  }
  // Nobody in memory has it: it is another route's, it has just been spent, or nothing is done for it.
  const state = (await store.peek(tokenStream(token))) as TokenState;
  const { taken, spent } = state;
  if (taken === undefined || spent !== undefined || !names.haveToken(state)) return false;
  return !(filled(state, token) ?? filled(await store.peek(taken.stream), token) ?? false);
}

/** Nonces that nobody has, between the one that the chain takes next and the highest that is taken. */
function leftOut({ free: [next] }: TokenReport, taken: readonly ConflictToken[]): number {
  if (next?.kind !== "nonce") return 0;
  const account = next.value.slice(0, next.value.indexOf(":") + 1);
  const from = Number(next.value.slice(account.length));
  const nonces = taken
    .filter(({ value }) => value.startsWith(account))
    .map(({ value }) => Number(value.slice(account.length)))
    .filter((nonce) => nonce >= from);
  return nonces.length === 0 ? 0 : Math.max(...nonces) - from + 1 - nonces.length;
}

/**
 * How many tokens of a chain are taken or given up, aren't spent, and nothing is going to spend them: an output with which a lane
 * ends, a nonce for which all higher ones wait. Those of other routes are theirs to count.
 *
 * @param report what the chain has now
 */
export async function tokenGaps(
  store: Pick<StreamStore, "loaded" | "peek" | "taken">,
  names: StreamNames,
  chain: Caip2,
  report: TokenReport,
): Promise<number> {
  const taken = await store.taken(chain);
  let gaps = leftOut(report, taken);
  for (const token of taken) if (await isGap(store, names, token)) gaps += 1;
  return gaps;
}
