import { expect } from "chai";
import { JsonRpcProvider } from "ethers";
import { type NodeKind, startNode } from "../../src/testing/nodes.ts";

const FUNDED = "0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92266";

describe("nodes as processes of their own", () => {
  for (const kind of ["anvil", "hardhat"] as const satisfies readonly NodeKind[]) {
    describe(`given ${kind} with a chain id of its own`, () => {
      it("answers as that chain, funds the public accounts, and is gone after it was killed", async () => {
        const node = await startNode(kind, { chainId: 31_339 });
        const provider = new JsonRpcProvider(node.url);
        try {
          expect((await provider.getNetwork()).chainId).to.equal(31_339n);
          expect(await provider.getBalance(FUNDED)).to.be.greaterThan(0n);
        } finally {
          provider.destroy();
          await node.kill();
        }
        expect(() => process.kill(node.pid, 0)).to.throw("ESRCH");
        const again = await startNode(kind, { chainId: 31_337, port: node.port });
        expect(again.url).to.equal(node.url);
        await again.kill("SIGTERM");
      });
    });
  }

  it("says what a node printed that did not start", async () => {
    const failure = await startNode("anvil", { words: ["--nope"] }).then(
      () => "started",
      (error: Error) => error.message,
    );
    expect(failure).to.include("--nope");
  });
});
