import { z } from "zod";
import type { ConflictToken, Hex } from "../chains/chain.ts";
import { RetryableError, TerminalError } from "../core/errors.ts";
import type { Append, Journal, StoredEvent } from "../journal/journal.ts";
import { type Claims, tokenName } from "./claims.ts";
import type { Spend } from "./signer.ts";

/** Milliseconds. */
const DAY = 86_400_000;
/** The most versions of one token's transaction within a day: a coordinator that asks for more fills the disk, no block. */
export const MOST_VERSIONS = 100;
const TRIES = 10;

const SPENT = z.object({ token: z.string(), amount: z.string().regex(/^\d+$/), at: z.number() });
const CONTENT = z.object({ content: z.string() });
const CLAIMED = z.object({ effect: z.string() });
const VERSION = z.object({ version: z.string(), at: z.number().default(0) });
const TAKEN = z.object({ kind: z.enum(["outpoint", "nonce"]), value: z.string(), chain: z.string() });

function data<T>(schema: z.ZodType<T>, event: StoredEvent): T {
  const parsed = schema.safeParse(event.data);
  if (parsed.success) return parsed.data;
  throw new TerminalError(
    "STORE_DAMAGED",
    `Event ${event.position} of the signer's journal is not readable`,
    {
      facts: { stream: event.stream, type: event.type },
      advice: "Restore the journal from its backup: a signer must not forget what it has signed.",
    },
  );
}

/** What would be written, and up to which version a window's events are of the past. */
interface Counted {
  readonly appends: readonly Append[];
  readonly passed: number;
}
/** The same, or why nothing may be written. */
type Decision = Counted | { readonly objection: string };

/**
 * What a signer has bound itself to, in its own journal, written before a signature leaves: one content for a message, one effect
 * for a token, and no more than the cap within any 24 hours.
 */
export class SigningRecord {
  readonly #journal: Journal;
  readonly #now: () => number;

  /** @param now Unix milliseconds */
  constructor(journal: Journal, now: () => number) {
    this.#journal = journal;
    this.#now = now;
  }

  /** Why a claim contradicts what was signed before; undefined where it doesn't. */
  async objection(claims: Claims, spend: Spend | undefined): Promise<string | undefined> {
    const decision = await this.#decide(claims, spend);
    return "objection" in decision ? decision.objection : undefined;
  }

  /**
   * Writes what is claimed. A claim that was made before changes nothing. Undefined once it is stored for ever, else why not.
   *
   * @throws RetryableError of the journal
   */
  async claim(claims: Claims, spend: Spend | undefined): Promise<string | undefined> {
    for (let tries = 0; tries < TRIES; tries++) {
      const decision = await this.#decide(claims, spend);
      if ("objection" in decision) return decision.objection;
      if (decision.appends.length === 0) return undefined;
      const cursors = spend === undefined ? {} : { [`spend/${spend.window}`]: String(decision.passed) };
      try {
        await this.#journal.commit({ appends: decision.appends, cursors });
        return undefined;
      } catch (error) {
        if (!(error instanceof RetryableError && error.code === "VERSION_CONFLICT")) throw error;
      }
    }
    throw new RetryableError("SIGNER_BUSY", "Others sign for the same token or window all the time");
  }

  /** The tokens that an effect was ever claimed by, oldest first. */
  async tokensOf(chain: string, effect: Hex): Promise<readonly ConflictToken[]> {
    const events = await this.#journal.read(`effect/${chain}/${effect}`);
    return events.map((event) => data(TAKEN, event));
  }

  /** What has left within the last 24 hours, smallest unit. */
  async spent(window: string): Promise<bigint> {
    const { recent } = await this.#recent(window);
    return recent.reduce((sum, { amount }) => sum + BigInt(amount), 0n);
  }

  async #recent(window: string) {
    const passed = Number((await this.#journal.cursor(`spend/${window}`)) ?? "0");
    const events = await this.#journal.read(`spend/${window}`, passed);
    const spends = events.map((event) => ({ version: event.version, ...data(SPENT, event) }));
    // What leaves while a clock is set back must not be of the past once that is right again.
    const now = Math.max(this.#now(), ...spends.map(({ at }) => at));
    const recent = spends.filter(({ at }) => at > now - DAY);
    const version = events.at(-1)?.version ?? passed;
    return { now, recent, version, passed: (recent[0]?.version ?? version + 1) - 1 };
  }

  /**
   * Counts what leaves by a name. A replacement moves the same coins: a name counts once, by the most that one of its versions
   * moves. A sentence where the cap is reached.
   */
  async #count(name: string, spend: Spend): Promise<string | Pick<Counted, "appends" | "passed">> {
    const { recent, now, version, passed } = await this.#recent(spend.window);
    const sum = (some: readonly { readonly amount: string }[]) =>
      some.reduce((total, { amount }) => total + BigInt(amount), 0n);
    const own = sum(recent.filter((spent) => spent.token === name));
    const more = spend.amount > own ? spend.amount - own : 0n;
    if (sum(recent) + more > spend.cap) return `more than ${spend.cap} would leave within 24 hours`;
    if (more === 0n) return { appends: [], passed };
    const event = { type: "Spent", data: { token: name, amount: more.toString(), at: now } };
    return { appends: [{ stream: `spend/${spend.window}`, expected: version, events: [event] }], passed };
  }

  async #decide(claims: Claims, spend: Spend | undefined): Promise<Decision> {
    const appends: Append[] = [];
    let passed = 0;
    if (claims.message !== undefined) {
      const stream = `message/${claims.message.id}`;
      const [said] = await this.#journal.read(stream);
      if (said === undefined) {
        const event = { type: "StatementSigned", data: { content: claims.message.content } };
        appends.push({ stream, expected: 0, events: [event] });
        if (spend !== undefined && claims.token === undefined) {
          const counted = await this.#count(stream, spend);
          if (typeof counted === "string") return { objection: counted };
          appends.push(...counted.appends);
          passed = counted.passed;
        }
      } else if (data(CONTENT, said).content !== claims.message.content) {
        return { objection: "this signer has signed another content for the same message" };
      }
    }
    if (claims.token !== undefined) {
      const { token, effect } = claims.token;
      const name = tokenName(token);
      const stream = `token/${name}`;
      const events = await this.#journal.read(stream);
      const [first, ...versions] = events;
      if (first !== undefined && data(CLAIMED, first).effect !== effect) {
        return { objection: "this signer has given the same conflict token to another effect" };
      }
      const news: { type: string; data: unknown }[] = [];
      if (first === undefined) {
        news.push({ type: "TokenClaimed", data: { effect } });
        const taken = `effect/${token.chain}/${effect}`;
        const before = await this.#journal.read(taken);
        const { chain, kind, value } = token;
        appends.push({
          stream: taken,
          expected: before.length,
          events: [{ type: "TokenTaken", data: { chain, kind, value } }],
        });
      }
      const { version } = claims;
      if (version !== undefined && !versions.some((event) => data(VERSION, event).version === version)) {
        // Of a day, not for ever: whoever asked for them all could else keep the token from being voided.
        const now = this.#now();
        const recent = versions.filter((event) => data(VERSION, event).at > now - DAY);
        if (recent.length >= MOST_VERSIONS) {
          return {
            objection: `this signer has signed ${MOST_VERSIONS} versions for the same token within 24 hours`,
          };
        }
        news.push({ type: "TransactionSigned", data: { version, at: now } });
        if (spend !== undefined) {
          const counted = await this.#count(name, spend);
          if (typeof counted === "string") return { objection: counted };
          appends.push(...counted.appends);
          passed = counted.passed;
        }
      }
      if (news.length > 0) appends.push({ stream, expected: events.length, events: news });
    }
    return { appends, passed };
  }
}
