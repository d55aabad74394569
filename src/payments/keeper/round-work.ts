import { Interface } from "ethers";
import { TerminalError } from "../../core/errors.ts";
import { inParallel } from "../../core/in-parallel.ts";
import { PAYMENTS_ABI } from "../abi.ts";
import { explainPaymentRefusal } from "../payment-refusal.ts";
import { type StoredPayment, unpackPayment } from "../payment-slot.ts";
import { paymentsAt } from "../payments-contract.ts";
import type { Call } from "../sending/call.ts";
import type { Ending, Sent } from "../sending/sender.ts";
import { type Act, type Due, dueAct } from "./due-act.ts";
import { findWitness, type Met } from "./find-witness.ts";
import { followPayments } from "./follow-payments.ts";
import type { KeeperCounters, KeeperDesk, LeftPayment, Round } from "./keeper.ts";
import type { Delay, KeeperState, KnownPayment, SentAct } from "./keeper-state.ts";

const FACE = new Interface(PAYMENTS_ABI);
const AT_ONCE = 8;
/** A latch's own gas besides its condition's: Payments demands that `Questions.GAS` and a 63rd can be forwarded. */
const LATCH_GAS = 1_200_000n;
/** Gas of one payment in a batch, and of the batch itself, before it is tried. */
const EACH = 60_000n;
const BASE = 40_000n;
/** Room over an estimate, in percent. */
const ROOM = 125n;
/** Seconds that a payment is left alone after its first failures, and after each further one. */
const DELAYS = [60n, 240n, 900n, 3_600n] as const;
const LAST_DELAY = 21_600n;
/** What one round does at most, one thing after the other: a latch may make a release due. */
const PASSES = 3;

/** Something to be done now. */
interface Job {
  readonly id: string;
  readonly payment: KnownPayment;
  readonly due: Due & { readonly act: Act };
}

const METHODS = { release: "releaseBatch", rollback: "rollbackBatch" } as const;
const DONE_EVENTS: Readonly<Record<Act, string>> = {
  latch: "PaymentLatched",
  release: "PaymentPaid",
  rollback: "PaymentReturned",
};
const COUNTS = { latch: "latched", release: "released", rollback: "rolledBack" } as const;

/** One round of a keeper: reads on, settles what was sent before, and does what is due. */
export class RoundWork {
  readonly #desk: KeeperDesk;
  readonly #counters: KeeperCounters;
  #state: KeeperState;
  readonly #done: Round["done"][number][] = [];
  readonly #left = new Map<string, LeftPayment>();
  readonly #leasts = new Map<bigint, bigint>();
  /** Payments as this round has seen them: blocks that may yet be replaced say nothing that is kept. */
  readonly #fresh = new Map<string, StoredPayment>();
  #waiting = 0;
  #pending: string | undefined;
  /** A transaction that is stuck: the next one takes its nonce. */
  #stuck: Sent | undefined;

  constructor(desk: KeeperDesk, counters: KeeperCounters, state: KeeperState) {
    [this.#desk, this.#counters, this.#state] = [desk, counters, state];
  }

  async run(): Promise<Round> {
    const { points, known } = this.#state;
    const reorgs = await followPayments(this.#desk, { points, known }, (read) => this.#save(read));
    this.#counters.reorgs += reorgs;
    if (reorgs > 0) this.#desk.log({ event: "reorg", times: reorgs });
    await this.#settle();
    for (let pass = 0; pass < PASSES && this.#pending === undefined; pass++) {
      if (!(await this.#act())) break;
    }
    return this.#report();
  }

  async #report(): Promise<Round> {
    const time = await this.#time();
    const times: bigint[] = [];
    let open = 0;
    for (const [, { terms, stored }] of this.#seen()) {
      if (stored.created && !stored.closed && stored.paid < terms.amount) open += 1;
      const { next } = dueAct(terms, stored, time, await this.#least(terms.asset));
      if (next !== undefined) times.push(next);
    }
    for (const { until } of this.#state.delays.values()) times.push(until);
    const next = times.filter((one) => one > time).reduce<bigint | undefined>(earlier, undefined);
    const left = [...this.#left.values()];
    return { time, open, waiting: this.#waiting, done: this.#done, left, pending: this.#pending, next };
  }

  // ---- what was sent before ----

  async #settle(): Promise<void> {
    const time = await this.#time();
    for (const entry of this.#state.outbox) {
      const ending = await this.#desk.sender.endingOf(entry.sent);
      if (ending.state !== "unknown") await this.#ended(entry, ending);
      else if (time >= entry.time + this.#desk.stuckAfter) this.#stuck ??= entry.sent;
      else this.#pending ??= entry.sent.hash;
    }
  }

  /** Takes an ended transaction out of the outbox, and notes what became of its payments. */
  async #ended(entry: SentAct, ending: Exclude<Ending, { state: "unknown" }>): Promise<void> {
    const { act, ids, sent } = entry;
    const delays = new Map(this.#state.delays);
    const did = new Set<string>();
    if (ending.state === "done") {
      this.#counters.transactions += 1;
      for (const { address, topics, data } of ending.logs) {
        if (BigInt(address) !== BigInt(this.#desk.payments)) continue;
        const event = FACE.parseLog({ topics: [...topics], data });
        if (event === null) continue;
        const id = event.args.id as string;
        this.#fresh.set(id, unpackPayment(event.args.slot));
        if (event.name !== DONE_EVENTS[act]) continue;
        did.add(id);
        delays.delete(id);
      }
      this.#counters[COUNTS[act]] += did.size;
      this.#counters.lostRaces += ids.length - did.size;
      this.#done.push({ act, ids: [...did], transaction: sent.hash });
      this.#desk.log({
        event: act,
        payments: did.size,
        lostRaces: ids.length - did.size,
        transaction: sent.hash,
      });
    } else {
      this.#desk.log({ event: "transaction-failed", act, transaction: sent.hash, why: ending.reason.text });
    }
    const outbox = this.#state.outbox.filter((one) => one.sent.hash !== sent.hash);
    await this.#save({ delays, outbox });
  }

  // ---- what is due ----

  /** Does what is due now; answers whether it did anything. */
  async #act(): Promise<boolean> {
    const jobs = await this.#jobs();
    if (jobs.length === 0 || (await this.#isDear(jobs))) return false;
    const before = this.#done.length;
    const waiting = jobs.filter(({ due }) => due.act === "latch");
    await this.#latches(waiting);
    // What is latched may be due with the others.
    const then = waiting.length > 0 ? await this.#jobs() : jobs;
    for (const act of ["rollback", "release"] as const) {
      await this.#batches(
        act,
        then.filter(({ due }) => due.act === act),
      );
    }
    return this.#done.length > before;
  }

  /** What is due, those whose time ends first before the others. */
  async #jobs(): Promise<Job[]> {
    const time = await this.#time();
    const hinted = await this.#dueOf(this.#seen(), time);
    const ready = hinted.filter(({ id, due: { act } }) => {
      const delay = this.#state.delays.get(id);
      if (delay === undefined || delay.until <= time) return true;
      this.#left.set(id, { id, act, why: delay.why });
      return false;
    });
    // Whether a condition is met costs a question anyway; what else is due by the last events is read anew.
    const waiting = ready.filter(({ due }) => due.act === "latch");
    const others = ready.filter(({ due }) => due.act !== "latch").map(({ id }) => id);
    const jobs = [...waiting, ...(await this.#dueOf(await this.#reread(others), time))];
    return jobs.sort((a, b) => (a.payment.terms.expiry < b.payment.terms.expiry ? -1 : 1));
  }

  async #dueOf(payments: Iterable<readonly [string, KnownPayment]>, time: bigint): Promise<Job[]> {
    const jobs: Job[] = [];
    for (const [id, payment] of payments) {
      const { terms, stored } = payment;
      const due = dueAct(terms, stored, time, await this.#least(terms.asset));
      if (due.act !== undefined) jobs.push({ id, payment, due: { ...due, act: due.act } });
    }
    return jobs;
  }

  /** Payments as they were seen last. */
  #seen(): (readonly [string, KnownPayment])[] {
    return [...this.#state.known].map(([id, payment]) => {
      const stored = this.#fresh.get(id);
      return [id, stored === undefined ? payment : { ...payment, stored }];
    });
  }

  /** Payments as the chain has them now. */
  async #reread(ids: readonly string[]): Promise<(readonly [string, KnownPayment])[]> {
    const contract = paymentsAt(this.#desk.payments, this.#desk.provider);
    const found = await inParallel(AT_ONCE, ids, async (id) => [id, await contract.paymentOf(id)] as const);
    for (const [id, stored] of found) this.#fresh.set(id, stored);
    const wanted = new Set(ids);
    return this.#seen().filter(([id]) => wanted.has(id));
  }

  async #isDear(jobs: readonly Job[]): Promise<boolean> {
    const { provider, mostPerGas, log } = this.#desk;
    if (mostPerGas === undefined) return false;
    const { gasPrice } = await provider.getFeeData();
    if (gasPrice === null || gasPrice <= mostPerGas) return false;
    this.#counters.dearRounds += 1;
    log({ event: "gas-dear", gasPrice, mostPerGas, due: jobs.length });
    const why = `gas costs ${gasPrice} wei, and may cost ${mostPerGas}`;
    for (const { id, due } of jobs) if (due.act !== "latch") this.#left.set(id, { id, act: due.act, why });
    return true;
  }

  async #latches(jobs: readonly Job[]): Promise<void> {
    const { provider, sources, conditionGas: gas, several } = this.#desk;
    this.#waiting = 0;
    for (const job of jobs) {
      const { id, payment } = job;
      let met: Met | undefined;
      try {
        met = await findWitness({ provider, sources, gas, several }, { id, terms: payment.terms });
      } catch (error) {
        // A node that doesn't answer is another matter.
        await provider.getBlockNumber();
        await this.#delay(job, explainPaymentRefusal(error));
        continue;
      }
      this.#waiting += met === undefined ? 1 : 0;
      if (met === undefined || this.#pending !== undefined) continue;
      // Its latch may stand in a block that isn't read yet.
      const [read] = await this.#reread([id]);
      if (read?.[1].stored.latched === true) continue;
      const data = FACE.encodeFunctionData("latch", [payment.terms, met.question, met.witness]);
      await this.#send("latch", [job], { ...this.#callOf(data), gas: LATCH_GAS + gas });
    }
  }

  /** Sends one act for many, in batches within the bound. */
  async #batches(act: "release" | "rollback", jobs: readonly Job[]): Promise<void> {
    const fits = (this.#desk.gasBound - BASE) / EACH;
    const size = fits < 1n ? 1 : Number(fits);
    for (let at = 0; at < jobs.length && this.#pending === undefined; at += size) {
      await this.#batch(act, jobs.slice(at, at + size));
    }
  }

  /** A batch that doesn't fit, or that one of its payments spoils, is halved until only that one is left out. */
  async #batch(act: "release" | "rollback", jobs: readonly Job[]): Promise<void> {
    const [job] = jobs;
    if (job === undefined || this.#pending !== undefined) return;
    const data = FACE.encodeFunctionData(METHODS[act], [jobs.map(({ payment }) => payment.terms)]);
    const tried = await this.#tried(act, data);
    if (tried.state === "fits") {
      if (tried.count === 0) this.#counters.lostRaces += jobs.length;
      else if (tried.count < jobs.length && jobs.length > 1)
        await this.#batch(act, await this.#stillDue(act, jobs));
      else await this.#send(act, jobs, { ...this.#callOf(data), gas: tried.gas });
      return;
    }
    if (jobs.length === 1) return this.#delay(job, tried.why);
    const middle = Math.ceil(jobs.length / 2);
    await this.#batch(act, jobs.slice(0, middle));
    await this.#batch(act, jobs.slice(middle));
  }

  async #stillDue(act: Act, jobs: readonly Job[]): Promise<Job[]> {
    const time = await this.#time();
    const read = new Map(await this.#reread(jobs.map(({ id }) => id)));
    const still = jobs.filter(({ id }) => {
      const payment = read.get(id);
      return payment !== undefined && dueAct(payment.terms, payment.stored, time, 0n).act === act;
    });
    this.#counters.lostRaces += jobs.length - still.length;
    // What is passed over although it looks due is sent by itself, and shows what is wrong with it.
    return still.length < jobs.length ? still : still.slice(0, 1);
  }

  async #tried(
    act: "release" | "rollback",
    data: string,
  ): Promise<{ state: "fits"; gas: bigint; count: number } | { state: "no"; why: string }> {
    const { provider, payments: to, gasBound } = this.#desk;
    try {
      const gas = await provider.estimateGas({ to, data });
      if (gas > gasBound) return { state: "no", why: `it needs ${gas} gas of ${gasBound}` };
      const count = FACE.decodeFunctionResult(METHODS[act], await provider.call({ to, data }))[0] as bigint;
      // Some nodes estimate as if what is under way were done already.
      const usual = BASE + EACH * count;
      const roomy = ((gas > usual ? gas : usual) * ROOM) / 100n;
      return { state: "fits", gas: roomy < gasBound ? roomy : gasBound, count: Number(count) };
    } catch (error) {
      await provider.getBlockNumber();
      return { state: "no", why: explainPaymentRefusal(error) };
    }
  }

  // ---- sending ----

  #callOf(data: string): Omit<Call, "gas"> {
    const { chainId, payments: to } = this.#desk;
    return { chain: `eip155:${chainId}`, to, data, value: 0n };
  }

  async #send(act: Act, jobs: readonly Job[], call: Call): Promise<void> {
    const ids = jobs.map(({ id }) => id);
    const time = await this.#time();
    let entry: SentAct | undefined;
    const remember = async (sent: Sent) => {
      entry = { act, ids, sent, time };
      await this.#save({ outbox: [...this.#state.outbox, entry] });
    };
    const ending = await this.#desk.sender.send(call, remember, this.#stuck);
    this.#stuck = undefined;
    if (ending.state === "unknown") {
      this.#pending = ending.transaction;
      this.#desk.log({ event: "pending", act, payments: ids.length, transaction: ending.transaction });
      return;
    }
    if (entry !== undefined) await this.#ended(entry, ending);
    if (ending.state === "done") return;
    if (ending.reason.code === "FUNDS") {
      throw new TerminalError("KEEPER_POOR", "The keeper's account can't pay for gas", {
        facts: { why: ending.reason.text },
        advice: "Send it some of the chain's currency.",
      });
    }
    // Refused: by what another one did first, or for good.
    const read = new Map(await this.#reread(ids));
    for (const job of jobs) {
      const { terms, stored } = read.get(job.id) ?? job.payment;
      if (dueAct(terms, stored, await this.#time(), 0n).act === act)
        await this.#delay(job, ending.reason.text);
      else this.#counters.lostRaces += 1;
    }
  }

  /** Leaves a payment alone for a while, the longer the oftener it failed. */
  async #delay({ id, due }: Job, why: string): Promise<void> {
    const failures = (this.#state.delays.get(id)?.failures ?? 0) + 1;
    const until = (await this.#time()) + (DELAYS[failures - 1] ?? LAST_DELAY);
    const delay: Delay = { failures, until, why };
    this.#counters.failures += 1;
    this.#left.set(id, { id, act: due.act, why });
    this.#desk.log({ event: "left", payment: id, act: due.act, until, why });
    await this.#save({ delays: new Map(this.#state.delays).set(id, delay) });
  }

  // ---- inside ----

  async #save(part: Partial<KeeperState>): Promise<void> {
    this.#state = { ...this.#state, ...part };
    await this.#desk.store.save(this.#state);
  }

  async #least(asset: bigint): Promise<bigint> {
    const cached = this.#leasts.get(asset);
    if (cached !== undefined) return cached;
    const least = await this.#desk.least(asset);
    this.#leasts.set(asset, least);
    return least;
  }

  async #time(): Promise<bigint> {
    const block = await this.#desk.provider.getBlock("latest");
    return BigInt(block?.timestamp ?? 0);
  }
}

const earlier = (a: bigint | undefined, b: bigint) => (a === undefined || b < a ? b : a);
