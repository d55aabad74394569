import type { Provider } from "ethers";
import type { SuiteAddresses } from "../../deploy/addresses.ts";
import { payoutRefusal } from "../custody/payout-refusal.ts";
import { GATEWAY } from "../gateway/abi.ts";
import { eventsOf } from "../governance/logs.ts";
import { inChunks } from "./in-chunks.ts";
import type { Claim } from "./vault-claims.ts";

/** Where a balance can leave to, or why nowhere. */
export type ExitDestination = { readonly to: string } | { readonly nowhere: string };

const keyOf = ({ account, symbol }: Pick<Claim, "account" | "symbol">) => `${account}/${symbol}`;

/** Where a balance can leave to; undefined for one that wasn't asked about. */
export type DestinationOf = (claim: Pick<Claim, "account" | "symbol">) => ExitDestination | undefined;

/** The handles that each account has registered, latest first. */
async function registeredHandles(
  provider: Provider,
  gateway: string,
  fromBlock: number,
): Promise<ReadonlyMap<string, readonly string[]>> {
  const handles = new Map<string, string[]>();
  const registered = await eventsOf(provider, gateway, GATEWAY, "DestinationRegistered", fromBlock);
  for (const { handle, account } of registered) {
    handles.set(account as string, [handle as string, ...(handles.get(account as string) ?? [])]);
  }
  return handles;
}

/**
 * Where each balance can leave to: its account's own address where the token can be paid there; else, as for assets of other
 * chains, the handle that the account has registered last and that takes it.
 */
export async function exitDestinations(
  provider: Provider,
  { vault, gateway, fromBlock }: Pick<SuiteAddresses, "vault" | "gateway" | "fromBlock">,
  balances: readonly Claim[],
): Promise<DestinationOf> {
  let asked: Promise<ReadonlyMap<string, readonly string[]>> | undefined;
  const handlesOf = async (account: string) => {
    // Most suites have no asset that needs them.
    asked ??= registeredHandles(provider, gateway, fromBlock);
    return (await asked).get(account) ?? [];
  };
  const found = await inChunks(balances, async (claim): Promise<readonly [string, ExitDestination]> => {
    const refused = (to: string) => payoutRefusal(provider, vault, { ...claim, to });
    let nowhere = await refused(claim.account);
    if (nowhere === undefined) return [keyOf(claim), { to: claim.account }];
    for (const to of await handlesOf(claim.account)) {
      const refusal = await refused(to);
      if (refusal === undefined) return [keyOf(claim), { to }];
      nowhere = refusal;
    }
    return [keyOf(claim), { nowhere }];
  });
  const destinations = new Map(found);
  return (claim) => destinations.get(keyOf(claim));
}
