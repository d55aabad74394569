import { z } from "zod";
import { RetryableError } from "../../core/errors.ts";
import type { Hex } from "../chain.ts";
import type { Answer, EvmNode, Question } from "./rpc.ts";

const hexText = z.string().regex(/^0x[0-9a-f]*$/i);
const hex = hexText.transform((text) => text.slice(2).toLowerCase());
const word = z
  .string()
  .length(66)
  .regex(/^0x[0-9a-f]*$/i)
  .transform((text): Hex => text.slice(2).toLowerCase());
const quantity = z
  .string()
  .regex(/^0x[0-9a-f]{1,64}$/i)
  .transform(BigInt);
const count = quantity.refine((value) => value <= Number.MAX_SAFE_INTEGER).transform(Number);
const address = z
  .string()
  .regex(/^0x[0-9a-f]{40}$/i)
  .transform((text) => text.toLowerCase());

/** A block's header, as far as it is looked at. Hashes and ids without prefix, addresses in lower case. */
export const headerSchema = z.object({
  number: count,
  hash: word,
  parentHash: word,
  logsBloom: z.string().length(514),
  timestamp: count,
  baseFeePerGas: quantity.nullish(),
});
export type Header = z.infer<typeof headerSchema>;

/** A log in a block. */
export const logSchema = z.object({
  address,
  topics: z.array(hexText.length(66)).max(4),
  data: hexText,
  blockHash: word,
  blockNumber: count,
  transactionHash: word,
  logIndex: count,
  removed: z.literal(false).optional(),
});
export type Log = z.infer<typeof logSchema>;

/** A transaction, mined or waiting. */
export const transactionSchema = z.object({
  hash: word,
  from: address,
  nonce: count,
  to: address.nullish(),
  input: hex,
  value: quantity,
  blockHash: word.nullish(),
});
export type ChainTransaction = z.infer<typeof transactionSchema>;

/** What became of a mined transaction. `logs` are those of the block, numbered through it. */
export const receiptSchema = z.object({
  transactionHash: word,
  blockHash: word,
  blockNumber: count,
  status: count,
  logs: z.array(z.object({ address, logIndex: count })),
});
export type Receipt = z.infer<typeof receiptSchema>;

/** A block with its transactions, as far as it takes to find one by its sender and nonce. */
export const fullBlockSchema = headerSchema.extend({
  transactions: z.array(z.object({ hash: word, from: address, nonce: count })),
});

/** What nodes say of fees: EIP-1559's history. */
export const feeHistorySchema = z.object({
  baseFeePerGas: z.array(quantity).min(1),
  reward: z.array(z.array(quantity)).nullish(),
});

export { count as countSchema, hexText as hexSchema, quantity as quantitySchema, word as wordSchema };

/** A height as nodes are asked for it. */
export function quantityText(value: number | bigint): string {
  return `0x${value.toString(16)}`;
}

/** A node's answer as it should be; null where the schema lets it be null. */
export function read<S extends z.ZodType>(
  node: EvmNode,
  { method }: Question,
  answer: Answer,
  schema: S,
): z.infer<S> {
  if ("fault" in answer) {
    const { code, message } = answer.fault;
    throw new RetryableError("NODE_REFUSED", `A node refuses ${method}`, {
      facts: { node: node.name, code, message: message.slice(0, 200) },
    });
  }
  const parsed = schema.safeParse(answer.result);
  if (parsed.success) return parsed.data;
  throw new RetryableError("NODE_TALKS_NONSENSE", `A node's answer to ${method} is none`, {
    facts: { node: node.name },
    cause: parsed.error,
    advice: "Check what software the node runs.",
  });
}

/** Asks one node one thing. */
export async function askOne<S extends z.ZodType>(
  node: EvmNode,
  method: string,
  params: readonly unknown[],
  schema: S,
): Promise<z.infer<S>> {
  const question = { method, params };
  const [answer] = await node.ask([question]);
  if (answer === undefined) throw new RetryableError("NODE_TALKS_NONSENSE", "A node gave no answer");
  return read(node, question, answer, schema);
}
