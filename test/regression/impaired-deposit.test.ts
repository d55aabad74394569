import { expect } from "chai";
import hre from "hardhat";
import type { DepositAddress } from "../../typechain-types/index.ts";
import { deployVault, type ExitTerms, ONE, queuedIn } from "../support/vaultFixture.ts";

const { ethers, networkHelpers } = await hre.network.create();

// Pro rata shares a shortfall among all claims, new ones too: a deposit into an impaired asset pays for losses that came
// before it, and anyone may flush somebody else's deposit address. The design credits in every state; this is the price.
describe("A deposit of an impaired asset", () => {
  async function short() {
    const d = await deployVault(ethers, networkHelpers);
    await d.give(d.bert, "erc20", 100n * ONE);
    const thief = await ethers.getImpersonatedSigner(d.vaultAddress);
    await networkHelpers.setBalance(d.vaultAddress, ONE);
    await d.token.connect(thief).transfer(d.mallory, 50n * ONE);
    await d.vault.checkImpairment(d.tokenId);
    await d.factory.deploy(d.anna);
    const at = await d.factory.addressOf(d.anna);
    const box = (await ethers.getContractAt("DepositAddress", at)) as unknown as DepositAddress;
    return { ...d, box };
  }

  it("is shared with those who were short before: bert flushes anna's deposit address and gains what she loses", async () => {
    const d = await networkHelpers.loadFixture(short);
    await d.token.connect(d.mallory).transfer(d.box, 100n * ONE);
    // The account has no say: neither in the flush nor instead of it.
    await expect(d.box.connect(d.anna).recover(d.tokenId, ONE, d.anna)).to.be.revertedWithCustomError(
      d.box,
      "DepositAddress_TheVaultTakesIt",
    );
    await d.factory.connect(d.bert).flush(d.anna, d.tokenId);
    expect(await d.vault.balanceOf(d.anna, d.tokenId)).to.equal(100n * ONE);
    for (const [who, gets] of [
      // Half of what he had was gone: 50 of 100, now 75.
      [d.bert, 75n * ONE],
      [d.anna, 75n * ONE],
    ] as const) {
      const { exit } = await queuedIn(d, d.vault.connect(who).withdraw(d.tokenId, 100n * ONE, who));
      const before = await d.token.balanceOf(who);
      await d.goTo(exit.late);
      await d.vault.connect(who).release(exit);
      const { slot } = await d.vault.openOf(await idOf(exit));
      if (slot !== 0n) {
        await d.goTo(slot / 256n + 1n);
        await d.vault.connect(who).release(exit);
      }
      expect((await d.token.balanceOf(who)) - before).to.equal(gets);
    }
  });
});

const idOf = async (exit: ExitTerms) =>
  ethers.keccak256(
    ethers.AbiCoder.defaultAbiCoder().encode(
      ["address", "address", "uint256", "uint112", "uint40", "uint40", "uint32"],
      [exit.owner, exit.to, exit.asset, exit.amount, exit.soon, exit.late, exit.seq],
    ),
  );
