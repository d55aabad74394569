import { expect } from "chai";
import { freePort } from "../../../src/testing/free-port.ts";
import type { SignerStory } from "../route-stories.ts";
import { ANSWERED } from "../signer-stage.ts";

interface Named {
  readonly name: string;
}

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
      expect(stage.said("signer status"))
        .to.match(/^anna +coins /m)
        .and.to.match(/^cleo +- +- +\S/m);
    },
    async joined(stage) {
      // Others are told of a coordinator alike.
      const { coordinators } = stage.json<{ coordinators: object[] }>("anna/signer.json");
      stage.edit("dan/signer.json", (config: object) => ({ ...config, coordinators }));
      await stage.start("dan");
      stage.edit("relayer/coordinator.json", ({ signers, ...config }: { signers: readonly Named[] }) => ({
        ...config,
        signers: [...signers.filter(({ name }) => name !== "cleo"), stage.entry("dan")],
      }));
    },
    planned(stage) {
      const [, spoken = ""] = /coins\.plan2\.json: ([0-9a-f ]+)/.exec(stage.said("signer plan")) ?? [];
      stage.words.set("FINGERPRINT", spoken.replaceAll(" ", ""));
    },
    shared(stage) {
      const [before, after] = ["coins.json", "coins-2.json"].map((file) =>
        stage.json<{ commitments: readonly string[]; members: readonly Named[] }>(file),
      );
      // The first commitment is to the key itself, the others to what shares it out.
      expect(after?.commitments[0]).to.equal(before?.commitments[0]);
      expect(after?.commitments[1]).to.not.equal(before?.commitments[1]);
      expect(after?.members.map(({ name }) => name)).to.deep.equal(["anna", "ben", "dan"]);
    },
    all(stage) {
      const [, generation = ""] = /^generation (.+)$/m.exec(stage.said("signer reshare")) ?? [];
      expect(generation).to.match(/^([0-9a-f]{8} ?){8}$/);
      for (const name of ["anna", "ben", "dan"])
        expect(stage.said("signer status")).to.match(
          new RegExp(`^${name} .*${generation.replaceAll(" ", "")}`, "m"),
        );
    },
  },
};
