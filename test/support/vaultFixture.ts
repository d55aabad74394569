import type { HardhatEthers, HardhatEthersSigner } from "@nomicfoundation/hardhat-ethers/types";
import type { NetworkHelpers } from "@nomicfoundation/hardhat-network-helpers/types";
import type { BaseContract, ContractTransactionResponse } from "ethers";
import { ACCOUNT_KIND } from "../../src/governance/parameters.ts";
import type { MockApp, MockERC20, MockWallet1271, Vault } from "../../typechain-types/index.ts";
import {
  type Core,
  DAY,
  deployCore,
  erc20,
  FRESH_PERIOD,
  HOUR,
  type Listing,
  NATIVE,
  PLAIN_LISTING,
  ROLES,
} from "./deployCore.ts";

/** Bits of `Reason`, in the order of contracts/shared/Reasons.sol. */
export const REASON = {
  ABOVE_SINGLE_LIMIT: 1n << 0n,
  NEW_DESTINATION: 1n << 1n,
  DESTINATION_WAITING: 1n << 2n,
  MOVED: 1n << 3n,
  FRESH: 1n << 4n,
  LISTED: 1n << 5n,
  SCREENING_DOWN: 1n << 6n,
  PRICE_NOT_NORMAL: 1n << 7n,
  SUBJECT_LIMIT: 1n << 8n,
  ASSET_LIMIT: 1n << 9n,
  POOL_LIMIT: 1n << 10n,
  EVERYONE_HELD: 1n << 11n,
  IMPAIRED: 1n << 12n,
  QUOTE_FAILED: 1n << 13n,
  NOT_IN_HOT: 1n << 14n,
  INSTANT_CLOSED: 1n << 15n,
} as const;

/** `Kind` and `Phase` of contracts/custody/interfaces/IVaultTypes.sol. */
export const KIND = ACCOUNT_KIND;
export const PHASE = { NONE: 0n, OPEN: 1n, ENDORSED: 2n } as const;

/** One whole token of 18 decimals. */
export const ONE = 10n ** 18n;

/** An exit's terms, as `release` and `cancel` want them. */
export interface ExitTerms {
  owner: string;
  to: string;
  asset: bigint;
  amount: bigint;
  soon: bigint;
  late: bigint;
  seq: bigint;
}

/** The two assets that every behaviour holds for. */
export type AssetKind = "native" | "erc20";
export const ASSET_KINDS: readonly AssetKind[] = ["native", "erc20"];

/** A core with people, a listed token, and hands for what tests do all the time. */
export interface VaultFixture extends Core {
  readonly anna: HardhatEthersSigner;
  readonly bert: HardhatEthersSigner;
  readonly carl: HardhatEthersSigner;
  readonly mallory: HardhatEthersSigner;
  /** Has GUARDIAN and REGISTRY, to speak to the Vault without a Guardian or registry in between. */
  readonly officer: HardhatEthersSigner;
  readonly vaultAddress: string;
  /** The Vault with its ERC-6909 errors and events. */
  readonly face: Vault;
  readonly token: MockERC20;
  /** The token's asset id. */
  readonly tokenId: bigint;
  readonly app: MockApp;
  /** Owned by anna. */
  readonly wallet: MockWallet1271;
  /** Unix seconds, an hour into a cell of T: what is credited today seasons at `seasonsAt`. */
  readonly start: bigint;
  readonly seasonsAt: bigint;
  assetId(kind: AssetKind): bigint;
  /** Deposits for `who`, from `who`. */
  give(who: HardhatEthersSigner, kind: AssetKind, amount: bigint): Promise<ContractTransactionResponse>;
  /** Deploys a token, mints to anna, lets the Vault take it. */
  anotherToken<T extends BaseContract>(name: string, args?: readonly unknown[]): Promise<T & TestToken>;
  listToken(token: BaseContract, listing?: Partial<Listing>): Promise<bigint>;
  now(): Promise<bigint>;
  /** The next block's time. */
  at(time: bigint): Promise<void>;
  goTo(time: bigint): Promise<void>;
}

/** What tests need of a token. */
export interface TestToken extends BaseContract {
  mint(to: unknown, amount: bigint): Promise<ContractTransactionResponse>;
  balanceOf(account: unknown): Promise<bigint>;
  approve(spender: unknown, amount: bigint): Promise<ContractTransactionResponse>;
  transfer(to: unknown, amount: bigint): Promise<ContractTransactionResponse>;
}

/** Deploys the core, a token of 18 decimals at a dollar and an app, and starts an hour into a cell of T. */
export async function deployVault(
  ethers: HardhatEthers,
  networkHelpers: NetworkHelpers,
): Promise<VaultFixture> {
  const core = await deployCore(ethers);
  const { vault, manager } = core;
  const [anna, bert, carl, mallory, officer] = core.users;
  if (!anna || !bert || !carl || !mallory || !officer) throw new Error("too few signers");
  await manager.grantRole(ROLES.GUARDIAN, officer, 0);
  await manager.grantRole(ROLES.REGISTRY, officer, 0);
  const vaultAddress = await vault.getAddress();
  const face = (await ethers.getContractAt("Vault", vaultAddress)) as unknown as Vault;

  const anotherToken = async <T extends BaseContract>(name: string, args: readonly unknown[] = []) => {
    const token = (await ethers.deployContract(name, [...args], anna)) as unknown as T & TestToken;
    if (token.interface.hasFunction("mint")) await token.mint(anna, 1_000_000_000n * ONE);
    await token.approve(vault, (1n << 256n) - 1n);
    return token;
  };
  const listToken = async (token: BaseContract, listing: Partial<Listing> = {}) => {
    const id = erc20(await token.getAddress());
    await core.list(id, { ...PLAIN_LISTING, ...listing });
    return id;
  };
  const token = (await anotherToken("MockERC20", ["Plain", 18])) as unknown as MockERC20;
  const tokenId = await listToken(token);
  for (const user of [bert, carl, mallory]) {
    await token.mint(user, 1_000_000n * ONE);
    await token.connect(user).approve(vault, (1n << 256n) - 1n);
  }
  const app = (await ethers.deployContract("MockApp", [vault])) as unknown as MockApp;
  await vault.setKind(app, KIND.APP);
  const wallet = (await ethers.deployContract("MockWallet1271", [anna])) as unknown as MockWallet1271;

  const now = async () => BigInt(await networkHelpers.time.latest());
  const cell = (await now()) / FRESH_PERIOD + 2n;
  const start = cell * FRESH_PERIOD + HOUR;
  await networkHelpers.time.increaseTo(start);

  return {
    ...core,
    anna,
    bert,
    carl,
    mallory,
    officer,
    vaultAddress,
    face,
    token,
    tokenId,
    app,
    wallet,
    start,
    seasonsAt: start - HOUR + 2n * DAY,
    assetId: (kind) => (kind === "native" ? NATIVE : tokenId),
    give: async (who, kind, amount) =>
      kind === "native"
        ? vault.connect(who).deposit(NATIVE, amount, who, { value: amount })
        : vault.connect(who).deposit(tokenId, amount, who),
    anotherToken,
    listToken,
    now,
    at: async (time) => networkHelpers.time.setNextBlockTimestamp(time),
    goTo: async (time) => networkHelpers.time.increaseTo(time),
  };
}

/** The terms and id of the exit that a transaction queued. */
export async function queuedIn(
  d: VaultFixture,
  sent: Promise<ContractTransactionResponse>,
): Promise<{ id: string; exit: ExitTerms; reasons: bigint }> {
  const receipt = await (await sent).wait();
  for (const log of receipt?.logs ?? []) {
    if (log.address !== d.vaultAddress) continue;
    const parsed = d.vault.interface.parseLog(log);
    if (parsed?.name !== "Queued") continue;
    const { id, exit, reasons } = parsed.args;
    return {
      id,
      reasons,
      exit: {
        owner: exit.owner,
        to: exit.to,
        asset: exit.asset,
        amount: exit.amount,
        soon: exit.soon,
        late: exit.late,
        seq: exit.seq,
      },
    };
  }
  throw new Error("nothing was queued");
}

/** An exit's id: the hash of its terms. */
export function exitId(d: Pick<Core, "ethers">, exit: ExitTerms): string {
  const { owner, to, asset, amount, soon, late, seq } = exit;
  return d.ethers.keccak256(
    d.ethers.AbiCoder.defaultAbiCoder().encode(
      ["address", "address", "uint256", "uint112", "uint40", "uint40", "uint32"],
      [owner, to, asset, amount, soon, late, seq],
    ),
  );
}

/** Joins fields to a word, lowest first: [value, bits]. */
function word(...fields: readonly (readonly [bigint, bigint])[]): bigint {
  let result = 0n;
  let shift = 0n;
  for (const [value, bits] of fields) {
    if (value < 0n || value >> bits !== 0n) throw new Error(`${value} has more than ${bits} bits`);
    result |= value << shift;
    shift += bits;
  }
  return result;
}

/** The slot of an asset. */
export function assetWord(
  liabilities: bigint,
  listing: Listing,
  more: {
    /** Open exits, raw units; one exit, or several of whole ticks. */
    queued?: bigint;
    small?: bigint;
    large?: bigint;
    impaired?: boolean;
    windingDown?: boolean;
    decimals?: bigint;
    hours?: bigint;
  } = {},
): bigint {
  const tick = 10n ** listing.tickExponent;
  return word(
    [liabilities, 112n],
    [((more.queued ?? 0n) + tick - 1n) / tick, 38n],
    [more.small ?? 0n, 41n],
    [more.large ?? 0n, 41n],
    [listing.tokenClass, 3n],
    [more.decimals ?? 18n, 5n],
    [listing.tickExponent, 5n],
    [more.hours ?? FRESH_PERIOD / HOUR, 8n],
    [more.impaired ? 1n : 0n, 1n],
    [more.windingDown ? 1n : 0n, 1n],
  );
}

/** The slot of a balance whose fresh value is in one bucket. `until` in seconds. */
export function balanceWord(total: bigint, freshSteps: bigint, until: bigint): bigint {
  if (freshSteps === 0n) return total;
  return word([total, 112n], [0n, 48n], [freshSteps, 48n], [0n, 24n], [until / HOUR, 24n]);
}

/** The slot of an account. */
export function accountWord(
  a: {
    subject?: string;
    instantFrom?: bigint;
    exits?: bigint;
    kind?: bigint;
    listed?: boolean;
    members?: bigint;
  } = {},
): bigint {
  return word(
    [BigInt(a.subject ?? 0), 160n],
    [a.instantFrom ?? 0n, 40n],
    [a.exits ?? 0n, 32n],
    [a.kind ?? 0n, 8n],
    [a.listed ? 1n : 0n, 8n],
    [a.members ?? 0n, 8n],
  );
}

/** The slot of a subject. Caps as stored: plus one. */
export function subjectWord(
  s: {
    tiers?: bigint;
    tierFrom?: bigint;
    tierUntil?: bigint;
    heldUntil?: bigint;
    listed?: bigint;
    cap?: bigint;
    nextCap?: bigint;
    nextCapFrom?: bigint;
  } = {},
): bigint {
  return word(
    [s.tiers ?? 0n, 8n],
    [s.tierFrom ?? 0n, 40n],
    [s.tierUntil ?? 0n, 40n],
    [s.heldUntil ?? 0n, 40n],
    [s.listed ?? 0n, 8n],
    [s.cap ?? 0n, 40n],
    [s.nextCap ?? 0n, 40n],
    [s.nextCapFrom ?? 0n, 40n],
  );
}

/** The slot of an open exit. */
export function openWord(phase: bigint, large = false, slot = 0n, prior = 0n): bigint {
  return word([phase, 8n], [large ? 1n : 0n, 8n], [slot, 48n], [prior, 48n]);
}

/** A window with one charge, just made. */
export function windowWord(period: bigint, time: bigint, amount: bigint): bigint {
  const sub = (period + 4n) / 5n;
  return ((time / sub) << 216n) | amount;
}

/** `WindowKeys`. */
export const windowKey = {
  pool: `0xff${"00".repeat(31)}`,
  subject: (account: string): string => `0x${BigInt(account).toString(16).padStart(64, "0")}`,
  asset: (asset: bigint): string => `0x${asset.toString(16).padStart(64, "0")}`,
  hold: (account: string): string =>
    `0x${((0xfen << 248n) | BigInt(account)).toString(16).padStart(64, "0")}`,
};
