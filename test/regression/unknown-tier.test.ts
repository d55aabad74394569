import { expect } from "chai";
import type { Result } from "ethers";
import hre from "hardhat";
import type { FactsStruct } from "../../typechain-types/contracts/policy/interfaces/IExitPolicy.ts";
import { deployCore, NATIVE, POOL } from "../support/deployCore.ts";

const { ethers } = await hre.network.create();

// "Unknown or unverified is the bottom row": a tier that the policy doesn't know is charged all that tier 0 is.
describe("A tier that the policy doesn't know", () => {
  it("shares the pool of the unverified", async () => {
    const { vault, policy, users } = await deployCore(ethers);
    const [anna, bert] = users;
    if (!anna || !bert) throw new Error("too few signers");
    const answer = await vault.facts(anna, NATIVE, 10n ** 15n, bert);
    const facts = (answer as unknown as Result).toObject() as unknown as FactsStruct;
    const unverified = await policy.quote({ ...facts, tier: 0n });
    expect(unverified.poolLimit).to.equal(POOL);
    for (const tier of [4n, 15n, 255n, 2n ** 200n]) {
      expect(await policy.quote({ ...facts, tier })).to.deep.equal(unverified);
    }
  });
});
