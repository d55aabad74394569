import { existsSync, renameSync } from "node:fs";
import { StrongroomError, TerminalError, UsageError } from "../src/core/errors.ts";
import type { SuiteAddresses } from "./addresses.ts";
import { beginningOf, checkSameChain } from "./beginning.ts";
import { kindOfChain } from "./chains.ts";
import { codeHashesOf } from "./code-hashes.ts";
import type { SuiteConfig } from "./config/schema.ts";
import { asFailure, type NetworkConnection } from "./connect.ts";
import { CREATEX } from "./factories/createx.ts";
import { lockDeployment } from "./lock.ts";
import { checkPreflight } from "./preflight.ts";
import { type DeploymentRecord, readRecord, recordedParameters, recordFile, writeRecord } from "./record.ts";
import type { RunReport } from "./run-steps.ts";
import { sourceState } from "./source-state.ts";
import { checkChain, deployingChain, deploySuite } from "./suite.ts";
import { type CheckResult, verifyDeployment } from "./verify.ts";

/** How a deployment to a network runs. */
export interface DeployNetworkOptions {
  /** Where records are kept. */
  readonly folder: string;
  /** Puts the record of a chain that was started again from nothing aside. */
  readonly reset: boolean;
  /** The network's name, for a main network: nothing here was audited. */
  readonly acknowledged: string | undefined;
  readonly onProgress: (what: string) => void;
}

/** What became of it. */
export interface DeployOutcome {
  readonly record: string;
  readonly addresses: SuiteAddresses;
  readonly run: RunReport;
  readonly results: readonly CheckResult[];
  readonly ok: boolean;
}

/** A main network needs its name said twice. */
export function checkAcknowledged(network: string, chainId: bigint, acknowledged: string | undefined): void {
  if (kindOfChain(chainId) !== "main" || acknowledged === network) return;
  throw new UsageError(`${network} is a main network, and these contracts were never audited`, {
    facts: { chainId },
    advice: `Say that you know it: --acknowledge-unaudited ${network}. Real value can be lost.`,
  });
}

/** Puts a record aside under a name that says when. */
function putAside(chainId: bigint, folder: string, say: (what: string) => void): void {
  const file = recordFile(chainId, folder);
  if (!existsSync(file)) return;
  const aside = file.replace(/json$/, `${new Date().toISOString().replaceAll(/\D/g, "")}.old.json`);
  renameSync(file, aside);
  say(`put the old record aside: ${aside}`);
}

/** The record to go on with, if there is one for this deployment. */
async function recordToResume(
  connection: NetworkConnection,
  config: SuiteConfig,
  deployer: string,
  { folder, reset, onProgress }: DeployNetworkOptions,
): Promise<DeploymentRecord | undefined> {
  const { provider } = connection.ethers;
  const { chainId } = config;
  if (reset) {
    const known = readRecord(chainId, folder);
    if (known !== undefined && (await provider.getCode(known.addresses.timelock)) !== "0x") {
      throw new TerminalError("RECORD_IN_FORCE", `The recorded deployment stands on chain ${chainId}`, {
        facts: { record: recordFile(chainId, folder), timelock: known.addresses.timelock },
        advice:
          "--reset is for a chain that was started again from nothing. A second deployment takes another salt and another folder for records.",
      });
    }
    putAside(chainId, folder, onProgress);
    return undefined;
  }
  const record = readRecord(chainId, folder);
  if (record === undefined) return undefined;
  await checkSameChain(provider, chainId, record, folder);
  if (record.parametersDigest !== recordedParameters(config).parametersDigest) {
    throw new TerminalError("PARAMETERS_CHANGED", "The deployment was begun with other parameters", {
      facts: { record: recordFile(chainId, folder), state: record.state, changed: changed(record, config) },
      advice:
        record.state === "incomplete"
          ? "Go on with the parameters that it began with (the record has them)."
          : "What stands is changed by governance: ./strongroom gov propose.",
    });
  }
  if (record.addresses.deployer !== deployer) {
    throw new TerminalError("OTHER_DEPLOYER", "The deployment was begun from another account", {
      facts: { began: record.addresses.deployer, now: deployer },
      advice: "Go on with the key that it began with: every address follows from it.",
    });
  }
  return record;
}

function changed(record: DeploymentRecord, config: SuiteConfig): string {
  const { parameters } = recordedParameters(config);
  const names = new Set([...Object.keys(parameters), ...Object.keys(record.parameters)]);
  return [...names]
    .filter((name) => JSON.stringify(parameters[name]) !== JSON.stringify(record.parameters[name]))
    .join(" ");
}

/**
 * Deploys to a network, or goes on with a deployment that was interrupted, and reads everything back: what is not as
 * declared is no success. The record under `folder` says at every moment what is under way.
 *
 * @throws TerminalError or RetryableError, each with what to do; whatever it was, the same command goes on.
 */
export async function deployNetwork(
  connection: NetworkConnection,
  config: SuiteConfig,
  options: DeployNetworkOptions,
): Promise<DeployOutcome> {
  const { folder, acknowledged, onProgress: say } = options;
  let unlock: (() => void) | undefined;
  try {
    const chain = await deployingChain(connection);
    checkChain(chain, config);
    checkAcknowledged(config.network, chain.chainId, acknowledged);
    unlock = lockDeployment(chain.chainId, folder);
    const resumed = await recordToResume(connection, config, chain.signer.address, options);
    const { provider } = chain;
    const finished = resumed !== undefined && resumed.state !== "incomplete";
    if (!finished) await checkPreflight(connection, config, resumed, say);
    const began = resumed?.began ?? (await beginningOf(provider, chain.chainId));
    const base = {
      parameters: recordedParameters(config).parameters,
      parametersDigest: recordedParameters(config).parametersDigest,
      began,
      createx: CREATEX,
      ...(resumed === undefined ? await sourceState() : { commit: resumed.commit, dirty: resumed.dirty }),
      startedAt: resumed?.startedAt ?? new Date().toISOString(),
    };
    const note = (
      state: DeploymentRecord["state"],
      addresses: SuiteAddresses,
      codeHashes: DeploymentRecord["codeHashes"],
    ) =>
      writeRecord(
        {
          ...base,
          state,
          addresses: addresses as DeploymentRecord["addresses"],
          codeHashes,
          ...(state === "incomplete" ? {} : { finishedAt: resumed?.finishedAt ?? new Date().toISOString() }),
        },
        folder,
      );
    const suite = await deploySuite(connection, config, {
      began: { block: began.block, at: BigInt(began.at) },
      onProgress: say,
      onPlan: (_, addresses) => {
        if (!finished) note("incomplete", addresses, {});
      },
    });
    const { addresses } = suite;
    const codeHashes = await codeHashesOf(provider, addresses);
    let record = note(finished ? resumed.state : "deployed", addresses, codeHashes);
    say("reading everything back from the chain");
    const results = await verifyDeployment(provider, addresses, config);
    const ok = results.every((result) => result.ok);
    if (ok) record = note("verified", addresses, codeHashes);
    return { record, addresses, run: suite.run, results, ok };
  } catch (error) {
    throw error instanceof StrongroomError ? error : asFailure(error, config.network);
  } finally {
    unlock?.();
  }
}
