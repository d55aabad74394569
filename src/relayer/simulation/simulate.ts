import type { SignedTx } from "../../chains/chain.ts";
import { execute } from "../../journal/decider.ts";
import { SqliteJournal } from "../../journal/sqlite-journal.ts";
import type { RouteTerms } from "../deciders/route-terms.ts";
import type { Hands, HandsDesk } from "../hands.ts";
import { RouteControl } from "../route-control.ts";
import { routeDeciders } from "../route-deciders.ts";
import type { Pace, RouteDesk } from "../route-desk.ts";
import { StreamNames } from "../stream-names.ts";
import type { RouteDeciders } from "../stream-store.ts";
import { Worker } from "../worker.ts";
import { ASSET, type GatewayModel, SIM_COIN, SIM_FOREIGN, SIM_HOME } from "./gateway-model.ts";
import { HOME_BLOCK } from "./home-chain.ts";
import { Judge } from "./judge.ts";
import { type Scenario, scenarioOf } from "./scenario.ts";
import { SeededRandom } from "./seeded-random.ts";
import { ForeignExecutor, HomeExecutor } from "./simulated-executor.ts";
import { SimulatedJournal } from "./simulated-journal.ts";
import { SimulatedNetwork } from "./simulated-network.ts";
import { SimulatedObserver } from "./simulated-observer.ts";
import { type SignerRules, SimulatedSigners } from "./simulated-signers.ts";
import { ACCOUNTS, SimulatedUsers } from "./simulated-users.ts";
import { type Actor, type HistoryLine, VirtualTime } from "./virtual-time.ts";
import { World } from "./world.ts";

/** Milliseconds. */
const FOREIGN_BLOCK = 6_000;
const PACE: Pace = { poll: 4_000, look: 10_000, lease: 15_000, survey: 60_000, atOnce: 8 };
const PATIENCE = { home: 12_000, foreign: 15_000 };
/** Virtual milliseconds after the last fault until which all must have come to an end. */
const ENOUGH = 1_500_000;
const ROUTE = "sim";
/** In every so manieth world accounts are named only after they have had deposits. */
const LATE = 5;

/** What is put in the place of the real thing, to see whether the simulation notices. */
export interface Mutant {
  readonly deciders?: (terms: RouteTerms, real: RouteDeciders) => RouteDeciders;
  readonly hands?: (desk: HandsDesk) => Hands;
  readonly desk?: (desk: RouteDesk) => RouteDesk;
  readonly signers?: SignerRules;
  readonly gateway?: () => GatewayModel;
}

/** What a simulation has come to. */
export interface Simulated {
  readonly seed: number;
  readonly scenario: Scenario;
  readonly steps: number;
  /** Undefined where all that was promised was kept. */
  readonly violation: string | undefined;
  readonly history: readonly HistoryLine[];
  /** How messages ended. */
  readonly ends: Readonly<Record<string, number>>;
}

const TERMS: RouteTerms = {
  ...{ homeChainId: 31_337n, vault: `0x${"11".repeat(20)}`, home: SIM_HOME, foreign: SIM_FOREIGN },
  assets: { [SIM_COIN]: ASSET },
  leastDeposit: 1n,
  patience: PATIENCE,
};

/**
 * Runs one simulation: the real deciders, workers and journal; chains, signers, network, clocks and crashes by a seed. The same
 * seed is the same simulation, step by step.
 */
export async function simulate(seed: number, mutant: Mutant = {}): Promise<Simulated> {
  const random = new SeededRandom(seed);
  const scenario = scenarioOf(random);
  const time = new VirtualTime(random);
  const begin = time.now;
  const journal = SqliteJournal.open({ file: ":memory:", now: () => time.now, defer: (run) => run() });
  try {
    return await new Simulation(seed, scenario, random, time, begin, journal, mutant).run();
  } finally {
    time.end();
    await journal.close();
  }
}

class Simulation {
  readonly #seed: number;
  readonly #scenario: Scenario;
  readonly #random: SeededRandom;
  readonly #time: VirtualTime;
  readonly #begin: number;
  readonly #journal: SqliteJournal;
  readonly #mutant: Mutant;
  readonly #world: World;
  readonly #judge: Judge;
  readonly #net: SimulatedNetwork;
  readonly #signers: SimulatedSigners;
  readonly #users: SimulatedUsers;
  readonly #deciders: RouteDeciders;
  readonly #names = new StreamNames(ROUTE);
  readonly #weather: Actor = { name: "world", alive: true, pausedUntil: 0, skew: 0 };
  readonly #workers: Actor[] = [];
  #born = 0;
  #deep: boolean;
  #lease: { readonly holder: string; readonly until: number } | undefined;

  constructor(
    seed: number,
    scenario: Scenario,
    random: SeededRandom,
    time: VirtualTime,
    begin: number,
    journal: SqliteJournal,
    mutant: Mutant,
  ) {
    this.#seed = seed;
    this.#scenario = scenario;
    this.#random = random;
    this.#time = time;
    this.#begin = begin;
    this.#journal = journal;
    this.#mutant = mutant;
    this.#world = new World(random, mutant.gateway);
    this.#judge = new Judge(this.#world, time);
    this.#net = new SimulatedNetwork(time, random, scenario);
    this.#signers = new SimulatedSigners(
      this.#world,
      this.#judge,
      this.#net,
      random,
      scenario,
      mutant.signers,
    );
    this.#users = new SimulatedUsers(this.#world, time, random, scenario);
    const real = routeDeciders(TERMS);
    this.#deciders = mutant.deciders?.(TERMS, real) ?? real;
    this.#deep = scenario.deepReorg;
    this.#judge.holder = () => {
      const lease = this.#lease;
      return lease !== undefined && lease.until > time.now ? lease.holder : undefined;
    };
  }

  get #faulty(): boolean {
    return this.#net.faulty;
  }

  async run(): Promise<Simulated> {
    const { workers, faultsUntil, operatorGivesUp } = this.#scenario;
    for (let count = 0; count < workers; count++) this.#hire(this.#random.between(0, 3_000));
    this.#every(HOME_BLOCK * 1_000, () => this.#homeBlock());
    this.#every(FOREIGN_BLOCK, () => this.#foreignBlock());
    this.#every(6_000, () => this.#users.act(this.#faulty));
    this.#every(6_000, () => this.#trouble());
    if (operatorGivesUp) {
      this.#time.after(this.#weather, this.#random.between(10_000, faultsUntil), () => void this.#giveUp());
    }
    if (this.#seed % LATE === 0) {
      for (const account of ACCOUNTS) this.#world.unnamed.add(account);
      this.#time.after(this.#weather, faultsUntil * 0.8, () => void this.#name());
    }
    const last = this.#begin + faultsUntil + ENOUGH;
    let look = this.#begin + faultsUntil;
    let finished = false;
    while (this.#judge.violation === undefined && this.#time.now < last) {
      if (this.#faulty) this.#strike();
      await this.#time.step();
      if (this.#time.now < look) continue;
      look = this.#time.now + 10_000;
      finished = await this.#isOver();
      if (finished) break;
    }
    await this.#judge.acknowledgedSurvive(this.#journal);
    if (!finished) this.#judge.broken(`not over in time: ${(await this.#unfinished()).join("; ")}`);
    for (const actor of this.#workers) actor.alive = false;
    return {
      seed: this.#seed,
      scenario: this.#scenario,
      steps: this.#time.steps,
      violation: this.#judge.violation?.message,
      history: this.#time.history,
      ends: await this.#ends(),
    };
  }

  #every(milliseconds: number, act: () => void): void {
    const jitter = this.#faulty ? 0.5 + this.#random.next() : 1;
    this.#time.after(this.#weather, milliseconds * jitter, () => {
      act();
      this.#every(milliseconds, act);
    });
  }

  /** A worker begins, after a while. */
  #hire(delay: number): void {
    this.#born += 1;
    const skew = Math.round((this.#random.next() - 0.5) * 2 * this.#scenario.skew);
    const actor: Actor = { name: `worker-${this.#born}`, alive: true, pausedUntil: 0, skew };
    this.#workers.push(actor);
    this.#time.after(actor, delay, () => {
      this.#time.note(actor, "begins");
      const worker = new Worker(this.#desk(actor), this.#mutant.hands);
      worker.run(new AbortController().signal).catch((error: unknown) => {
        this.#judge.broken(`${actor.name} ended: ${error instanceof Error ? error.message : String(error)}`);
      });
    });
  }

  #desk(actor: Actor): RouteDesk {
    const { home, foreign } = this.#world;
    const leaves = (who: Actor, signed: SignedTx) => this.#judge.leaves(who, signed);
    const net = this.#net;
    const inner = new SimulatedJournal(this.#journal, net, actor, {
      random: this.#random,
      scenario: this.#scenario,
      judge: this.#judge,
    });
    const acquire = inner.acquire.bind(inner);
    const renew = inner.renew.bind(inner);
    const release = inner.release.bind(inner);
    inner.acquire = async (...given) => {
      const lease = await acquire(...given);
      if (lease !== undefined) this.#lease = lease;
      return lease;
    };
    inner.renew = async (...given) => {
      const lease = await renew(...given);
      this.#lease = lease;
      return lease;
    };
    inner.release = async (lease) => {
      await release(lease);
      if (this.#lease?.holder === lease.holder) this.#lease = undefined;
    };
    const genesis = home.at(0);
    const desk: RouteDesk = {
      route: ROUTE,
      terms: TERMS,
      deciders: this.#deciders,
      journal: inner,
      clock: this.#time.clock(actor),
      random: () => this.#random.next(),
      sides: {
        home: {
          observer: new SimulatedObserver(this.#world.observedHome(), net, actor),
          executor: new HomeExecutor(home, net, actor, leaves),
          signer: this.#signers.homeSigner(actor),
          inputsOf: () => [],
          from: genesis,
        },
        foreign: {
          observer: new SimulatedObserver(this.#world.observedForeign(), net, actor),
          executor: new ForeignExecutor(foreign, net, actor, leaves),
          signer: this.#signers.foreignSigner(actor),
          inputsOf: (tx) => {
            const text = "raw" in tx ? tx.raw : tx.body;
            return (JSON.parse(text) as { spends: string[] }).spends.slice(1);
          },
          from: genesis,
        },
      },
      committee: this.#signers.committee(actor),
      pace: PACE,
      holder: actor.name,
      log: ({ event, ...facts }) => this.#time.note(actor, `${event} ${Object.values(facts).join(" ")}`),
    };
    return this.#mutant.desk?.(desk) ?? desk;
  }

  /** Between two steps anyone may crash, or stand still. */
  #strike(): void {
    const { crashes, pauses } = this.#scenario;
    if (crashes > 0 && this.#random.chance(crashes)) {
      const actor = this.#random.pick(this.#workers.filter(({ alive }) => alive));
      if (actor !== undefined) {
        actor.alive = false;
        this.#time.note(actor, "is killed");
        this.#hire(this.#random.between(500, 15_000));
      }
    }
    if (pauses > 0 && this.#random.chance(pauses)) {
      const actor = this.#random.pick(this.#workers.filter(({ alive }) => alive));
      if (actor !== undefined && actor.pausedUntil < this.#time.now) {
        actor.pausedUntil = this.#time.now + this.#random.between(1_000, 30_000);
        this.#time.note(actor, "stands still");
      }
    }
  }

  #homeBlock(): void {
    const { home } = this.#world;
    const { homeReorgs, lossyPool } = this.#scenario;
    if (this.#faulty && home.loose > 0 && this.#random.chance(homeReorgs)) {
      const depth = home.reorganise(this.#random.between(1, home.loose), 0.6, lossyPool / 3);
      this.#time.note(this.#weather, `home takes back ${depth}`);
    } else home.mine(this.#faulty ? 0.8 : 1);
    this.#judge.blocks();
  }

  #foreignBlock(): void {
    const { foreign } = this.#world;
    const { foreignReorgs, lossyPool, congestion } = this.#scenario;
    foreign.floor = this.#time.now < this.#begin + congestion ? 14 : 0;
    if (this.#faulty && foreign.loose > 0 && this.#random.chance(foreignReorgs)) {
      const before = [...foreign.blocks];
      const depth = this.#random.between(1, foreign.loose);
      this.#users.doubleSpend(before.slice(before.length - depth));
      foreign.reorganise(depth, 0.6, lossyPool);
      this.#time.note(this.#weather, `foreign takes back ${depth}`);
    } else if (this.#random.chance(lossyPool)) foreign.mineElsewhere(this.#faulty ? 0.5 : 1);
    else foreign.mine(this.#faulty ? 0.75 : 1);
    this.#judge.blocks();
  }

  /** What a day brings besides. */
  #trouble(): void {
    const { lossyPool, slowFinality, chainIsHeld, epochRotates } = this.#scenario;
    const { home, foreign } = this.#world;
    const since = this.#time.now - this.#begin;
    const stalled = since < slowFinality;
    home.stallFinality(stalled);
    foreign.stallFinality(stalled && this.#seed % 2 === 0);
    if (!this.#faulty) {
      if (home.gateway.held) this.#users.say("hold", { held: "no" });
      return;
    }
    if (this.#random.chance(lossyPool / 4)) {
      foreign.wipePool();
      this.#time.note(this.#weather, "the coins' pool is wiped");
    }
    if (chainIsHeld && this.#random.chance(0.15)) {
      this.#users.say("hold", { held: home.gateway.held ? "no" : "yes" });
    }
    if (epochRotates && this.#random.chance(0.08)) this.#users.say("rotate", {});
    if (this.#deep && since > 40_000 && foreign.tip.height > 6 && this.#random.chance(0.2)) {
      this.#deep = false;
      const depth = foreign.loose + this.#random.between(1, 3);
      foreign.reorganise(depth, 0.5, lossyPool);
      this.#time.note(this.#weather, `foreign takes back ${depth}: behind finality`);
    }
  }

  /** The operator names accounts that have had deposits already, and has the chain read again. */
  async #name(): Promise<void> {
    this.#world.unnamed.clear();
    this.#time.note(this.#weather, "the operator names accounts");
    await new RouteControl(this.#journal, this.#names).lookBack(1, "all", "operator");
  }

  async #giveUp(): Promise<void> {
    const open = await this.#journal.open(this.#names.prefix("out"));
    const chosen = this.#random.pick(open);
    if (chosen === undefined) return;
    this.#time.note(this.#weather, `the operator gives up ${chosen.stream.slice(0, 16)}`);
    const given = { is: "giveUp", by: "operator", why: "by hand" } as const;
    const stored = await execute(this.#journal, this.#deciders.out, chosen.stream, given);
    this.#judge.stored(stored);
    this.#judge.acknowledged(stored);
  }

  async #states(kind: "in" | "out") {
    const open = await this.#journal.open(this.#names.prefix(kind));
    return Promise.all(
      open.map(async ({ stream }) => {
        const events = await this.#journal.read(stream);
        const decider = this.#deciders[kind];
        return { stream, state: events.reduce(decider.evolve, decider.initial) };
      }),
    );
  }

  /** Dead letters aside, nothing is open any more; and nobody is owed anything. */
  async #unfinished(): Promise<readonly string[]> {
    const control = await new RouteControl(this.#journal, this.#names).read();
    if (this.#world.foreign.broken) {
      // It may be that nothing of it reached the route: then all goes on as ever.
      if (control.broken !== undefined) return [];
      if (this.#time.now < this.#begin + this.#scenario.faultsUntil + 60_000)
        return ["a break that isn't seen yet"];
    }
    const open = [...(await this.#states("in")), ...(await this.#states("out"))].filter(
      ({ state }) => state.attention.dead === undefined,
    );
    const left = open.map(({ stream }) => stream.slice(0, 22));
    const tokens = (await this.#journal.open("token/")).filter(({ version }) => version > 1);
    left.push(...tokens.map(({ stream }) => stream.slice(-12)));
    const uncredited = await this.#users.uncredited(async (depositId) => {
      const events = await this.#journal.read(this.#names.inbound(depositId));
      return events.some(({ type }) => type === "DeadLettered");
    }, TERMS);
    left.push(...uncredited.map((txId) => `deposit ${txId.slice(0, 8)} isn't credited`));
    left.push(...this.#users.owing());
    return left;
  }

  async #isOver(): Promise<boolean> {
    return (await this.#unfinished()).length === 0;
  }

  async #ends(): Promise<Readonly<Record<string, number>>> {
    const ends: Record<string, number> = {};
    const count = (what: string) => {
      ends[what] = (ends[what] ?? 0) + 1;
    };
    for (const { status } of this.#world.home.gateway.payouts.values()) count(status);
    for (const { status } of this.#world.home.gateway.deposits.values()) count(status);
    for (const { state } of [...(await this.#states("in")), ...(await this.#states("out"))]) {
      if (state.attention.dead !== undefined) count(`dead ${state.attention.dead.code}`);
    }
    if (this.#world.foreign.broken) count("broken");
    return ends;
  }
}
