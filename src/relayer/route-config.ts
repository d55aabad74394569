import { isAddress } from "ethers";
import { z } from "zod";
import { evmChainSchema, evmSenderSchema } from "../chains/evm/open-evm.ts";
import { utxoNodesSchema } from "../chains/utxo/open-utxo.ts";
import { type Configured, readConfigFile } from "../core/config-file.ts";
import { schemaText } from "../core/json-schema.ts";
import { SHARED } from "./stream-names.ts";

/** Where the schema is kept. */
export const ROUTE_SCHEMA = "schemas/route.schema.json";

const ADDRESS = z.string().refine((text) => isAddress(text), "must be an address");
const NAME = z
  .string()
  .regex(/^[a-z0-9][a-z0-9-]{0,30}$/, "lower-case letters, digits and hyphens")
  .refine(
    (name) => !SHARED.includes(name),
    `a name of its own: ${SHARED.join(" and ")} are what all routes share`,
  );
const MILLISECONDS = z.int().min(100).max(86_400_000);
const HEIGHT = z.int().min(0).max(1_000_000_000);
const PORT = z.int().min(0).max(65_535);
const HASH = z.string().regex(/^(0x)?[0-9a-f]{64}$/, "a block's hash: 64 hexadecimal digits");
/** A final block, from which reading begins. */
const FROM = z.strictObject({ height: HEIGHT, hash: HASH.transform((text) => text.replace(/^0x/, "")) });

const COMMITTEE = z.discriminatedUnion("scheme", [
  /** One FROST group: its public file. */
  z.strictObject({ scheme: z.literal("frost"), address: ADDRESS, group: z.string().min(1) }),
  /** Keys of their own, each with its address at the verifier. */
  z.strictObject({
    scheme: z.literal("multisig"),
    address: ADDRESS,
    key: z.string().min(1),
    threshold: z.int().min(1).max(32),
    members: z
      .array(z.strictObject({ name: z.string().min(1), address: ADDRESS }))
      .min(1)
      .max(32),
  }),
]);

/** Whether to refuse to work unless a standby is synchronous, so that no failover loses what was acknowledged. */
const REPLICATED = { replicated: z.boolean().default(false) };

/** A route between a ledger and a chain of coins, as its relayers have it. Paths are meant from the file's folder. */
export const routeSchema = z.strictObject({
  $schema: z.string().optional(),
  version: z.literal(1),
  /** Its streams begin with it: never change it. */
  route: NAME,
  /** A file for one machine; a URL, or the environment's variable with one, for several workers. */
  journal: z.union([
    z.strictObject({ file: z.string().min(1) }),
    z.strictObject({ url: z.string().min(1), ...REPLICATED }),
    z.strictObject({ urlEnv: z.string().min(1), ...REPLICATED }),
  ]),
  home: z.strictObject({
    chain: evmChainSchema,
    sender: evmSenderSchema,
    vault: ADDRESS,
    from: FROM,
    /** The keystore of the sender's account, encrypted (Web3 Secret Storage). */
    keystore: z.string().min(1),
    /** The environment's variable with its password. */
    passwordEnv: z.string().min(1),
    /** Milliseconds in a pool until a submission is replaced for more. */
    patience: MILLISECONDS.default(120_000),
  }),
  foreign: z.strictObject({
    kind: z.literal("utxo"),
    /** CAIP-2. */
    chain: z.string().regex(/^bip122:[0-9a-f]{32}$/, "bip122: and 32 digits of the genesis block's hash"),
    /** Of two operators or more. */
    nodes: utxoNodesSchema,
    /** Blocks until one counts as final; the network's own where absent. Signers must have the same. */
    confirmations: z.int().min(1).max(1_000).optional(),
    from: FROM,
    /** The height from which the wallet's blocks are read. */
    birth: HEIGHT,
    /** The index of the wallet's coins: a file for each worker. */
    index: z.string().min(1),
    /** The ledger's id of the coin, decimal. */
    asset: z.string().regex(/^\d{1,78}$/),
    /** The least that is credited, decimal digits of the smallest unit. */
    leastDeposit: z
      .string()
      .regex(/^[1-9]\d{0,17}$/)
      .default("1"),
    /** The public file of the FROST group with the coins' key. */
    group: z.string().min(1),
    patience: MILLISECONDS.default(1_800_000),
  }),
  committee: COMMITTEE,
  /** The coordinator's configuration: the ways to the signers, and this relayer's identity. */
  coordinator: z.strictObject({ config: z.string().min(1), passwordEnv: z.string().min(1) }),
  pace: z
    .strictObject({
      poll: MILLISECONDS.optional(),
      look: MILLISECONDS.optional(),
      lease: MILLISECONDS.optional(),
      survey: MILLISECONDS.optional(),
      atOnce: z.int().min(1).max(256).optional(),
    })
    .default({}),
  metrics: z
    .strictObject({ host: z.string().min(1).default("127.0.0.1"), port: PORT.default(9_464) })
    .default({ host: "127.0.0.1", port: 9_464 }),
});
export type RouteConfig = z.output<typeof routeSchema>;

export type ConfiguredRoute = Configured<RouteConfig>;

/** The JSON Schema of it. */
export function routeSchemaText(): string {
  return schemaText(routeSchema, "Strongroom route");
}

/** @throws TerminalError `CONFIG_MISSING`, `CONFIG_INVALID` */
export function readRouteConfig(file: string): ConfiguredRoute {
  return readConfigFile(file, routeSchema, {
    of: "a route",
    advice: "docs/operations/relayer.md shows one; schemas/route.schema.json says what belongs in it.",
    docs: "docs/operations/relayer.md",
  });
}
