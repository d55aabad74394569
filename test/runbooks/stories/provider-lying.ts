import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect } from "chai";
import { AbiCoder } from "ethers";
import { type FrontNode, startFrontNode } from "../../support/front-node.ts";
import type { Story } from "../stories.ts";
import { contractsOf, scheduled } from "../world.ts";

let liar: FrontNode | undefined;

export const providerLying: Story = {
  title: "a second provider shows what the first one hides, and the proposal made from lies is found out",

  async given(stage) {
    const { timelock } = contractsOf(stage);
    const topic = timelock.interface.getEvent("CallScheduled").topicHash;
    const getMinDelay = timelock.interface.encodeFunctionData("getMinDelay");
    const hidden = {
      to: stage.addresses.timelock,
      data: timelock.interface.encodeFunctionData("updateDelay", [86_400]),
    };
    await scheduled(stage, hidden);
    // It hides what waits, and says that the timelock waits for a day only.
    liar = await startFrontNode(stage.node.url);
    liar.lie = (method, params, truth) => {
      if (method === "eth_getLogs" && Array.isArray(truth))
        return truth.filter((log: { topics: string[] }) => log.topics[0] !== topic);
      const [call] = params as [{ data?: string; input?: string } | undefined];
      const asked = method === "eth_call" && (call?.data ?? call?.input) === getMinDelay;
      return asked ? AbiCoder.defaultAbiCoder().encode(["uint256"], [86_400]) : truth;
    };
    stage.rpc = liar.url;
    stage.words.set("OTHER_RPC", stage.node.url);
    writeFileSync(
      join(stage.folder, "longer.yaml"),
      "format: strongroom/change@1\ntitle: A longer delay\nreason: more time to look at changes\nchanges:\n  - kind: set-delay\n    delay: 3 d\n",
    );
    await stage.must("./strongroom gov propose longer.yaml --network NETWORK");
  },

  tests: {
    async seen(stage) {
      const [ours, theirs] = ["ours.json", "theirs.json"].map((file) =>
        readFileSync(join(stage.folder, file), "utf8"),
      );
      expect(ours).not.to.equal(theirs);
      expect(theirs).to.include("172800");
    },
    async true(stage) {
      const { stdout } = await stage.run("./strongroom gov status --network NETWORK --rpc OTHER_RPC");
      expect(stdout).to.include("UNKNOWN OPERATION").and.to.include("timelock.updateDelay(uint256)");
      await liar?.close();
    },
  },
};
