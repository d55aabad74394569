import { expect } from "chai";
import type { Stage } from "../stage.ts";
import type { Story } from "../stories.ts";
import { contractsOf, scheduled } from "../world.ts";

/** What a thief with the council's keys wants: no delay worth the name. */
function theft(stage: Stage) {
  const { timelock } = contractsOf(stage);
  return {
    to: stage.addresses.timelock,
    data: timelock.interface.encodeFunctionData("updateDelay", [86_400]),
  };
}

export const proposalToVeto: Story = {
  title: "the operation is gone, and gone again when it comes back",

  async given(stage) {
    stage.words.set("OPERATION", await scheduled(stage, theft(stage)));
  },

  tests: {
    async vetoed(stage) {
      const { timelock, gate } = contractsOf(stage);
      const id = stage.words.get("OPERATION") ?? "";
      expect([await timelock.isOperation(id), await gate.vetoed(id)]).to.deep.equal([false, true]);
    },
    async again(stage) {
      expect(await scheduled(stage, theft(stage))).to.equal(stage.words.get("OPERATION"));
      expect(await contractsOf(stage).timelock.isOperation(stage.words.get("OPERATION") ?? "")).to.equal(
        true,
      );
    },
    async enforced(stage) {
      const { timelock } = contractsOf(stage);
      const id = stage.words.get("OPERATION") ?? "";
      expect(await timelock.isOperation(id)).to.equal(false);
      await stage.wait(2 * 86_400);
      expect(await timelock.isOperationReady(id)).to.equal(false);
      expect(await timelock.getMinDelay()).to.equal(2n * 86_400n);
    },
  },
};
