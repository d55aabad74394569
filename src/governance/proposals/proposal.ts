import { id } from "ethers";
import { z } from "zod";
import { canonicalJson } from "../../core/canonical-json.ts";
import { TerminalError } from "../../core/errors.ts";
import { schemaText } from "../../core/json-schema.ts";
import { SAFES } from "../safe-names.ts";
import { address, bytes, decimal, type Expected, hash, parseForeign } from "../wallets/foreign-json.ts";

/** Says which words a proposal file is written in. */
export const PROPOSAL_FORMAT = "strongroom/proposal@1";

/** Unix seconds that a calendar knows. */
const seconds = z.string().regex(/^(0|[1-9]\d{0,11})$/, "is not a time in Unix seconds");

const said = z.strictObject({ en: z.string(), zh: z.string() });

interface Decoded {
  readonly target: string;
  readonly to: string;
  readonly value: string;
  readonly function: string;
  readonly arguments: readonly { readonly name: string; readonly type: string; readonly value: string }[];
  readonly inside?: Decoded | undefined;
}
const readArgument = z.strictObject({ name: z.string(), type: z.string(), value: z.string() });
const decoded: z.ZodType<Decoded> = z.strictObject({
  target: z.string(),
  to: address,
  value: decimal,
  function: z.string(),
  arguments: z.array(readArgument),
  inside: z.lazy(() => decoded).optional(),
});

const schema = z.strictObject({
  format: z.literal(PROPOSAL_FORMAT),
  /** Keccak-256 of the canonical JSON of everything else: shows damage, not malice. `gov review` shows malice. */
  digest: hash,
  network: z.string(),
  chainId: decimal,
  title: z.string(),
  reason: z.string(),
  change: z.strictObject({ digest: hash, stated: z.record(z.string(), z.unknown()) }),
  /** What was chosen when it was proposed, and what all else follows from together with the change and the chain. */
  inputs: z.strictObject({
    /** Unix seconds of the chain's latest block. */
    createdAt: seconds,
    /** Unix seconds: after it nothing of this is signed or executed. */
    validUntil: seconds,
    /** The Safe's; none where an account acts. */
    nonce: decimal.optional(),
  }),
  path: z.discriminatedUnion("by", [
    z.strictObject({
      by: z.literal("timelock"),
      domain: z.enum(["suite", "reserve"]),
      safe: z.enum(SAFES),
      timelock: address,
    }),
    z.strictObject({ by: z.literal("safe"), safe: z.enum(SAFES) }),
    z.strictObject({ by: z.literal("account"), account: address }),
  ]),
  /** Contracts that anyone deploys first, at addresses that follow from their creation code. */
  parts: z.array(
    z.strictObject({
      name: z.string(),
      contract: z.string(),
      /** What its constructor is given: code is what it is by these too. */
      arguments: z.array(readArgument),
      address,
      initCodeHash: hash,
      codeHash: hash,
    }),
  ),
  calls: z.array(z.strictObject({ to: address, value: decimal, data: bytes, reads: decoded })).min(1),
  /** What the timelock schedules and executes. */
  operation: z
    .strictObject({ id: hash, timelock: address, predecessor: hash, salt: hash, delaySeconds: decimal })
    .optional(),
  /** What the Safe's owners sign. */
  safe: z
    .strictObject({
      address,
      /** As of the proposal, for signers without a node; the chain has the last word. */
      owners: z.array(address),
      threshold: z.int(),
      transaction: z.strictObject({
        to: address,
        value: decimal,
        data: bytes,
        operation: z.literal(0),
        safeTxGas: z.literal("0"),
        baseGas: z.literal("0"),
        gasPrice: z.literal("0"),
        gasToken: z.string(),
        refundReceiver: z.string(),
        nonce: decimal,
      }),
      hashes: z.strictObject({ domain: hash, message: hash, safeTx: hash }),
    })
    .optional(),
  says: z.array(said),
  simulation: z.strictObject({
    block: z.strictObject({ number: z.int(), time: seconds }),
    effectiveAt: seconds,
    steps: z.array(z.strictObject({ step: z.enum(["schedule", "execute", "act"]), gas: decimal })),
    changes: z.array(
      z.strictObject({
        id: z.string(),
        label: said,
        before: said,
        after: said,
        value: z.strictObject({ before: z.string(), after: z.string() }),
        direction: z.enum(["tightens", "loosens", "neutral"]),
      }),
    ),
    events: z.array(
      z.strictObject({
        source: z.string(),
        name: z.string(),
        arguments: z.array(z.strictObject({ name: z.string(), value: z.string() })),
      }),
    ),
  }),
  /** Of an upgrade: what of the code changes. */
  upgrade: z
    .strictObject({
      contract: z.string(),
      from: z.strictObject({ address, codeHash: hash }),
      to: z.strictObject({ address, codeHash: hash }),
      layout: said,
      functions: z.strictObject({
        added: z.array(z.string()),
        removed: z.array(z.string()),
        changed: z.array(z.string()),
      }),
      roles: z.array(said),
      rollbackWindowSeconds: decimal,
      rollbackPossible: z.boolean(),
    })
    .optional(),
});

/** A change on one chain, ready to be reviewed, signed and executed. */
export type Proposal = z.output<typeof schema>;

const EXPECTED: Expected<Proposal> = {
  schema,
  code: "PROPOSAL_INVALID",
  what: "a proposal file",
  advice: "Get the file again from whoever proposed it, or propose the change anew.",
};

/** Closes a proposal with its digest. */
export function sealed(content: Omit<Proposal, "digest" | "format">): Proposal {
  const open = { format: PROPOSAL_FORMAT, ...content } as const;
  return { ...open, digest: id(canonicalJson(open)) };
}

/** The text of a proposal file. */
export function proposalText(proposal: Proposal): string {
  return `${JSON.stringify(proposal, null, 2)}\n`;
}

/**
 * Reads a proposal file's text and checks that it is undamaged.
 *
 * @throws TerminalError `PROPOSAL_INVALID`, `PROPOSAL_TAMPERED`
 */
export function parseProposal(text: string, source: string): Proposal {
  const proposal = parseForeign(text, source, EXPECTED);
  const { digest, ...content } = proposal;
  const found = id(canonicalJson(content));
  if (found === digest) return proposal;
  throw new TerminalError("PROPOSAL_TAMPERED", `${source} was changed after it was written`, {
    facts: { digest, found },
    advice:
      "Don't sign. Get the file again from whoever proposed it, and review it on a machine of your own.",
  });
}

/** Where the schema is kept. */
export const PROPOSAL_SCHEMA = "schemas/proposal.schema.json";

/** The published JSON Schema of proposal files. `parseProposal` has the last word. */
export function proposalSchema(): string {
  return schemaText(schema, "Strongroom proposal file");
}
