import { existsSync, readFileSync } from "node:fs";
import { extname, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { TerminalError, UsageError } from "../../src/core/errors.ts";
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
  if (extname(file) === ".json") return JSON.parse(readFileSync(file, "utf8")) as unknown;
  const module = (await import(pathToFileURL(file).href)) as { config?: unknown };
  if (module.config === undefined) {
    throw new TerminalError("CONFIG_INVALID", `${file} exports no "config"`);
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
    throw new TerminalError("CONFIG_INVALID", `${file} is for ${config.network}, not for ${network}`);
  }
  return config;
}
