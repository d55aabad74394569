import type { Client } from "pg";
import { pause } from "./follow.ts";

/** Milliseconds after which one looks anyway: a notice may be lost with its connection. */
const LOOK = 1_000;

/** Wakes those who wait for new events, by NOTIFY. A lost connection costs latency, never an event: readers read from a position. */
export class PostgresNews {
  readonly #connect: () => Promise<Client>;
  readonly #channel: string;
  #waiting = new Set<() => void>();
  #client: Promise<Client | undefined> | undefined;

  constructor(channel: string, connect: () => Promise<Client>) {
    this.#channel = channel;
    this.#connect = connect;
  }

  async #listen(): Promise<Client | undefined> {
    let client: Client | undefined;
    try {
      client = await this.#connect();
      client.on("notification", () => this.wake());
      client.once("end", () => {
        this.#client = undefined;
        this.wake();
      });
      await client.query(`LISTEN "${this.#channel}"`);
      return client;
    } catch {
      // Away for now: the next who waits tries again, and looks by the clock until then.
      await client?.end().catch(() => {});
      this.#client = undefined;
      return undefined;
    }
  }

  wake(): void {
    for (const wake of this.#waiting) wake();
  }

  /** Until something may have been written, or the signal aborts. `isNew` is asked once it is certain that no notice is missed. */
  async wait(isNew: () => Promise<boolean>, signal: AbortSignal): Promise<void> {
    const stop = new AbortController();
    const wake = () => stop.abort();
    this.#waiting.add(wake);
    try {
      this.#client ??= this.#listen();
      await this.#client;
      if (!(await isNew())) await pause(LOOK, AbortSignal.any([signal, stop.signal]));
    } finally {
      this.#waiting.delete(wake);
    }
  }

  async close(): Promise<void> {
    const client = await this.#client;
    await client?.end().catch(() => {});
    this.wake();
  }
}
