import { RetryableError } from "../../core/errors.ts";
import type { Commit, Journal, Lease, OutboxRow, StoredEvent } from "../../journal/journal.ts";
import type { Judge } from "./judge.ts";
import type { Scenario } from "./scenario.ts";
import type { SeededRandom } from "./seeded-random.ts";
import type { SimulatedNetwork } from "./simulated-network.ts";
import type { Actor } from "./virtual-time.ts";

/**
 * One worker's way to the real journal. Between asking and writing, and between writing and being told, there is time: for a
 * crash, for the lease to end, for a disk to fail before or after.
 */
export class SimulatedJournal implements Journal {
  readonly #inner: Journal;
  readonly #net: SimulatedNetwork;
  readonly #actor: Actor;
  readonly #random: SeededRandom;
  readonly #scenario: Scenario;
  readonly #judge: Judge;

  constructor(
    inner: Journal,
    net: SimulatedNetwork,
    actor: Actor,
    { random, scenario, judge }: { random: SeededRandom; scenario: Scenario; judge: Judge },
  ) {
    this.#inner = inner;
    this.#net = net;
    this.#actor = actor;
    this.#random = random;
    this.#scenario = scenario;
    this.#judge = judge;
  }

  #fails(): boolean {
    return this.#net.faulty && this.#random.chance(this.#scenario.storeFaults);
  }

  #way(): Promise<void> {
    return new Promise((done) => this.#net.time.after(this.#actor, this.#random.between(1, 3), done));
  }

  #fault(outcome: "not written" | "unknown"): RetryableError {
    const full = outcome === "not written" && this.#random.chance(0.5);
    this.#net.time.note(this.#actor, `the store fails: ${full ? "disk full" : outcome}`);
    return full
      ? new RetryableError("STORE_FULL", "The disk is full")
      : new RetryableError("STORE_UNAVAILABLE", "The store doesn't answer", { facts: { outcome } });
  }

  async commit(commit: Commit): Promise<readonly StoredEvent[]> {
    await this.#way();
    if (this.#fails()) throw this.#fault("not written");
    const stored = await this.#inner.commit(commit);
    this.#judge.stored(stored);
    for (const { stream, type, data } of stored) {
      this.#net.time.note(this.#actor, `stored ${stream.slice(0, 22)} ${type} ${brief(data)}`);
    }
    const lost = this.#fails();
    await this.#way();
    if (lost) throw this.#fault("unknown");
    this.#judge.acknowledged(stored);
    return stored;
  }

  async acquire(name: string, holder: string, milliseconds: number): Promise<Lease | undefined> {
    await this.#way();
    const lease = await this.#inner.acquire(name, holder, milliseconds);
    if (lease !== undefined) this.#net.time.note(this.#actor, `has the lease, fence ${lease.fence}`);
    return lease;
  }

  async renew(lease: Lease, milliseconds: number): Promise<Lease> {
    await this.#way();
    if (this.#fails()) throw this.#fault("not written");
    return this.#inner.renew(lease, milliseconds);
  }

  async release(lease: Lease): Promise<void> {
    await this.#way();
    await this.#inner.release(lease);
  }

  read(stream: string, after?: number): Promise<readonly StoredEvent[]> {
    return this.#inner.read(stream, after);
  }

  readAll(after: bigint, limit: number): Promise<readonly StoredEvent[]> {
    return this.#inner.readAll(after, limit);
  }

  subscribe(after: bigint, signal: AbortSignal): AsyncIterable<StoredEvent> {
    return this.#inner.subscribe(after, signal);
  }

  open(prefix: string): Promise<readonly { readonly stream: string; readonly version: number }[]> {
    return this.#inner.open(prefix);
  }

  cursor(name: string): Promise<string | undefined> {
    return this.#inner.cursor(name);
  }

  outbox(topic: string, limit: number): Promise<readonly OutboxRow[]> {
    return this.#inner.outbox(topic, limit);
  }

  async close(): Promise<void> {}
}

/** What an event says, short enough for a line. */
function brief(data: unknown): string {
  const { part, kind, key, code, txId, is, where, what, why, as } = data as Record<string, unknown>;
  const words = [part, kind, key, what, code, is, where, as, why].filter((word) => typeof word === "string");
  return [...words, ...(typeof txId === "string" ? [txId.slice(0, 8)] : [])].join(" ");
}
