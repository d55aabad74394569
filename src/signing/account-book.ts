import { z } from "zod";
import type { Caip2 } from "../chains/chain.ts";
import { RetryableError, TerminalError } from "../core/errors.ts";
import type { Journal } from "../journal/journal.ts";

const NAMED = z.object({
  account: z.string().regex(/^0x[0-9a-f]{40}$/),
  from: z.number().int().min(0).optional(),
});

/** The accounts whose deposit addresses hold coins, in a journal: so that who has it still knows its coins after a restart. */
export class AccountBook {
  readonly #journal: Journal;
  readonly #stream: string;
  readonly #known = new Map<string, number>();
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
    return [...this.#known.keys()];
  }

  has(account: string): boolean {
    return this.#known.has(account);
  }

  /** The height from which blocks were read with an account's address in mind; infinite where that isn't known. */
  readFrom(account: string): number {
    return this.#known.get(account) ?? Number.POSITIVE_INFINITY;
  }

  /**
   * Keeps an account for good.
   *
   * @param from the height from which blocks are read with it in mind, however this process ends
   */
  async add(account: string, from?: number): Promise<void> {
    if (this.has(account) && (from === undefined || this.readFrom(account) <= from)) return;
    const event = { type: "AccountSeen", data: { account, ...(from === undefined ? {} : { from }) } };
    try {
      await this.#journal.commit({
        appends: [{ stream: this.#stream, expected: this.#version, events: [event] }],
      });
    } catch (error) {
      // Two deposits at once: whoever is later reads what the other wrote.
      if (!(error instanceof RetryableError && error.code === "VERSION_CONFLICT")) throw error;
      await this.#read();
      return this.add(account, from);
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
      const { account, from = Number.POSITIVE_INFINITY } = parsed.data;
      this.#known.set(account, Math.min(from, this.readFrom(account)));
      this.#version = version;
    }
  }
}
