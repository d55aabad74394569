import { fileURLToPath } from "node:url";
import { TerminalError } from "../core/errors.ts";
import { runCommand } from "../verify/run-command.ts";

const ROOT = fileURLToPath(new URL("../../", import.meta.url));

/**
 * Compiles what has changed since the last run, tests and generated types aside, which the demo leaves as they are. In a
 * process of its own, because Hardhat writes to stdout, which belongs to the report.
 *
 * @throws TerminalError `BUILD_FAILED` with the compiler's last words.
 */
export async function compile(): Promise<void> {
  const words = ["node_modules/hardhat/dist/src/cli.js", "build", "--quiet", "--no-tests", "--no-typechain"];
  const { code, output } = await runCommand(process.execPath, words, { cwd: ROOT });
  if (code === 0) return;
  throw new TerminalError("BUILD_FAILED", "The contracts do not compile", {
    cause: new Error(output.trim().split("\n").slice(-20).join("\n")),
    advice: "Run npx hardhat build.",
  });
}
