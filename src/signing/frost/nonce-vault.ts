import { randomBytes } from "node:crypto";
import type { Hex } from "../../chains/chain.ts";
import { RetryableError } from "../../core/errors.ts";

/** What a vault holds at most. */
export interface VaultLimits {
  /** Milliseconds between the two rounds. */
  readonly lifetime: number;
  /** Nonce pairs of all coordinators together. */
  readonly most: number;
  /** Nonce pairs of one coordinator: it can't crowd out another one. */
  readonly mostEach: number;
}

export const VAULT_LIMITS: VaultLimits = { lifetime: 120_000, most: 8_192, mostEach: 4_096 };

interface Kept<T> {
  readonly peer: string;
  readonly until: number;
  readonly weight: number;
  readonly value: T;
}

/**
 * Where nonces wait between the two rounds: in memory and nowhere else, so that none outlives its process, and each can be taken
 * once.
 */
export class NonceVault<T> {
  readonly #kept = new Map<Hex, Kept<T>>();
  readonly #now: () => number;
  readonly #limits: VaultLimits;

  /** @param now milliseconds, of a clock that only goes forwards */
  constructor(now: () => number, limits: VaultLimits = VAULT_LIMITS) {
    this.#now = now;
    this.#limits = limits;
  }

  get sessions(): number {
    return this.#kept.size;
  }

  /**
   * Keeps nonces for one coordinator under a session that nobody can have chosen.
   *
   * @param weight how many pairs
   * @throws RetryableError `SIGNER_BUSY`
   */
  put(peer: string, value: T, weight: number): Hex {
    const now = this.#now();
    for (const [session, { until }] of this.#kept) if (until <= now) this.#kept.delete(session);
    const held = [...this.#kept.values()];
    const sum = (some: readonly Kept<T>[]) => some.reduce((total, kept) => total + kept.weight, weight);
    const own = sum(held.filter((kept) => kept.peer === peer));
    if (own > this.#limits.mostEach || sum(held) > this.#limits.most) {
      throw new RetryableError("SIGNER_BUSY", "Too many signing sessions are open", {
        facts: { sessions: held.length },
        advice: "Finish those that are open, or wait until they have expired.",
      });
    }
    const session = randomBytes(16).toString("hex");
    this.#kept.set(session, { peer, until: now + this.#limits.lifetime, weight, value });
    return session;
  }

  /**
   * Takes nonces out, for ever: whatever happens next, nobody gets them again.
   *
   * @throws RetryableError `SESSION_UNKNOWN`
   */
  take(peer: string, session: Hex): T {
    const kept = this.#kept.get(session);
    // Another coordinator's guess changes nothing.
    if (kept !== undefined && kept.peer === peer) {
      this.#kept.delete(session);
      if (kept.until > this.#now()) return kept.value;
    }
    throw new RetryableError("SESSION_UNKNOWN", "There is no such signing session", {
      advice: "Begin again with round 1: a session is used once, ends with its signer's process and expires.",
    });
  }

  /** Forgets all: the shares that they were made for have changed. */
  clear(): void {
    this.#kept.clear();
  }
}
