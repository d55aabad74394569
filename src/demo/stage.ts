import { getAddress, id as hashOf } from "ethers";
import {
  type Cents,
  centsOfUnitsUp,
  type Price,
  type Units,
  units,
  unitsForCentsDown,
} from "../core/money.ts";
import type { SuiteAsset } from "./assets.ts";
import { type Call, type Chain, callOf, type Outcome } from "./chain.ts";
import type { FeedMark, FeedPlayer } from "./feeds.ts";
import type { StageGovernance } from "./governing.ts";
import type { Tier } from "./parameters.ts";

/** One listed asset of the deployed suite. */
export interface StageAsset {
  readonly id: bigint;
  readonly symbol: string;
  readonly decimals: number;
  /** One tick is 10^tickExponent raw units. */
  readonly tickExponent: number;
  /** Undefined for the chain's own currency. */
  readonly token: string | undefined;
}

/** A change that waits in the timelock. */
export interface Proposal {
  readonly calls: readonly Call[];
  readonly salt: string;
  /** The timelock's id of it. */
  readonly id: string;
}

/** The people and Safes behind the suite. Every act is really signed and goes through the real contracts. */
export interface Offices {
  /** Signed by the council's quorum and scheduled in the timelock. */
  propose(calls: readonly Call[], label: string): Promise<{ outcome: Outcome; proposal: Proposal }>;
  /** Executed in the timelock, by anyone. */
  execute(proposal: Proposal): Promise<Outcome>;
  /** Cancelled by the canceller Safe. */
  veto(proposal: Proposal): Promise<Outcome>;
  /** Called by the council's Safe directly, around the timelock. */
  asCouncil(call: Call): Promise<Outcome>;
  asGuardian(call: Call): Promise<Outcome>;
  asRiskOfficer(call: Call): Promise<Outcome>;
  /** Called by the Safe that rolls upgrades back. */
  asRollback(call: Call): Promise<Outcome>;
  /** Called by the reserve's own Safe. */
  asReserve(call: Call): Promise<Outcome>;
  /** Signs an attestation of `subject` and submits it. */
  attest(subject: string, tier: Tier): Promise<Outcome>;
}

/** Code on the chain, with the hash that a release names. */
export interface DeployedCode {
  readonly address: string;
  readonly codehash: string;
}

/** The deployed suite as the demo sees it. */
export interface Stage {
  readonly chain: Chain;
  readonly vault: string;
  readonly lens: string;
  readonly policy: string;
  readonly registry: string;
  readonly guardian: string;
  readonly factory: string;
  readonly upgradeController: string;
  readonly vaultImplementation: string;
  readonly reserve: string;
  readonly payments: string;
  readonly netting: string;
  /** What payments may depend on. */
  readonly conditions: { readonly hashLock: string; readonly quorum: string };
  readonly chainId: bigint;
  /** What the council's Safe asks for: signatures of owners. */
  readonly quorum: { readonly signatures: number; readonly owners: number };
  /** A registered app that pays whoever it is told to, which is what a stolen app does. */
  readonly app: string;
  /** The code that a stolen quorum would put in the vault's place. */
  readonly plunderer: DeployedCode;
  readonly assets: Readonly<Record<SuiteAsset, StageAsset>>;
  readonly feeds: FeedPlayer;
  readonly offices: Offices;
  readonly governance: StageGovernance;
}

/** The address that a name of the demo stands for. */
export function addressOf(name: string): string {
  return getAddress(`0x${hashOf(`strongroom demo: ${name}`).slice(-40)}`);
}

/** Brings `amount` from nowhere and deposits it for `to`, as a newcomer would. */
export async function deposit(stage: Stage, asset: SuiteAsset, amount: Units, to: string): Promise<void> {
  if (amount === 0n) return;
  const { chain, vault } = stage;
  const { id, token } = stage.assets[asset];
  const giver = addressOf("faucet");
  if (token === undefined) {
    await chain.setBalance(giver, amount);
    await chain.must(giver, callOf("vault", vault, "deposit", [id, amount, to], amount));
    return;
  }
  await chain.must(giver, callOf("token", token, "mint", [giver, amount]));
  await chain.must(giver, callOf("token", token, "approve", [vault, amount]));
  await chain.must(giver, callOf("vault", vault, "deposit", [id, amount, to]));
}

/** What a person or contract holds outside the vault. */
export async function walletOf(stage: Stage, asset: SuiteAsset, account: string): Promise<Units> {
  const { token } = stage.assets[asset];
  if (token === undefined) return units(await stage.chain.balanceOf(account));
  const [balance] = await stage.chain.view("token", token, "balanceOf", [account]);
  return units(balance as bigint);
}

/** What an account holds in the vault. */
export async function balanceIn(stage: Stage, asset: SuiteAsset, account: string): Promise<Units> {
  const [balance] = await stage.chain.view("vault", stage.vault, "balanceOf", [
    account,
    stage.assets[asset].id,
  ]);
  return units(balance as bigint);
}

/** Units of an asset that `amount` buys at `price`, rounded down. */
export function unitsOf(stage: Stage, asset: SuiteAsset, amount: Cents, price: Price): Units {
  return unitsForCentsDown(amount, price, stage.assets[asset].decimals);
}

/** What `amount` of an asset is worth at `price`, rounded up. */
export function worth(stage: Stage, asset: SuiteAsset, amount: Units, price: Price): Cents {
  return centsOfUnitsUp(amount, price, stage.assets[asset].decimals);
}

/** A state of the stage to come back to. */
export interface Mark {
  readonly chain: Awaited<ReturnType<Chain["snapshot"]>>;
  readonly feeds: FeedMark;
}

/** Remembers the chain and where its feeds stand. Serves once. */
export async function mark(stage: Stage): Promise<Mark> {
  return { chain: await stage.chain.snapshot(), feeds: stage.feeds.mark() };
}

export async function comeBack(stage: Stage, to: Mark): Promise<void> {
  await stage.chain.revert(to.chain);
  stage.feeds.rewind(to.feeds);
}
