import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { basename, join, resolve } from "node:path";
import { RetryableError, TerminalError } from "../core/errors.ts";
import { runCommand } from "./run-command.ts";

/** The Python packages of `./strongroom verify`, from the project's root. */
export const REQUIREMENTS = "formal/requirements.txt";

/** The least Python that the pinned tools run on, as `python3 --version` counts. */
export const LEAST_PYTHON: readonly [major: number, minor: number] = [3, 11];

const LEAST = LEAST_PYTHON.join(".");

/** A project environment with the packages of one requirements file. */
export interface Venv {
  readonly root: string;
  /** The path of a program that the packages brought; throws when they brought none of that name. */
  bin(name: string): string;
}

/** Where environments are made, and by what; the defaults suit the command line. */
export interface VenvOptions {
  /** The Python that makes the environment. */
  readonly python?: string;
  /** The directory under which environments stand. */
  readonly state?: string;
}

/** Packages of a requirements file. Each must be pinned to one version: else two days give two environments. */
export function requirementsIn(file: string, text: string): string[] {
  const lines = text
    .split("\n")
    .map((line) => line.replace(/(^|\s)#.*$/, "").trim())
    .filter(Boolean);
  const loose = lines.find(
    (line) => !/^[A-Za-z0-9._-]+(\[[A-Za-z0-9,._-]+\])?==[A-Za-z0-9._+!-]+$/.test(line),
  );
  if (loose !== undefined || lines.length === 0) {
    throw new TerminalError("BAD_REQUIREMENTS", `${file} does not pin its packages`, {
      cause: new Error(loose === undefined ? "it names none" : `"${loose}" is not name==version`),
      advice: "Write every package as name==version, those that others bring too (pip freeze).",
    });
  }
  return lines;
}

/** Why pip failed, from what it printed. */
export function pipProblem(output: string): RetryableError | TerminalError {
  const cause = new Error(output.trim().split("\n").slice(-6).join("\n"));
  if (/No space left|ENOSPC/i.test(output)) {
    return new TerminalError("VENV_FAILED", "The Python packages do not fit on the disk", {
      cause,
      advice: "Free about 1 GB, then run it again.",
    });
  }
  if (
    /NewConnectionError|ConnectTimeout|ReadTimeout|Temporary failure in name resolution|ProxyError/i.test(
      output,
    )
  ) {
    return new RetryableError("VENV_FAILED", "The Python package index cannot be reached", {
      cause,
      advice:
        "Check the connection (behind a proxy: pip config set global.proxy URL), then run it again. Only the first run needs it.",
    });
  }
  if (/No matching distribution|requires a different python/i.test(output)) {
    return new TerminalError("VENV_FAILED", "A pinned Python package is not to be had for this machine", {
      cause,
      advice: `Use Python ${LEAST} or later on Linux or macOS (x86-64 or arm64).`,
    });
  }
  return new TerminalError("VENV_FAILED", "pip cannot install the pinned packages", {
    cause,
    advice: "Read the lines above; then run it again, which starts from an empty environment.",
  });
}

async function checkPython(python: string): Promise<string> {
  const advice = `Install Python ${LEAST} or later with venv: apt-get install python3 python3-venv (Debian, Ubuntu), dnf install python3 (Fedora), brew install python@3.12 (macOS).`;
  const { code, output } = await runCommand(python, ["--version"]);
  if (code !== 0) {
    throw new TerminalError("NO_PYTHON", `There is no ${basename(python)}`, {
      cause: new Error(output.trim() || `${python} --version failed`),
      advice,
    });
  }
  const version = output.match(/^Python (\d+)\.(\d+)\S*/m);
  const [major, minor] = [Number(version?.[1] ?? 0), Number(version?.[2] ?? 0)];
  if (major < LEAST_PYTHON[0] || (major === LEAST_PYTHON[0] && minor < LEAST_PYTHON[1])) {
    throw new TerminalError("OLD_PYTHON", `Python here is too old: ${version?.[0] ?? output.trim()}`, {
      cause: new Error(`the pinned tools need ${LEAST} or later`),
      advice,
    });
  }
  return version?.[0] ?? "";
}

function venvProblem(output: string): TerminalError {
  const missing = /ensurepip|No module named '?venv|python3?(\.\d+)?-venv/i.test(output);
  return new TerminalError(
    missing ? "NO_VENV" : "VENV_FAILED",
    "Python cannot make an environment of its own",
    {
      cause: new Error(output.trim().split("\n").slice(-6).join("\n")),
      advice: missing
        ? "Install its venv module with pip: apt-get install python3-venv (Debian, Ubuntu); other systems ship it with python3."
        : "Read the lines above; check that .strongroom is writable and the disk is not full.",
    },
  );
}

/**
 * The project's Python environment with exactly the packages of `requirementsFile`, made on first use under .strongroom and
 * made anew when the file or the Python changes. An interrupted installation is never taken for a finished one.
 *
 * @example
 * const venv = await ensureVenv("formal/requirements.txt");
 * await runCommand(venv.bin("halmos"), ["--version"]);
 */
export async function ensureVenv(
  requirementsFile: string,
  { python = "python3", state = ".strongroom" }: VenvOptions = {},
): Promise<Venv> {
  const text = readFileSync(requirementsFile, "utf8");
  requirementsIn(requirementsFile, text);
  const version = await checkPython(python);
  const digest = createHash("sha256").update(version).update("\0").update(text).digest("hex").slice(0, 12);
  const root = resolve(state, `python-${digest}`);
  const venv: Venv = {
    root,
    bin(name) {
      const path = join(root, "bin", name);
      if (existsSync(path)) return path;
      throw new TerminalError("NO_PROGRAM", `The Python packages brought no program "${name}"`, {
        cause: new Error(`${path} does not exist`),
        advice: `Add the package that brings it to ${requirementsFile}; or remove ${root}, which makes it anew.`,
      });
    },
  };
  // Written last: without it nothing here counts.
  const stamp = join(root, "installed");
  if (existsSync(stamp)) return venv;
  process.stderr.write(
    `installing the Python tools of ${requirementsFile} into ${state} (once, about a minute) ...\n`,
  );
  mkdirSync(resolve(state), { recursive: true });
  rmSync(root, { recursive: true, force: true });
  const made = await runCommand(python, ["-m", "venv", root]);
  if (made.code !== 0) throw venvProblem(made.output);
  // Wheels where there are any, and no package that the file does not name.
  const words = ["-m", "pip", "install", "--disable-pip-version-check", "--no-input", "--no-deps", "-r"];
  const installed = await runCommand(venv.bin("python3"), [...words, resolve(requirementsFile)]);
  if (installed.code !== 0) throw pipProblem(installed.output);
  const whole = await runCommand(venv.bin("python3"), ["-m", "pip", "check", "--disable-pip-version-check"]);
  if (whole.code !== 0) throw pipProblem(whole.output);
  writeFileSync(stamp, "");
  return venv;
}
