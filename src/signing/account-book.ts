import { z } from "zod";
import type { Caip2 } from "../chains/chain.ts";
import { RetryableError, TerminalError } from "../core/errors.ts";
import type { Journal } from "../journal/journal.ts";

const NAMED = z.object({ account: z.string().regex(/^0x[0-9a-f]{40}$/) });

/**
 * The accounts whose deposit addresses a signer has seen coins at, in its journal: so that it still knows its coins after a
 * restart, though it was told of their owners by a coordinator once.
 */
export class AccountBook {
  readonly #journal: Journal;
  readonly #stream: string;
  readonly #known = new Set<string>();
  #version = 0;

  private constructor(journal: Journal, chain: Caip2) {
    this.#journal = journal;
    this.#stream = `accounts/${chain}`;
  }

  static async open(journal: Journal, chain: Caip2): Promise<AccountBook> {
    const book = new AccountBook(journal, chain);
    await book.#read();
    return book;
  }

  get accounts(): readonly string[] {
    return [...this.#known];
  }

  has(account: string): boolean {
    return this.#known.has(account);
  }

  /** Keeps an account for good. */
  async add(account: string): Promise<void> {
    if (this.#known.has(account)) return;
    const event = { type: "AccountSeen", data: { account } };
    try {
      await this.#journal.commit({
        appends: [{ stream: this.#stream, expected: this.#version, events: [event] }],
      });
    } catch (error) {
      // Two deposits at once: whoever is later reads what the other wrote.
      if (!(error instanceof RetryableError && error.code === "VERSION_CONFLICT")) throw error;
      await this.#read();
      return this.add(account);
    }
    await this.#read();
  }

  async #read(): Promise<void> {
    for (const { data, version } of await this.#journal.read(this.#stream, this.#version)) {
      const parsed = NAMED.safeParse(data);
      if (!parsed.success) {
        throw new TerminalError("STORE_DAMAGED", `${this.#stream} has what is no account`, {
          advice: "Restore the signer's journal from its backup.",
        });
      }
      this.#known.add(parsed.data.account);
      this.#version = version;
    }
  }
}
