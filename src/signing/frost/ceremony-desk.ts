import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { Hex } from "../../chains/chain.ts";
import { TerminalError } from "../../core/errors.ts";
import { writeWhole } from "../../core/write-whole.ts";
import { isPending, pendingName } from "../key-names.ts";
import type { Keystore } from "../keystore.ts";
import type { Answer, Ask } from "../wire-messages.ts";
import { approvedCeremonies, approvedTerms } from "./approvals.ts";
import { CeremonyMember, ComplaintError, type FrostShare } from "./ceremony-member.ts";
import { readMessage, type SignedMessage } from "./ceremony-messages.ts";
import type { CeremonyTerms } from "./ceremony-terms.ts";
import type { Random } from "./dealing.ts";
import { GroupKey } from "./group-key.ts";
import { describedShare, shareEntry, storedShare } from "./stored-share.ts";

/** What a desk works with. */
export interface CeremonyDeskParts {
  /** Where its operator's approvals are. */
  readonly folder: string;
  readonly keystore: Keystore;
  readonly me: string;
  readonly random: Random;
  sign(body: string): SignedMessage;
  /** The signer's shares, by key: this desk changes them. */
  readonly shares: Map<string, FrostShare>;
  /** Shares have changed: sessions that were begun with the old ones end. */
  changed(): void;
}

interface Run {
  readonly session: Hex;
  readonly member: CeremonyMember;
}

/** The most runs at once: each costs a few kilobytes. */
const MOST_RUNS = 4;

function refuse(code: string, message: string, advice: string): TerminalError {
  return new TerminalError(code, message, { advice, docs: "docs/operations/key-ceremony.md" });
}

/**
 * A signer's part in ceremonies. It takes part in what its own operator has approved, and in nothing else; the result of one
 * counts once every member has said, signed, that it has stored the same; and only one run of one ceremony is ever confirmed.
 */
export class CeremonyDesk {
  readonly #parts: CeremonyDeskParts;
  readonly #runs = new Map<Hex, Run>();
  #last: Promise<unknown> = Promise.resolve();

  constructor(parts: CeremonyDeskParts) {
    this.#parts = parts;
  }

  /** Digests of the ceremonies that the operator has approved. */
  approved(): readonly Hex[] {
    return approvedCeremonies(this.#parts.folder);
  }

  /** What is stored and not confirmed by all: as its files say openly, since opening one takes half a second. */
  pending(): readonly { readonly key: string; readonly ceremony: string; readonly generation: Hex }[] {
    const { keystore } = this.#parts;
    return keystore
      .names()
      .filter(isPending)
      .map((name) => {
        const { group, ceremony } = describedShare(keystore.describe(name));
        return { key: group.name, ceremony, generation: group.generation };
      });
  }

  /** One step at a time: each may open a file, which takes memory, and change the shares. */
  answer(step: "open" | "deal" | "finish" | "confirmation" | "activate", params: unknown): Promise<unknown> {
    const steps = {
      open: () => this.#open(params as Ask<"open">),
      deal: () => this.#deal(params as Ask<"deal">),
      finish: () => this.#finish(params as Ask<"finish">),
      confirmation: () => this.#confirmation(params as Ask<"confirmation">),
      activate: () => this.#activate(params as Ask<"activate">),
    };
    const turn = this.#last.then((): Promise<unknown> => steps[step]());
    this.#last = turn.catch(() => undefined);
    return turn;
  }

  /** Round 1. */
  async #open({ ceremony, session }: Ask<"open">): Promise<Answer<"open">> {
    const terms = approvedTerms(this.#parts.folder, ceremony);
    const { key } = terms.text;
    const { shares, keystore, me, random } = this.#parts;
    this.#tidy(key);
    const share = shares.get(key);
    if (terms.text.kind === "dkg" && keystore.has(key)) {
      throw refuse(
        "KEY_EXISTS",
        `There is a key ${key} already`,
        "Choose another name, or share that key anew.",
      );
    }
    if (keystore.has(pendingName(key))) {
      throw refuse(
        "CEREMONY_CONFIRMED",
        `This signer has confirmed a ceremony for ${key} that others haven't`,
        "Finish it: signer dkg or reshare with --finish. Discard it only if no member has activated it.",
      );
    }
    this.#useSession(ceremony, session);
    if (!this.#runs.has(ceremony) && this.#runs.size >= MOST_RUNS) {
      throw refuse(
        "CEREMONIES_MANY",
        "Too many ceremonies are under way",
        "Finish them, or restart the signer.",
      );
    }
    const sign = (body: string) => this.#parts.sign(body);
    const member = new CeremonyMember({ terms, session, me, random, sign, share });
    this.#runs.set(ceremony, { session, member });
    return { opening: member.opening() };
  }

  /** Round 2. */
  async #deal({ ceremony, session, openings }: Ask<"deal">): Promise<Answer<"deal">> {
    return this.#step(ceremony, session, async (member) => ({ shares: [...member.deal(openings)] }));
  }

  /** Round 3: stores the share, and only then says so. */
  async #finish({ ceremony, session, shares }: Ask<"finish">): Promise<Answer<"finish">> {
    return this.#step(ceremony, session, async (member) => {
      const { share, confirmation } = member.finish(shares);
      this.#runs.delete(ceremony);
      const name = pendingName(share.group.name);
      await this.#parts.keystore.write(shareEntry(name, { share, ceremony, confirmation }));
      return { confirmation, group: share.group.text };
    });
  }

  /** What this member has stored for a ceremony, for a coordinator that lost it. */
  async #confirmation({ ceremony }: Ask<"confirmation">): Promise<Answer<"confirmation">> {
    const { keystore, shares } = this.#parts;
    const { key } = approvedTerms(this.#parts.folder, ceremony).text;
    for (const name of [pendingName(key), key]) {
      if (!keystore.has(name) || (name === key && !shares.has(key))) continue;
      const stored = storedShare(await keystore.read(name));
      if (stored.ceremony === ceremony) {
        return { confirmation: stored.confirmation, group: stored.share.group.text };
      }
    }
    throw refuse(
      "CEREMONY_UNKNOWN",
      "Nothing of this ceremony is stored here",
      "Hold it again, as another attempt.",
    );
  }

  /**
   * Takes every member's word, and from then on signs with the new share. The old one is deleted; a dealer that gets no new share
   * has none from then on.
   */
  async #activate({ ceremony, confirmations }: Ask<"activate">): Promise<Answer<"activate">> {
    const terms = approvedTerms(this.#parts.folder, ceremony);
    const { key } = terms.text;
    const { keystore, shares, me } = this.#parts;
    const generation = this.#agreed(terms, confirmations);
    const current = shares.get(key);
    if (current?.group.generation === generation) {
      this.#tidy(key);
      return { generation };
    }
    const before = terms.text.kind === "reshare" ? new GroupKey(terms.text.from).generation : undefined;
    // A ceremony of before, kept by its leader, neither brings an old share back nor takes a newer one away.
    if (current !== undefined && current.group.generation !== before) {
      throw refuse(
        "GENERATION_OTHER",
        `This signer's share of ${key} is not the one that the ceremony begins with`,
        "Nothing, if the key was shared anew since; take the approval back by signer discard.",
      );
    }
    if (terms.member(me) === undefined) {
      if (terms.dealer(me) === undefined) {
        throw refuse(
          "CEREMONY_NOT_MINE",
          `${me} takes no part in this ceremony`,
          "Ask its participants only.",
        );
      }
      keystore.remove(key);
      shares.delete(key);
      this.#parts.changed();
      return { generation };
    }
    const stored = keystore.has(pendingName(key))
      ? storedShare(await keystore.read(pendingName(key)))
      : undefined;
    if (
      stored === undefined ||
      stored.share.group.generation !== generation ||
      stored.ceremony !== ceremony
    ) {
      throw refuse(
        "CEREMONY_UNKNOWN",
        "What is confirmed is not stored here",
        "Hold it again, as another attempt.",
      );
    }
    await keystore.write(shareEntry(key, stored), { replaces: true });
    shares.set(key, stored.share);
    this.#parts.changed();
    this.#tidy(key);
    return { generation };
  }

  /** Removes what is pending and counts already: a crash may have come between. */
  #tidy(key: string): void {
    const { keystore, shares } = this.#parts;
    const name = pendingName(key);
    if (!keystore.has(name)) return;
    const { generation } = describedShare(keystore.describe(name)).group;
    if (shares.get(key)?.group.generation === generation) keystore.remove(name);
  }

  /** The generation that all members have confirmed in one run. */
  #agreed(terms: CeremonyTerms, confirmations: readonly SignedMessage[]): Hex {
    const words = new Map<string, string>();
    let generation = "";
    for (const message of confirmations) {
      const body = readMessage(terms, message);
      if (body?.step !== "confirmation") continue;
      words.set(body.from, `${body.session} ${body.transcript} ${body.generation}`);
      generation = body.generation;
    }
    const missing = terms.members.find(({ name }) => !words.has(name));
    if (missing !== undefined) {
      throw refuse("CEREMONY_UNCONFIRMED", `${missing.name} has not confirmed`, "Ask it again by --finish.");
    }
    const said = terms.members.map(({ name }) => words.get(name));
    if (new Set(said).size === 1) return generation;
    throw refuse(
      "CEREMONY_SPLIT",
      "Members have confirmed different results",
      "Hold it again, as another attempt.",
    );
  }

  async #step<T>(
    ceremony: Hex,
    session: Hex,
    work: (member: CeremonyMember) => Promise<T>,
  ): Promise<T | { complaint: ComplaintError["complaint"] }> {
    const run = this.#runs.get(ceremony);
    if (run === undefined || run.session !== session) {
      throw refuse("SESSION_UNKNOWN", "There is no such run of a ceremony", "Begin it again.");
    }
    try {
      return await work(run.member);
    } catch (error) {
      this.#runs.delete(ceremony);
      if (error instanceof ComplaintError) return { complaint: error.complaint };
      throw error;
    }
  }

  /** A run's name is used once, also across restarts: this signer never opens twice in what looks like one run. */
  #useSession(ceremony: Hex, session: Hex): void {
    const file = join(this.#parts.folder, `${ceremony}.runs`);
    const used = existsSync(file) ? readFileSync(file, "utf8").split("\n") : [];
    if (used.includes(session)) {
      throw refuse("SESSION_USED", "This run was opened before", "Begin a new run, under another session.");
    }
    if (used.length > 1_000)
      throw refuse("SESSION_USED", "Too many runs were opened", "Plan another attempt.");
    writeWhole(file, [...used, session].join("\n"));
  }
}
