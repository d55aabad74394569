import type { HardhatEthers, HardhatEthersSigner } from "@nomicfoundation/hardhat-ethers/types";
import type { NetworkHelpers } from "@nomicfoundation/hardhat-network-helpers/types";
import {
  AbiCoder,
  type ContractTransactionResponse,
  concat,
  id as hashOf,
  Wallet,
  ZeroAddress,
} from "ethers";
import { handleOf } from "../../src/gateway/destination.ts";
import {
  chainHash,
  depositContent,
  depositId,
  type Outcome,
  outcomeContent,
  outcomeMessage,
  type Statement,
  statementDigest,
  tokenMessage,
} from "../../src/gateway/statement.ts";
import { chainKey } from "../../src/governance/parameters.ts";
import type { Committee, ForeignAsset, Gateway, MultisigVerifier } from "../../typechain-types/index.ts";
import { DAY, KINDS, NEVER, PLAIN_LISTING, paramKey } from "./deployCore.ts";
import { restrict } from "./restrict.ts";
import { deployVault, type VaultFixture } from "./vaultFixture.ts";

/** Litecoin's main network by CAIP-2, and the coin by CAIP-19. */
export const LITECOIN = "bip122:12a765e31ffd4059bada1e25190f6e98";
export const LTC = `${LITECOIN}/slip44:2`;
/** One coin in litoshi, and one tick of it. */
export const COIN = 100_000_000n;
export const TICK = 1_000n;

/** The gateway's numbers in the test deployment. Coins are worth 100 dollars. */
export const NUMBERS = {
  FOREIGN_CAP: (1_000n * COIN) / TICK,
  FOREIGN_INSTANT: (10n * COIN) / TICK,
  FOREIGN_WORTH: 10_000n,
  FOREIGN_LEAST: 100n,
  FOREIGN_DELAY: 3n * DAY,
  CHAIN_OUT: 100_000n,
} as const;
type AssetNumber = "FOREIGN_CAP" | "FOREIGN_INSTANT" | "FOREIGN_WORTH" | "FOREIGN_LEAST";
type ChainNumber = "FOREIGN_DELAY" | "CHAIN_OUT";

/** `PayoutStatus` and `DepositStatus` of contracts/gateway/interfaces/IGatewayTypes.sol. */
export const PAYOUT = {
  NONE: 0n,
  REQUESTED: 1n,
  AUTHORISED: 2n,
  SETTLED: 3n,
  VOIDED: 4n,
  REFUNDED: 5n,
  CANCELLED: 6n,
} as const;
export const DEPOSIT = { NONE: 0n, DELAYED: 1n, CREDITED: 2n, REFUSED: 3n } as const;

/** A taproot script that nobody's key is behind. */
export const SCRIPT = `5120${"ab".repeat(32)}`;

/** A deposit as the gateway takes it. */
export interface DepositTerms {
  readonly chain: string;
  readonly txId: string;
  readonly index: bigint;
  readonly account: string;
  readonly asset: bigint;
  readonly amount: bigint;
}

/** A committee's keys, by ascending address. */
export function committeeOf(name: string, count: number): readonly Wallet[] {
  return Array.from({ length: count }, (_, index) => new Wallet(hashOf(`${name} ${index}`))).sort((a, b) =>
    BigInt(a.address) < BigInt(b.address) ? -1 : 1,
  );
}

/** A statement signed by each of some keys, as a multisig verifier wants it: ascending. */
export function signedBy(keys: readonly Wallet[], digest: string): string {
  return concat(keys.map((key) => key.signingKey.sign(digest).serialized));
}

/** What the gateway's `proof` is. */
export function proofOf(epoch: bigint, signature: string): string {
  return AbiCoder.defaultAbiCoder().encode(["uint32", "bytes"], [epoch, signature]);
}

/** A gateway for litecoin on a Vault. Anna has tier 3, five coins that are seasoned, and a destination that is. */
export interface GatewayFixture extends VaultFixture {
  readonly gateway: Gateway;
  readonly gatewayAddress: string;
  readonly committee: Committee;
  readonly verifier: MultisigVerifier;
  /** Three, of whom two are enough. */
  readonly keys: readonly Wallet[];
  readonly ltc: ForeignAsset;
  readonly ltcId: bigint;
  readonly chain: string;
  /** Anna's handle for `SCRIPT`. */
  readonly handle: string;
  digest(statement: Statement): Promise<string>;
  /** What two of the keys say. */
  attest(statement: Statement, keys?: readonly Wallet[], epoch?: bigint): Promise<string>;
  /** A deposit of a transaction that no other test names. */
  depositOf(changes?: Partial<DepositTerms>): DepositTerms;
  depositId(deposit: DepositTerms): Promise<string>;
  /** The committee's word for a deposit. */
  attestDeposit(deposit: DepositTerms, keys?: readonly Wallet[], epoch?: bigint): Promise<string>;
  /** Attested and credited, or delayed. */
  credit(deposit: DepositTerms): Promise<ContractTransactionResponse>;
  /** An exit of anna's to her handle, paid at once. */
  request(amount: bigint): Promise<string>;
  attestToken(payoutId: string, token: string, attempt?: bigint): Promise<string>;
  authorise(payoutId: string, token?: string, attempt?: bigint): Promise<ContractTransactionResponse>;
  attestOutcome(payoutId: string, outcome: Outcome, txId: string, attempt?: bigint): Promise<string>;
  settle(payoutId: string, txId?: string, attempt?: bigint): Promise<ContractTransactionResponse>;
  voided(payoutId: string, txId?: string, attempt?: bigint): Promise<ContractTransactionResponse>;
  statusOf(payoutId: string): Promise<bigint>;
  /** Sets a number as governance does. */
  setNumber(kind: AssetNumber | ChainNumber, value: bigint): Promise<void>;
  ledger(who: HardhatEthersSigner): Promise<bigint>;
}

export const TOKEN = hashOf("outpoint:aa:0");
export const TX = "c1".repeat(32);

/** The payout that a transaction requested. */
export async function payoutIn(
  gateway: Gateway,
  sent: Promise<ContractTransactionResponse>,
): Promise<{ id: string; attempt: bigint }> {
  const receipt = await (await sent).wait();
  const address = await gateway.getAddress();
  for (const log of receipt?.logs ?? []) {
    if (log.address !== address) continue;
    const parsed = gateway.interface.parseLog(log);
    if (parsed?.name === "PayoutRequested") return { id: parsed.args.payoutId, attempt: parsed.args.attempt };
  }
  throw new Error("no payout was requested");
}

/** Deploys a Vault, a committee of two of three, and a gateway for litecoin, and lets anna's coins and handle season. */
export async function deployGateway(
  ethers: HardhatEthers,
  networkHelpers: NetworkHelpers,
): Promise<GatewayFixture> {
  const d = await deployVault(ethers, networkHelpers);
  const contract = async <T>(name: string, args: readonly unknown[] = []) =>
    (await ethers.deployContract(name, [...args])) as unknown as T;
  const keys = committeeOf("committee", 3);
  const verifier = await contract<MultisigVerifier>("MultisigVerifier", [keys.map((key) => key.address), 2]);
  const committee = await contract<Committee>("Committee", [d.manager, verifier]);
  const gateway = await contract<Gateway>("Gateway", [d.manager, d.vault, committee, ZeroAddress]);
  await restrict(d.manager, "committee", committee);
  await restrict(d.manager, "gateway", gateway);
  const ltc = await contract<ForeignAsset>("ForeignAsset", [d.vault, gateway, LTC, "Litecoin", "LTC", 8]);
  const ltcId = await d.listToken(ltc, {
    ...PLAIN_LISTING,
    tickExponent: 3n,
    cap: NUMBERS.FOREIGN_CAP,
    smallLane: 10_000n,
    largeLane: 10_000n,
    price: 100n * 10n ** 12n,
  });
  const chain = chainHash(LITECOIN);
  const setNumber: GatewayFixture["setNumber"] = async (kind, value) => {
    const ofChain = kind === "FOREIGN_DELAY" || kind === "CHAIN_OUT";
    const key = ofChain ? chainKey(KINDS[kind], LITECOIN) : paramKey(KINDS[kind], ltcId);
    const { version } = await gateway.param(key);
    await gateway.set(key, version, NEVER, value);
  };
  for (const [kind, value] of Object.entries(NUMBERS)) await setNumber(kind as AssetNumber, value);
  await gateway.addAsset(ltcId);

  const { chainId } = await ethers.provider.getNetwork();
  const committeeAddress = await committee.getAddress();
  const digest = async (statement: Statement) => statementDigest(statement, chainId, committeeAddress);
  const attest: GatewayFixture["attest"] = async (statement, by = keys.slice(0, 2), epoch = 1n) =>
    proofOf(epoch, signedBy(by, await digest(statement)));
  let transactions = 0;
  const depositOf: GatewayFixture["depositOf"] = (changes = {}) => ({
    chain,
    txId: hashOf(`transaction ${++transactions}`),
    index: 0n,
    account: d.anna.address,
    asset: ltcId,
    amount: COIN,
    ...changes,
  });
  const idOf: GatewayFixture["depositId"] = async ({ txId, index }) =>
    depositId({
      chain: LITECOIN,
      destination: chainId,
      vault: d.vaultAddress,
      txId: txId.slice(2),
      index: Number(index),
    });
  const attestDeposit: GatewayFixture["attestDeposit"] = async (deposit, by, epoch) =>
    attest(
      {
        chain: deposit.chain,
        messageId: await idOf(deposit),
        content: depositContent(deposit.account, deposit.asset, deposit.amount),
      },
      by,
      epoch,
    );
  const credit: GatewayFixture["credit"] = async (deposit) =>
    gateway.credit(deposit, await attestDeposit(deposit));
  const attestToken: GatewayFixture["attestToken"] = async (payoutId, token, attempt = 1n) =>
    attest({ chain, messageId: tokenMessage(payoutId, attempt), content: token });
  const attestOutcome: GatewayFixture["attestOutcome"] = async (payoutId, outcome, txId, attempt = 1n) =>
    attest({ chain, messageId: outcomeMessage(payoutId, attempt), content: outcomeContent(outcome, txId) });

  await d.vault.connect(d.officer).setTier(d.anna, 3, await d.now(), NEVER);
  await credit(depositOf({ amount: 5n * COIN }));
  await gateway.registerDestination(d.anna, chain, `0x${SCRIPT}`);
  const handle = handleOf({ account: d.anna.address, chain: LITECOIN, script: SCRIPT });
  await d.vault.connect(d.anna).setDestination(handle, true);
  await d.goTo((await d.now()) + 2n * DAY);

  return {
    ...d,
    gateway,
    gatewayAddress: await gateway.getAddress(),
    committee,
    verifier,
    keys,
    ltc,
    ltcId,
    chain,
    handle,
    digest,
    attest,
    depositOf,
    depositId: idOf,
    attestDeposit,
    credit,
    request: async (amount) =>
      (await payoutIn(gateway, d.vault.connect(d.anna).withdraw(ltcId, amount, handle))).id,
    attestToken,
    authorise: async (payoutId, token = TOKEN, attempt = 1n) =>
      gateway.authorise(payoutId, token, await attestToken(payoutId, token, attempt)),
    attestOutcome,
    settle: async (payoutId, txId = TX, attempt = 1n) =>
      gateway.settle(payoutId, `0x${txId}`, await attestOutcome(payoutId, "PAID", txId, attempt)),
    voided: async (payoutId, txId = TX, attempt = 1n) =>
      gateway.voided(payoutId, `0x${txId}`, await attestOutcome(payoutId, "VOIDED", txId, attempt)),
    statusOf: async (payoutId) => (await gateway.payoutOf(payoutId)).status,
    setNumber,
    ledger: (who) => d.face.balanceOf(who.address, ltcId),
  };
}
