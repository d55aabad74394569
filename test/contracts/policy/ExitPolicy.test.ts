import { expect } from "chai";
import hre from "hardhat";
import { DAY, KINDS, NEVER, paramKey } from "../../support/deployCore.ts";
import { deployVault } from "../../support/vaultFixture.ts";

const { ethers, networkHelpers } = await hre.network.create();
const deployed = () => deployVault(ethers, networkHelpers);

describe("ExitPolicy", () => {
  const load = () => networkHelpers.loadFixture(deployed);
  const KEY = paramKey(KINDS.UNVERIFIED_POOL);

  it("is tightened by the risk officer alone, and set by governance alone", async () => {
    const d = await load();
    const before = await d.policy.inForce(KEY);
    for (const stranger of [d.mallory, d.officer]) {
      await expect(d.policy.connect(stranger).tighten(KEY, 0n))
        .to.be.revertedWithCustomError(d.policy, "AccessManagedUnauthorized")
        .withArgs(stranger);
    }
    for (const stranger of [d.mallory, d.officer, d.riskOfficer]) {
      await expect(d.policy.connect(stranger).set(KEY, 0n, NEVER, 1n))
        .to.be.revertedWithCustomError(d.policy, "AccessManagedUnauthorized")
        .withArgs(stranger);
    }
    expect(await d.policy.inForce(KEY)).to.equal(before);
    await d.policy.connect(d.riskOfficer).tighten(KEY, 0n);
    expect(await d.policy.inForce(KEY)).to.equal(0n);
  });

  it("lets no delay be longer than 30 days", async () => {
    const d = await load();
    const soon = paramKey(KINDS.TIER_SOON, 1n);
    await expect(d.policy.connect(d.riskOfficer).tighten(soon, 30n * DAY + 1n))
      .to.be.revertedWithCustomError(d.policy, "Params_OutOfBounds")
      .withArgs(soon, 30n * DAY + 1n, 1n, 30n * DAY);
    await d.policy.connect(d.riskOfficer).tighten(soon, 30n * DAY);
    expect(await d.policy.inForce(soon)).to.equal(30n * DAY);
  });
});
