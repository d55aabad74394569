import type { Result } from "ethers";
import { type Cents, cents, dollars, formatUsd, type Units } from "../../core/money.ts";
import { explainReasons, type ReasonName, reasonsOf } from "../../custody/reasons.ts";
import { explainRefusal } from "../../custody/refusals.ts";
import { type Call, type ChainEvent, callOf, type Outcome } from "../chain.ts";
import type { StepResult } from "../report.ts";
import { addressOf, balanceIn, type Stage, unitsOf, worth } from "../stage.ts";

/** A queued exit with the terms that release and cancel repeat. */
export interface Queued {
  readonly terms: readonly unknown[];
  readonly late: number;
}

/** What the vault answered to a request. */
export type Answer =
  | { readonly verdict: "paid" }
  | { readonly verdict: "queued"; readonly reasons: readonly ReasonName[]; readonly exit: Queued }
  | { readonly verdict: "refused"; readonly error: string };

/** The lens's answer, as far as the story tells it. */
export interface Explained {
  readonly reasons: readonly ReasonName[];
  readonly because: string;
  readonly instantNow: Cents;
  readonly moreFrom: number;
  /** The limit in force of the customer's window for a day. */
  readonly limit: Cents;
  readonly late: number;
}

const UTC_MINUTE = 16;

/** Other people, whose money stands beside Alice's: without it hers would be all that the vault owes. */
export const OTHER_PEOPLE = addressOf("everyone else");
export const OTHERS = dollars(10_000_000n);

/** A moment as people read it. */
export function moment(seconds: number): string {
  return `${new Date(seconds * 1000).toISOString().slice(0, UTC_MINUTE).replace("T", " ")} UTC`;
}

/**
 * What a step works with: the stage, the cast, and a record of what was promised and what it cost. The customer's money in
 * the story is a dollar token, so that amounts speak for themselves.
 */
export class Scene {
  readonly stage: Stage;
  readonly alice = addressOf("alice");
  readonly wallet = addressOf("alice's wallet");
  readonly newWallet = addressOf("alice's new wallet");
  readonly #say: (line: string) => void;
  readonly #broken: string[] = [];
  #figures: Record<string, string | number | boolean> = {};
  #gas = 0n;

  constructor(stage: Stage, say: (line: string) => void) {
    this.stage = stage;
    this.#say = say;
  }

  get now(): number {
    return this.stage.chain.time;
  }

  say(line: string): void {
    this.#say(line);
  }

  /** A promise of this step; a broken one fails the demo. */
  promise(what: string, kept: boolean): void {
    if (kept) return;
    this.#broken.push(what);
    this.say(`NOT AS PROMISED: ${what}`);
  }

  /** A number or text of this step, for the report. */
  figure(name: string, value: string | number | boolean): void {
    this.#figures[name] = value;
  }

  /** The step's result; the scene is then ready for the next. */
  finish(id: string, title: string): StepResult {
    if (this.#broken.length > 0) this.figure("broken", this.#broken.join("; "));
    const result = {
      id,
      title,
      ok: this.#broken.length === 0,
      gas: Number(this.#gas),
      figures: this.#figures,
    };
    this.#broken.length = 0;
    this.#figures = {};
    this.#gas = 0n;
    return result;
  }

  // ---- acts ----

  /** Counts an outcome's gas, and says why if it was refused. */
  count(outcome: Outcome): readonly ChainEvent[] | undefined {
    if (!outcome.ok) {
      this.say(`  Refused: ${explainRefusal(outcome.refusal.name)}.`);
      return undefined;
    }
    this.#gas += outcome.gas;
    return outcome.events;
  }

  /** Counts the gas of what was sent elsewhere. */
  spend(gas: bigint): void {
    this.#gas += gas;
  }

  async act(from: string, call: Call): Promise<Outcome> {
    const outcome = await this.stage.chain.send(from, call);
    this.count(outcome);
    return outcome;
  }

  vault(name: string, args: readonly unknown[]): Call {
    return callOf("vault", this.stage.vault, name, args);
  }

  units(amount: Cents): Units {
    return unitsOf(this.stage, "usd", amount, this.stage.feeds.price("usd"));
  }

  /** Alice asks for `amount` to leave. */
  withdraw(amount: Cents, to: string): Promise<Answer> {
    const name = to === this.wallet ? "her wallet" : "her new wallet";
    return this.ask(this.alice, "Alice", amount, to, name);
  }

  /** Somebody asks for `amount` to leave. */
  async ask(who: string, called: string, amount: Cents, to: string, toCalled: string): Promise<Answer> {
    await this.stage.feeds.play();
    const request = this.vault("withdraw", [this.stage.assets.usd.id, this.units(amount), to]);
    const outcome = await this.stage.chain.send(who, request);
    this.say(`${called} asks for ${formatUsd(amount)} to ${toCalled}.`);
    const events = this.count(outcome);
    if (!outcome.ok) return { verdict: "refused", error: outcome.refusal.name };
    const queued = events?.find((event) => event.name === "Queued");
    if (queued === undefined) {
      this.say("  Paid at once: no rule speaks against it.");
      return { verdict: "paid" };
    }
    const word = queued.args.getValue("reasons") as bigint;
    const terms = queued.args.getValue("exit") as Result;
    const late = Number(terms.getValue("late"));
    this.say(`  Queued until ${moment(late)}, because ${explainReasons(word)}.`);
    return {
      verdict: "queued",
      reasons: reasonsOf(word).map((reason) => reason.name),
      exit: { terms: [...terms], late },
    };
  }

  release(exit: Queued): Promise<Outcome> {
    return this.act(addressOf("anyone"), this.vault("release", [exit.terms]));
  }

  cancel(exit: Queued): Promise<Outcome> {
    return this.act(this.alice, this.vault("cancel", [exit.terms]));
  }

  // ---- looks ----

  /** What the lens says about a request in advance. */
  async explain(amount: Cents, to: string): Promise<Explained> {
    await this.stage.feeds.play();
    const { chain, lens, assets, feeds } = this.stage;
    const args = [this.alice, assets.usd.id, this.units(amount), to];
    const [answer] = await chain.view("lens", lens, "explain", args);
    const explanation = answer as Result;
    const word = explanation.getValue("reasons") as bigint;
    const windows = explanation.getValue("windows") as { limit: bigint }[];
    return {
      reasons: reasonsOf(word).map((reason) => reason.name),
      because: explainReasons(word),
      instantNow: worth(this.stage, "usd", explanation.getValue("instantNow") as Units, feeds.price("usd")),
      moreFrom: Number(explanation.getValue("moreFrom")),
      limit: cents(windows[0]?.limit ?? 0n),
      late: Number(explanation.getValue("late")),
    };
  }

  async tier(): Promise<number> {
    const [standing] = await this.stage.chain.view("lens", this.stage.lens, "standingOf", [this.alice]);
    return Number((standing as { tier: bigint }).tier);
  }

  /** What of Alice's money has seasoned, and when more will have. */
  async seasoning(): Promise<{
    readonly total: Units;
    readonly seasoned: Units;
    readonly seasonsAt: number;
  }> {
    const { chain, lens, assets } = this.stage;
    const [holding] = await chain.view("lens", lens, "holdingOf", [this.alice, assets.usd.id]);
    const { total, seasoned, seasonsAt } = holding as { total: Units; seasoned: Units; seasonsAt: bigint };
    return { total, seasoned, seasonsAt: Number(seasonsAt) };
  }

  balance(): Promise<Units> {
    return balanceIn(this.stage, "usd", this.alice);
  }

  /** Lets time pass until `time`, if it is not there yet. */
  async until(time: number): Promise<void> {
    if (time > this.now) await this.stage.chain.advanceTo(time);
  }
}

/** One step of the story. */
export interface Step {
  readonly id: string;
  readonly title: string;
  /** Plays it; promises are checked on the way. */
  play(scene: Scene): Promise<void>;
}
