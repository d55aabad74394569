import { keccak256, type Provider } from "ethers";
import { explain, TerminalError } from "../../src/core/errors.ts";
import { parameterRows } from "../../src/governance/parameters.ts";
import { FACES } from "../../src/governance/role-graph.ts";
import { safeArtifact } from "../../src/governance/safe-contracts.ts";
import { TimelockController__factory } from "../../typechain-types/factories/@openzeppelin/contracts/governance/TimelockController__factory.ts";
import type { SuiteAddresses } from "../addresses.ts";
import { checkSameChain } from "../beginning.ts";
import { namedContracts } from "../code-hashes.ts";
import type { SuiteConfig } from "../config/schema.ts";
import { configOf, DEPLOYMENTS, type DeploymentRecord } from "../record.ts";
import { verifyDeployment } from "../verify.ts";
import { Chain, type CheckResult, Findings } from "./chain.ts";
import type { CreationCode } from "./code.ts";
import { readDeclared } from "./declared.ts";
import { type Difference, differencesOf } from "./differences.ts";

/** A deployment as its chain has it now. */
export interface VerifiedDeployment {
  readonly network: string;
  readonly chainId: string;
  readonly state: DeploymentRecord["state"];
  readonly vault: string;
  /** By Safe: `3 of 5`. */
  readonly owners: Readonly<Record<string, string>>;
  /** Seconds, as text. */
  readonly delays: Readonly<Record<string, string>>;
  /** In force now: by tier, cents a day; by asset, its cap in ticks. */
  readonly limits: Readonly<Record<string, string>>;
  /** How many contracts have the code that the record says. */
  readonly code: string;
  /** What is closed, halted, held or impaired; empty when all is open. */
  readonly stressed: readonly string[];
  readonly properties: number;
  readonly differences: readonly Difference[];
  /** Why nothing could be said. */
  readonly error: string | undefined;
  /** Nothing differs but what was declared. */
  readonly ok: boolean;
}

/** Opens a chain for reading. */
export type OpenChain = (
  record: DeploymentRecord,
) => Promise<{ readonly provider: Provider; close(): Promise<void> | void }>;

/** How records are verified. */
export interface VerifyRecordOptions {
  /** Where records and declared differences are kept. */
  readonly folder?: string;
  readonly creationCode?: CreationCode;
}

/** The code at each address is still what the record says. */
async function checkRecordedCode(provider: Provider, record: DeploymentRecord, f: Findings): Promise<string> {
  let same = 0;
  const contracts = namedContracts(record.addresses as never);
  for (const [name, address] of contracts) {
    const found = keccak256(await provider.getCode(address));
    const expected = record.codeHashes[name] ?? "not recorded";
    if (found === expected) same++;
    f.equal(`recorded-code.${name}`, `${name} has the code that was recorded`, found, expected);
  }
  return `${same} of ${contracts.size}`;
}

interface Live {
  readonly owners: Record<string, string>;
  readonly delays: Record<string, string>;
  readonly limits: Record<string, string>;
  readonly stressed: string[];
}

/** What people ask first, from the chain. */
async function readLive(chain: Chain, { addresses }: DeploymentRecord, config: SuiteConfig): Promise<Live> {
  const live: Live = { owners: {}, delays: {}, limits: {}, stressed: [] };
  for (const [name, address] of Object.entries(addresses.safes)) {
    const safe = chain.at(address, safeArtifact("singleton").abi as never);
    const owners = await chain.view<string[]>(safe, "getOwners");
    live.owners[name] = `${await chain.view<bigint>(safe, "getThreshold")} of ${owners.length}`;
  }
  for (const name of ["timelock", "reserveTimelock"] as const) {
    const timelock = chain.at(addresses[name], TimelockController__factory.createInterface());
    live.delays[name] = String(await chain.view<bigint>(timelock, "getMinDelay"));
  }
  const vault = chain.at(addresses.vault, FACES.vault);
  for (const { target, key, label } of limitRows(addresses, config)) {
    live.limits[label] = String(
      await chain.view<bigint>(chain.at(addresses[target], FACES[target]), "inForce", key),
    );
  }
  const audits = chain.at(addresses.auditRecord, FACES.auditRecord);
  if ((await chain.view<bigint>(audits, "verifiedUntil")) <= (await chain.now())) {
    live.stressed.push("UNVERIFIED: deposits capped");
  }
  if (await chain.view<boolean>(vault, "instantClosed")) live.stressed.push("instant exits closed");
  if ((await chain.view<bigint>(vault, "everyoneHeldUntil")) > (await chain.now()))
    live.stressed.push("everyone held");
  const router = chain.at(addresses.router, FACES.router);
  for (const { symbol } of config.assets) {
    const id = addresses.assets.find((asset) => asset.symbol === symbol)?.id;
    const { impaired } = await chain.view<{ impaired: boolean }>(vault, "assetOf", id);
    if (impaired) live.stressed.push(`${symbol} impaired`);
    if ((await chain.view<bigint>(router, "storedOf", id)) >> 240n !== 0n)
      live.stressed.push(`${symbol} price halted`);
  }
  return live;
}

function limitRows(addresses: SuiteAddresses, config: SuiteConfig) {
  const assets = config.assets.flatMap((asset) => {
    const where = addresses.assets.find(({ symbol }) => symbol === asset.symbol);
    return where === undefined ? [] : [{ ...asset, id: BigInt(where.id) }];
  });
  return parameterRows(config, assets).filter(({ label }) => /^tier \d window$| cap$/.test(label));
}

function aboutOf({ addresses: { network, chainId, vault }, state }: DeploymentRecord) {
  return { network, chainId, state, vault };
}

/** The row of a deployment of which nothing could be said. */
function unverified(record: DeploymentRecord, error: unknown): VerifiedDeployment {
  const nothing = { owners: {}, delays: {}, limits: {}, code: "unknown", stressed: [], properties: 0 };
  return { ...aboutOf(record), ...nothing, differences: [], error: explain(error), ok: false };
}

/** Reads one deployment back and compares it with its record. Trusts its chain alone; never throws for what it finds. */
export async function verifyRecord(
  provider: Provider,
  record: DeploymentRecord,
  { folder = DEPLOYMENTS, creationCode }: VerifyRecordOptions = {},
): Promise<VerifiedDeployment> {
  const { addresses, state } = record;
  const chainId = BigInt(addresses.chainId);
  try {
    const declared = readDeclared(chainId, folder);
    await checkSameChain(provider, chainId, record, folder);
    if (state === "incomplete") {
      throw new TerminalError("NOT_DEPLOYED", "The deployment is not finished", {
        advice: `Go on with it: ./strongroom deploy --network ${addresses.network}`,
      });
    }
    const config = configOf(record);
    const f = new Findings();
    const code = await checkRecordedCode(provider, record, f);
    const results: readonly CheckResult[] = [
      ...f.results,
      ...(await verifyDeployment(provider, addresses, config, creationCode)),
    ];
    const differences = differencesOf(results, declared);
    const ok = differences.every(({ why }) => why !== undefined);
    const live = await readLive(new Chain(provider, addresses.fromBlock), record, config).catch(
      (): Live => ({ owners: {}, delays: {}, limits: {}, stressed: ["does not answer"] }),
    );
    return {
      ...aboutOf(record),
      ...live,
      code,
      properties: results.length,
      differences,
      error: undefined,
      ok,
    };
  } catch (error) {
    return unverified(record, error);
  }
}

/**
 * Verifies every deployment, one after the other; a chain that doesn't answer is a row that says so.
 *
 * @example
 * const rows = await verifyAll(readRecords(), async (record) => open(record.addresses.network));
 */
export async function verifyAll(
  records: readonly DeploymentRecord[],
  open: OpenChain,
  options: VerifyRecordOptions = {},
): Promise<readonly VerifiedDeployment[]> {
  const rows: VerifiedDeployment[] = [];
  for (const record of records) rows.push(await verifyOne(record, open, options));
  return rows;
}

async function verifyOne(
  record: DeploymentRecord,
  open: OpenChain,
  options: VerifyRecordOptions,
): Promise<VerifiedDeployment> {
  let close: () => Promise<void> | void = () => {};
  try {
    const chain = await open(record);
    close = () => chain.close();
    return await verifyRecord(chain.provider, record, options);
  } catch (error) {
    return unverified(record, error);
  } finally {
    await close();
  }
}
