import { runCommand } from "../src/verify/run-command.ts";

/** Which sources a deployment is made of. */
export async function sourceState(): Promise<{ readonly commit: string; readonly dirty: boolean }> {
  const head = await runCommand("git", ["rev-parse", "HEAD"]);
  if (head.code !== 0) return { commit: "unknown", dirty: true };
  const status = await runCommand("git", ["status", "--porcelain"]);
  return { commit: head.stdout.trim(), dirty: status.code !== 0 || status.stdout.trim() !== "" };
}
