import type { Point } from "../chains/chain.ts";
import { TerminalError } from "../core/errors.ts";
import { Agenda } from "./agenda.ts";
import { backoff } from "./backoff.ts";
import { ChainScan, FinalityBrokenError } from "./chain-scan.ts";
import type { Now, Side } from "./deciders/decider.ts";
import type { Intention } from "./deciders/intention.ts";
import { type Failure, failureOf } from "./failure.ts";
import { Hands, type HandsDesk } from "./hands.ts";
import { LeaseTerm } from "./lease-term.ts";
import { LookBack } from "./look-back.ts";
import { RouteControl } from "./route-control.ts";
import type { RouteDesk } from "./route-desk.ts";
import { RouteSurvey } from "./route-survey.ts";
import { StreamNames } from "./stream-names.ts";
import { StreamStore } from "./stream-store.ts";
import { tokenGaps } from "./token-gaps.ts";

const SIDES = ["home", "foreign"] as const;
/** Every so many rounds the store is asked what operators and other routes have written. */
const WHOLE = 4;
/** Steps in a row that one stream takes before others have their turn. */
const STEPS = 64;

/** What a failed intention was about, so that the stream is told the right thing. */
const PROOFS: Readonly<Record<string, string>> = {
  ...{ authorise: "token", report: "outcome", credit: "deposit", mature: "deposit" },
};

/**
 * Works a route off for as long as it has its lease: reads both chains, runs what open streams want done, some at a time, and
 * waits. It keeps nothing that isn't in the journal: ended anywhere, the next one goes on there.
 *
 * @example
 * await new Worker(desk).run(signal);
 */
export class Worker {
  readonly survey = new RouteSurvey();
  readonly #desk: RouteDesk;
  readonly #names: StreamNames;
  readonly #makeHands: (desk: HandsDesk) => Hands;

  constructor(desk: RouteDesk, makeHands: (desk: HandsDesk) => Hands = (given) => new Hands(given)) {
    this.#desk = desk;
    this.#names = new StreamNames(desk.route);
    this.#makeHands = makeHands;
  }

  /**
   * Until the signal aborts: what is under way then is finished.
   *
   * @throws TerminalError what no other try will change: a journal that is newer than this code, or damaged
   */
  async run(signal: AbortSignal): Promise<void> {
    const { clock, random, pace, log, holder } = this.#desk;
    for (let failures = 0; !signal.aborted; ) {
      this.survey.beat(clock.monotonic());
      try {
        const term = await LeaseTerm.begin(this.#desk, this.#names.lease(), pace.lease);
        this.survey.holds = term !== undefined;
        if (term === undefined) {
          await clock.sleep(pace.poll * (1 + random()), signal);
          continue;
        }
        failures = 0;
        log({ event: "lease", holder, fence: term.lease.fence.toString() });
        await new Turn(this.#desk, this.#names, term, this.survey, this.#makeHands).run(signal);
      } catch (error) {
        const { class: is, reason } = failureOf(error);
        log({ event: "stopped", code: reason.code, why: reason.why });
        if (error instanceof TerminalError && is === "stop") throw error;
        failures += 1;
        await clock.sleep(backoff(failures, random), signal);
      } finally {
        this.survey.holds = false;
      }
    }
  }
}

/** One worker's time with a route. */
class Turn {
  readonly #desk: RouteDesk;
  readonly #names: StreamNames;
  readonly #term: LeaseTerm;
  readonly #store: StreamStore;
  readonly #hands: Hands;
  readonly #scans: Readonly<Record<Side, ChainScan>>;
  readonly #lookBack: LookBack;
  readonly #control: RouteControl;
  readonly #survey: RouteSurvey;
  readonly #agenda: Agenda;
  readonly #running = new Set<Promise<void>>();
  /** What is being counted on a chain: one count of each at a time, and beside the streams, whose room it doesn't take. */
  readonly #counting = new Map<Side, Promise<void>>();
  /** Failures in a row of reading a chain, and when it is read again. */
  readonly #reading: Record<Side, { failures: number; due: number }> = {
    home: { failures: 0, due: 0 },
    foreign: { failures: 0, due: 0 },
  };
  /** Whether all that the ledger says has been read in this turn. */
  #isLedgerRead = false;
  /** What ends it: the worker's end, or what no other try will change. */
  readonly #end = new AbortController();
  #fatal: unknown;
  #surveyDue = 0;
  #rounds = 0;

  constructor(
    desk: RouteDesk,
    names: StreamNames,
    term: LeaseTerm,
    survey: RouteSurvey,
    makeHands: (desk: HandsDesk) => Hands,
  ) {
    const { terms, sides, journal, deciders } = desk;
    const of = { journal, names, deciders, home: terms.home, foreign: terms.foreign };
    this.#desk = desk;
    this.#names = names;
    this.#term = term;
    this.#survey = survey;
    this.#store = new StreamStore({ ...of, lease: () => term.lease, now: () => desk.clock.now() });
    const store = this.#store;
    const isLedgerRead = () => this.#isLedgerRead;
    this.#hands = makeHands({ desk, store, check: () => term.check(), isLedgerRead });
    this.#control = new RouteControl(journal, names, () => term.lease);
    this.#agenda = new Agenda();
    const deskOf = (side: Side) => {
      const { observer, from } = sides[side];
      const prepare = (read: Point) => sides[side].prepare?.(read) ?? Promise.resolve();
      return { side, observer, terms, names, store, from, prepare };
    };
    this.#scans = { home: new ChainScan(deskOf("home")), foreign: new ChainScan(deskOf("foreign")) };
    this.#lookBack = new LookBack(deskOf("foreign"));
  }

  async run(signal: AbortSignal): Promise<void> {
    const either = AbortSignal.any([signal, this.#end.signal]);
    const renewing = this.#renew(either);
    try {
      await this.#restore();
      while (!either.aborted) {
        this.#term.check();
        this.#survey.beat(this.#desk.clock.monotonic());
        await this.#round();
        await this.#desk.clock.sleep(this.#desk.pace.poll, either);
      }
    } finally {
      this.#end.abort();
      if (this.#term.held) {
        await Promise.allSettled([...this.#running, renewing]);
        // Whoever waits for the route has it at once. If the store doesn't answer, it ends by itself.
        await this.#desk.journal.release(this.#term.lease).catch(() => undefined);
        await Promise.allSettled(this.#counting.values());
      }
    }
    if (this.#fatal !== undefined) throw this.#fatal;
  }

  async #restore(): Promise<void> {
    this.#isLedgerRead = false;
    const { journal, terms } = this.#desk;
    const { accepted } = await this.#control.read();
    const names = this.#names;
    for (const side of SIDES) {
      const chain = terms[side];
      const scan = this.#scans[side];
      await scan.restore(await journal.cursor(names.cursor(chain)), accepted[chain]);
      await this.#desk.sides[side].prepare?.(scan.head);
    }
    this.#lookBack.restore(await journal.cursor(names.lookBack()));
  }

  async #renew(signal: AbortSignal): Promise<void> {
    const { clock, pace, journal } = this.#desk;
    while (!signal.aborted) {
      await clock.sleep(pace.lease / 3, signal);
      if (signal.aborted) return;
      try {
        await this.#term.renew(journal);
      } catch (error) {
        const { class: is, reason } = failureOf(error);
        this.#desk.log({ event: "lease-failed", code: reason.code });
        if (is !== "stop") continue;
        this.#stop(error);
        return;
      }
    }
  }

  /** Nothing of this turn goes on. */
  #stop(error: unknown): void {
    this.#fatal ??= error;
    this.#term.lose();
    this.#end.abort();
  }

  async #round(): Promise<void> {
    const all = this.#rounds % WHOLE === 0;
    this.#rounds += 1;
    const before = this.#control.state;
    const { broken } = all ? await this.#control.read() : before;
    this.#survey.broken = broken !== undefined;
    if (broken !== undefined) return;
    if (before.broken !== undefined) await this.#restore();
    for (const side of SIDES) await this.#read(side);
    if (this.#control.state.broken !== undefined) return;
    if (all) {
      try {
        this.#agenda.adopt(await this.#store.open());
      } catch (error) {
        this.#tellStore(error);
      }
    }
    this.#pump();
    this.#count();
  }

  async #read(side: Side): Promise<void> {
    const { clock, random, log } = this.#desk;
    const reading = this.#reading[side];
    if (clock.monotonic() < reading.due) return;
    const scan = this.#scans[side];
    const { head, final } = scan;
    try {
      const round = await scan.round();
      reading.failures = 0;
      if (side === "home") this.#isLedgerRead = true;
      this.#survey.read(side, round, clock.monotonic());
      if (round.turnedBack > 0)
        log({ event: "reorg", chain: this.#desk.terms[side], depth: round.turnedBack });
      for (const stream of round.touched) this.#agenda.touch(stream);
      if (round.head.hash !== head.hash || round.final.hash !== final.hash) this.#agenda.wake(side);
      if (side !== "foreign") return;
      const { lookBacks } = this.#control.state;
      for (const stream of await this.#lookBack.step(lookBacks, scan)) this.#agenda.touch(stream);
    } catch (error) {
      if (error instanceof FinalityBrokenError) {
        const chain = this.#desk.terms[side];
        const { final, ancestor } = error;
        const known = ancestor === undefined ? {} : { ancestor };
        log({ event: "finality-broken", chain, depth: ancestor ? head.height - ancestor.height : "unknown" });
        await this.#control.broken({ chain, final, ...known });
        return;
      }
      reading.failures += 1;
      reading.due = clock.monotonic() + backoff(reading.failures, random);
      this.#survey.failed(side);
      this.#tellStore(error);
    } finally {
      this.#survey.sides[side].nodes = this.#desk.sides[side].observer.nodes?.() ?? [];
    }
  }

  /** Logs a failure that no stream is to blame for; ends the turn where it must. */
  #tellStore(error: unknown): void {
    const { class: is, reason } = failureOf(error);
    this.#desk.log({ event: "failed", code: reason.code, why: reason.why });
    if (is === "stop") this.#stop(error);
  }

  /** While a chain's final blocks are in doubt nothing is begun, and what runs takes no further step. */
  get #mayWork(): boolean {
    return !this.#end.signal.aborted && this.#term.held && this.#control.state.broken === undefined;
  }

  /** Begins what is due, as far as there is room. */
  #pump(): void {
    const { clock, pace } = this.#desk;
    while (this.#running.size < pace.atOnce && this.#mayWork) {
      const stream = this.#agenda.take(clock.monotonic());
      if (stream === undefined) return;
      const work = this.#work(stream).finally(() => {
        this.#running.delete(work);
        this.#pump();
      });
      this.#running.add(work);
    }
  }

  async #work(stream: string): Promise<void> {
    const { clock, random, pace } = this.#desk;
    let intention: Intention | undefined;
    let faltered = Number.POSITIVE_INFINITY;
    try {
      for (let steps = 0; steps < STEPS && this.#mayWork; steps++) {
        this.#term.check();
        intention = undefined;
        const loaded = await this.#store.load(stream);
        const { attention } = loaded.state;
        if (attention.faltered > faltered) {
          // A node's no is an answer, and is given time to become another one.
          this.#agenda.wait(stream, clock.monotonic() + backoff(this.#agenda.failed(stream), random), []);
          return;
        }
        faltered = attention.faltered;
        intention = this.#store.decider(stream).next(loaded.state, this.#now());
        if (intention.do === "wait") {
          const { until } = intention;
          const due = until === undefined ? undefined : clock.monotonic() + Math.max(0, until - clock.now());
          this.#agenda.wait(stream, due, ["home", "foreign"]);
          return;
        }
        this.#survey.attempted(intention.do);
        const changed = await this.#hands.perform(loaded, intention);
        if (!changed) {
          const side =
            intention.do === "confirm"
              ? intention.sighting.side
              : "side" in intention
                ? intention.side
                : "home";
          this.#agenda.wait(stream, clock.monotonic() + pace.look, [side]);
          return;
        }
        if (faltered === 0) this.#agenda.progressed(stream);
      }
      this.#agenda.wait(stream, clock.monotonic(), []);
    } catch (error) {
      const failures = this.#agenda.failed(stream);
      this.#agenda.wait(stream, clock.monotonic() + backoff(failures, random), []);
      await this.#blame(stream, intention, error);
    }
  }

  #now(): Now {
    const { home, foreign } = this.#scans;
    return {
      time: this.#desk.clock.now(),
      final: { home: home.final.height, foreign: foreign.final.height },
    };
  }

  /** Tells a stream of a failure, unless it is the store's or the lease's. */
  async #blame(stream: string, intention: Intention | undefined, error: unknown): Promise<void> {
    const failure = failureOf(error);
    const { class: is, reason } = failure;
    this.#survey.faulted(reason.code);
    if (is === "stop") return this.#stop(error);
    if (is === "again" || reason.code.startsWith("STORE_")) return this.#store.forget(stream);
    this.#desk.log({ event: "hindered", stream, code: reason.code, why: reason.why });
    try {
      await this.#store.tell(stream, this.#commandOf(intention, failure));
    } catch (second) {
      this.#store.forget(stream);
      if (failureOf(second).class === "stop") this.#stop(second);
    }
  }

  #commandOf(intention: Intention | undefined, { class: is, reason }: Failure) {
    if (is === "refused" && intention?.do === "sign") {
      return { is: "refused", part: intention.part, reason } as const;
    }
    const proof =
      intention?.do === "build" || intention?.do === "reserve" ? PROOFS[intention.part] : undefined;
    if (is === "proofEnded" && proof !== undefined) return { is, what: proof, reason } as const;
    // What may be on its way is watched on, whatever a better version of it fails by.
    const under = intention?.do === "watch" || (intention?.do === "build" && intention.previous.length > 0);
    const kind = under || is === "retry" ? "retry" : is === "permanent" ? "permanent" : "falter";
    return { is: "failed", reason, kind } as const;
  }

  /** Counts what can be spent, now and then, beside everything else. */
  #count(): void {
    const { clock, pace, sides, terms } = this.#desk;
    this.#survey.streams(this.#store.loaded());
    if (clock.monotonic() < this.#surveyDue) return;
    this.#surveyDue = clock.monotonic() + pace.survey;
    for (const side of SIDES) {
      if (this.#counting.has(side)) continue;
      const count = sides[side].executor
        .reconcile()
        .then(async (report) => {
          this.#survey.reconciled(side, report);
          this.#survey.sides[side].tokenGaps = await tokenGaps(this.#store, this.#names, terms[side], report);
        })
        .catch(() => this.#survey.failed(side))
        .finally(() => this.#counting.delete(side));
      this.#counting.set(side, count);
    }
  }
}
