import { existsSync, readFileSync } from "node:fs";
import { extname, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { TerminalError, UsageError } from "../../src/core/errors.ts";
import { kindOfChain } from "../chains.ts";
import { config as local } from "./local.ts";
import { parseConfig, type SuiteConfig } from "./schema.ts";

/** Where a network's own parameter file is. */
function fileOf(network: string): string {
  return resolve(import.meta.dirname, `${network}.ts`);
}

async function read(file: string): Promise<unknown> {
  if (!existsSync(file)) {
    throw new UsageError(`There is no parameter file ${file}`, {
      advice: "Copy deploy/config/sepolia.ts, or name a file with --config.",
    });
  }
  if (extname(file) === ".json") {
    try {
      return JSON.parse(readFileSync(file, "utf8")) as unknown;
    } catch (cause) {
      throw new TerminalError("CONFIG_INVALID", `${file} is not JSON`, { cause, advice: "Correct it." });
    }
  }
  const module = (await import(pathToFileURL(file).href)) as { config?: unknown };
  if (module.config === undefined) {
    throw new TerminalError("CONFIG_INVALID", `${file} exports no "config"`, {
      advice: "Write it as deploy/config/sepolia.ts is written.",
    });
  }
  return module.config;
}

/**
 * The checked parameters of a network, from deploy/config/NETWORK.ts or from the file given (.ts exporting `config`, or
 * .json with large numbers as text).
 *
 * @throws TerminalError `CONFIG_INVALID`, or `USAGE` where there is no such file.
 */
export async function loadConfig(network: string, file = fileOf(network)): Promise<SuiteConfig> {
  const config = parseConfig(await read(file));
  if (config.network !== network) {
    throw new TerminalError("CONFIG_INVALID", `${file} is for ${config.network}, not for ${network}`, {
      advice: `Deploy it with --network ${config.network}, or name another file with --config.`,
    });
  }
  return config;
}

/**
 * The parameters of a development node, which says its own chain id: the embedded chain's, with its public keys.
 *
 * @throws TerminalError `WRONG_CHAIN` for any other chain: whoever knows the public keys would own it.
 */
export function developmentConfig(network: string, chainId: bigint): SuiteConfig {
  if (kindOfChain(chainId) !== "development") {
    throw new TerminalError("WRONG_CHAIN", `The node is chain ${chainId}, which is no development chain`, {
      facts: { network, nodeChainId: chainId },
      advice: "Name its network, or start the node with a chain id from 31337 to 31346.",
    });
  }
  return parseConfig({ ...local, network, chainId });
}
