import { existsSync, readFileSync } from "node:fs";
import { statfs } from "node:fs/promises";
import { createRequire } from "node:module";
import { bad, good, type Symptom, warning } from "../../core/symptom.ts";
import { runCommand } from "../../verify/run-command.ts";
import { ExitCode } from "../exit-code.ts";

const LEAST_FREE = 2;

function node(): Symptom {
  const [major = 0, minor = 0] = process.versions.node.split(".").map(Number);
  const fits = major > 22 || (major === 22 && minor >= 13);
  const found = `${process.versions.node} at ${process.execPath}`;
  return fits
    ? good("node", found)
    : bad("node", found, "Start with ./strongroom, which brings Node 24; or install Node 24.");
}

async function npm(): Promise<Symptom> {
  const { code, stdout } = await runCommand("npm", ["--version"]);
  return code === 0
    ? good("npm", stdout.trim())
    : warning(
        "npm",
        "not found",
        "Install npm (it comes with Node): it is needed when the dependencies change.",
      );
}

async function disk(): Promise<Symptom> {
  const { bavail, bsize } = await statfs(".");
  const free = (bavail * bsize) / 1e9;
  const found = `${free.toFixed(1)} GB free`;
  return free >= LEAST_FREE
    ? good("disk", found)
    : bad("disk", found, `Free at least ${LEAST_FREE} GB on the disk of ${process.cwd()}.`);
}

function compiler(): Symptom {
  const load = createRequire(import.meta.url);
  try {
    const { version } = load("solc/package.json") as { version: string };
    load.resolve("solc/soljson.js");
    return good("compiler", `solc ${version} from npm`);
  } catch {
    return bad("compiler", "solc is not installed", "Run npm ci.");
  }
}

/** Packages whose installed version is not the locked one. */
function strayed(): string[] {
  const lock = JSON.parse(readFileSync("package-lock.json", "utf8")) as {
    packages: Record<string, { version?: string; optional?: boolean }>;
  };
  const stray: string[] = [];
  for (const [path, { version, optional }] of Object.entries(lock.packages)) {
    if (path === "" || version === undefined) continue;
    const manifest = `${path}/package.json`;
    if (!existsSync(manifest)) {
      // Native packages of other platforms are absent on purpose.
      if (!optional) stray.push(`${path} is missing`);
      continue;
    }
    const installed = (JSON.parse(readFileSync(manifest, "utf8")) as { version?: string }).version;
    if (installed !== version) stray.push(`${path} is ${installed}, locked is ${version}`);
  }
  return stray;
}

function dependencies(): Symptom {
  const stray = strayed();
  if (stray.length > 0) {
    const found = `${stray.length} differ from package-lock.json: ${stray.slice(0, 3).join("; ")}`;
    return bad("dependencies", found, "Remove node_modules and start ./strongroom again.");
  }
  try {
    createRequire(import.meta.url)("@nomicfoundation/edr");
  } catch {
    const fix =
      "Remove node_modules and start ./strongroom again: an older Node skips native packages silently.";
    return bad("dependencies", "Hardhat's native package does not load", fix);
  }
  return good("dependencies", "installed as locked");
}

async function git(): Promise<Symptom> {
  const { code, stdout } = await runCommand("git", ["status", "--porcelain"]);
  if (code !== 0) {
    const fix = "Work in a clone: ./strongroom verify needs git's list of files.";
    return warning("git", "not a checkout, or git is not installed", fix);
  }
  const changed = stdout.split("\n").filter(Boolean).length;
  return changed === 0
    ? good("git", "clean")
    : warning("git", `${changed} changed files`, "See git status; commit or restore them.");
}

/** What a deployment to a network depends on; Hardhat is loaded only for this. */
async function networkSymptoms(options: { network: string; config?: string; rpc?: string }) {
  const { openNetwork } = await import("./open-network.ts");
  const { preflight } = await import("../../../deploy/preflight.ts");
  const { connection, config } = await openNetwork(options);
  try {
    return await preflight(connection, config);
  } catch (error) {
    const { asFailure } = await import("../../../deploy/connect.ts");
    throw asFailure(error, options.network);
  } finally {
    await connection.close();
  }
}

/** `./strongroom doctor`: looks at the machine, the checkout and, if named, a network, and says how to repair what is wrong. */
export async function doctor({
  json,
  network,
  ...where
}: {
  json: boolean;
  network?: string;
  config?: string;
  rpc?: string;
}): Promise<number> {
  const symptoms: Symptom[] = [node(), await npm(), await disk(), compiler(), dependencies(), await git()];
  if (network !== undefined) symptoms.push(...(await networkSymptoms({ network, ...where })));
  const ok = symptoms.every(({ state }) => state !== "bad");
  if (json) process.stdout.write(`${JSON.stringify({ ok, symptoms }, null, 2)}\n`);
  else {
    for (const { name, state, found, fix } of symptoms) {
      process.stdout.write(`${state.padEnd(8)} ${name.padEnd(13)} ${found}\n`);
      if (fix !== undefined) process.stdout.write(`${" ".repeat(23)}do: ${fix}\n`);
    }
  }
  return ok ? ExitCode.done : ExitCode.failed;
}
