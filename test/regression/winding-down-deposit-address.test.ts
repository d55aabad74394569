import { expect } from "chai";
import hre from "hardhat";
import type { DepositAddress } from "../../typechain-types/index.ts";
import { DAY, KINDS, NATIVE, paramKey } from "../support/deployCore.ts";
import { deployVault, ONE } from "../support/vaultFixture.ts";

const { ethers, networkHelpers } = await hre.network.create();

const SILENCE = 90n;

// Whoever still sends to a deposit address once an asset is being wound down: the Vault refuses it for good, as there is
// no governance left to end that, so the account must be able to take it back.
describe("A deposit address while its asset is being wound down", () => {
  async function woundDown() {
    const d = await deployVault(ethers, networkHelpers);
    await d.setParam("vault", paramKey(KINDS.WIND_DOWN_AFTER), SILENCE);
    await d.factory.deploy(d.anna);
    const at = await d.factory.addressOf(d.anna);
    const box = (await ethers.getContractAt("DepositAddress", at)) as unknown as DepositAddress;
    await d.goTo((await d.vault.governedAt()) + SILENCE * DAY);
    for (const asset of [NATIVE, d.tokenId]) await d.vault.connect(d.mallory).windDown(asset);
    await d.token.connect(d.mallory).transfer(at, 3n * ONE);
    await d.mallory.sendTransaction({ to: at, value: 2n * ONE });
    return { ...d, box };
  }

  it("gives back to the account what the Vault takes no more (INV-CUS-4)", async () => {
    const d = await networkHelpers.loadFixture(woundDown);
    for (const asset of [NATIVE, d.tokenId]) {
      await expect(d.factory.flush(d.anna, asset))
        .to.be.revertedWithCustomError(d.vault, "Vault_WindingDown")
        .withArgs(asset);
      expect(await d.vault.room(asset), "nothing fits").to.equal(0n);
    }
    const mine = d.box.connect(d.anna);
    await expect(mine.recover(d.tokenId, 3n * ONE, d.bert)).to.emit(d.box, "Recovered");
    await expect(mine.recover(NATIVE, 2n * ONE, d.bert)).to.changeEtherBalances(
      ethers,
      [d.box, d.bert],
      [-2n * ONE, 2n * ONE],
    );
    expect(await d.token.balanceOf(d.box)).to.equal(0n);
  });

  it("takes deposits again, and has no second door, once governance is back", async () => {
    const d = await networkHelpers.loadFixture(woundDown);
    await d.vault.revive(d.tokenId);
    await expect(d.box.connect(d.anna).recover(d.tokenId, ONE, d.anna)).to.be.revertedWithCustomError(
      d.box,
      "DepositAddress_TheVaultTakesIt",
    );
    await d.factory.flush(d.anna, d.tokenId);
    expect(await d.vault.balanceOf(d.anna, d.tokenId)).to.equal(3n * ONE);
  });
});
