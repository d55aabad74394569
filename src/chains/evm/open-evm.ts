import { getAddress } from "ethers";
import { z } from "zod";
import { EVM_CHAIN_NAME } from "../../core/chain-name.ts";
import { TerminalError } from "../../core/errors.ts";
import { GATEWAY, WAITING_REFUSALS } from "../../gateway/abi.ts";
import { gatewayDone } from "../../gateway/effect-done.ts";
import { GatewayReader } from "../../gateway/gateway-reader.ts";
import { differ } from "../node-set.ts";
import { ChainView } from "./chain-view.ts";
import { EvmExecutor } from "./evm-executor.ts";
import { EvmObserver } from "./evm-observer.ts";
import { httpNode } from "./http-node.ts";
import { EvmNodes } from "./nodes.ts";
import { sharedParsing } from "./parse-answers.ts";
import { refusalReader } from "./refusal-reader.ts";

const count = z.int().min(0).max(1_000_000_000);
const positive = z.int().min(1).max(1_000_000_000);
const address = z
  .string()
  .regex(/^0x[0-9a-fA-F]{40}$/, "an address")
  .transform((text) => getAddress(text));
const wei = z
  .string()
  .regex(/^[1-9]\d{0,40}$/, "wei as decimal digits, above zero")
  .transform(BigInt);

/** How an EVM chain is read: what observers, signers and relayers need alike. */
export const evmChainSchema = z.strictObject({
  /** CAIP-2: `eip155:1`. */
  chain: z.string().regex(EVM_CHAIN_NAME, "eip155: and the chain's id"),
  /** Of different operators. */
  nodes: z
    .array(
      z.strictObject({
        url: z.url({ protocol: /^https?$/ }),
        /** Milliseconds. */
        timeout: positive.optional(),
        /** Questions in one request. */
        batch: positive.optional(),
      }),
    )
    .min(2)
    .refine((nodes) => differ(nodes.map(({ url }) => url)), "each node once"),
  quorum: positive.optional(),
  /** `tag`: by the chain's own word. `depth`: so many blocks below the best one. `orDepth`: where nodes don't know the word. */
  finality: z.discriminatedUnion("by", [
    z.strictObject({ by: z.literal("tag"), orDepth: count.optional() }),
    z.strictObject({ by: z.literal("depth"), blocks: count }),
  ]),
  gateway: address,
  /** The block of the Gateway's deployment. */
  since: count,
  /** Blocks that one question for logs spans at most. */
  span: positive.optional(),
});

/** Who sends transactions there, and within which bounds. */
export const evmSenderSchema = z.strictObject({
  account: address,
  /** Most for a unit of gas, wei. */
  rate: wei,
  /** Most for one transaction, wei. */
  total: wei,
  /** Most gas that one call may use. */
  gas: wei,
});

/** A configuration that was checked. */
export type EvmChainConfig = z.output<typeof evmChainSchema>;
export type EvmSenderConfig = z.output<typeof evmSenderSchema>;

/** A chain that was opened. The executor is there where a sender was given. */
export interface OpenEvm {
  readonly view: ChainView;
  readonly observer: EvmObserver;
  readonly reader: GatewayReader;
  readonly executor: EvmExecutor | undefined;
}

function checked<S extends z.ZodType>(schema: S, value: unknown): z.output<S> {
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  throw new TerminalError("CHAIN_CONFIG", "The configuration of an EVM chain is wrong", {
    facts: { where: z.prettifyError(parsed.error) },
    advice: "Correct what is named.",
  });
}

/**
 * Opens an EVM chain with a Gateway on it, from text that nobody has checked.
 *
 * @param chain as `evmChainSchema` has it
 * @param sender as `evmSenderSchema` has it; without one nothing can be sent
 * @throws TerminalError `CHAIN_CONFIG`, `TOO_FEW_NODES`
 */
export function openEvm(chain: unknown, sender?: unknown): OpenEvm {
  return openEvmChain(
    checked(evmChainSchema, chain),
    sender === undefined ? undefined : checked(evmSenderSchema, sender),
  );
}

/**
 * The same, from what was checked already.
 *
 * @throws TerminalError `TOO_FEW_NODES`
 */
export function openEvmChain(config: EvmChainConfig, sender?: EvmSenderConfig): OpenEvm {
  const parse = sharedParsing();
  const nodes = new EvmNodes(
    config.chain,
    config.nodes.map(({ url, timeout, batch }) =>
      httpNode(url, {
        parse,
        ...(timeout === undefined ? {} : { timeout }),
        ...(batch === undefined ? {} : { batch }),
      }),
    ),
    config.quorum,
  );
  const { by } = config.finality;
  const view = new ChainView(
    nodes,
    by === "depth"
      ? config.finality
      : { by, ...(config.finality.orDepth === undefined ? {} : { orDepth: config.finality.orDepth }) },
  );
  const { gateway: contract, since } = config;
  const span = config.span === undefined ? {} : { span: config.span };
  const observer = new EvmObserver(view, { contract, face: GATEWAY, ...span });
  const reader = new GatewayReader(view, contract);
  if (sender === undefined) return { view, observer, reader, executor: undefined };
  const { account, rate, total, gas } = sender;
  const executor = new EvmExecutor(view, {
    account,
    fees: { rate, total },
    gas,
    refusal: refusalReader(GATEWAY, WAITING_REFUSALS),
    doneBy: gatewayDone(view, reader, { since, ...span }),
  });
  return { view, observer, reader, executor };
}
