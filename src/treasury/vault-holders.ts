import { Contract, getAddress, Interface, type Provider, ZeroAddress } from "ethers";
import { IVault__factory } from "../../typechain-types/factories/contracts/custody/interfaces/IVault__factory.ts";
import { claimsByAsset, hex32, rebuild } from "../audit/rebuild.ts";
import { unpack } from "../audit/slots.ts";
import { TerminalError } from "../core/errors.ts";
import { logsOf } from "../governance/logs.ts";
import { inChunks } from "./in-chunks.ts";
import type { ListedAsset } from "./listed-assets.ts";
import type { OpeningBalance } from "./opening-balances.ts";

const SHARES = new Interface([
  "event Transfer(address indexed from, address indexed to, uint256 value)",
  "function totalSupply() view returns (uint256)",
  "function decimals() view returns (uint8)",
  "function asset() view returns (address)",
  "function convertToAssets(uint256 shares) view returns (uint256)",
]);

/** Who holds what of an existing vault, and what of it was left out and why. */
export interface VaultHolders {
  readonly kind: "strongroom" | "erc4626" | "erc20";
  readonly block: number;
  readonly balances: readonly Omit<OpeningBalance, "line">[];
  /** Sentences. */
  readonly leftOut: readonly string[];
}

/** Which vault, and as of when. */
export interface HoldersQuestion {
  readonly vault: string;
  /** The latest unless given. */
  readonly block?: number;
  /** Where its logs begin; 0 unless given. */
  readonly fromBlock?: number;
  /** What a token that is no ERC-4626 vault stands for, one to one. */
  readonly as?: ListedAsset;
}

/**
 * Who holds what of an existing vault at a block, from its logs alone, checked against its own totals to the unit: another
 * Strongroom Vault, an ERC-4626 vault (shares at their value in its asset), or any ERC-20 whose units stand for an asset's.
 *
 * @throws TerminalError `HOLDERS_NOT_A_VAULT`, `HOLDERS_OTHER_ASSET`, `HOLDERS_INCOMPLETE`.
 */
export async function vaultHolders(
  provider: Provider,
  question: HoldersQuestion,
  assets: readonly ListedAsset[],
): Promise<VaultHolders> {
  const block = question.block ?? (await provider.getBlockNumber());
  const { vault } = question;
  if ((await provider.getCode(vault, block)) === "0x") {
    throw new TerminalError("HOLDERS_NOT_A_VAULT", "There was no contract at this address at that block", {
      facts: { vault, block },
    });
  }
  const listed = await answer(provider, () =>
    IVault__factory.connect(vault, provider).listedAssets({ blockTag: block }),
  );
  return listed === undefined
    ? shareHolders(provider, question, block, assets)
    : strongroomHolders(provider, question, block, assets);
}

/** What a view says; undefined where the contract has no such view. */
async function answer<T>(provider: Provider, ask: () => Promise<T>): Promise<T | undefined> {
  try {
    return await ask();
  } catch {
    // A node that doesn't answer is another matter.
    await provider.getBlockNumber();
    return undefined;
  }
}

async function strongroomHolders(
  provider: Provider,
  { vault, fromBlock = 0 }: HoldersQuestion,
  block: number,
  assets: readonly ListedAsset[],
): Promise<VaultHolders> {
  const filter = { addresses: [vault], topics: [], fromBlock, toBlock: block };
  const state = rebuild(await logsOf(provider, filter));
  const contract = IVault__factory.connect(vault, provider);
  const claims = claimsByAsset(state);
  for (const asset of await contract.listedAssets({ blockTag: block })) {
    const { liabilities } = await contract.assetOf(asset, { blockTag: block });
    requireComplete(vault, block, claims.get(hex32(asset)) ?? 0n, liabilities);
  }
  const byId = new Map(assets.map((asset) => [hex32(asset.id), asset]));
  const leftOut: string[] = [];
  const balances: Omit<OpeningBalance, "line">[] = [];
  for (const [key, word] of state.balances) {
    const [account = "", id = ""] = key.split("/");
    const amount = unpack("balance", word).total;
    if (amount === 0n) continue;
    const owner = getAddress(account);
    const asset = byId.get(id);
    const isApp = unpack("account", state.accounts.get(account) ?? 0n).kind !== 0n;
    if (asset === undefined) leftOut.push(`${owner}: ${amount} of ${id}, which is not listed here`);
    else if (isApp)
      leftOut.push(`${owner}: ${amount} raw units of ${asset.symbol}, which an app holds for others`);
    else balances.push({ account: owner, symbol: asset.symbol, asset: asset.id, amount });
  }
  for (const [id, open] of state.opens) {
    const exit = state.exits.get(id);
    if (open === 0n || exit === undefined) continue;
    leftOut.push(
      `${getAddress(exit.owner)}: exit ${id} of ${exit.amount} raw units is open there, and paid there`,
    );
  }
  return { kind: "strongroom", block, balances, leftOut };
}

async function shareHolders(
  provider: Provider,
  { vault, fromBlock = 0, as }: HoldersQuestion,
  block: number,
  assets: readonly ListedAsset[],
): Promise<VaultHolders> {
  const contract = new Contract(vault, SHARES, provider);
  const ask = <T>(name: string, ...args: unknown[]): Promise<T | undefined> =>
    answer(provider, () => contract.getFunction(name).staticCall(...args, { blockTag: block }) as Promise<T>);
  const supply = await ask<bigint>("totalSupply");
  if (supply === undefined) {
    throw new TerminalError(
      "HOLDERS_NOT_A_VAULT",
      "This contract answers neither as a vault nor as a token at that block",
      {
        facts: { vault, block },
        advice: "Name the vault itself. For an earlier block the node must keep its state (an archive node).",
      },
    );
  }
  const underlying = await ask<string>("asset");
  const asset = underlying === undefined ? as : assets.find(({ token }) => token === underlying);
  const decimals = Number(await ask<bigint>("decimals"));
  if (asset === undefined || (underlying === undefined && decimals !== asset.decimals)) {
    throw new TerminalError("HOLDERS_OTHER_ASSET", "It is not clear which asset its holders are owed", {
      facts: { vault, asset: underlying ?? as?.symbol ?? "unnamed", decimals },
      advice:
        underlying === undefined
          ? "Say --asset SYMBOL, an asset with as many decimals: each unit stands for one of it."
          : "The vault's asset is not listed here: list it first.",
    });
  }
  const held = new Map<string, bigint>();
  const add = (account: unknown, amount: bigint) =>
    held.set(String(account), (held.get(String(account)) ?? 0n) + amount);
  const topics = [SHARES.getEvent("Transfer")?.topicHash ?? ""];
  const filter = { addresses: [vault], topics, fromBlock, toBlock: block };
  for (const log of await logsOf(provider, filter)) {
    const moved = SHARES.parseLog(log);
    if (moved === null) continue;
    add(moved.args.from, -(moved.args.value as bigint));
    add(moved.args.to, moved.args.value as bigint);
  }
  held.delete(ZeroAddress);
  const holders = [...held].filter(([, shares]) => shares !== 0n);
  requireComplete(
    vault,
    block,
    holders.reduce((sum, [, shares]) => sum + shares, 0n),
    supply,
  );
  const leftOut: string[] = [];
  const valued = await inChunks(holders, async ([account, shares]) => {
    const amount = underlying === undefined ? shares : await ask<bigint>("convertToAssets", shares);
    if (amount === undefined) {
      throw new TerminalError("HOLDERS_NOT_A_VAULT", "The vault does not say what its shares are worth", {
        facts: { vault, block },
      });
    }
    if (amount === 0n) leftOut.push(`${account}: ${shares} shares, worth less than one unit`);
    return { account, symbol: asset.symbol, asset: asset.id, amount };
  });
  const balances = valued.filter(({ amount }) => amount !== 0n);
  return { kind: underlying === undefined ? "erc20" : "erc4626", block, balances, leftOut };
}

/** What the logs add up to is all that there is, or nobody knows whom it forgets. */
function requireComplete(vault: string, block: number, found: bigint, total: bigint): void {
  if (found === total) return;
  throw new TerminalError("HOLDERS_INCOMPLETE", "Its holders don't add up to its own total", {
    facts: { vault, block, holders: found, total },
    advice:
      "Name a first block (--from-block) not later than its making; tokens that change balances without logs (rebasing ones) can't be read.",
  });
}
