import { execFileSync } from "node:child_process";
import { expect } from "chai";
import { startNode } from "../../src/testing/nodes.ts";
import { MAIN, strongroom } from "../../src/testing/strongroom.ts";

describe("the command line of deployments", () => {
  for (const words of [
    ["deploy"],
    ["deploy", "--network", "nope", "--config", "nope.json"],
    ["deploy", "--network", "anvil", "--rpc", "ws://127.0.0.1:1"],
    ["deploy", "--network", "anvil", "--timeout", "soon"],
    ["deploy", "verify"],
    ["deploy", "verify", "--network", "anvil", "--all"],
    ["deploy", "publish-source", "--network", "sepolia", "--to", "nowhere"],
  ]) {
    it(`answers wrong usage with exit code 2 and what to do: ${words.join(" ")}`, async () => {
      const { code, stdout, stderr } = await strongroom(words);
      expect(code).to.equal(2);
      expect(stdout).to.equal("");
      expect(stderr).to.include("  do:  ");
    });
  }

  it("leaves nothing out of a long answer, however slowly it is read", () => {
    // It has more to say than a pipe holds. The reader takes one byte, and a second later the rest.
    const slowly = '"$0" "$@" | { dd bs=1 count=1 2>/dev/null; sleep 1; cat; }';
    const words = [process.execPath, MAIN, "deploy", "--network", "local", "--json"];
    const stdout = execFileSync("sh", ["-c", slowly, ...words], { encoding: "utf8", stdio: "pipe" });
    expect(stdout.length).to.be.greaterThan(100_000);
    expect((JSON.parse(stdout) as { ok: boolean }).ok).to.equal(true);
  });

  it("examines a network before a deployment, as a table and as JSON, with exit code 1 if something is bad", async () => {
    const node = await startNode("anvil", { chainId: 31_342 });
    try {
      const there = ["doctor", "--network", "anvil", "--rpc", node.url];
      const { stdout } = await strongroom([...there, "--json"]);
      const { symptoms } = JSON.parse(stdout) as { symptoms: { name: string; state: string }[] };
      const state = (name: string) => symptoms.find((symptom) => symptom.name === name)?.state;
      for (const name of ["node", "chain id", "clock", "createx", "safe contracts", "gas price", "balance"]) {
        expect(state(name), name).to.equal("good");
      }
      const table = await strongroom(there);
      expect(table.stdout).to.match(/^good {5}chain id {6}31342, a development chain$/m);
    } finally {
      await node.kill();
    }
    const gone = await strongroom(["doctor", "--network", "anvil", "--rpc", node.url]);
    expect(gone.code).to.equal(1);
    expect(gone.stderr).to.include("(NODE_FAILED)");
  });
});
