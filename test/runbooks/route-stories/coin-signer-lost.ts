import { expect } from "chai";
import { freePort } from "../../../src/testing/free-port.ts";
import type { SignerStory } from "../route-stories.ts";
import { ANSWERED } from "../signer-stage.ts";

export const coinSignerLost: SignerStory = {
  title: "the same key is held by others, and who was lost is none of them",

  async given(stage) {
    await stage.open("anna", "ben", "cleo");
    await stage.makeKey("coins");
    await stage.end("cleo");
    stage.words.set("PLACE", `127.0.0.1:${await freePort()}`);
    stage.people.set("newcomer", [{ HOLDER: `dan${ANSWERED}` }]);
    stage.people.set(
      "holders",
      ["anna", "ben", "dan"].map((HOLDER) => ({ HOLDER })),
    );
  },

  tests: {
    down(stage) {
      expect(stage.said("signer status")).to.match(/^cleo .*SIGNER_UNREACHABLE|^cleo +- +- +\S/m);
    },
    async joined(stage) {
      stage.edit("dan/signer.json", (config: object) => ({
        ...config,
        coordinators: [stage.coordinatorOf()],
      }));
      await stage.start("dan");
      stage.edit("relayer/coordinator.json", (config: object) => ({
        ...config,
        signers: ["anna", "ben", "dan"].map((name) => stage.entry(name)),
      }));
    },
    planned(stage) {
      const [, spoken = ""] = /coins\.plan2\.json: ([0-9a-f ]+)/.exec(stage.said("signer plan")) ?? [];
      stage.words.set("FINGERPRINT", spoken.replaceAll(" ", ""));
    },
    shared(stage) {
      const [before, after] = [stage.group("coins.json"), stage.group("coins-2.json")];
      expect(after.publicKey).to.equal(before.publicKey);
      expect(after.generation).to.not.equal(before.generation);
      expect(after.members.map(({ name }) => name)).to.deep.equal(["anna", "ben", "dan"]);
    },
    all(stage) {
      const { generation } = stage.group("coins-2.json");
      for (const name of ["anna", "ben", "dan"])
        expect(stage.said("signer status")).to.match(new RegExp(`^${name} .*${generation}`, "m"));
    },
  },
};
