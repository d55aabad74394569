import { z } from "zod";
import { CHAIN_NAME } from "../core/chain-name.ts";
import { COMPLAINT, SIGNED_MESSAGE } from "./frost/ceremony-messages.ts";
import { GROUP_KEY, MOST_MEMBERS } from "./frost/group-key.ts";
import { STORE_NAME } from "./key-names.ts";

const HASH = z.string().regex(/^[0-9a-f]{64}$/);
const WORD = z.string().regex(/^0x[0-9a-f]{64}$/);
const NAME = z.string().regex(STORE_NAME);
const CHAIN = z.string().regex(CHAIN_NAME);
const POINT = z.string().regex(/^0[23][0-9a-f]{64}$/);
const SCALAR = HASH;
const SESSION = z.string().regex(/^[0-9a-f]{32}$/);
const DIGITS = z.string().regex(/^(0|[1-9]\d{0,77})$/);

/** The most signatures of one request: a transaction's inputs. */
export const MOST_PAYLOADS = 256;

const PAYLOAD = z
  .strictObject({
    scheme: z.enum(["bip340", "ecdsa"]),
    digest: HASH,
    merkleRoot: z.union([z.literal(""), HASH]).optional(),
  })
  .transform(({ merkleRoot, ...rest }) => (merkleRoot === undefined ? rest : { ...rest, merkleRoot }));

const UNSIGNED = z.strictObject({
  chain: CHAIN,
  effect: z.string().regex(/^(0x)?[0-9a-f]{64}$/),
  token: z.strictObject({
    chain: CHAIN,
    kind: z.enum(["outpoint", "nonce"]),
    value: z.string().min(1).max(120),
  }),
  body: z.string().min(1).max(600_000),
  fee: DIGITS.transform(BigInt),
  rate: DIGITS.transform(BigInt),
});

/** A `SigningRequest` as it is sent: amounts are decimal digits. */
export const REQUEST = z.strictObject({
  id: z.string().min(1).max(200),
  key: NAME,
  purpose: z.discriminatedUnion("kind", [
    z.strictObject({ kind: z.literal("transaction"), unsigned: UNSIGNED }),
    z.strictObject({
      kind: z.literal("statement"),
      statement: z.strictObject({ chain: WORD, messageId: WORD, content: WORD }),
      facts: z
        .record(z.string().max(40), z.string().max(300))
        .refine((facts) => Object.keys(facts).length <= 24, "has too many facts"),
    }),
  ]),
  payloads: z.array(PAYLOAD).min(1).max(MOST_PAYLOADS),
});

/** One signer's nonces for one payload. */
export const COMMITMENT = z.strictObject({
  index: z.number().int().min(1).max(65_535),
  hiding: POINT,
  binding: POINT,
});
export type Commitment = z.infer<typeof COMMITMENT>;

const CEREMONY = { ceremony: HASH, session: HASH };
const FROM_ALL = z.array(SIGNED_MESSAGE).max(2 * MOST_MEMBERS);

/** What a signer can be asked, and what it answers. */
export const METHODS = {
  status: {
    ask: z.strictObject({}),
    answer: z.strictObject({
      name: NAME,
      /** Since when it runs: Unix milliseconds. */
      since: z.number(),
      sessions: z.number().int(),
      groups: z
        .array(z.strictObject({ group: GROUP_KEY, generation: HASH, index: z.number().int() }))
        .max(64),
      keys: z.array(z.strictObject({ name: NAME, use: z.string(), address: z.string().max(42) })).max(64),
      approved: z.array(HASH).max(64),
      pending: z.array(z.strictObject({ key: NAME, ceremony: HASH, generation: HASH })).max(64),
    }),
  },
  /** FROST, round 1. */
  commit: {
    ask: z.strictObject({ request: REQUEST, generation: HASH }),
    answer: z.strictObject({ session: SESSION, commitments: z.array(COMMITMENT).max(MOST_PAYLOADS) }),
  },
  /** FROST, round 2: for each payload the commitments of all who sign. */
  share: {
    ask: z.strictObject({
      session: SESSION,
      commitments: z.array(z.array(COMMITMENT).max(MOST_MEMBERS)).min(1).max(MOST_PAYLOADS),
    }),
    answer: z.strictObject({ shares: z.array(SCALAR).max(MOST_PAYLOADS) }),
  },
  ecdsa: {
    ask: z.strictObject({ request: REQUEST }),
    answer: z.strictObject({
      signatures: z.array(z.string().regex(/^[0-9a-f]{130}$/)).max(MOST_PAYLOADS),
    }),
  },
  open: { ask: z.strictObject(CEREMONY), answer: z.strictObject({ opening: SIGNED_MESSAGE }) },
  deal: {
    ask: z.strictObject({ ...CEREMONY, openings: FROM_ALL }),
    answer: z.union([z.strictObject({ shares: FROM_ALL }), z.strictObject({ complaint: COMPLAINT })]),
  },
  finish: {
    ask: z.strictObject({ ...CEREMONY, shares: FROM_ALL }),
    answer: z.union([
      z.strictObject({ confirmation: SIGNED_MESSAGE, group: GROUP_KEY }),
      z.strictObject({ complaint: COMPLAINT }),
    ]),
  },
  /** What it has stored for a ceremony: for a coordinator that lost it. */
  confirmation: {
    ask: z.strictObject({ ceremony: HASH }),
    answer: z.strictObject({ confirmation: SIGNED_MESSAGE, group: GROUP_KEY }),
  },
  activate: {
    ask: z.strictObject({ ceremony: HASH, confirmations: FROM_ALL }),
    answer: z.strictObject({ generation: HASH }),
  },
} as const;
export type Method = keyof typeof METHODS;
export type Ask<M extends Method> = z.output<(typeof METHODS)[M]["ask"]>;
export type Answer<M extends Method> = z.output<(typeof METHODS)[M]["answer"]>;

/** One question on a connection. */
export const QUESTION = z.strictObject({
  id: z.number().int().min(0).max(Number.MAX_SAFE_INTEGER),
  method: z.enum(Object.keys(METHODS) as [Method, ...Method[]]),
  params: z.unknown(),
});

/** One answer: a result, or an error in the words of who answers. */
export const REPLY = z.union([
  z.strictObject({ id: z.number().int(), result: z.unknown() }),
  z.strictObject({
    id: z.number().int(),
    error: z.strictObject({
      code: z.string().regex(/^[A-Z0-9_]{1,60}$/),
      message: z.string().max(2_000),
      retryable: z.boolean(),
    }),
  }),
]);

/** A value as JSON text: large numbers are decimal digits. */
export function wireText(value: unknown): string {
  return JSON.stringify(value, (_key, item: unknown) => (typeof item === "bigint" ? item.toString() : item));
}
