import { Client, type ClientBase, type ClientConfig, Pool, type PoolClient } from "pg";
import { StrongroomError, TerminalError } from "../core/errors.ts";
import { pause } from "./follow.ts";
import { postgresFailure, storeUnavailable } from "./postgres-errors.ts";
import { type PostgresHost, postgresHosts } from "./postgres-hosts.ts";
import { isSafePrimary } from "./postgres-promises.ts";

/** Milliseconds between two rounds over all hosts. */
const ROUND = 100;

/** How the primary is reached. */
export interface ConnectionOptions {
  readonly url: string;
  /** Whether a commit must have reached a second server. */
  readonly replicated: boolean;
  /** Milliseconds that a primary, a lock or an answer is waited for. */
  readonly patience: number;
  /** Connections at once. */
  readonly most: number;
  /** Looks at a new connection to a primary before it is used. */
  readonly greet: (client: ClientBase) => Promise<void>;
}

/**
 * Connections to whichever of the hosts is the primary. Every new one is checked before it is used: that it is the primary, that
 * it keeps what it acknowledges, and what the journal wants to know of it.
 */
export class PostgresConnections {
  readonly #options: ConnectionOptions;
  readonly #hosts: readonly PostgresHost[];
  readonly #pools = new Map<string, Pool>();
  readonly #greeted = new WeakSet<ClientBase>();
  readonly #closing = new AbortController();
  /** Index of the host that was the primary last. */
  #primary = 0;

  constructor(options: ConnectionOptions) {
    this.#options = options;
    this.#hosts = postgresHosts(options.url);
  }

  #config({ url }: PostgresHost, patience = this.#options.patience): ClientConfig {
    return {
      connectionString: url,
      application_name: "strongroom",
      // A host that swallows everything leaves time for the others.
      connectionTimeoutMillis: Math.ceil(patience / this.#hosts.length),
      query_timeout: patience,
      lock_timeout: patience,
      // A client that is frozen or cut off doesn't keep the writers' lock for longer than this.
      idle_in_transaction_session_timeout: patience,
      keepAlive: true,
    };
  }

  #pool(host: PostgresHost): Pool {
    const there = this.#pools.get(host.url);
    if (there !== undefined) return there;
    const pool = new Pool({ ...this.#config(host), max: this.#options.most });
    // A connection that dies while nobody uses it is dropped by the pool: that is all there is to do.
    pool.on("error", () => {});
    pool.on("connect", (client) => client.on("error", () => {}));
    this.#pools.set(host.url, pool);
    return pool;
  }

  async #primaryOf(host: PostgresHost): Promise<PoolClient | undefined> {
    const client = await this.#pool(host).connect();
    if (this.#greeted.has(client)) return client;
    try {
      if (await isSafePrimary(client, this.#options.replicated)) {
        await this.#options.greet(client);
        this.#greeted.add(client);
        return client;
      }
      client.release(true);
      return undefined;
    } catch (error) {
      client.release(true);
      throw error;
    }
  }

  /** The hosts, the last primary first. */
  #order(): readonly number[] {
    return this.#hosts.map((_host, index) => (this.#primary + index) % this.#hosts.length);
  }

  /**
   * A connection to the primary; give it back with `release()`, or with `release(true)` after anything went wrong on it.
   *
   * @throws RetryableError `STORE_UNAVAILABLE` when none is found in time; TerminalError `STORE_UNSAFE`, `STORE_UNUSABLE`,
   *   `STORE_CLOSED`, and what `greet` throws
   */
  async take(patience = this.#options.patience): Promise<PoolClient> {
    const until = performance.now() + patience;
    let last: unknown = new Error(`none of ${this.#hosts.map(({ name }) => name).join(", ")} is a primary`);
    for (;;) {
      for (const index of this.#order()) {
        if (this.#closing.signal.aborted) throw storeClosed();
        const host = this.#hosts[index];
        if (host === undefined) continue;
        try {
          const client = await this.#primaryOf(host);
          if (client === undefined) continue;
          this.#primary = index;
          return client;
        } catch (error) {
          const failure = postgresFailure(error, "not written");
          if (!failure.retryable) throw failure;
          last = error;
        }
      }
      if (performance.now() >= until) break;
      await pause(ROUND, this.#closing.signal);
    }
    throw last instanceof StrongroomError ? last : storeUnavailable(last, "not written");
  }

  /**
   * A connection of its own, outside of the pool: to the host that was the primary last. The caller ends it.
   *
   * @param patience milliseconds that it waits for an answer, instead of the usual ones
   */
  async own(patience?: number): Promise<Client> {
    const host = this.#hosts[this.#primary];
    if (host === undefined || this.#closing.signal.aborted) throw storeClosed();
    const client = new Client(this.#config(host, patience));
    client.on("error", () => {});
    await client.connect();
    return client;
  }

  async close(): Promise<void> {
    if (this.#closing.signal.aborted) return;
    this.#closing.abort();
    await Promise.all([...this.#pools.values()].map((pool) => pool.end()));
  }
}

/** What a journal says after `close`. */
function storeClosed(): TerminalError {
  return new TerminalError("STORE_CLOSED", "The journal is closed", { advice: "Open it again." });
}
