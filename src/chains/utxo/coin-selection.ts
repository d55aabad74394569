import type { Hex } from "../chain.ts";
import { isChange } from "./payout-transaction.ts";
import {
  feeAt,
  MAX_INPUTS,
  type UtxoWallet,
  virtualSize,
  type WalletInput,
  walletScript,
} from "./wallet-transaction.ts";

/** What coins are looked for. */
export interface SelectionTask {
  readonly wallet: UtxoWallet;
  /** Inputs that are there whatever is chosen, in order. */
  readonly required: readonly WalletInput[];
  readonly candidates: readonly WalletInput[];
  /** Scripts of all outputs but the change. */
  readonly scripts: readonly Hex[];
  /** What these outputs hold together. */
  readonly paid: bigint;
  /** Smallest units per kvB: what a coin costs to spend. */
  readonly rate: bigint;
  /** What a transaction of so many virtual bytes must pay; `rate` or more. */
  readonly feeFor: (size: number) => bigint;
}

/** Coins that are enough. */
export interface Selection {
  readonly inputs: readonly WalletInput[];
  /** 0: none, and what is over goes to the fee. */
  readonly change: bigint;
}

/** Virtual bytes of one more input, rounded up, and of an output to the wallet. */
const INPUT_SIZE = 58;
const CHANGE_SIZE = 43;
/** Steps of the search for coins that leave no change. */
const MOST_STEPS = 20_000;

const total = (inputs: readonly WalletInput[]) => inputs.reduce((sum, { amount }) => sum + amount, 0n);

/** What is over once the outputs and the fee are paid, as change or as more fee; undefined: the inputs aren't enough. */
function settle(task: SelectionTask, chosen: readonly WalletInput[]): Selection | undefined {
  const { wallet, required, scripts, paid, feeFor } = task;
  const inputs = [...required, ...chosen];
  if (inputs.length > MAX_INPUTS) return undefined;
  const own = walletScript(wallet, undefined).script;
  const over = total(inputs) - paid;
  const change = over - feeFor(virtualSize(inputs.length, [...scripts, own]));
  if (isChange(wallet, change)) return { inputs, change };
  // Change that would pass for an anchor gives one unit away.
  if (change === wallet.network.anchor) return { inputs, change: change - 1n };
  return over >= feeFor(virtualSize(inputs.length, scripts)) ? { inputs, change: 0n } : undefined;
}

/**
 * Coins whose worth above their own cost is the target, up to what making and later spending a change would cost: branch and bound,
 * largest first, fewest coins among what is found first.
 *
 * @see Mark Erhardt, "An Evaluation of Coin Selection Strategies", 2016
 */
function exact(worths: readonly bigint[], target: bigint, slack: bigint): number[] | undefined {
  /** From each on: what all together are worth, and where the next begins that is worth something else. */
  const rest: bigint[] = [];
  const other: number[] = [];
  for (let at = worths.length - 1; at >= 0; at--) {
    rest[at] = (rest[at + 1] ?? 0n) + (worths[at] ?? 0n);
    other[at] = worths[at] === worths[at + 1] ? (other[at + 1] ?? 0) : at + 1;
  }
  let best: number[] | undefined;
  let waste = slack + 1n;
  const chosen: number[] = [];
  let at = 0;
  let sum = 0n;
  for (let steps = 0; steps < MOST_STEPS && waste > 0n; steps++) {
    if (sum >= target && sum - target < waste) {
      best = [...chosen];
      waste = sum - target;
    }
    const worth = worths[at];
    if (
      sum < target &&
      worth !== undefined &&
      sum + (rest[at] ?? 0n) >= target &&
      chosen.length < MAX_INPUTS
    ) {
      chosen.push(at++);
      sum += worth;
      continue;
    }
    // Back to the last one: without it, nor its equals, which would give the same sums.
    const last = chosen.pop();
    if (last === undefined) break;
    sum -= worths[last] ?? 0n;
    at = other[last] ?? worths.length;
  }
  return best;
}

/**
 * Chooses coins: none where the required inputs are enough; else coins that leave no change; else the smallest one that is enough;
 * else the largest ones. Coins that cost more than they hold are left alone, so dust that strangers send costs nothing. The same
 * coins give the same choice.
 *
 * @returns undefined where all coins together aren't enough, or only more of them than one transaction may spend
 */
export function selectCoins(task: SelectionTask): Selection | undefined {
  const { wallet, required, candidates, scripts, paid, rate, feeFor } = task;
  const nothing = settle(task, []);
  if (nothing !== undefined) return nothing;

  const cost = feeAt(rate, INPUT_SIZE);
  const coins = candidates
    .filter(({ amount }) => amount > cost)
    .sort((a, b) => Number(b.amount - a.amount) || (a.outpoint < b.outpoint ? -1 : 1));
  const target = paid + feeFor(virtualSize(required.length, scripts)) - total(required);
  const slack = feeAt(rate, CHANGE_SIZE + INPUT_SIZE);
  const worths = coins.map(({ amount }) => amount - cost);
  const found = exact(worths, target, slack)?.flatMap((at) => coins[at] ?? []);
  if (found !== undefined) {
    const settled = settle(task, found);
    if (settled !== undefined && settled.change === 0n) return settled;
  }

  const own = walletScript(wallet, undefined).script;
  // Those that are enough alone come first: the last of them, by halving.
  let single: Selection | undefined;
  for (let low = 0, high = coins.length; low < high; ) {
    const middle = Math.floor((low + high) / 2);
    const settled = settle(task, coins.slice(middle, middle + 1));
    if (settled === undefined) high = middle;
    else [single, low] = [settled, middle + 1];
  }
  if (single !== undefined) return single;
  const least = paid + feeFor(virtualSize(required.length, [...scripts, own])) - total(required);
  const chosen: WalletInput[] = [];
  let held = 0n;
  for (const coin of coins.slice(0, MAX_INPUTS)) {
    chosen.push(coin);
    held += coin.amount;
    if (held < least) continue;
    const settled = settle(task, chosen);
    if (settled !== undefined) return settled;
  }
  return undefined;
}
