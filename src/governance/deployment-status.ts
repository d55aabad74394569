import { concat, keccak256, type Provider, toUtf8Bytes } from "ethers";
import type { SuiteAddresses } from "../../deploy/addresses.ts";
import { RetryableError } from "../core/errors.ts";
import { textTable } from "../core/text-table.ts";
import { CONTRACTS } from "./governed/contracts.ts";
import { timeShown } from "./governed/shown.ts";
import { type Language, type Wording, wording } from "./governed/wording.ts";
import { nodeAnswer } from "./node-answer.ts";
import { readVariables, type Variable } from "./variables.ts";

/** `Mode` of contracts/oracle/interfaces/IPriceRouter.sol. */
export const PRICE_MODES = ["HALT", "DEGRADED", "DISPUTED", "NORMAL"] as const;
export type PriceMode = (typeof PRICE_MODES)[number];

/** One asset's health. */
export interface AssetStatus {
  readonly symbol: string;
  readonly impaired: boolean;
  readonly windingDown: boolean;
  readonly price: PriceMode;
}

/** One deployment in a line. */
export interface DeploymentStatus {
  readonly network: string;
  readonly chainId: string;
  readonly block: number;
  /** Unix seconds of the block. */
  readonly time: bigint;
  /** Each Safe: signatures needed, owners. */
  readonly safes: readonly {
    readonly name: string;
    readonly threshold: number;
    readonly owners: readonly string[];
  }[];
  readonly delays: readonly Variable[];
  /** Each tier's daily limit in force. */
  readonly limits: readonly Variable[];
  /** keccak-256 of the code at each address of the record, and of the code that the Vault's proxy runs. */
  readonly codeHashes: Readonly<Record<string, string>>;
  /** One hash of all of them with their names. */
  readonly code: string;
  /** Until when everyone is held, Unix seconds; 0 = nobody is paused. */
  readonly heldUntil: bigint;
  readonly instantClosed: boolean;
  /** Until when audits cover the code that runs, Unix seconds; 0 = unverified, and deposits are capped (S26). */
  readonly verifiedUntil: bigint;
  readonly assets: readonly AssetStatus[];
  /** Numbers under a risk officer's tightening, by their ids. */
  readonly tightened: readonly string[];
  /** When governance last acted on the Vault, Unix seconds. */
  readonly governedAt: bigint;
}

const DELAYS = ["timelock.minDelay", "reserveTimelock.minDelay", "reserve.REFILL_DELAY"];

/** The record's own contracts, by name. */
function contractsOf(addresses: SuiteAddresses): readonly (readonly [name: string, address: string])[] {
  return Object.entries(addresses).filter(
    (entry): entry is [string, string] =>
      typeof entry[1] === "string" && /^0x[0-9a-fA-F]{40}$/.test(entry[1]) && entry[0] !== "deployer",
  );
}

async function codeHashesOf(
  provider: Provider,
  addresses: SuiteAddresses,
  implementation: string,
  block: number,
): Promise<Readonly<Record<string, string>>> {
  const named = [...contractsOf(addresses), ["vaultCode", implementation] as const];
  const hashes = await Promise.all(
    named.map(async ([name, address]) => {
      const code = await nodeAnswer(`the code of ${name}`, { address }, () =>
        provider.getCode(address, block),
      );
      return [name, keccak256(code)] as const;
    }),
  );
  return Object.fromEntries(hashes);
}

/** One hash of a set of named hashes, whatever their order. */
function digestOf(hashes: Readonly<Record<string, string>>): string {
  const parts = Object.entries(hashes).sort(([a], [b]) => (a < b ? -1 : 1));
  return keccak256(concat(parts.flatMap(([name, hash]) => [keccak256(toUtf8Bytes(name)), hash])));
}

/**
 * What one deployment is like now: owners, thresholds, delays, limits, code, and whether it is paused or stressed.
 *
 * @throws TerminalError and RetryableError as `readVariables`
 * @example
 * const rows = await Promise.all(deployments.map(({ provider, addresses }) => collectStatus(provider, addresses)));
 * process.stdout.write(renderStatus(rows));
 */
export async function collectStatus(
  provider: Provider,
  addresses: SuiteAddresses,
): Promise<DeploymentStatus> {
  const head = await nodeAnswer("its latest block", {}, () => provider.getBlock("latest"));
  if (head === null) throw new RetryableError("BLOCK_UNKNOWN", "The node has no latest block");
  const block = head.number;
  const variables = await readVariables(provider, addresses, { blockTag: block });
  const value = (id: string): string => variables.find((variable) => variable.id === id)?.value ?? "";
  const ask = async <T>(contract: "vault" | "router", to: string, name: string, args: readonly unknown[]) =>
    nodeAnswer(name, { address: to, block }, async () => {
      const { face } = CONTRACTS[contract];
      const data = face.encodeFunctionData(name, [...args]);
      const [answer] = face.decodeFunctionResult(name, await provider.call({ to, data, blockTag: block }));
      return answer as T;
    });
  const router = value("policy.priceRouter");
  const ids = await ask<readonly bigint[]>("vault", addresses.vault, "listedAssets", []);
  const [assets, codeHashes, governedAt] = await Promise.all([
    Promise.all(
      ids.map(async (id): Promise<AssetStatus> => {
        const [record, price] = await Promise.all([
          ask<{ impaired: boolean; windingDown: boolean }>("vault", addresses.vault, "assetOf", [id]),
          ask<{ mode: bigint }>("router", router, "peek", [id]),
        ]);
        return {
          symbol: addresses.assets.find((asset) => BigInt(asset.id) === id)?.symbol ?? id.toString(),
          impaired: record.impaired,
          windingDown: record.windingDown,
          price: PRICE_MODES[Number(price.mode)] ?? "HALT",
        };
      }),
    ),
    codeHashesOf(provider, addresses, value("upgradeController.implementation.vault"), block),
    ask<bigint>("vault", addresses.vault, "governedAt", []),
  ]);
  return {
    network: addresses.network,
    chainId: addresses.chainId,
    block,
    time: BigInt(head.timestamp),
    safes: Object.keys(addresses.safes).map((name) => ({
      name,
      threshold: Number(value(`safe.${name}.threshold`)),
      owners: value(`safe.${name}.owners`).split(","),
    })),
    delays: DELAYS.flatMap((id) => variables.filter((variable) => variable.id === id)),
    limits: variables.filter(({ kind }) => kind === "policy.TIER_WINDOW"),
    codeHashes,
    code: digestOf(codeHashes),
    heldUntil: BigInt(value("vault.heldUntil.everyone")),
    instantClosed: value("vault.instantClosed") === "true",
    verifiedUntil: BigInt(value("auditRecord.verifiedUntil")),
    assets,
    tightened: variables.filter(({ parts }) => parts.tightened !== undefined).map(({ id }) => id),
    governedAt,
  };
}

/** Whether anything keeps the deployment from its ordinary work. */
export function isStressed({ assets, instantClosed }: DeploymentStatus): boolean {
  return (
    instantClosed ||
    assets.some(({ impaired, windingDown, price }) => impaired || windingDown || price !== "NORMAL")
  );
}

/** What is out of the ordinary, for people; empty if nothing is. */
function troubles(status: DeploymentStatus): readonly Wording[] {
  const { heldUntil, instantClosed, verifiedUntil, assets, tightened } = status;
  const until = timeShown(heldUntil);
  return [
    ...(verifiedUntil === 0n ? [wording("UNVERIFIED: deposits capped", "未验证：存入受上限约束")] : []),
    ...(heldUntil === 0n ? [] : [wording(`paused until ${until.en}`, `暂停至 ${until.zh}`)]),
    ...(instantClosed ? [wording("instant exits closed", "即时出金关闭")] : []),
    ...assets.flatMap(({ symbol, impaired, windingDown, price }) => [
      ...(impaired ? [wording(`${symbol} impaired`, `${symbol} 资不抵债`)] : []),
      ...(windingDown ? [wording(`${symbol} winding down`, `${symbol} 清盘中`)] : []),
      ...(price === "NORMAL" ? [] : [wording(`${symbol} price ${price}`, `${symbol} 价格 ${price}`)]),
    ]),
    ...(tightened.length === 0
      ? []
      : [wording(`numbers tightened: ${tightened.length}`, `已收紧 ${tightened.length} 项数值`)]),
  ];
}

const HEAD: readonly Wording[] = [
  wording("Network", "网络"),
  wording("Block", "区块"),
  wording("Owners", "所有者"),
  wording("Delays", "延迟"),
  wording("Limits a day, tiers 0 to 3", "每日限额，等级 0 至 3"),
  wording("Code", "代码"),
  wording("State", "状态"),
];
const IN_ORDER = wording("in order", "正常");

/** How much of the code's hash a table shows: it tells, the whole one in the machine's form proves. */
const CODE_SHOWN = 18;

/**
 * One table of several deployments, a line each.
 *
 * @example
 * process.stdout.write(renderStatus([await collectStatus(provider, addresses)], { lang: "en" }));
 */
export function renderStatus(
  rows: readonly DeploymentStatus[],
  { lang = "en" }: { readonly lang?: Language } = {},
): string {
  const lines = rows.map((status) => [
    `${status.network} (${status.chainId})`,
    String(status.block),
    status.safes.map(({ name, threshold, owners }) => `${name} ${threshold}/${owners.length}`).join(", "),
    status.delays.map(({ contract, shown }) => `${contract.name} ${shown[lang]}`).join(", "),
    status.limits.map(({ shown }) => shown[lang]).join(" · "),
    status.code.slice(0, CODE_SHOWN),
    troubles(status)
      .map((trouble) => trouble[lang])
      .join(", ") || IN_ORDER[lang],
  ]);
  return `${textTable(
    HEAD.map((title) => title[lang]),
    lines,
  )}\n`;
}
