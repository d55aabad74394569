import { spawnSync } from "node:child_process";
import { existsSync, globSync } from "node:fs";
import { delimiter, join } from "node:path";
import { TerminalError } from "../core/errors.ts";

/** Programs that tests run for real, the Debian package of each, and where it may stand besides the path. */
export const DEBIAN_PROGRAMS = {
  litecoind: { package: "litecoind", beside: [] },
  initdb: { package: "postgresql", beside: ["/usr/lib/postgresql/*/bin"] },
} as const;

/** A name in `DEBIAN_PROGRAMS`. */
export type DebianProgram = keyof typeof DEBIAN_PROGRAMS;

/** A program's path where it is installed. */
export function installedProgram(program: DebianProgram): string | undefined {
  const beside = DEBIAN_PROGRAMS[program].beside.flatMap((pattern) => globSync(pattern).sort().reverse());
  const folders = [...(process.env.PATH ?? "").split(delimiter), ...beside];
  return folders.map((folder) => join(folder, program)).find((file) => existsSync(file));
}

/**
 * A program's path; installs its package where this process may.
 *
 * @throws TerminalError `PROGRAM_MISSING` with the command that installs it.
 */
export function debianProgram(program: DebianProgram): string {
  const there = installedProgram(program);
  if (there !== undefined) return there;
  const name = DEBIAN_PROGRAMS[program].package;
  if (process.getuid?.() === 0) {
    const env = { ...process.env, DEBIAN_FRONTEND: "noninteractive" };
    spawnSync("apt-get", ["update", "-qq"], { env });
    spawnSync("apt-get", ["install", "-y", "-qq", "--no-install-recommends", name], { env });
    const now = installedProgram(program);
    if (now !== undefined) return now;
  }
  throw new TerminalError("PROGRAM_MISSING", `${program} is not installed`, {
    advice: `Run: sudo apt-get install ${name}`,
    facts: { program, package: name },
  });
}
