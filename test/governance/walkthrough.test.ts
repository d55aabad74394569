import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect } from "chai";
import { JsonRpcProvider } from "ethers";
import { loadRecord } from "../../deploy/record.ts";
import { readVariables } from "../../src/governance/variables.ts";
import { type DevelopmentNode, startNode } from "../../src/testing/nodes.ts";
import { runCommand } from "../../src/verify/run-command.ts";
import { commandsIn, WALKTHROUGH_PAGE } from "../../src/walkthrough/page.ts";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));
const SCRIPT = join(ROOT, "scripts/walkthrough.ts");

describe("the walkthrough, as a person types it on a fresh anvil", function () {
  this.timeout(900_000);

  let node: DevelopmentNode;
  let folder: string;
  let printed: string;

  before(async () => {
    node = await startNode("anvil");
    folder = mkdtempSync(join(tmpdir(), "strongroom-walked-"));
    // The script ends with 1 as soon as one command ends otherwise than it should.
    const words = [SCRIPT, "--rpc", node.url, "--folder", folder];
    const { code, stdout, output } = await runCommand(process.execPath, words);
    expect(code, output).to.equal(0);
    printed = stdout;
  });
  after(async () => {
    await node?.kill();
    if (folder !== undefined) rmSync(folder, { recursive: true, force: true });
  });

  it("ends with one refusal, that of an execution before its time", () => {
    expect(printed.match(/^\(exit code \d+\)$/gm)).to.deep.equal(["(exit code 1)"]);
    expect(printed).to.include("(NOT_READY)");
    expect(printed.match(/^THE SAME: /gm)).to.have.length(2);
    expect(printed.match(/^Signed by 0x/gm)).to.have.length(8);
  });

  it("leaves the change in force, the upgrade rolled back, and instant exits closed", async () => {
    const provider = new JsonRpcProvider(node.url, undefined, { cacheTimeout: -1 });
    try {
      const { addresses } = loadRecord(31_337n, join(folder, "anna", "deployments"));
      const variables = await readVariables(provider, addresses);
      const shown = (id: string) => variables.find((variable) => variable.id === id)?.shown.en ?? "none";
      expect(shown("policy.TIER_WINDOW.1")).to.equal("$20,000 a day");
      expect(shown("policy.TIER_SINGLE.1")).to.equal("$5,000");
      expect(shown("manager.role.ATTESTOR")).to.include(`safe.reviewer ${addresses.safes.reviewer}`);
      expect(shown("vault.instantClosed")).to.equal("yes");
      expect(shown("upgradeController.implementation.vault")).to.include(addresses.vaultImplementation);
    } finally {
      provider.destroy();
    }
  });

  it("has signatures that came from five machines, each with a key of its own", () => {
    const proposals = join(folder, "anna", "proposals", "31337");
    const signatures = readdirSync(proposals).flatMap((name) =>
      readdirSync(join(proposals, name, "signatures")),
    );
    const owners = new Set(signatures.map((name) => name.split(".")[1]));
    expect([signatures.length, owners.size]).to.deep.equal([8, 5]);
  });

  it("is what docs/walkthrough.md shows: the same commands in the same order", () => {
    const page = readFileSync(join(ROOT, WALKTHROUGH_PAGE), "utf8");
    expect(commandsIn(page)).to.deep.equal(commandsIn(printed));
    expect(page).not.to.include(tmpdir());
    expect(page).not.to.include(ROOT);
  });
});
