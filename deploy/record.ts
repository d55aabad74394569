import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { getAddress, isAddress, keccak256, toUtf8Bytes } from "ethers";
import { z } from "zod";
import { canonicalJson } from "../src/core/canonical-json.ts";
import { TerminalError } from "../src/core/errors.ts";
import { writeWhole } from "../src/core/write-whole.ts";
import type { SuiteAddresses } from "./addresses.ts";
import { parseConfig, type SuiteConfig } from "./config/schema.ts";

/** Where records are kept, from the repository's root. */
export const DEPLOYMENTS = "deployments";
/** What a record says that it is. */
export const RECORD_FORMAT = "strongroom/deployment@1";

const address = z
  .string()
  .refine((text) => isAddress(text) && getAddress(text) === text, "not a checksummed address");
const hash = z.string().regex(/^0x[0-9a-f]{64}$/, "not 32 bytes in hex");
const digits = z.string().regex(/^\d+$/, "not a whole number");

const addresses = z.strictObject({
  network: z.string(),
  chainId: digits,
  deployer: address,
  fromBlock: z.number().int().min(0),
  safeContracts: z.strictObject({
    factory: address,
    singleton: address,
    fallbackHandler: address,
    multiSend: address,
  }),
  safes: z
    .strictObject({
      council: address,
      guardian: address,
      canceller: address,
      reviewer: address,
      rollback: address,
      reserve: address,
      riskOfficer: address.optional(),
    })
    .transform(({ riskOfficer, ...rest }) => (riskOfficer === undefined ? rest : { ...rest, riskOfficer })),
  manager: address,
  timelock: address,
  vetoGate: address,
  succession: address,
  safeGuard: address,
  safeSetup: address,
  reserveManager: address,
  reserveTimelock: address,
  reserveVetoGate: address,
  reserveSuccession: address,
  reserveSafeGuard: address,
  vault: address,
  vaultImplementation: address,
  vaultAdmin: address,
  proxyAdmin: address,
  policy: address,
  router: address,
  registry: address,
  guardian: address,
  upgradeController: address,
  auditRecord: address,
  recovery: address,
  reserve: address,
  factory: address,
  lens: address,
  pullPrices: address,
  paymentRules: address,
  payments: address,
  netting: address,
  secretRegistry: address,
  conditions: z.strictObject({
    attestation: address,
    hashLock: address,
    priceLimit: address,
    quorum: address,
    several: address,
    timeWindow: address,
  }),
  gateway: address,
  committee: address,
  committeeVerifier: address,
  sanctionsList: address,
  assets: z.array(
    z.strictObject({
      symbol: z.string(),
      id: digits,
      token: address,
      feedSet: address,
      sources: z.array(
        z.strictObject({ address, kind: z.enum(["chainlink", "pyth", "redstone"]), feed: address }),
      ),
    }),
  ),
  guardianKeys: z.array(z.strictObject({ key: address, expiry: digits, budgetSeconds: digits })),
}) satisfies z.ZodType<SuiteAddresses>;

const schema = z.strictObject({
  format: z.literal(RECORD_FORMAT),
  /** incomplete: something may be missing; deployed: all is there; verified: and read back from the chain as declared. */
  state: z.enum(["incomplete", "deployed", "verified"]),
  addresses,
  /** keccak-256 of the code at each contract's address; empty while incomplete. */
  codeHashes: z.record(z.string(), hash),
  /** The parameter file as it was understood, large numbers as text: it can be given to --config again. */
  parameters: z.record(z.string(), z.json()),
  parametersDigest: hash,
  /** The chain before the first transaction: another block of this number is another chain. */
  began: z.strictObject({ block: z.number().int().min(0), hash, at: digits }),
  createx: address,
  /** The sources' commit; "unknown" outside a checkout. */
  commit: z.string(),
  /** Whether the sources had changes beside that commit. */
  dirty: z.boolean(),
  startedAt: z.iso.datetime(),
  finishedAt: z.iso.datetime().optional(),
  /** keccak-256 of everything above. */
  digest: hash,
});

/** What is kept of a deployment. */
export type DeploymentRecord = z.output<typeof schema>;

const digestOf = (value: unknown): string => keccak256(toUtf8Bytes(canonicalJson(value)));

/** The parameters of a deployment as its record keeps them, and their digest. */
export function recordedParameters(
  config: SuiteConfig,
): Pick<DeploymentRecord, "parameters" | "parametersDigest"> {
  const parameters = JSON.parse(canonicalJson(config)) as DeploymentRecord["parameters"];
  return { parameters, parametersDigest: digestOf(parameters) };
}

/** Where the record of a chain's deployment is. */
export function recordFile(chainId: bigint, folder: string = DEPLOYMENTS): string {
  return join(folder, `${chainId}.json`);
}

/**
 * Reads a record.
 *
 * @throws TerminalError `RECORD_INVALID` for a file that is no record, is of another chain, or was changed by hand.
 */
export function parseRecord(text: string, file: string): DeploymentRecord {
  const fail = (why: string): never => {
    throw new TerminalError("RECORD_INVALID", `${file} is not a deployment's record as it was written`, {
      facts: { why },
      advice:
        "Restore it from version control or a copy; the chain keeps the deployment, whatever the file says.",
    });
  };
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    return fail("it is not JSON");
  }
  const parsed = schema.safeParse(json);
  if (!parsed.success) {
    return fail(parsed.error.issues.map(({ path, message }) => `${path.join(".")}: ${message}`).join("; "));
  }
  const { digest, ...rest } = parsed.data;
  if (digestOf(rest) !== digest) return fail("its digest does not fit its content");
  if (digestOf(rest.parameters) !== rest.parametersDigest)
    return fail("its parameters do not fit their digest");
  const config = parseConfig(rest.parameters);
  if (config.chainId.toString() !== rest.addresses.chainId)
    return fail("parameters and addresses name two chains");
  return parsed.data;
}

/** The record of a chain's deployment; undefined if there is none. */
export function readRecord(chainId: bigint, folder: string = DEPLOYMENTS): DeploymentRecord | undefined {
  return recordNamed(recordFile(chainId, folder), chainId.toString());
}

function recordNamed(file: string, chainId: string): DeploymentRecord | undefined {
  if (!existsSync(file)) return undefined;
  const record = parseRecord(readFileSync(file, "utf8"), file);
  if (record.addresses.chainId !== chainId) {
    throw new TerminalError("RECORD_INVALID", `${file} is the record of another chain`, {
      facts: { why: `it says chain ${record.addresses.chainId}` },
      advice: "Name it after its chain.",
    });
  }
  return record;
}

/** Every record of a folder, by chain. */
export function readRecords(folder: string = DEPLOYMENTS): readonly DeploymentRecord[] {
  if (!existsSync(folder)) return [];
  return readdirSync(folder)
    .flatMap((name) => /^(\d+)\.json$/.exec(name)?.[1] ?? [])
    .sort((a, b) => (BigInt(a) < BigInt(b) ? -1 : 1))
    .flatMap((name) => recordNamed(join(folder, `${name}.json`), name) ?? []);
}

/**
 * The record of a finished deployment, for whoever works with it.
 *
 * @throws TerminalError `NOT_DEPLOYED` if there is none or it is incomplete, `RECORD_INVALID` as `parseRecord` does.
 * @example
 * const { addresses } = loadRecord(31_337n);
 */
export function loadRecord(chainId: bigint, folder: string = DEPLOYMENTS): DeploymentRecord {
  const record = readRecord(chainId, folder);
  if (record !== undefined && record.state !== "incomplete") return record;
  throw new TerminalError("NOT_DEPLOYED", `There is no finished deployment on chain ${chainId}`, {
    facts: { file: recordFile(chainId, folder), state: record?.state ?? "none" },
    advice:
      "Deploy first: ./strongroom deploy --network NAME; an interrupted deployment goes on with the same command.",
  });
}

/** What a record declares, as the parameter file that it was made from. */
export function configOf(record: DeploymentRecord): SuiteConfig {
  return parseConfig(record.parameters);
}

/** Writes a record, whole or not at all. */
export function writeRecord(
  content: Omit<DeploymentRecord, "digest" | "format">,
  folder: string = DEPLOYMENTS,
): string {
  const rest = { format: RECORD_FORMAT, ...content } as const;
  const record = schema.parse({ ...rest, digest: digestOf(rest) });
  const file = recordFile(BigInt(record.addresses.chainId), folder);
  writeWhole(file, `${JSON.stringify(record, null, 2)}\n`);
  return file;
}
