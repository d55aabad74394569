import { createHash, verify } from "node:crypto";
import { z } from "zod";
import type { Hex } from "../../chains/chain.ts";
import { STORE_NAME } from "../key-names.ts";
import { type CeremonyTerms, identityKey } from "./ceremony-terms.ts";
import { MOST_MEMBERS } from "./group-key.ts";

const HASH = z.string().regex(/^[0-9a-f]{64}$/);
const POINT = z.string().regex(/^0[23][0-9a-f]{64}$/);
const NAME = z.string().regex(STORE_NAME);

/** A message and its author's signature. The text is kept as it was signed. */
export const SIGNED_MESSAGE = z.strictObject({
  body: z.string().max(16_384),
  signature: z.base64().max(120),
});
export type SignedMessage = z.infer<typeof SIGNED_MESSAGE>;

const HEAD = { ceremony: HASH, session: HASH, from: NAME };

/** Round 1, to all: what a dealer commits to, and the keys that shares are sealed by. */
const OPENING = z.strictObject({
  step: z.literal("opening"),
  ...HEAD,
  /** A dealer's own. */
  sealKey: HASH.optional(),
  /** A member's, one for each dealer: whoever must show what one of them sent shows nothing of the others. */
  receiveKeys: z.record(NAME, HASH).optional(),
  commitments: z.array(POINT).max(MOST_MEMBERS).optional(),
  /** That the dealer knows the secret that it shares: in a DKG only. */
  proof: z
    .string()
    .regex(/^[0-9a-f]{128}$/)
    .optional(),
});
export type Opening = z.infer<typeof OPENING>;

/** Round 2, to one member. */
const SHARE = z.strictObject({
  step: z.literal("share"),
  ...HEAD,
  transcript: HASH,
  to: NAME,
  sealed: z.base64().max(200),
});
export type SealedShare = z.infer<typeof SHARE>;

/** Round 3, to all: what a member has stored. */
const CONFIRMATION = z.strictObject({
  step: z.literal("confirmation"),
  ...HEAD,
  transcript: HASH,
  generation: HASH,
});
export type Confirmation = z.infer<typeof CONFIRMATION>;

const BODY = z.discriminatedUnion("step", [OPENING, SHARE, CONFIRMATION]);
export type CeremonyBody = z.infer<typeof BODY>;

/** Why a ceremony was stopped by a member, with what proves it. */
export const COMPLAINT = z.strictObject({
  by: NAME,
  accused: NAME,
  reason: z.enum(["opening", "share", "openings-differ"]),
  /** Signed messages of the accused: its opening, or two of them; or its share. */
  evidence: z.array(SIGNED_MESSAGE).max(4),
  /** The accuser's receiving key for the accused, which opens that one share: of no use once the run has failed. */
  unseal: HASH.optional(),
  /** Everybody's openings, to which the share is bound: they show whose key that is, and what was committed to. */
  openings: z
    .array(SIGNED_MESSAGE)
    .max(2 * MOST_MEMBERS)
    .optional(),
});
export type Complaint = z.infer<typeof COMPLAINT>;

/** What identities sign begins with this, so that it is nothing else that the same key signs. */
const DOMAIN = "strongroom ceremony 1\n";

/** The bytes that a message's author signs. */
export const signedBytes = (body: string): Buffer => Buffer.from(DOMAIN + body);

/** A message that its named author has signed for this ceremony; undefined where it is none. */
export function readMessage(terms: CeremonyTerms, message: SignedMessage): CeremonyBody | undefined {
  let json: unknown;
  try {
    json = JSON.parse(message.body);
  } catch {
    return undefined;
  }
  const parsed = BODY.safeParse(json);
  if (!parsed.success || parsed.data.ceremony !== terms.digest) return undefined;
  const key = identityKey(terms.participant(parsed.data.from)?.identity ?? "");
  if (key === undefined) return undefined;
  const signature = Buffer.from(message.signature, "base64");
  const good = verify("sha256", signedBytes(message.body), { key, dsaEncoding: "ieee-p1363" }, signature);
  return good ? parsed.data : undefined;
}

/** What all saw in round 1: the openings in order of their authors. */
export function transcriptOf(openings: ReadonlyMap<string, SignedMessage>): Hex {
  const hash = createHash("sha256").update("strongroom ceremony transcript 1\n");
  for (const name of [...openings.keys()].sort()) {
    const body = openings.get(name)?.body ?? "";
    hash.update(`${name}\n${Buffer.byteLength(body)}\n${body}\n`);
  }
  return hash.digest("hex");
}
