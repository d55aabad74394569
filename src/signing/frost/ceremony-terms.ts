import { createHash, createPublicKey, type KeyObject } from "node:crypto";
import { z } from "zod";
import type { Hex } from "../../chains/chain.ts";
import { canonicalJson } from "../../core/canonical-json.ts";
import { TerminalError } from "../../core/errors.ts";
import { KEY_NAME } from "../key-names.ts";
import { GROUP_KEY, MEMBER, MOST_MEMBERS } from "./group-key.ts";

/** A P-256 key as certificates have it (SubjectPublicKeyInfo), in base64. */
export const IDENTITY_KEY = z
  .base64()
  .max(200)
  .refine((text) => identityKey(text) !== undefined, "must be a P-256 public key (SPKI) in base64");

/** The key of an identity; undefined where the text is none. */
export function identityKey(text: string): KeyObject | undefined {
  try {
    const key = createPublicKey({ key: Buffer.from(text, "base64"), format: "der", type: "spki" });
    const fits = key.asymmetricKeyType === "ec" && key.asymmetricKeyDetails?.namedCurve === "prime256v1";
    return fits ? key : undefined;
  } catch {
    return undefined;
  }
}

const PARTICIPANT = MEMBER.extend({ identity: IDENTITY_KEY });
/** Who takes part in a ceremony, and by which key it is known. */
export type Participant = z.infer<typeof PARTICIPANT>;

const COMMON = {
  version: z.literal(1),
  key: KEY_NAME,
  use: z.enum(["transaction", "statement"]),
  threshold: z.number().int().min(2).max(MOST_MEMBERS),
  /** Who has a share afterwards. */
  members: z.array(PARTICIPANT).min(2).max(MOST_MEMBERS),
  /** A ceremony that failed is repeated under another number, so that no two results of one can both count. */
  attempt: z.number().int().min(1).max(1_000_000),
};

const unique = <T>(items: readonly T[]) => new Set(items).size === items.length;

/**
 * What a ceremony is to make, as a file that every participant's operator has approved. Nothing that a coordinator says can
 * change any of it.
 */
export const CEREMONY_TERMS = z
  .discriminatedUnion("kind", [
    z.strictObject({ kind: z.literal("dkg"), ...COMMON }),
    z.strictObject({
      kind: z.literal("reshare"),
      ...COMMON,
      /** The key that is shared anew. */
      from: GROUP_KEY,
      /** Those of its members that deal. */
      dealers: z.array(PARTICIPANT).min(2).max(MOST_MEMBERS),
    }),
  ])
  .superRefine((terms, context) => {
    const say = (message: string) => context.addIssue({ code: "custom", message });
    const all = [...terms.members, ...(terms.kind === "reshare" ? terms.dealers : [])];
    for (const list of [terms.members, ...(terms.kind === "reshare" ? [terms.dealers] : [])]) {
      if (!unique(list.map(({ name }) => name))) say("two participants have the same name");
      if (!unique(list.map(({ index }) => index))) say("two participants have the same index");
      if (!unique(list.map(({ identity }) => identity))) say("two participants have the same identity");
    }
    if (terms.threshold > terms.members.length) say("the threshold exceeds the members");
    // Two halves that were never asked the same could else be made to contradict each other, and both be honest.
    if (terms.use === "statement" && 2 * terms.threshold <= terms.members.length) {
      say("a committee's threshold is more than half of its members");
    }
    for (const { name, identity } of all) {
      const others = all.filter((other) => (other.name === name) !== (other.identity === identity));
      if (others.length > 0) say(`${name} has two identities, or shares one`);
    }
    if (terms.kind === "dkg") return;
    if (terms.from.key !== terms.key || terms.from.use !== terms.use) say("the key is another one");
    if (terms.dealers.length < terms.from.threshold) say("too few dealers for the old threshold");
    for (const { name, index } of terms.dealers) {
      const known = terms.from.members.some((member) => member.name === name && member.index === index);
      if (!known) say(`${name} has no share of the old key at that index`);
    }
  });
export type CeremonyTermsText = z.infer<typeof CEREMONY_TERMS>;

/** The terms of one ceremony. */
export class CeremonyTerms {
  readonly text: CeremonyTermsText;
  /** SHA-256: what operators compare by voice, and what every message of the ceremony names. */
  readonly digest: Hex;
  /** Who shares a secret out. */
  readonly dealers: readonly Participant[];
  /** Who gets shares. */
  readonly members: readonly Participant[];
  /** Both, each once, in order of name. */
  readonly participants: readonly Participant[];

  /** @throws TerminalError `CEREMONY_INVALID` */
  constructor(json: unknown) {
    const parsed = CEREMONY_TERMS.safeParse(json);
    if (!parsed.success) {
      throw new TerminalError("CEREMONY_INVALID", "This is no ceremony that could be held", {
        facts: { why: z.prettifyError(parsed.error).slice(0, 500) },
        advice: "Make the file by signer plan.",
        docs: "docs/operations/key-ceremony.md",
      });
    }
    this.text = parsed.data;
    this.digest = createHash("sha256").update(canonicalJson(this.text)).digest("hex");
    this.members = this.text.members;
    this.dealers = this.text.kind === "dkg" ? this.text.members : this.text.dealers;
    const names = [...new Set([...this.dealers, ...this.members].map(({ name }) => name))].sort();
    this.participants = names.flatMap((name) => this.participant(name) ?? []);
  }

  participant(name: string): Participant | undefined {
    return [...this.members, ...this.dealers].find((participant) => participant.name === name);
  }

  member(name: string): Participant | undefined {
    return this.members.find((member) => member.name === name);
  }

  dealer(name: string): Participant | undefined {
    return this.dealers.find((dealer) => dealer.name === name);
  }
}

/** A fingerprint as it is read aloud: eight groups of eight digits. */
export function spoken(fingerprint: Hex): string {
  return fingerprint.match(/.{1,8}/g)?.join(" ") ?? "";
}
