// Walks from nothing to a deployment, a change, an upgrade and its rollback, as a person would type it; with --write the
// transcript becomes docs/walkthrough.md. --rpc URL takes a fresh development node instead of an anvil of its own; --folder
// DIR keeps what was written.
import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { JsonRpcProvider } from "ethers";
import { explain, StrongroomError } from "../src/core/errors.ts";
import { startNode } from "../src/testing/nodes.ts";
import { page, WALKTHROUGH_PAGE } from "../src/walkthrough/page.ts";
import { Shell } from "../src/walkthrough/shell.ts";
import { walk } from "../src/walkthrough/walk.ts";

const { values } = parseArgs({
  options: { write: { type: "boolean" }, rpc: { type: "string" }, folder: { type: "string" } },
});
const kept = values.folder === undefined ? undefined : resolve(values.folder);
const checkout = fileURLToPath(new URL("..", import.meta.url)).replace(/\/$/, "");
process.chdir(checkout);

const node = values.rpc === undefined ? await startNode("anvil") : undefined;
const url = node?.url ?? values.rpc ?? "";
if (kept !== undefined) mkdirSync(kept, { recursive: true });
const home = realpathSync(kept ?? mkdtempSync(join(tmpdir(), "strongroom-walkthrough-")));
const shell = new Shell({ home, print: (text) => process.stdout.write(text) });
try {
  const provider = new JsonRpcProvider(url);
  const { chainId } = await provider.getNetwork();
  provider.destroy();
  await walk(shell, { home, node: { url, chainId }, network: "anvil", checkout });
  if (values.write === true) {
    writeFileSync(WALKTHROUGH_PAGE, page(shell.lines, { home, checkout, url }));
    process.stderr.write(`${WALKTHROUGH_PAGE}: written\n`);
  }
} catch (error) {
  if (!(error instanceof StrongroomError)) throw error;
  process.stderr.write(`${explain(error)}\n`);
  process.exitCode = 1;
} finally {
  await node?.kill();
  if (kept === undefined) rmSync(home, { recursive: true, force: true });
}
