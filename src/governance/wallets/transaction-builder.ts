import { z } from "zod";
import { TerminalError } from "../../core/errors.ts";
import type { Call, SafeTransaction } from "../safe.ts";
import { builderChecksum } from "./builder-checksum.ts";
import { anyAddress, bytes, decimal, type Expected, hash, parseForeign } from "./foreign-json.ts";
import type { SafeAccount } from "./safe-hashes.ts";

/** The version of the Transaction Builder whose format this is. */
export const BUILDER_VERSION = "1.18.3";

interface Input {
  readonly internalType: string;
  readonly name: string;
  readonly type: string;
  readonly components?: readonly Input[] | undefined;
}
const input: z.ZodType<Input> = z.strictObject({
  internalType: z.string(),
  name: z.string(),
  type: z.string(),
  components: z.lazy(() => z.array(input)).optional(),
});

/** What Safe's Transaction Builder writes and imports, version 1.0: typings/models.ts of its source. */
export const builderFileSchema = z.strictObject({
  version: z.literal("1.0"),
  chainId: decimal,
  /** Milliseconds since 1970. */
  createdAt: z.number().int().nonnegative(),
  meta: z.strictObject({
    name: z.string(),
    description: z.string().optional(),
    txBuilderVersion: z.string().optional(),
    createdFromSafeAddress: z.string().optional(),
    createdFromOwnerAddress: z.string().optional(),
    checksum: hash,
  }),
  transactions: z
    .array(
      z.strictObject({
        to: z.string().refine((to) => anyAddress.safeParse(to).success, "is not an address"),
        value: decimal,
        data: bytes.nullish(),
        contractMethod: z
          .strictObject({ inputs: z.array(input), name: z.string(), payable: z.boolean() })
          .nullish(),
        contractInputsValues: z.record(z.string(), z.string()).nullish(),
      }),
    )
    .min(1),
});
export type BuilderFile = z.infer<typeof builderFileSchema>;

const EXPECTED: Expected<BuilderFile> = {
  schema: builderFileSchema,
  code: "BUILDER_FILE_INVALID",
  what: "a file of Safe's Transaction Builder, version 1.0",
  advice: "Export it again from the Transaction Builder, or write it again from the proposal.",
};

/** What a batch file says besides its calls. */
export interface BuilderMeta {
  readonly name: string;
  readonly description: string;
  /** An input, so that the same proposal gives the same file. */
  readonly createdAt: Date;
}

/**
 * A transaction as a file that Safe's own app imports. The app chooses the nonce: the hashes agree once it is set to the
 * proposal's in the app's transaction form.
 *
 * @throws TerminalError `BUILDER_NOT_EXPRESSIBLE` for what the format has no field for: a delegatecall, gas or refunds.
 * @example
 * writeFileSync("batch.json", builderText(builderFile([transaction], { chainId, safe }, { name, description, createdAt })));
 */
export function builderFile(
  transactions: readonly SafeTransaction[],
  { chainId, safe }: SafeAccount,
  { name, description, createdAt }: BuilderMeta,
): BuilderFile {
  for (const transaction of transactions) refuseInexpressible(transaction);
  const batch = {
    version: "1.0" as const,
    chainId: chainId.toString(),
    createdAt: createdAt.getTime(),
    meta: {
      name,
      description,
      txBuilderVersion: BUILDER_VERSION,
      createdFromSafeAddress: safe,
      createdFromOwnerAddress: "",
    },
    transactions: transactions.map(({ to, value, data }) => ({
      to,
      value: value.toString(),
      data,
      contractMethod: null,
      contractInputsValues: null,
    })),
  };
  return { ...batch, meta: { ...batch.meta, checksum: builderChecksum(batch) } };
}

/** The file's text, always the same for the same content. */
export function builderText(file: BuilderFile): string {
  return `${JSON.stringify(file, null, 2)}\n`;
}

/**
 * Reads a file of the Transaction Builder.
 *
 * @param source where it came from, for the error
 * @throws TerminalError `BUILDER_FILE_INVALID`, `BUILDER_CHECKSUM` (changed since it was written), `BUILDER_OTHER_CHAIN`,
 *   `BUILDER_OTHER_SAFE`
 */
export function parseBuilderFile(text: string, source: string, { chainId, safe }: SafeAccount): BuilderFile {
  const file = parseForeign(text, source, EXPECTED);
  const { checksum: _, ...meta } = file.meta;
  const expected = builderChecksum({ ...file, meta });
  if (file.meta.checksum !== expected) {
    throw new TerminalError("BUILDER_CHECKSUM", `${source} was changed after it was written`, {
      facts: { found: file.meta.checksum, expected },
      advice: "Don't sign it. Ask for the file again, or write it again from the proposal.",
      docs: "docs/wallets.md",
    });
  }
  if (file.chainId !== chainId.toString()) {
    throw new TerminalError("BUILDER_OTHER_CHAIN", `${source} is for another chain`, {
      facts: { found: file.chainId, expected: chainId },
      advice: "Take the file that was written for this chain.",
    });
  }
  const from = file.meta.createdFromSafeAddress ?? "";
  if (from !== "" && from.toLowerCase() !== safe.toLowerCase()) {
    throw new TerminalError("BUILDER_OTHER_SAFE", `${source} is for another Safe`, {
      facts: { found: from, expected: safe },
      advice: "Take the file that was written for this Safe.",
    });
  }
  return file;
}

/**
 * The calls of a file, in its order.
 *
 * @throws TerminalError `BUILDER_NEEDS_DATA` if a transaction names a method instead of bytes: nothing of ours writes that.
 */
export function builderCalls(file: BuilderFile): readonly Required<Call>[] {
  return file.transactions.map(({ to, value, data, contractMethod }, index) => {
    if ((data ?? "0x") === "0x" && contractMethod != null) {
      throw new TerminalError("BUILDER_NEEDS_DATA", "A transaction of the file has a method but no data", {
        facts: { index, method: contractMethod.name },
        advice: "Write it again with custom data: what is compared and signed is bytes.",
      });
    }
    return { to: anyAddress.parse(to), value: BigInt(value), data: data ?? "0x" };
  });
}

function refuseInexpressible(transaction: SafeTransaction): void {
  const { operation, safeTxGas, baseGas, gasPrice, gasToken, refundReceiver } = transaction;
  const words = [operation, safeTxGas, baseGas, gasPrice, gasToken, refundReceiver];
  if (words.every((word) => BigInt(word) === 0n)) return;
  throw new TerminalError(
    "BUILDER_NOT_EXPRESSIBLE",
    "The Transaction Builder's format has no field for a delegatecall, gas or a refund",
    {
      facts: { operation, safeTxGas, baseGas, gasPrice, gasToken, refundReceiver },
      advice: "Make it a plain call without refund. Delegatecalls are never part of a proposal.",
      docs: "docs/wallets.md",
    },
  );
}
