import { Interface } from "ethers";
import { revertDataOf } from "../../governance/revert-data.ts";
import type { SignedCycle } from "./cycle.ts";
import type { Margin } from "./margin.ts";
import type { NettingDomain } from "./netting-domain.ts";
import { nameOf } from "./netting-graph.ts";
import type { ContractCaller } from "./signed-by.ts";

/** What is asked of the Netting contract, and how it refuses a cycle. */
export const NETTING_ABI = [
  "function marginOf(address party, uint256 asset) view returns (tuple(uint112 balance, uint112 cap, uint32 nonce))",
  "function announcedOf(address party, uint256 asset) view returns (tuple(uint112 value, uint40 from) withdrawal, tuple(uint112 value, uint40 from) cap)",
  "function settle(tuple(uint256 asset, bytes32 obligations, uint40 deadline, tuple(address party, int112 net, bytes signature)[] entries) cycle) returns (bytes32 cycleHash)",
  "error Netting_TooLate(uint40 deadline)",
  "error Netting_DeadlineTooFar(uint40 deadline, uint256 latest)",
  "error Netting_NoParties()",
  "error Netting_NotAscending(address party, address last)",
  "error Netting_NotZeroSum(int256 sum)",
  "error Netting_BadSignature(address party)",
  "error Netting_AboveCap(address party, uint256 debit, uint112 cap)",
  "error Netting_AboveBalance(address party, uint256 debit, uint112 balance)",
  "error Netting_TooLarge(address party, uint256 balance)",
] as const;

const NETTING = new Interface(NETTING_ABI);

/**
 * Reads parties' margins, by address in lower case.
 *
 * @throws what the provider throws
 */
export async function readMargins(
  provider: ContractCaller,
  domain: NettingDomain,
  asset: bigint,
  parties: readonly string[],
): Promise<Map<string, Margin>> {
  const ask = async (view: string, party: string) => {
    const data = NETTING.encodeFunctionData(view, [party, asset]);
    return NETTING.decodeFunctionResult(view, await provider.call({ to: domain.verifyingContract, data }));
  };
  const margins = parties.map(async (party): Promise<[string, Margin]> => {
    const [[margin], [announced]] = await Promise.all([ask("marginOf", party), ask("announcedOf", party)]);
    const { balance, cap, nonce } = margin;
    return [nameOf(party), { balance, cap, nonce, withdrawal: announced.value, from: announced.from }];
  });
  return new Map(await Promise.all(margins));
}

/** How `settle` would refuse a cycle. */
export interface SettleRefusal {
  /** The error's name, or the data of one that isn't known here. */
  readonly error: string;
  /** Whose fault it is, where the error names a party; in lower case. */
  readonly party: string | null;
}

/**
 * Whether the contract would settle a cycle now: null, or how it refuses.
 *
 * @throws what the provider throws when it can't answer
 */
export async function rehearseSettling(
  provider: ContractCaller,
  domain: NettingDomain,
  cycle: SignedCycle,
): Promise<SettleRefusal | null> {
  try {
    const data = NETTING.encodeFunctionData("settle", [cycle]);
    await provider.call({ to: domain.verifyingContract, data });
    return null;
  } catch (thrown) {
    const data = revertDataOf(thrown);
    if (data === undefined) throw thrown;
    const error = NETTING.parseError(data);
    if (error === null) return { error: data, party: null };
    const ofParty = error.fragment.inputs[0]?.name === "party";
    return { error: error.name, party: ofParty ? nameOf(error.args[0]) : null };
  }
}
