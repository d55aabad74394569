import type { Result } from "ethers";
import { laneSeconds, unpack } from "../../audit/slots.ts";
import { TerminalError } from "../../core/errors.ts";
import { cents } from "../../core/money.ts";
import { reasonsOf } from "../../custody/reasons.ts";
import { callOf } from "../chain.ts";
import { addressOf } from "../stage.ts";
import { PRICE_DECIMALS } from "./model.ts";
import type { CustomerPlan, PriceReplay } from "./replays.ts";
import type { ExitRecord, PriceStep } from "./result.ts";
import type { PriceStage, ReplayAsset } from "./stage.ts";

/** Of contracts/policy/libraries/SlidingWindow.sol: an epoch above six buckets, the newest lowest. */
const EPOCH_SHIFT = 216n;
const NEWEST = (1n << 36n) - 1n;

/** A queued exit with what its release must repeat. */
interface Waiting {
  /** Its place among the records. */
  readonly index: number;
  readonly terms: Result;
  due: number;
}

/** The replay's three customers on the chain, and whoever releases what is due. */
export class Customers {
  readonly records: ExitRecord[] = [];
  readonly #stage: PriceStage;
  readonly #replay: PriceReplay;
  readonly #asset: ReplayAsset;
  readonly #left = new Map<string, bigint>();
  readonly #windows = new Map<string, bigint>();
  #waiting: Waiting[] = [];
  #lastAsk = 0n;

  constructor(stage: PriceStage, replay: PriceReplay, asset: ReplayAsset) {
    this.#stage = stage;
    this.#replay = replay;
    this.#asset = asset;
  }

  get waiting(): number {
    return this.#waiting.length;
  }

  /** Money arrives, tiers are attested, destinations are booked; all of it is in force when the opening is over. */
  async open(): Promise<void> {
    const { others, customers } = this.#replay;
    await this.#deposit(others, addressOf("everyone else"));
    for (const plan of customers) {
      const account = accountOf(plan);
      await this.#deposit(plan.deposit, account);
      this.#left.set(plan.id, plan.deposit);
      const attested = await this.#stage.offices.attest(account, plan.tier);
      if (!attested.ok) throw new TerminalError("ATTESTATION_REFUSED", attested.refusal.name);
      await this.#stage.chain.must(account, this.#vault("setDestination", [walletOf(plan), true]));
    }
  }

  /** Whoever has a request to make at this step makes it; `all` who ask regularly, whatever the hour. */
  async ask(step: PriceStep, all = false): Promise<void> {
    if (step.ask > 0n) this.#lastAsk = step.ask;
    const since = step.at - this.#replay.from;
    for (const plan of this.#replay.customers) {
      const due = plan.id === "early" ? since === 0 : since > 0 && (all || since % plan.every === 0);
      if (!due) continue;
      const left = this.#left.get(plan.id) ?? 0n;
      const wanted = this.#wanted(plan);
      const amount = wanted < left ? wanted : left;
      if (amount > 0n) await this.#withdraw(plan, amount, step);
    }
  }

  /** Whatever is due leaves, by anyone's hand and without a look at a price. */
  async release(step: PriceStep): Promise<void> {
    const left: Waiting[] = [];
    for (const exit of this.#waiting) {
      if (exit.due > step.at || !(await this.#released(exit, step))) left.push(exit);
    }
    this.#waiting = left;
  }

  /** What the vault holds of the asset and owes. */
  async solvency(): Promise<{ held: bigint; owed: bigint }> {
    const { chain, vault } = this.#stage;
    const [held] = await chain.view("token", this.#asset.token, "balanceOf", [vault]);
    const [asset] = await chain.view("vault", vault, "assetOf", [this.#asset.id]);
    return { held: held as bigint, owed: (asset as { liabilities: bigint }).liabilities };
  }

  /** What has reached the customers' wallets outside. */
  async arrived(): Promise<bigint> {
    let sum = 0n;
    for (const plan of this.#replay.customers) {
      const [balance] = await this.#stage.chain.view("token", this.#asset.token, "balanceOf", [
        walletOf(plan),
      ]);
      sum += balance as bigint;
    }
    return sum;
  }

  /** Dollars become units at the ask, rounded down; while there is no price, at the last there was. */
  #wanted(plan: CustomerPlan): bigint {
    if (plan.id !== "dollars") return plan.amount;
    if (this.#lastAsk === 0n) return 0n;
    return (plan.cents * 10n ** BigInt(this.#replay.asset.decimals + PRICE_DECIMALS - 2)) / this.#lastAsk;
  }

  async #withdraw(plan: CustomerPlan, amount: bigint, step: PriceStep): Promise<void> {
    const request = this.#vault("withdraw", [this.#asset.id, amount, walletOf(plan)]);
    const outcome = await this.#stage.chain.send(accountOf(plan), request);
    const asked = { customer: plan.id, at: step.at, amount, mode: step.mode, ask: step.ask };
    if (!outcome.ok) {
      this.records.push({ ...asked, outcome: "refused", reasons: [], charged: cents(0n) });
      return;
    }
    this.#left.set(plan.id, (this.#left.get(plan.id) ?? 0n) - amount);
    const queued = outcome.events.find(({ name }) => name === "Queued");
    if (queued === undefined) {
      const paid = outcome.events.find(({ name }) => name === "Withdrawn");
      const charged = this.#charged(plan, paid?.args.getValue("subjectWindowSlot") as bigint);
      this.records.push({ ...asked, outcome: "paid", reasons: [], charged });
      return;
    }
    const terms = queued.args.getValue("exit") as Result;
    const late = Number(terms.getValue("late"));
    const reasons = reasonsOf(queued.args.getValue("reasons") as bigint).map(({ name }) => name);
    this.#waiting.push({ index: this.records.length, terms, due: late });
    this.records.push({ ...asked, outcome: "queued", reasons, charged: cents(0n), late });
  }

  /** What the newest bucket of the customer's window grew by. */
  #charged(plan: CustomerPlan, word: bigint): ReturnType<typeof cents> {
    const before = this.#windows.get(plan.id) ?? 0n;
    this.#windows.set(plan.id, word);
    const same = before >> EPOCH_SHIFT === word >> EPOCH_SHIFT;
    return cents((word & NEWEST) - (same ? before & NEWEST : 0n));
  }

  /** True once it has been paid; the first call may only give it a later slot. */
  async #released(exit: Waiting, step: PriceStep): Promise<boolean> {
    const { chain } = this.#stage;
    const { events } = await chain.must(addressOf("anyone"), this.#vault("release", [[...exit.terms]]));
    const slot = events.find(({ name }) => name === "SlotTaken");
    if (slot !== undefined) {
      exit.due = Number(laneSeconds(unpack("open", slot.args.getValue("openSlot") as bigint).slot));
      return false;
    }
    const released = events.find(({ name }) => name === "Released");
    const record = this.records[exit.index];
    if (released === undefined || record === undefined) return false;
    const paid = released.args.getValue("paid") as bigint;
    this.records[exit.index] = { ...record, release: { at: step.at, mode: step.mode, paid } };
    return true;
  }

  async #deposit(amount: bigint, to: string): Promise<void> {
    const { chain, vault } = this.#stage;
    const giver = addressOf("faucet");
    const { token, id } = this.#asset;
    await chain.must(giver, callOf("token", token, "mint", [giver, amount]));
    await chain.must(giver, callOf("token", token, "approve", [vault, amount]));
    await chain.must(giver, this.#vault("deposit", [id, amount, to]));
  }

  #vault(name: string, args: readonly unknown[]) {
    return callOf("vault", this.#stage.vault, name, args);
  }
}

function accountOf(plan: CustomerPlan): string {
  return addressOf(`prices: ${plan.id}`);
}

function walletOf(plan: CustomerPlan): string {
  return addressOf(`prices: wallet of ${plan.id}`);
}
