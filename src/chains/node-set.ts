import { RetryableError, StrongroomError } from "../core/errors.ts";
import type { NodeHealth } from "./chain.ts";
import { GOSSIP, LastingDispute } from "./lasting-dispute.ts";

/** Whether no two URLs are ways to the same place, however they are written. */
export function differ(urls: readonly string[]): boolean {
  return new Set(urls.map((url) => new URL(url).href)).size === urls.length;
}

/** What one node said. */
export interface NodeWord<N, T> {
  readonly node: N;
  readonly value: T;
}

/** What a set does with a node that failed. */
export interface NodePatience {
  /** Milliseconds for which it isn't waited for, where enough others answer; 0 unless given: it is asked each time. */
  readonly rest?: number;
  /** Milliseconds for which nodes may differ about what waits in their pools; ten minutes unless given. */
  readonly gossip?: number;
  /** Whether it failed by being silent. */
  readonly isSilence?: (error: RetryableError) => boolean;
  /** Milliseconds, rising. */
  readonly now?: () => number;
}

/** What a set is made of. */
export interface NodeSetOptions<N> {
  /** As errors call it. */
  readonly chain: string;
  readonly nodes: readonly N[];
  /** How many must answer. */
  readonly required: number;
  /** Asked of each node before anything else, until it answers once. Throws `RetryableError` where it is of another chain. */
  readonly meet: (node: N) => Promise<void>;
  readonly patience?: NodePatience;
}

/**
 * The nodes of one chain, each of another operator. One that is down, doesn't let us in or is of another chain is left out as long
 * as enough others answer, asked again later, and told of: it is never the end of anything.
 */
export class NodeSet<N extends { readonly name: string }> {
  readonly nodes: readonly N[];
  readonly required: number;
  readonly #chain: string;
  readonly #meet: (node: N) => Promise<void>;
  readonly #patience: Required<NodePatience>;
  readonly #known = new Set<N>();
  readonly #silentUntil = new Map<N, number>();
  readonly #troubles = new Map<N, string>();
  readonly #disputes: LastingDispute;

  constructor({ chain, nodes, required, meet, patience }: NodeSetOptions<N>) {
    this.nodes = nodes;
    this.required = required;
    this.#chain = chain;
    this.#meet = meet;
    const now = () => performance.now();
    this.#patience = { rest: 0, gossip: GOSSIP, isSilence: () => false, now, ...patience };
    this.#disputes = new LastingDispute(this.#patience.gossip, this.#patience.now);
  }

  /** How each node is, by the last question to it. */
  health(): readonly NodeHealth[] {
    return this.nodes.map((node) => ({ name: node.name, trouble: this.#troubles.get(node) }));
  }

  async #ask<T>(node: N, read: (node: N) => Promise<T>): Promise<T> {
    const { rest, isSilence, now } = this.#patience;
    try {
      if (!this.#known.has(node)) await this.#meet(node);
      this.#known.add(node);
      const value = await read(node);
      this.#silentUntil.delete(node);
      this.#troubles.delete(node);
      return value;
    } catch (error) {
      if (!(error instanceof RetryableError)) throw error;
      this.#troubles.set(node, error.code);
      if (isSilence(error)) this.#silentUntil.set(node, now() + rest);
      throw error;
    }
  }

  /**
   * Asks all nodes at once; answers of those that answered, in the nodes' order.
   *
   * @param what is asked, for people
   * @throws RetryableError `NODES_UNAVAILABLE` with each silent node's reason where too few did
   * @throws whatever else than a `RetryableError` `read` throws
   */
  async each<T>(what: string, read: (node: N) => Promise<T>): Promise<NodeWord<N, T>[]> {
    const words = new Map<N, T>();
    const failures: unknown[] = [];
    const hear = async (nodes: readonly N[]) => {
      const asked = await Promise.allSettled(nodes.map((node) => this.#ask(node, read)));
      for (const [at, outcome] of asked.entries()) {
        if (outcome.status === "fulfilled") words.set(nodes[at] as N, outcome.value);
        else if (outcome.reason instanceof RetryableError) failures.push(outcome.reason);
        else throw outcome.reason;
      }
    };
    const now = this.#patience.now();
    const resting = this.nodes.filter((node) => (this.#silentUntil.get(node) ?? now) > now);
    await hear(this.nodes.filter((node) => !resting.includes(node)));
    if (words.size < this.required) await hear(resting);
    if (words.size < this.required) throw this.#tooFew(what, words.size, failures);
    return this.nodes.flatMap((node) => (words.has(node) ? [{ node, value: words.get(node) as T }] : []));
  }

  /**
   * Whether nodes differ about something in their pools, and have for longer than honest ones do. Nothing is ever done on the word of
   * those who see more than the others; but what is left undone by it for so long is somebody's lie, or two pools that don't meet.
   */
  differsForLong(about: string, values: readonly unknown[]): boolean {
    return this.#disputes.lasts(
      about,
      values.some((value) => value !== values[0]),
    );
  }

  /** The first answer that passes a check which makes it true whoever gave it. Throws the last node's error. */
  async any<T>(read: (node: N) => Promise<T>): Promise<T> {
    let last: unknown;
    for (const node of this.nodes) {
      try {
        return await this.#ask(node, read);
      } catch (error) {
        if (!(error instanceof RetryableError)) throw error;
        last = error;
      }
    }
    throw last;
  }

  #tooFew(what: string, answered: number, failures: readonly unknown[]): RetryableError {
    const reasons = failures.map((failure) => {
      if (!(failure instanceof StrongroomError)) return String(failure);
      const { node = "a node", message } = failure.facts;
      return `${node}: ${failure.code}${message === undefined ? "" : ` ${message}`}`;
    });
    return new RetryableError("NODES_UNAVAILABLE", `Too few nodes answer ${what}`, {
      facts: { chain: this.#chain, needed: this.required, answered, reasons: reasons.join("; ") },
      cause: failures[0],
      advice: "Wait until they are back, correct how they are reached, or name other nodes.",
    });
  }
}
