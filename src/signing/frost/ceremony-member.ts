import { secp256k1 } from "@noble/curves/secp256k1.js";
import type { Hex } from "../../chains/chain.ts";
import { canonicalJson } from "../../core/canonical-json.ts";
import { TerminalError } from "../../core/errors.ts";
import { Redacted } from "../../core/redacted.ts";
import {
  type CeremonyBody,
  type Complaint,
  type Opening,
  readMessage,
  type SignedMessage,
  transcriptOf,
} from "./ceremony-messages.ts";
import type { CeremonyTerms } from "./ceremony-terms.ts";
import {
  addCommitments,
  type Dealing,
  deal,
  lagrangeAtZero,
  pointText,
  type Random,
  shareFits,
  shareOf,
} from "./dealing.ts";
import { GroupKey } from "./group-key.ts";
import { openingFault, openingPoints, proveKnowledge } from "./opening-faults.ts";
import { openKeys, type SealKeys, sealKeys, sealShare, unsealShare } from "./sealed-share.ts";

const { Fn } = secp256k1.Point;

/** A share of a group's key. */
export interface FrostShare {
  readonly group: GroupKey;
  readonly index: number;
  /** 32 bytes. */
  readonly secret: Redacted<Uint8Array>;
}

/** Who a participant is and what it has. */
export interface CeremonyPart {
  readonly terms: CeremonyTerms;
  readonly session: Hex;
  readonly me: string;
  readonly random: Random;
  /** Signs a message as this participant. */
  sign(body: string): SignedMessage;
  /** Its share of the old key, where it deals in a reshare. */
  readonly share?: FrostShare | undefined;
}

/** A complaint is an error that carries what proves it. */
export class ComplaintError extends TerminalError {
  readonly complaint: Complaint;

  constructor(complaint: Complaint, why: string) {
    super("CEREMONY_COMPLAINT", `${complaint.accused} has broken the ceremony: ${why}`, {
      facts: { accused: complaint.accused, by: complaint.by, reason: complaint.reason },
      advice:
        "Keep the complaint, hold it against the named participant, and begin a new attempt without it.",
      docs: "docs/operations/key-ceremony.md",
    });
    this.complaint = complaint;
  }
}

function broken(why: string): TerminalError {
  return new TerminalError("CEREMONY_MESSAGES", `The ceremony's messages don't fit: ${why}`, {
    advice: "Begin another attempt with a coordinator that delivers what participants say.",
    docs: "docs/operations/key-ceremony.md",
  });
}

/**
 * One participant's side of one run of a ceremony, DKG or reshare. Both are dealings (Shamir's sharing with Feldman's commitments)
 * that members add up. In memory only: what ends before it is confirmed leaves nothing.
 */
export class CeremonyMember {
  readonly #part: CeremonyPart;
  readonly #seal: SealKeys;
  readonly #receive: ReadonlyMap<string, SealKeys>;
  readonly #dealing: Dealing | undefined;
  readonly #opening: SignedMessage;
  #openings: ReadonlyMap<string, { readonly message: SignedMessage; readonly opening: Opening }> | undefined;
  #transcript: Hex = "";

  /** @throws TerminalError `CEREMONY_NOT_MINE`, `CEREMONY_OTHER_SHARE` */
  constructor(part: CeremonyPart) {
    const { terms, session, me, random } = part;
    if (terms.participant(me) === undefined) {
      throw new TerminalError("CEREMONY_NOT_MINE", `${me} takes no part in this ceremony`, {
        advice: "Name it in the ceremony's file, or leave it out of the ceremony.",
      });
    }
    this.#part = part;
    this.#seal = sealKeys(random);
    const senders = terms.member(me) === undefined ? [] : terms.dealers;
    this.#receive = new Map(senders.map(({ name }) => [name, sealKeys(random)]));
    const dealer = terms.dealer(me);
    if (dealer !== undefined) this.#dealing = deal(terms.text.threshold, random, this.#dealtSecret());
    let opening: Opening = {
      step: "opening",
      ceremony: terms.digest,
      session,
      from: me,
      ...(this.#receive.size === 0 ? {} : { receiveKeys: openKeys(this.#receive) }),
      ...(this.#dealing === undefined
        ? {}
        : { sealKey: this.#seal.open, commitments: this.#dealing.commitments.map(pointText) }),
    };
    if (this.#dealing !== undefined && terms.text.kind === "dkg") {
      const secret = Fn.toBytes(this.#dealing.coefficients[0] ?? 0n);
      opening = { ...opening, proof: proveKnowledge(opening, secret, random(32)) };
    }
    this.#opening = this.#say(opening);
  }

  #say(body: CeremonyBody): SignedMessage {
    return this.#part.sign(canonicalJson(body));
  }

  /** What it shares out: something new, or its old share, weighed. */
  #dealtSecret(): bigint | undefined {
    const { terms, me, share } = this.#part;
    if (terms.text.kind === "dkg") return undefined;
    const dealer = terms.dealer(me);
    const old = new GroupKey(terms.text.from);
    if (share === undefined || share.group.generation !== old.generation || share.index !== dealer?.index) {
      throw new TerminalError(
        "CEREMONY_OTHER_SHARE",
        `${me} has no share of the key that is to be shared anew`,
        {
          facts: { key: terms.text.key, wanted: old.generation, has: share?.group.generation ?? "none" },
          advice: "Take the dealers from those whose signer status shows this generation.",
        },
      );
    }
    const weight = lagrangeAtZero(
      terms.dealers.map(({ index }) => index),
      share.index,
    );
    return Fn.mul(weight, Fn.fromBytes(share.secret.expose()));
  }

  /** Round 1. */
  opening(): SignedMessage {
    return this.#opening;
  }

  /**
   * Round 2: takes everybody's opening and gives a sealed share for each member.
   *
   * @throws ComplaintError; TerminalError `CEREMONY_MESSAGES`
   */
  deal(messages: readonly SignedMessage[]): readonly SignedMessage[] {
    if (this.#openings !== undefined) throw broken("openings were taken before");
    const { terms, session, me, random } = this.#part;
    const openings = new Map<string, { readonly message: SignedMessage; readonly opening: Opening }>();
    for (const message of messages) {
      const opening = readMessage(terms, message);
      if (opening?.step !== "opening" || opening.session !== session)
        throw broken("one is no opening of this run");
      const other = openings.get(opening.from);
      if (other !== undefined) {
        if (other.message.body === message.body) throw broken(`${opening.from}'s opening comes twice`);
        const evidence = [other.message, message];
        throw this.#complain(opening.from, "openings-differ", evidence, "it has signed two openings");
      }
      openings.set(opening.from, { message, opening });
    }
    for (const { name } of terms.participants) {
      if (!openings.has(name)) throw broken(`${name}'s opening is missing`);
    }
    if (openings.get(me)?.message.body !== this.#opening.body)
      throw broken("this participant's own was changed");
    for (const { message, opening } of openings.values()) {
      const fault = openingFault(terms, opening);
      if (fault !== undefined) throw this.#complain(opening.from, "opening", [message], fault);
    }
    this.#openings = openings;
    this.#transcript = transcriptOf(new Map([...openings].map(([name, { message }]) => [name, message])));
    const dealing = this.#dealing;
    if (dealing === undefined) return [];
    return terms.members.map(({ name, index }) => {
      const seal = { transcript: this.#transcript, from: me, to: name };
      const open = openings.get(name)?.opening.receiveKeys?.[me] ?? "";
      const share = Fn.toBytes(shareOf(dealing, index));
      const sealed = sealShare(share, this.#seal.secret, open, seal, random);
      return this.#say({ step: "share", ceremony: terms.digest, session, ...seal, sealed });
    });
  }

  /**
   * Round 3, of a member: takes each dealer's share for it. The caller stores what this gives before the confirmation leaves.
   *
   * @throws ComplaintError; TerminalError `CEREMONY_MESSAGES`
   */
  finish(messages: readonly SignedMessage[]): {
    readonly share: FrostShare;
    readonly confirmation: SignedMessage;
  } {
    const { terms, session, me } = this.#part;
    const openings = this.#openings;
    const member = terms.member(me);
    if (openings === undefined) throw broken("shares come before openings");
    if (member === undefined) throw broken("this participant gets no share");
    const shares = new Map<string, bigint>();
    for (const message of messages) {
      const body = readMessage(terms, message);
      if (body?.step !== "share" || body.session !== session || body.to !== me) {
        throw broken("one is no share for this member in this run");
      }
      const opened = openings.get(body.from);
      if (opened === undefined || terms.dealer(body.from) === undefined || shares.has(body.from)) {
        throw broken(`${body.from} does not deal, or does so twice`);
      }
      if (body.transcript !== this.#transcript) {
        throw this.#complain(body.from, "openings-differ", [message], "it was shown other openings");
      }
      const seal = { transcript: this.#transcript, from: body.from, to: me };
      const bytes = unsealShare(
        body.sealed,
        this.#receive.get(body.from)?.secret ?? "",
        opened.opening.sealKey ?? "",
        seal,
      );
      const share = BigInt(`0x${Buffer.from(bytes ?? [0]).toString("hex")}`);
      if (!shareFits(share, openingPoints(opened.opening), member.index)) {
        throw this.#complain(body.from, "share", [message], "its share does not fit its commitments");
      }
      shares.set(body.from, share);
    }
    const missing = terms.dealers.find(({ name }) => !shares.has(name));
    if (missing !== undefined) throw broken(`${missing.name}'s share is missing`);
    const group = this.#group();
    const secret = [...shares.values()].reduce((sum, share) => Fn.add(sum, share), 0n);
    if (!shareFits(secret, [...openedPoints(group)], member.index))
      throw broken("the shares add up to another key");
    const { generation } = group;
    const confirmation = this.#say({
      step: "confirmation",
      ceremony: terms.digest,
      session,
      from: me,
      transcript: this.#transcript,
      generation,
    });
    return { share: { group, index: member.index, secret: new Redacted(Fn.toBytes(secret)) }, confirmation };
  }

  #group(): GroupKey {
    const { terms } = this.#part;
    const { key, use, threshold, members } = terms.text;
    const dealt = terms.dealers.map(({ name }) => {
      const opened = this.#openings?.get(name);
      return opened === undefined ? [] : openingPoints(opened.opening);
    });
    const sum = addCommitments(dealt);
    const group = new GroupKey({
      version: 1,
      key,
      use,
      threshold,
      members: members.map(({ name, index }) => ({ name, index })),
      commitments: sum.map(pointText),
    });
    if (terms.text.kind === "reshare" && !group.point.equals(new GroupKey(terms.text.from).point)) {
      throw broken("the group's key would change");
    }
    return group;
  }

  #complain(
    accused: string,
    reason: Complaint["reason"],
    evidence: SignedMessage[],
    why: string,
  ): ComplaintError {
    const openings = [...(this.#openings?.values() ?? [])].map(({ message }) => message);
    const complaint: Complaint = {
      by: this.#part.me,
      accused,
      reason,
      evidence,
      ...(reason === "share" ? { unseal: this.#receive.get(accused)?.secret, openings } : {}),
    };
    return new ComplaintError(complaint, why);
  }
}

function* openedPoints(group: GroupKey) {
  for (const commitment of group.text.commitments) yield secp256k1.Point.fromHex(commitment);
}
