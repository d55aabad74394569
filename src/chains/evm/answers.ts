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

/** A log in a block. All hex digits in lower case; topics and data 0x-prefixed, as what decodes them wants them. */
export interface Log {
  readonly address: string;
  readonly topics: readonly string[];
  readonly data: string;
  readonly blockHash: Hex;
  readonly blockNumber: number;
  readonly transactionHash: Hex;
  readonly logIndex: number;
}

const WORD = /^0x[0-9a-f]{64}$/i;
const ADDRESS = /^0x[0-9a-f]{40}$/i;
const BYTES = /^0x[0-9a-f]*$/i;
/** Up to 2^52: a number of JavaScript's holds it. */
const COUNT = /^0x[0-9a-f]{1,13}$/i;

const is = (form: RegExp, value: unknown): value is string => typeof value === "string" && form.test(value);

/** A log as a node tells it, in one pass: scans read thousands. Undefined where it is none, or was taken back. */
function logOf(told: unknown): Log | undefined {
  if (typeof told !== "object" || told === null) return undefined;
  const { address, topics, data, blockHash, blockNumber, transactionHash, logIndex, removed } =
    told as Record<string, unknown>;
  const isWhole =
    is(ADDRESS, address) &&
    Array.isArray(topics) &&
    topics.length <= 4 &&
    topics.every((topic) => is(WORD, topic)) &&
    is(BYTES, data) &&
    is(WORD, blockHash) &&
    is(COUNT, blockNumber) &&
    is(WORD, transactionHash) &&
    is(COUNT, logIndex) &&
    (removed === undefined || removed === false);
  if (!isWhole) return undefined;
  return {
    address: address.toLowerCase(),
    topics: (topics as string[]).map((topic) => topic.toLowerCase()),
    data: data.toLowerCase(),
    blockHash: blockHash.slice(2).toLowerCase(),
    blockNumber: Number(blockNumber),
    transactionHash: transactionHash.slice(2).toLowerCase(),
    logIndex: Number(logIndex),
  };
}

/** Logs in blocks. */
export const logsSchema = z.array(z.unknown()).transform((told, context): readonly Log[] => {
  const logs: Log[] = [];
  for (const [at, each] of told.entries()) {
    const log = logOf(each);
    if (log !== undefined) logs.push(log);
    else context.addIssue({ code: "custom", path: [at], message: "This is no log in a block" });
  }
  return logs;
});

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
