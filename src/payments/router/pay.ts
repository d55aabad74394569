import { id as hashOf } from "ethers";
import { canonicalJson } from "../../core/canonical-json.ts";
import { RetryableError, TerminalError } from "../../core/errors.ts";
import type { Reason } from "../sending/reason.ts";
import type { Ending, Sender } from "../sending/sender.ts";
import { askRoutes } from "./ask-routes.ts";
import { type Choice, choose } from "./choose.ts";
import { explainChoice } from "./explain-choice.ts";
import type { Attempt, Journal } from "./journal.ts";
import { type Closed, closed, type Leg, type Quote, type RouteSource } from "./route.ts";
import type { Wish } from "./wish.ts";

/** With what a payer pays. */
export interface PayerDesk {
  readonly sources: readonly RouteSource[];
  /** By chain (CAIP-2). Routes over others are closed. */
  readonly senders: Readonly<Record<string, Sender>>;
  readonly journal: Journal;
  /** Unix seconds. */
  now(): Promise<bigint>;
}

/** A payment that is made. */
export interface Made {
  readonly route: string;
  /** Unix seconds from which the payee can use it, as it was quoted. */
  readonly arrives: bigint;
  readonly transactions: readonly string[];
  /** Routes that were tried before and surely did nothing. */
  readonly failed: readonly Closed[];
  /** Why this one, a line for each route; empty if an earlier run chose it. */
  readonly explanation: readonly string[];
}

type Stage = Attempt["steps"][number];
/** How an attempt ended, other than by an error. */
type Outcome = { readonly made: true } | { readonly made: false; readonly reason: Reason };

const MADE: Outcome = { made: true };

const wishHash = ({ payer, payee, asset, amount, bond }: Wish) =>
  hashOf(canonicalJson({ payer, payee, asset, amount, ...(bond === undefined ? {} : { bond }) }));

/** One payment's entry in the journal, while it is worked on. */
class Making {
  readonly attempts: Attempt[];
  readonly #desk: PayerDesk;
  readonly #wish: Wish;
  #version: number;

  private constructor(desk: PayerDesk, wish: Wish, version: number, attempts: readonly Attempt[]) {
    this.#desk = desk;
    this.#wish = wish;
    this.#version = version;
    this.attempts = [...attempts];
  }

  static async open(desk: PayerDesk, wish: Wish): Promise<Making> {
    const { version, attempts } = await desk.journal.read(wish.id);
    if (attempts.some((attempt) => attempt.wish !== wishHash(wish))) {
      throw new TerminalError("PAYMENT_DIFFERS", "Another payment has this id", {
        facts: { id: wish.id },
        advice: "Give each payment an id of its own; repeat a payment with the very same wish.",
      });
    }
    return new Making(desk, wish, version, attempts);
  }

  /** Begins a route. */
  async begin({ route, arrives, steps }: Leg): Promise<number> {
    const staged = steps.map((step): Stage => ({ ...step, progress: { at: "due" } }));
    this.attempts.push({ route, wish: wishHash(this.#wish), arrives, steps: staged, over: false });
    await this.#save();
    return this.attempts.length - 1;
  }

  /** Takes an attempt to its end. One that an earlier run has left begins nothing that would commit: limits may have changed. */
  async run(place: number, resumed: boolean): Promise<Outcome> {
    const { steps, undo } = this.#attempt(place);
    if (undo !== undefined) return this.#takeBack(place);
    let made = false;
    for (let step = 0; step < steps.length; step++) {
      const { commits, progress } = this.#attempt(place).steps[step] ?? this.#lost();
      if (progress.at === "due" && resumed && !made) {
        const reason = { code: "LEFT", text: "it was begun and left before anything was paid" };
        return this.#over(place, reason);
      }
      if (progress.at === "failed") {
        // It was noted just before the end.
        if (!made) return this.#over(place, { code: "FAILED", text: "it failed in an earlier run" });
        continue;
      }
      const outcome =
        progress.at === "done"
          ? MADE
          : await this.#step(place, step).catch((error: unknown) => {
              // What follows may still be on its way: the payment is made.
              if (made && error instanceof RetryableError && error.code === "PAYMENT_UNKNOWN") return MADE;
              throw error;
            });
      if (outcome === "taken back") return this.#takeBack(place);
      if (!outcome.made && !made) return this.#over(place, outcome.reason);
      // What follows a payment that is made is for whoever comes first.
      if (commits && outcome.made) made = true;
    }
    return MADE;
  }

  async #step(place: number, step: number): Promise<Outcome | "taken back"> {
    const stage = this.#attempt(place).steps[step] ?? this.#lost();
    if ("sign" in stage) return this.#signed(place, step);
    const ending = await this.#ended(stage, (progress) => this.#note(place, step, progress));
    if (ending.state === "failed") {
      await this.#note(place, step, { at: "failed" });
      return { made: false, reason: ending.reason };
    }
    const { landed } = this.#source(place);
    const landing = stage.commits && landed !== undefined ? await landed(this.#wish, ending.logs) : undefined;
    if (landing?.as === "otherwise") {
      const { reason, undo } = landing;
      const attempt = this.#attempt(place);
      this.attempts[place] = {
        ...attempt,
        undo: { what: reason.text, commits: false, call: undo, progress: { at: "due" } },
      };
      await this.#save();
      return "taken back";
    }
    await this.#note(place, step, { at: "done", transaction: ending.transaction });
    return MADE;
  }

  /** The ending of a call that has one: done or failed for certain. */
  async #ended(
    stage: Stage,
    note: (progress: Stage["progress"]) => Promise<void>,
  ): Promise<Exclude<Ending, { state: "unknown" }>> {
    if (!("call" in stage)) return this.#lost();
    const sender = this.#desk.senders[stage.call.chain];
    if (sender === undefined) {
      throw new TerminalError("SENDER_MISSING", "Nobody sends on the chain of a payment that was begun", {
        facts: { chain: stage.call.chain },
        advice: "Give the desk a sender for it.",
      });
    }
    const { progress } = stage;
    const ending =
      progress.at === "sent"
        ? await sender.endingOf(progress.sent)
        : await sender.send(stage.call, (sent) => note({ at: "sent", sent }));
    if (ending.state !== "unknown") return ending;
    throw this.#unknown({ transaction: ending.transaction });
  }

  async #signed(place: number, step: number): Promise<Outcome> {
    const stage = this.#attempt(place).steps[step] ?? this.#lost();
    const { deliver } = this.#source(place);
    if (!("sign" in stage) || deliver === undefined) return this.#lost();
    const chain = `eip155:${stage.sign.domain.chainId}`;
    const signature =
      stage.progress.at === "signed"
        ? stage.progress.signature
        : await (this.#desk.senders[chain] ?? this.#lost()).sign(stage.sign);
    await this.#note(place, step, { at: "signed", signature });
    try {
      await deliver(this.#wish, stage.sign, signature);
    } catch (error) {
      if (!(error instanceof TerminalError))
        throw this.#unknown({ route: this.#attempt(place).route }, error);
      await this.#note(place, step, { at: "failed" });
      return { made: false, reason: { code: error.code, text: error.message } };
    }
    await this.#note(place, step, { at: "done" });
    return MADE;
  }

  /** Undoes what came otherwise than wished. Where that can't be undone no other route may be taken. */
  async #takeBack(place: number): Promise<Outcome> {
    const { undo, route } = this.#attempt(place);
    if (undo === undefined) return this.#lost();
    const reason = { code: "OTHERWISE", text: undo.what };
    if (undo.progress.at === "done") return this.#over(place, reason);
    const note = async (progress: Stage["progress"]) => {
      this.attempts[place] = { ...this.#attempt(place), undo: { ...undo, progress } };
      await this.#save();
    };
    const ending = await this.#ended(undo, note);
    if (ending.state === "failed") {
      // Tried anew by the next run.
      await note({ at: "due" });
      throw new TerminalError("ROUTE_STANDS", "It came otherwise than wished, and can't be taken back", {
        facts: { route, came: undo.what, refused: ending.reason.text },
        advice: "Nothing else was paid. Look at what stands before paying otherwise.",
      });
    }
    await note({ at: "done", transaction: ending.transaction });
    return this.#over(place, reason);
  }

  /** The transactions that were mined for an attempt. */
  transactions(place: number): string[] {
    return this.#attempt(place).steps.flatMap(({ progress }) =>
      progress.at === "done" && progress.transaction !== undefined ? [progress.transaction] : [],
    );
  }

  async #over(place: number, reason: Reason): Promise<Outcome> {
    this.attempts[place] = { ...this.#attempt(place), over: true };
    await this.#save();
    return { made: false, reason };
  }

  async #note(place: number, step: number, progress: Stage["progress"]): Promise<void> {
    const attempt = this.#attempt(place);
    const steps = attempt.steps.map((stage, at) => (at === step ? { ...stage, progress } : stage));
    this.attempts[place] = { ...attempt, steps };
    await this.#save();
  }

  async #save(): Promise<void> {
    await this.#desk.journal.write(this.#wish.id, this.#version, this.attempts);
    this.#version += 1;
  }

  #attempt(place: number): Attempt {
    return this.attempts[place] ?? this.#lost();
  }

  #source(place: number): RouteSource {
    const { route } = this.#attempt(place);
    const source = this.#desk.sources.find((one) => one.route === route);
    if (source !== undefined) return source;
    throw new TerminalError("ROUTE_MISSING", "The source of a route that was begun is not at the desk", {
      facts: { route },
      advice: "Bring it back: only it can tell what became of the payment.",
    });
  }

  #unknown(facts: Readonly<Record<string, string>>, cause?: unknown): RetryableError {
    return new RetryableError("PAYMENT_UNKNOWN", "It is not known yet whether the payment was made", {
      facts: { id: this.#wish.id, ...facts },
      cause,
      advice: "Pay again under the same id, and no other: it goes on with the same bytes.",
    });
  }

  #lost(): never {
    throw new TerminalError("JOURNAL_DAMAGED", "The journal's entry of a payment can't be followed", {
      facts: { id: this.#wish.id },
      advice: "Restore the journal, and look at the chain before paying again.",
    });
  }
}

/** Closes the legs whose calls nobody here sends. */
function sendable({ senders }: PayerDesk, quote: Quote): Quote {
  if (quote.state === "closed") return quote;
  const missing = quote.steps
    .map((step) => ("call" in step ? step.call.chain : quote.place.chain))
    .find((chain) => senders[chain] === undefined);
  if (missing === undefined) return quote;
  return closed(quote.route, [{ code: "NO_SENDER", text: `nobody here sends on ${missing}` }]);
}

/** What would be done now, and why. Nothing is sent. */
export async function chooseRoute(
  desk: Pick<PayerDesk, "sources" | "senders" | "now">,
  wish: Wish,
): Promise<Choice> {
  const quotes = await askRoutes(desk.sources, wish);
  return choose(
    wish,
    quotes.map((quote) => sendable(desk as PayerDesk, quote)),
    await desk.now(),
  );
}

/**
 * Pays, once, by the best route that will do. A route that fails gives way to the next that is still good, asked anew, and only
 * when it is certain that it did and will do nothing. What was begun for the wish's id in an earlier run is brought to its end
 * first, so that a payment that was interrupted anywhere is made by paying again under the same id.
 *
 * @throws TerminalError `NO_ROUTE` with the refusals; `PAYMENT_DIFFERS`, `ROUTE_STANDS`, `ROUTE_MISSING`, `SENDER_MISSING`,
 * `JOURNAL_DAMAGED`
 * @throws RetryableError `PAYMENT_UNKNOWN` while it can't be told whether it was made; `PAYMENT_UNDER_WAY`
 * @example
 * const { route, explanation } = await pay(desk, wish);
 */
export async function pay(desk: PayerDesk, wish: Wish): Promise<Made> {
  const making = await Making.open(desk, wish);
  const failed: Closed[] = [];
  const made = (place: number, explanation: readonly string[]): Made => {
    const { route, arrives } = making.attempts[place] as Attempt;
    return { route, arrives, transactions: making.transactions(place), failed, explanation };
  };
  for (const [place, attempt] of making.attempts.entries()) {
    if (attempt.over) continue;
    const outcome = await making.run(place, true);
    if (outcome.made) return made(place, []);
    // Left before anything was paid, it may be as good as ever.
    if (outcome.reason.code !== "LEFT") failed.push(closed(attempt.route, [outcome.reason]));
  }
  for (;;) {
    const untried = desk.sources.filter(({ route }) => failed.every((one) => one.route !== route));
    const choice = await chooseRoute({ ...desk, sources: untried }, wish);
    const explanation = explainChoice(choice, await desk.now());
    const { chosen } = choice;
    if (chosen === undefined) {
      const told = failed.map(({ route, reasons }) => `${route} failed: ${reasons[0]?.text ?? ""}`);
      throw new TerminalError("NO_ROUTE", "No route will do", {
        facts: { id: wish.id, why: [...told, ...explanation.slice(1)].join("; ") },
        advice: "Change what is wished, or wait: each refusal says what stands against it.",
      });
    }
    const place = await making.begin(chosen);
    const outcome = await making.run(place, false);
    if (outcome.made) return made(place, explanation);
    failed.push(closed(chosen.route, [outcome.reason]));
  }
}
