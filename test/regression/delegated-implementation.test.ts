import { expect } from "chai";
import hre from "hardhat";
import type { TillV2 } from "../../typechain-types/index.ts";
import { deployAs } from "../support/deployAs.ts";
import { codehashOf, deployUpgrades } from "../support/upgradeFixture.ts";

const { ethers, networkHelpers } = await hre.network.create();

/** What an account's code is once it has delegated to `target` (EIP-7702). */
const delegationTo = (target: unknown) => ethers.concat(["0xef0100", String(target)]);

// The hash of a delegation says where the account's key pointed it, and the key may point it elsewhere the moment after:
// an upgrade without delay, veto or rehearsal.
describe("An account with a delegation as an implementation", () => {
  async function deployed() {
    const d = await deployUpgrades(ethers);
    const v2 = await deployAs<TillV2>(ethers, "TillV2");
    const owner = d.mallory.address;
    await networkHelpers.setCode(owner, delegationTo(v2.target));
    return { ...d, v2, owner };
  }

  it("is no contract to a release, neither behind a proxy nor pinned", async () => {
    const d = await networkHelpers.loadFixture(deployed);
    const release = await d.tillRelease(d.v2, d.v2.interface.encodeFunctionData("migrate", [7n]));
    const [step] = release.steps;
    if (!step) throw new Error("a step");
    const codehash = await codehashOf(ethers, d.owner);
    await expect(d.upgrade({ ...release, steps: [{ ...step, to: d.owner, codehash }] }))
      .to.be.revertedWithCustomError(d.controller, "UpgradeController_NotAContract")
      .withArgs(d.owner);
    await expect(d.upgrade({ ...release, pins: [{ account: d.owner, codehash }] }))
      .to.be.revertedWithCustomError(d.controller, "UpgradeController_NotAContract")
      .withArgs(d.owner);
    await d.upgrade(release);
  });
});
