import { writeFileSync } from "node:fs";
import { resolve } from "node:path";
import { SqliteJournal } from "../../src/journal/sqlite-journal.ts";
import type { RouteTerms } from "../../src/relayer/deciders/route-terms.ts";
import { publicStatus } from "../../src/relayer/public-status.ts";
import { readRouteConfig } from "../../src/relayer/route-config.ts";
import { routeDeciders } from "../../src/relayer/route-deciders.ts";
import type { Pace, RouteDesk } from "../../src/relayer/route-desk.ts";
import { serveMetrics } from "../../src/relayer/route-metrics.ts";
import type { CoinTx } from "../../src/relayer/simulation/foreign-chain.ts";
import { ASSET, SIM_COIN, SIM_FOREIGN, SIM_HOME } from "../../src/relayer/simulation/gateway-model.ts";
import { HOME_BLOCK } from "../../src/relayer/simulation/home-chain.ts";
import { Judge } from "../../src/relayer/simulation/judge.ts";
import { type Scenario, scenarioOf } from "../../src/relayer/simulation/scenario.ts";
import { SeededRandom } from "../../src/relayer/simulation/seeded-random.ts";
import { digest } from "../../src/relayer/simulation/sim-blocks.ts";
import { ForeignExecutor, HomeExecutor } from "../../src/relayer/simulation/simulated-executor.ts";
import { SimulatedNetwork } from "../../src/relayer/simulation/simulated-network.ts";
import { SimulatedObserver } from "../../src/relayer/simulation/simulated-observer.ts";
import { SimulatedSigners } from "../../src/relayer/simulation/simulated-signers.ts";
import { SimulatedUsers } from "../../src/relayer/simulation/simulated-users.ts";
import { type Actor, VirtualTime } from "../../src/relayer/simulation/virtual-time.ts";
import { World } from "../../src/relayer/simulation/world.ts";
import { Worker } from "../../src/relayer/worker.ts";
import { routeConfig } from "../relayer/route-config.ts";
import { PageFolder } from "./folder.ts";

/** Milliseconds. */
const FOREIGN_BLOCK = 6_000;
const PACE: Pace = { poll: 4_000, look: 5_000, lease: 15_000, survey: 5_000, atOnce: 8 };
const HOUR = 3_600_000;
const SEED = 6;
const ACCOUNT = "0x00000000000000000000000000000000000000a1";

/** What is asked of nodes that must agree. */
const READS: ReadonlySet<string | symbol> = new Set([
  ...["head", "finalized", "commonAncestor", "finality", "effectStatus", "reserve", "build", "replace"],
  ...["voidToken", "fee", "reconcile"],
]);

type Mutable<T> = { -readonly [Key in keyof T]: T[Key] };

/** No fault of any kind, until a story makes one. */
function calm(random: SeededRandom): Mutable<Scenario> {
  const some = scenarioOf(random);
  const none = Object.fromEntries(
    Object.entries(some).map(([name, value]) => [name, typeof value === "number" ? 0 : false]),
  );
  return { ...some, ...none, faultsUntil: 1_000 * HOUR } as Mutable<Scenario>;
}

interface Hired {
  readonly actor: Actor;
  readonly ended: Promise<void>;
  readonly stop: AbortController;
  readonly served: Awaited<ReturnType<typeof serveMetrics>>;
}

/**
 * A route whose worker, deciders, journal, metrics and configuration are the real ones, between two simulated chains on virtual
 * time: hours pass in a moment, and commands meet the journal's file between two of them.
 */
export class RouteStage extends PageFolder {
  readonly time: VirtualTime;
  readonly world: World;
  readonly judge: Judge;
  /** What goes wrong, by chance or always: changed by stories. */
  readonly scenario: Mutable<Scenario>;
  /** Whether the chain of coins has blocks. */
  mines = true;
  /** Why the chain of coins can't be read. */
  unreadable: (() => Promise<Error | undefined>) | undefined;
  /** What a story puts between the worker and the chain of coins. */
  altered: (executor: ForeignExecutor) => ForeignExecutor = (executor) => executor;
  /** What a story has opened. */
  readonly closing: (() => void)[] = [];
  /** The log's lines. */
  readonly log: string[] = [];
  readonly #random = new SeededRandom(SEED);
  readonly #net: SimulatedNetwork;
  readonly #signers: SimulatedSigners;
  readonly #users: SimulatedUsers;
  readonly #weather: Actor = { name: "world", alive: true, pausedUntil: 0, skew: 0 };
  #worker: Hired | undefined;
  #journals: SqliteJournal[] = [];
  #born = 0;
  #said = 0;
  #unread: Error | undefined;

  constructor() {
    super();
    this.time = new VirtualTime(this.#random);
    this.scenario = calm(this.#random);
    this.world = new World(this.#random);
    this.judge = new Judge(this.world, this.time);
    this.#net = new SimulatedNetwork(this.time, this.#random, this.scenario);
    this.#signers = new SimulatedSigners(this.world, this.judge, this.#net, this.#random, this.scenario);
    this.#users = new SimulatedUsers(this.world, this.time, this.#random, this.scenario);
    const patience = { patience: 12_000 };
    const config = routeConfig() as { home: object; foreign: object };
    writeFileSync(
      this.at("route.json"),
      JSON.stringify({ ...config, home: { ...config.home, ...patience } }),
    );
    this.words.set("ROUTE", "route.json");
    this.#every(HOME_BLOCK * 1_000, () => this.world.home.mine(1));
    this.#every(FOREIGN_BLOCK, () => {
      if (this.mines) this.world.foreign.mine(1);
    });
  }

  #every(milliseconds: number, act: () => void): void {
    this.time.after(this.#weather, milliseconds, () => {
      act();
      this.judge.blocks();
      this.#every(milliseconds, act);
    });
  }

  /** Lets time go by for everybody. */
  async wait(seconds: number): Promise<void> {
    this.#unread = await this.unreadable?.();
    const until = this.time.now + seconds * 1_000;
    while (this.time.now < until) await this.time.step();
  }

  /** Lets time go by until something holds. */
  async until(what: string, holds: () => Promise<boolean> | boolean): Promise<void> {
    for (let minutes = 0; minutes < 90; minutes++) {
      if (await holds()) return;
      await this.wait(60);
    }
    throw new Error(`${what}: not within hours\n${this.log.slice(-20).join("\n")}`);
  }

  /** Starts a worker with the configuration as it is now. */
  async start(): Promise<void> {
    const configured = readRouteConfig(this.at("route.json"));
    const { home, foreign, journal } = configured.config;
    if (!("file" in journal)) throw new Error("a journal in a file is expected");
    const terms: RouteTerms = {
      ...{ homeChainId: 31_337n, vault: home.vault, home: SIM_HOME, foreign: SIM_FOREIGN },
      ...{ assets: { [SIM_COIN]: ASSET }, leastDeposit: 1n },
      patience: { home: home.patience, foreign: foreign.patience },
    };
    const store = SqliteJournal.open({
      ...{ file: resolve(configured.folder, journal.file), now: () => this.time.now },
      defer: (run) => run(),
    });
    this.#journals.push(store);
    this.#born += 1;
    const actor: Actor = { name: `worker-${this.#born}`, alive: true, pausedUntil: 0, skew: 0 };
    const routeDesk = this.#desk(actor, terms, store);
    const worker = new Worker(routeDesk);
    const stop = new AbortController();
    const ended = worker.run(stop.signal);
    // Told by whoever stops it.
    ended.catch(() => {});
    const { route, clock } = routeDesk;
    const status = (id: string) => publicStatus(routeDesk, id);
    const desk = { route, clock, survey: worker.survey, stalled: 60_000, status };
    const served = await serveMetrics(desk, { host: "127.0.0.1", port: 0 });
    this.words.set("METRICS", `http://127.0.0.1:${served.port}/metrics`);
    this.#worker = { actor, ended, stop, served };
    await this.wait(30);
  }

  /** Ends the worker: as told, or as a power cut does. */
  async stop({ killed = false } = {}): Promise<void> {
    const worker = this.#worker;
    if (worker === undefined) return;
    this.#worker = undefined;
    if (killed) worker.actor.alive = false;
    else {
      worker.stop.abort();
      await this.wait(60);
      await worker.ended;
    }
    await worker.served.close();
    for (const journal of this.#journals.splice(0)) await journal.close();
  }

  /** Stops the worker, and starts it with what was edited. */
  async restart(change: (config: never) => object): Promise<void> {
    await this.stop();
    this.edit("route.json", change);
    await this.start();
  }

  override async close(): Promise<void> {
    await this.stop({ killed: true });
    for (const end of this.closing) end();
    await super.close();
  }

  /** Asks for a payout; it is in the pool of the ledger's chain. */
  request(amount = 50n): string {
    this.#said += 1;
    const payoutId = `0x${digest(`payout ${this.#said}`)}`;
    const script = `script-${this.#said}`;
    this.#users.say("request", { payoutId, account: ACCOUNT, amount: amount.toString(), script });
    return payoutId;
  }

  /** Something that only the chain of coins sees: a deposit, or outputs of the operator's own. */
  send(tx: Omit<CoinTx, "id" | "rate" | "spends">): void {
    this.#said += 1;
    const id = digest(`sent ${this.#said}`);
    this.world.foreign.pool.set(id, { ...tx, id, spends: [`user:${this.#said}`], rate: 20 });
  }

  /** What the ledger's chain has of a payout. */
  statusOf(payoutId: string): string {
    return this.world.home.gateway.payouts.get(payoutId)?.status ?? "NONE";
  }

  /** Payments of a payout in the blocks that count. */
  paymentsOf(payoutId: string): number {
    const all = this.world.foreign.blocks.flatMap(({ txs }) => txs);
    return all.filter(({ kind, payoutId: id }) => kind === "payout" && `0x${id}` === payoutId).length;
  }

  /** Waits until the ledger's chain says so of a payout. */
  async ends(payoutId: string, status: string): Promise<void> {
    await this.until(`${payoutId} is ${status}`, () => this.statusOf(payoutId) === status);
    if (this.judge.violation !== undefined) throw this.judge.violation;
  }

  /** What a metric says. */
  async metric(name: string): Promise<number | undefined> {
    const text = await (await fetch(this.words.get("METRICS") ?? "")).text();
    const line = text.split("\n").find((one) => one.startsWith(`strongroom_relay_${name}`));
    return line === undefined ? undefined : Number(line.split(" ").at(-1));
  }

  /** Something that asks the chain of coins, and fails while that can't be read. */
  #readable<T extends object>(asks: T): T {
    return new Proxy(asks, {
      get: (target, name) => {
        const value = target[name as keyof T];
        if (typeof value !== "function") return value;
        if (this.#unread === undefined || !READS.has(name)) return value.bind(target) as unknown;
        return () => Promise.reject(this.#unread);
      },
    });
  }

  #desk(actor: Actor, terms: RouteTerms, journal: SqliteJournal): RouteDesk {
    const { home, foreign } = this.world;
    const net = this.#net;
    const leaves = () => {};
    return {
      ...{ route: "ltc", terms, deciders: routeDeciders(terms), journal, pace: PACE, holder: actor.name },
      clock: this.time.clock(actor),
      random: () => this.#random.next(),
      sides: {
        home: {
          observer: new SimulatedObserver(this.world.observedHome(), net, actor),
          executor: new HomeExecutor(home, net, actor, leaves),
          signer: this.#signers.homeSigner(actor),
          inputsOf: () => [],
          from: home.at(0),
        },
        foreign: {
          observer: this.#readable(new SimulatedObserver(this.world.observedForeign(), net, actor)),
          executor: this.#readable(this.altered(new ForeignExecutor(foreign, net, actor, leaves))),
          signer: this.#signers.foreignSigner(actor),
          inputsOf: (tx) =>
            (JSON.parse("raw" in tx ? tx.raw : tx.body) as { spends: string[] }).spends.slice(1),
          from: foreign.at(0),
        },
      },
      committee: this.#signers.committee(actor),
      log: (line) => this.log.push(JSON.stringify(line)),
    };
  }
}
