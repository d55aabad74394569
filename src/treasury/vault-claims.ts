import { Contract, getAddress, keccak256, type Provider, toUtf8Bytes, ZeroAddress } from "ethers";
import type { SuiteAddresses } from "../../deploy/addresses.ts";
import { IVault__factory } from "../../typechain-types/factories/contracts/custody/interfaces/IVault__factory.ts";
import { type ExitTerms, hex32, rebuild, type VaultState } from "../audit/rebuild.ts";
import { unpack } from "../audit/slots.ts";
import { VAULT_EVENTS } from "../audit/vault-events.ts";
import { TerminalError } from "../core/errors.ts";
import { logsOf } from "../governance/logs.ts";
import { tokenOf } from "../governance/parameters.ts";
import { inChunks } from "./in-chunks.ts";

/** What a Vault owes one account: a balance, or an exit that is open. */
export interface Claim {
  readonly account: string;
  readonly asset: bigint;
  readonly symbol: string;
  /** Raw units. */
  readonly amount: bigint;
  /** Of an open exit. */
  readonly exit?: ExitTerms & { readonly id: string };
}

/** One asset of a Vault; amounts in raw units. */
export interface AssetBooks {
  readonly symbol: string;
  readonly id: bigint;
  readonly decimals: number;
  /** What the chain says that it owes; the claims add up to it. */
  readonly liabilities: bigint;
  readonly inVault: bigint;
  readonly inReserves: readonly { readonly reserve: string; readonly amount: bigint }[];
  /** Everything that was ever paid out of it. */
  readonly paidOut: bigint;
  readonly windingDown: boolean;
  readonly impaired: boolean;
}

/** Everything that a Vault owes at a block. */
export interface VaultClaims {
  readonly block: number;
  /** Unix seconds of that block. */
  readonly time: bigint;
  readonly assets: readonly AssetBooks[];
  readonly claims: readonly Claim[];
  /** Of claims and liabilities: whoever rebuilds them from the logs gets the same. */
  readonly proof: string;
}

const TOKEN = ["function balanceOf(address) view returns (uint256)"];

/**
 * Every claim on a Vault, rebuilt from its logs alone, and checked against the chain: per asset the claims add up to the
 * liabilities to the unit, each balance is the chain's, each exit is open there. So nobody who is owed something is missing.
 *
 * @param only symbols of the assets to look at; all unless given
 * @throws TerminalError `CLAIMS_INCOMPLETE` if they don't, `CLAIMS_UNKNOWN_ASSET` for a symbol that isn't listed.
 * @example
 * const { claims } = await readClaims(provider, suite.addresses);
 */
export async function readClaims(
  provider: Provider,
  addresses: Pick<SuiteAddresses, "vault" | "fromBlock" | "assets">,
  only?: readonly string[],
): Promise<VaultClaims> {
  const { vault, fromBlock } = addresses;
  const head = await provider.getBlock("latest");
  if (head === null) throw new TerminalError("CLAIMS_INCOMPLETE", "The node has no latest block");
  const blockTag = head.number;
  const contract = IVault__factory.connect(vault, provider);
  const filter = { addresses: [vault], topics: [], fromBlock, toBlock: head.number };
  const logs = await logsOf(provider, filter);
  const state = rebuild(logs);
  const symbols = new Map(addresses.assets.map(({ id, symbol }) => [BigInt(id), symbol]));
  // What governance listed after the deployment has no symbol in its record.
  const symbolOf = (id: bigint) => symbols.get(id) ?? `asset-${hex32(id).slice(2)}`;
  const ids = [...(await contract.listedAssets({ blockTag }))];
  const unknown = only?.find((symbol) => !ids.some((id) => symbolOf(id) === symbol));
  if (unknown !== undefined) {
    throw new TerminalError("CLAIMS_UNKNOWN_ASSET", `The Vault lists no asset ${unknown}`, {
      facts: { listed: ids.map(symbolOf).join(", ") },
    });
  }
  const wanted = ids.filter((id) => only?.includes(symbolOf(id)) ?? true);
  const claims = claimsOf(state, wanted, symbolOf);
  await inChunks(claims, async ({ account, asset, amount, exit }) => {
    const holds =
      exit === undefined
        ? (await contract.balanceOf(account, asset, { blockTag })) === amount
        : (await contract.openOf(exit.id, { blockTag })).phase !== 0n;
    if (!holds) throw incomplete({ account, asset: symbolOf(asset), amount, exit: exit?.id ?? "none" });
  });
  const reserves = await contract.reserves({ blockTag });
  const paid = paidOut(logs);
  const assets: AssetBooks[] = [];
  for (const id of wanted) {
    const record = await contract.assetOf(id, { blockTag });
    const owed = claims.reduce((sum, { asset, amount }) => (asset === id ? sum + amount : sum), 0n);
    if (owed !== record.liabilities) {
      throw incomplete({ asset: symbolOf(id), claims: owed, liabilities: record.liabilities });
    }
    const held = (account: string) => heldBy(provider, id, account, blockTag);
    assets.push({
      symbol: symbolOf(id),
      id,
      decimals: Number(record.decimals),
      liabilities: record.liabilities,
      inVault: await held(vault),
      inReserves: await Promise.all(
        reserves.map(async (reserve) => ({ reserve, amount: await held(reserve) })),
      ),
      paidOut: paid.get(id) ?? 0n,
      windingDown: record.windingDown,
      impaired: record.impaired,
    });
  }
  const told = [
    assets.map(({ id, liabilities }) => [id.toString(), liabilities.toString()]),
    claims.map(({ account, asset, amount, exit }) => [
      account,
      asset.toString(),
      amount.toString(),
      exit?.id ?? null,
    ]),
  ];
  const proof = keccak256(toUtf8Bytes(JSON.stringify([vault, head.number, ...told])));
  return { block: head.number, time: BigInt(head.timestamp), assets, claims, proof };
}

function incomplete(facts: Record<string, string | bigint>): TerminalError {
  return new TerminalError("CLAIMS_INCOMPLETE", "The claims of the logs are not those of the chain", {
    facts,
    advice:
      "See that the deployment's record names the right first block, and ask a node that has all logs of the Vault.",
  });
}

/** In the order of accounts, balances before exits: the same claims are the same list. */
function claimsOf(state: VaultState, wanted: readonly bigint[], symbolOf: (id: bigint) => string): Claim[] {
  const claims: Claim[] = [];
  const add = (account: string, asset: bigint, amount: bigint, exit?: Claim["exit"]) => {
    if (amount === 0n || !wanted.includes(asset)) return;
    const claim = { account: getAddress(account), asset, symbol: symbolOf(asset), amount };
    claims.push(exit === undefined ? claim : { ...claim, exit });
  };
  for (const [key, word] of state.balances) {
    const [account = "", asset = ""] = key.split("/");
    add(account, BigInt(asset), unpack("balance", word).total);
  }
  for (const [id, word] of state.opens) {
    const exit = state.exits.get(id);
    if (word === 0n || exit === undefined) continue;
    const terms = { ...exit, owner: getAddress(exit.owner), to: getAddress(exit.to), id };
    add(exit.owner, exit.asset, exit.amount, terms);
  }
  const rank = ({ account, asset, exit }: Claim) => `${account}/${hex32(asset)}/${exit?.id ?? ""}`;
  return claims.sort((a, b) => (rank(a) < rank(b) ? -1 : 1));
}

function paidOut(logs: readonly { topics: readonly string[]; data: string }[]): ReadonlyMap<bigint, bigint> {
  const paid = new Map<bigint, bigint>();
  for (const { topics, data } of logs) {
    const event = VAULT_EVENTS.parseLog({ topics: [...topics], data });
    if (event?.name !== "Withdrawn" && event?.name !== "Released") continue;
    const asset = event.args.asset as bigint;
    const amount = (event.name === "Released" ? event.args.paid : event.args.amount) as bigint;
    paid.set(asset, (paid.get(asset) ?? 0n) + amount);
  }
  return paid;
}

async function heldBy(provider: Provider, asset: bigint, account: string, blockTag: number): Promise<bigint> {
  const token = getAddress(tokenOf(asset));
  if (token === ZeroAddress) return provider.getBalance(account, blockTag);
  const contract = new Contract(token, TOKEN, provider);
  return (await contract.getFunction("balanceOf").staticCall(account, { blockTag })) as bigint;
}
