import type { Provider } from "ethers";
import { IVault__factory } from "../../../typechain-types/factories/contracts/custody/interfaces/IVault__factory.ts";
import { IPriceRouter__factory } from "../../../typechain-types/factories/contracts/oracle/interfaces/IPriceRouter__factory.ts";
import { RetryableError } from "../../core/errors.ts";
import { divUp } from "../../core/money.ts";
import { NATIVE_ASSET } from "../../governance/parameters.ts";
import { revertDataOf } from "../../governance/revert-data.ts";
import type { Call } from "../sending/call.ts";
import type { Reason } from "../sending/reason.ts";
import { revertReason } from "../sending/revert-reason.ts";
import type { Leg, Step } from "./route.ts";

/** One deployment of the suite, as routes read it. Addresses are those of its record. */
export interface Deployment {
  /** CAIP-2: `eip155:1`. */
  readonly chain: string;
  readonly provider: Provider;
  readonly vault: string;
  readonly lens: string;
  /** The PriceRouter. */
  readonly router: string;
  readonly payments: string;
  readonly netting: string;
  /** What gas is counted at where the router has no price of the chain's currency: USD for a whole one, 12 decimals. */
  readonly nativePrice: bigint;
  /** Wei for a unit of gas, with whatever the chain charges beyond its node's `gasPrice`; the node's unless given. */
  gasPrice?(): Promise<bigint>;
}

/** Whole coins have 18 decimals, prices 12, and a micro-USD 6. */
const WEI_PRICE_PER_MICRO_USD = 10n ** (18n + 12n - 6n);

/** The time of the latest block, Unix seconds. */
export async function chainTime({ provider, chain }: Deployment): Promise<bigint> {
  const block = await provider.getBlock("latest");
  if (block !== null) return BigInt(block.timestamp);
  throw new RetryableError("NODE_UNREACHABLE", "The node has no latest block", { facts: { chain } });
}

async function gasPriceOf(d: Deployment): Promise<bigint> {
  if (d.gasPrice !== undefined) return d.gasPrice();
  const { gasPrice } = await d.provider.getFeeData();
  if (gasPrice !== null) return gasPrice;
  throw new RetryableError("NODE_UNREACHABLE", "The node names no price of gas", {
    facts: { chain: d.chain },
  });
}

/** What the router says of an asset, in whatever mode; undefined where it answers nothing. */
export async function priceOf({ router, provider }: Deployment, asset: bigint) {
  try {
    return await IPriceRouter__factory.connect(router, provider).peek(asset);
  } catch (error) {
    if (revertDataOf(error) === undefined) throw error;
    return undefined;
  }
}

/**
 * USD for a whole coin of the chain, 12 decimals. In any mode: it compares routes and decides nothing else, so that a sick
 * oracle stops no payment.
 */
async function nativePriceOf(d: Deployment): Promise<bigint> {
  const price = await priceOf(d, NATIVE_ASSET);
  return price === undefined || price.mid === 0n ? d.nativePrice : price.mid;
}

/** Gas whose price is what it costs now, micro-USD rounded up. */
async function gasCost(d: Deployment, gas: bigint): Promise<{ wei: bigint; microUsd: bigint }> {
  const [gasPrice, price] = await Promise.all([gasPriceOf(d), nativePriceOf(d)]);
  const wei = gas * gasPrice;
  return { wei, microUsd: divUp(wei * price, WEI_PRICE_PER_MICRO_USD) };
}

/** A call as a source writes it. `gas`: what it may use, where it can't be tried before the calls ahead of it are done. */
export type Draft = Pick<Step, "what" | "commits"> &
  Pick<Call, "to" | "data"> & { readonly value?: bigint } & {
    readonly gas?: bigint;
  };

/** Room over an estimate, in percent: between estimate and block others may have moved the state. */
const ROOM = 125n;

/**
 * Tries calls as the payer, and says what they cost together with `later` gas that follows from them.
 *
 * @returns the steps and their cost in micro-USD, or why they would be refused
 */
export async function tried(
  d: Deployment,
  payer: string,
  drafts: readonly Draft[],
  later = 0n,
): Promise<(Pick<Leg, "cost"> & { steps: Step[] }) | { readonly reasons: readonly Reason[] }> {
  const steps: Step[] = [];
  let gas = later;
  let value = 0n;
  for (const { what, commits, to, data, value: sent = 0n, gas: bound } of drafts) {
    let used = bound;
    try {
      used ??= await d.provider.estimateGas({ from: payer, to, data, value: sent });
    } catch (error) {
      const data = revertDataOf(error);
      if (data === undefined) throw error;
      return { reasons: [revertReason(data)] };
    }
    gas += used;
    value += sent;
    const call = { chain: d.chain, to, data, value: sent, gas: (used * ROOM) / 100n };
    steps.push({ what, commits, call });
  }
  const { wei, microUsd } = await gasCost(d, gas);
  const coins = await d.provider.getBalance(payer);
  if (drafts.length > 0 && coins < wei + value) {
    const text = `the payer has ${coins} wei for gas, and needs ${wei + value}`;
    return { reasons: [{ code: "GAS", text }] };
  }
  return { steps, cost: microUsd };
}

/** The Vault of a deployment. */
export const vaultOf = (d: Deployment) => IVault__factory.connect(d.vault, d.provider);
