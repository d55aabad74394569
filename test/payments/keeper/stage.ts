import { hexlify, type Provider, randomBytes, ZeroAddress } from "ethers";
import hre from "hardhat";
import { createPayments } from "../../../src/payments/create-payment.ts";
import { Keeper, type KeeperDesk } from "../../../src/payments/keeper/keeper.ts";
import { MemoryKeeperStore } from "../../../src/payments/keeper/keeper-state.ts";
import { hashOf, type Question, UNCONDITIONAL } from "../../../src/payments/question.ts";
import { WalletSender } from "../../../src/payments/sending/wallet-sender.ts";
import { type PaymentTerms, paymentId } from "../../../src/payments/terms.ts";
import { deployPayments, type PaymentsFixture } from "../../support/paymentsFixture.ts";
import { placeOf } from "../../support/paymentsPlace.ts";
import { ONE } from "../../support/vaultFixture.ts";
import { keyOf } from "../router/desk.ts";

/** Seconds that a test's payment may be latched in, and after which it goes back. */
export const LATCH_FOR = 600n;
export const EXPIRES = 700n;

/** Payments, and keepers of them. */
export interface KeeperStage extends PaymentsFixture {
  readonly chainId: bigint;
  readonly address: string;
  readonly fromBlock: number;
  /** Terms of a lump of a token from anna to bert that is due now. */
  terms(more?: Partial<PaymentTerms>): Promise<PaymentTerms>;
  /** Terms that depend on a question. */
  asking(question: Question, more?: Partial<PaymentTerms>): Promise<PaymentTerms>;
  create(...terms: readonly PaymentTerms[]): Promise<string[]>;
  idOf(terms: PaymentTerms): string;
  desk(more?: Partial<KeeperDesk>): KeeperDesk;
  keeper(more?: Partial<KeeperDesk>): Keeper;
  /** Where a keeper's key is one of these accounts. */
  senderOf(address: string, provider?: Provider): WalletSender;
  /** How often each payment was latched, paid, rolled back; by id. */
  history(): Promise<ReadonlyMap<string, readonly string[]>>;
}

/** Code that answers anything in one way. */
export const HOSTILE = {
  burns: "5b600056",
  reverts: "60006000fd",
  saysTwo: "600260005260206000f3",
  saysLittle: "600160005360016000f3",
  saysNothing: "00",
  bombs: "620f42406000f3",
} as const;

/** A chain of its own, and a fixture of it. */
export async function keeperStage() {
  const { ethers, networkHelpers } = await hre.network.create();
  const fixture = async (): Promise<KeeperStage> => {
    const d = await deployPayments(ethers, networkHelpers);
    await d.give(d.anna, "erc20", 100_000n * ONE);
    const place = await placeOf(d);
    const fromBlock = await ethers.provider.getBlockNumber();
    const senderOf = (address: string, provider: Provider = ethers.provider) =>
      new WalletSender(keyOf(address, provider), { confirmations: 0, looks: 2, pause: async () => {} });
    const terms: KeeperStage["terms"] = async (more = {}) => ({
      ...{ payer: d.anna.address, payee: d.bert.address, asset: d.tokenId, amount: ONE },
      schedule: { start: await d.now(), duration: 0n, step: 0n, cliff: 0n },
      ...{ capture: false, condition: UNCONDITIONAL, latchBy: 0n, expiry: 0n, arbiter: ZeroAddress },
      ...{ feeBps: 0n, feeTo: ZeroAddress, ref: UNCONDITIONAL, salt: BigInt(hexlify(randomBytes(8))) },
      ...more,
    });
    const desk: KeeperStage["desk"] = (more = {}) => ({
      ...{ provider: ethers.provider, chainId: place.chainId, payments: place.payments, fromBlock },
      ...{
        confirmations: 0,
        store: new MemoryKeeperStore(),
        sender: senderOf(d.mallory.address),
        sources: [],
      },
      ...{ least: async () => 0n, gasBound: 3_000_000n, conditionGas: 300_000n, stuckAfter: 300n },
      log: () => {},
      ...more,
    });
    return {
      ...d,
      ...{ chainId: place.chainId, address: place.payments, fromBlock, senderOf, terms, desk },
      asking: async (question, more = {}) => {
        const now = await d.now();
        const deadlines = { latchBy: now + LATCH_FOR, expiry: now + EXPIRES };
        return terms({ condition: hashOf(question), ...deadlines, ...more });
      },
      create: async (...all) => {
        const { call } = createPayments(place, all, await d.now());
        await d.vault.connect(d.anna).callWith(call.app, [...call.assets], [...call.amounts], call.data);
        return all.map((each) => paymentId(place.chainId, place.payments, each));
      },
      idOf: (each) => paymentId(place.chainId, place.payments, each),
      keeper: (more) => new Keeper(desk(more)),
      history: async () => {
        const found = new Map<string, string[]>();
        for (const log of await ethers.provider.getLogs({ address: place.payments, fromBlock })) {
          const event = d.payments.interface.parseLog(log);
          if (event === null || event.name === "PaymentCreated") continue;
          const id = event.args.id as string;
          found.set(id, [...(found.get(id) ?? []), event.name]);
        }
        return found;
      },
    };
  };
  return { ethers, networkHelpers, fixture };
}

/** Deploys runtime code as it is. */
export async function deployCode(d: PaymentsFixture, runtime: string): Promise<string> {
  const size = (runtime.length / 2).toString(16).padStart(2, "0");
  const sent = await d.mallory.sendTransaction({ data: `0x60${size}600c60003960${size}6000f3${runtime}` });
  const receipt = await sent.wait();
  if (receipt?.contractAddress == null) throw new Error("nothing was deployed");
  return receipt.contractAddress;
}
