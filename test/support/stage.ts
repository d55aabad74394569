import type { HardhatEthersSigner } from "@nomicfoundation/hardhat-ethers/types";
import { assert } from "chai";
import type { Contract, ContractTransactionResponse, TypedDataDomain } from "ethers";
import type hre from "hardhat";
import { laneSeconds } from "../../src/audit/slots.ts";
import type { ReentrantReceiver } from "../../typechain-types/index.ts";
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
} from "./deployCore.ts";
import { expectLogsRebuildState } from "./expectLogsRebuildState.ts";

export type Connection = Awaited<ReturnType<typeof hre.network.create>>;

/** A signer or a contract that acts in a story. */
export type Party = HardhatEthersSigner | Contract | ReentrantReceiver;

/** Raw units of a token with 18 decimals at one dollar. */
export const CENT = 10n ** 16n;

/** `Verb` of contracts/custody/interfaces/IVaultTypes.sol. */
export const VERB = { TRANSFER: 0, CALL: 1, WITHDRAW: 2, CANCEL: 3, SET_DESTINATION: 4, SET_CAP: 5 } as const;

/** `Reason` of contracts/shared/Reasons.sol: the names of the bits, lowest first. */
export const REASONS = [
  "ABOVE_SINGLE_LIMIT",
  "NEW_DESTINATION",
  "DESTINATION_WAITING",
  "MOVED",
  "FRESH",
  "LISTED",
  "SCREENING_DOWN",
  "PRICE_NOT_NORMAL",
  "SUBJECT_LIMIT",
  "ASSET_LIMIT",
  "POOL_LIMIT",
  "EVERYONE_HELD",
  "IMPAIRED",
  "QUOTE_FAILED",
  "NOT_IN_HOT",
  "INSTANT_CLOSED",
] as const;
export type Reason = (typeof REASONS)[number];

/** The terms of a queued exit, as `release` and `cancel` want them. */
export interface Exit {
  readonly owner: string;
  readonly to: string;
  readonly asset: bigint;
  readonly amount: bigint;
  readonly soon: bigint;
  readonly late: bigint;
  readonly seq: bigint;
}

/** What became of a request to withdraw. */
export type Asked =
  | { readonly paid: true; readonly reasons: readonly Reason[]; readonly gas: bigint }
  | {
      readonly paid: false;
      readonly reasons: readonly Reason[];
      readonly gas: bigint;
      readonly id: string;
      readonly exit: Exit;
    };

export interface Intent {
  owner: string;
  verb: number;
  asset: bigint;
  amount: bigint;
  to: string;
  ref: string;
  nonce: bigint;
  deadline: bigint;
}

export const INTENT_TYPES = {
  Intent: [
    { name: "owner", type: "address" },
    { name: "verb", type: "uint8" },
    { name: "asset", type: "uint256" },
    { name: "amount", type: "uint112" },
    { name: "to", type: "address" },
    { name: "ref", type: "bytes32" },
    { name: "nonce", type: "uint256" },
    { name: "deadline", type: "uint40" },
  ],
};

export const ATTESTATION_TYPES = {
  Attestation: [
    { name: "subject", type: "address" },
    { name: "tier", type: "uint8" },
    { name: "until", type: "uint40" },
    { name: "evidence", type: "bytes32" },
    { name: "nonce", type: "uint256" },
    { name: "deadline", type: "uint40" },
  ],
};

/** The custody core with people, and the everyday acts that stories are made of. */
export interface Stage extends Core {
  readonly anna: HardhatEthersSigner;
  readonly bert: HardhatEthersSigner;
  readonly carl: HardhatEthersSigner;
  readonly mallory: HardhatEthersSigner;
  /** Further people without a name. */
  readonly crowd: readonly HardhatEthersSigner[];
  readonly chainId: bigint;
  readonly vaultDomain: TypedDataDomain;
  now(): Promise<bigint>;
  /** Lets time pass. */
  wait(seconds: bigint): Promise<void>;
  /** Lets time pass until the next block would have this time. */
  waitUntil(time: bigint): Promise<void>;
  /** Deploys a token (18 decimals, one dollar) and lists it. */
  token(
    contract?: string,
    args?: readonly unknown[],
    listing?: Partial<Listing>,
  ): Promise<{ token: Contract; id: bigint }>;
  /** Credits `to` out of nowhere, through a deposit. */
  fund(to: string | Party, asset: bigint, amount: bigint): Promise<void>;
  /** Lets everything season: 2T pass. */
  season(): Promise<void>;
  /** Has a subject attested by the attestor. The lift works after 24 hours. */
  attest(subject: string | Party, tier: bigint): Promise<void>;
  /** A party with a tier that works, seasoned money and seasoned destinations: everything that instant exits need. */
  ready(
    who: HardhatEthersSigner,
    tier: bigint,
    asset: bigint,
    amount: bigint,
    ...to: readonly (string | Party)[]
  ): Promise<void>;
  /** Asks to withdraw and says what became of it. */
  ask(who: HardhatEthersSigner, asset: bigint, amount: bigint, to: string | Party): Promise<Asked>;
  /** The same, insisting that it queues. */
  queue(who: HardhatEthersSigner, asset: bigint, amount: bigint, to: string | Party): Promise<Exit>;
  /** What became of a request sent by any means. */
  outcome(sent: Promise<ContractTransactionResponse>): Promise<Asked>;
  idOf(exit: Exit): string;
  /** Calls release, waiting for the exit's maturity and its lane slot. */
  payOut(exit: Exit): Promise<void>;
  /** Links with both signatures. */
  link(account: HardhatEthersSigner, subject: HardhatEthersSigner): Promise<void>;
  /** An intent with the owner's next nonce and an hour to live. */
  intent(owner: string | Party, change: Partial<Intent>): Promise<Intent>;
  sign(signer: HardhatEthersSigner, intent: Intent, domain?: TypedDataDomain): Promise<string>;
  /** Instant value that has left to `to`. */
  holds(asset: bigint, to: string | Party): Promise<bigint>;
  /** INV-CUS-6. */
  audit(): Promise<void>;
}

/** Names of the bits of a reasons word. */
export function reasonsOf(word: bigint): Reason[] {
  return REASONS.filter((_, bit) => (word >> BigInt(bit)) & 1n);
}

/**
 * Sets the stage for a story.
 *
 * @example
 * const connection = await hre.network.create();
 * const story = async () => setStage(connection);
 * const s = await connection.networkHelpers.loadFixture(story);
 */
export async function setStage({ ethers, networkHelpers }: Connection): Promise<Stage> {
  const core = await deployCore(ethers);
  const [anna, bert, carl, mallory, bank, ...crowd] = core.users;
  if (!anna || !bert || !carl || !mallory || !bank) throw new Error("the network has too few signers");
  const { vault, registry, attestor } = core;
  const { chainId } = await ethers.provider.getNetwork();
  const { time } = networkHelpers;
  const now = async () => BigInt(await time.latest());
  const at = async (who: string | Party) => (typeof who === "string" ? who : who.getAddress());
  const domain = async (name: string, contract: { getAddress(): Promise<string> }) => ({
    name,
    version: "1",
    chainId,
    verifyingContract: await contract.getAddress(),
  });
  const vaultDomain = await domain("Strongroom Vault", vault);
  const registryDomain = await domain("Strongroom TierRegistry", registry);

  const outcome: Stage["outcome"] = async (sent) => {
    const receipt = await (await sent).wait();
    if (!receipt) throw new Error("no receipt");
    for (const log of receipt.logs) {
      const event = vault.interface.parseLog(log);
      if (event?.name === "Withdrawn") return { paid: true, reasons: [], gas: receipt.gasUsed };
      if (event?.name !== "Queued") continue;
      const { owner, to, asset, amount, soon, late, seq } = event.args.exit as Exit;
      const exit = { owner, to, asset, amount, soon, late, seq };
      return {
        paid: false,
        reasons: reasonsOf(event.args.reasons),
        id: event.args.id,
        exit,
        gas: receipt.gasUsed,
      };
    }
    throw new Error("the transaction was no request to withdraw");
  };
  const wait: Stage["wait"] = async (seconds) => {
    await time.increase(seconds);
  };
  const waitUntil: Stage["waitUntil"] = async (t) => {
    if (t > (await now())) await time.increaseTo(t);
  };
  const fund: Stage["fund"] = async (to, asset, amount) => {
    const value = asset === NATIVE ? amount : 0n;
    if (asset !== NATIVE) {
      const token = await ethers.getContractAt(
        "MockERC20",
        ethers.toBeHex(asset & ((1n << 160n) - 1n), 20),
        bank,
      );
      await token.getFunction("mint")(bank, amount);
      await token.getFunction("approve")(vault, amount);
    }
    await vault.connect(bank).deposit(asset, amount, await at(to), { value });
  };
  const attest: Stage["attest"] = async (subject, tier) => {
    const t = await now();
    const address = await at(subject);
    const attestation = {
      subject: address,
      tier,
      until: t + 365n * DAY,
      evidence: ethers.id("evidence"),
      nonce: await registry.attestationNonce(address),
      deadline: t + DAY,
    };
    const signature = await attestor.signTypedData(registryDomain, ATTESTATION_TYPES, attestation);
    await registry.attest(attestation, signature, attestor);
  };
  const ask: Stage["ask"] = async (who, asset, amount, to) =>
    outcome(vault.connect(who).withdraw(asset, amount, await at(to)));
  const idOf: Stage["idOf"] = (exit) =>
    ethers.keccak256(
      ethers.AbiCoder.defaultAbiCoder().encode(
        ["tuple(address,address,uint256,uint112,uint40,uint40,uint32)"],
        [[exit.owner, exit.to, exit.asset, exit.amount, exit.soon, exit.late, exit.seq]],
      ),
    );

  return {
    ...core,
    anna,
    bert,
    carl,
    mallory,
    crowd,
    chainId,
    vaultDomain,
    now,
    wait,
    waitUntil,
    outcome,
    fund,
    attest,
    ask,
    idOf,
    async token(contract = "MockERC20", args = contract === "MockERC20" ? ["Token", 18] : [], listing = {}) {
      const token = (await ethers.deployContract(contract, [...args])) as unknown as Contract;
      const id = erc20(await token.getAddress());
      await core.list(id, { ...PLAIN_LISTING, ...listing });
      return { token, id };
    },
    season: () => wait(2n * FRESH_PERIOD),
    async ready(who, tier, asset, amount, ...to) {
      for (const one of to) await vault.connect(who).setDestination(await at(one), true);
      if (tier > 0n) await attest(who, tier);
      if (amount > 0n) await fund(who, asset, amount);
      await wait(2n * FRESH_PERIOD);
    },
    async queue(who, asset, amount, to) {
      const asked = await ask(who, asset, amount, to);
      if (asked.paid) assert.fail("the exit was paid, not queued");
      return asked.exit;
    },
    async payOut(exit) {
      await waitUntil(exit.late);
      await vault.release(exit);
      const { phase, slot } = await vault.openOf(idOf(exit));
      if (phase === 0n) return;
      await waitUntil(laneSeconds(slot));
      await vault.release(exit);
    },
    async link(account, subject) {
      const deadline = (await now()) + HOUR;
      const types = {
        Link: [
          { name: "account", type: "address" },
          { name: "subject", type: "address" },
          { name: "nonceAccount", type: "uint256" },
          { name: "nonceSubject", type: "uint256" },
          { name: "deadline", type: "uint40" },
        ],
      };
      const text = {
        account: account.address,
        subject: subject.address,
        nonceAccount: await registry.linkNonce(account),
        nonceSubject: await registry.linkNonce(subject),
        deadline,
      };
      const [a, b] = [account, subject].map((x) => x.signTypedData(registryDomain, types, text));
      await registry.link(account, subject, deadline, (await a) ?? "0x", (await b) ?? "0x");
    },
    async intent(owner, change) {
      const address = await at(owner);
      return {
        owner: address,
        verb: VERB.TRANSFER,
        asset: 0n,
        amount: 0n,
        to: ethers.ZeroAddress,
        ref: ethers.ZeroHash,
        nonce: await vault.nonces(address, 0),
        deadline: (await now()) + HOUR,
        ...change,
      };
    },
    sign: (signer, intent, over = vaultDomain) => signer.signTypedData(over, INTENT_TYPES, intent),
    async holds(asset, to) {
      if (asset === NATIVE) return ethers.provider.getBalance(await at(to));
      const token = await ethers.getContractAt("MockERC20", ethers.toBeHex(asset & ((1n << 160n) - 1n), 20));
      return token.getFunction("balanceOf")(await at(to));
    },
    audit: () =>
      expectLogsRebuildState(
        vault,
        core.users.map(({ address }) => address),
      ),
  };
}
