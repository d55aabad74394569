import { expect } from "chai";
import hre from "hardhat";
import { LANE_ONE } from "../../../src/audit/slots.ts";
import { DAY, HOUR, NATIVE_LISTING, PLAIN_LISTING } from "../../support/deployCore.ts";
import {
  ASSET_KINDS,
  type AssetKind,
  assetWord,
  balanceWord,
  deployVault,
  ONE,
  PHASE,
  queuedIn,
  type VaultFixture,
} from "../../support/vaultFixture.ts";

const { ethers, networkHelpers } = await hre.network.create();

/** Anna has 1,000 of each asset, seasoned. */
async function deposited() {
  const d = await deployVault(ethers, networkHelpers);
  for (const kind of ASSET_KINDS) await d.give(d.anna, kind, 1_000n * ONE);
  await d.goTo(d.seasonsAt + HOUR);
  return d;
}

const load = () => networkHelpers.loadFixture(deposited);
const request = (d: VaultFixture, kind: AssetKind, amount: bigint) =>
  queuedIn(d, d.vault.connect(d.anna).withdraw(d.assetId(kind), amount, d.carl));

describe("Vault: cancel", () => {
  for (const kind of ASSET_KINDS) {
    const listing = kind === "native" ? NATIVE_LISTING : PLAIN_LISTING;
    const step = 10n ** (listing.tickExponent - 3n);

    describe(`given an open exit (${kind})`, () => {
      it("gives its owner everything back, fresh", async () => {
        const d = await load();
        const asset = d.assetId(kind);
        const { id, exit } = await request(d, kind, 100n * ONE);
        const slot = balanceWord(1_000n * ONE, (100n * ONE) / step, d.seasonsAt + 2n * DAY);
        const sent = d.vault.connect(d.anna).cancel(exit);
        await expect(sent)
          .to.emit(d.vault, "Cancelled")
          .withArgs(id, d.anna, slot, assetWord(1_000n * ONE, listing));
        await expect(sent)
          .to.emit(d.face, "Transfer")
          .withArgs(d.anna, ethers.ZeroAddress, d.anna, asset, 100n * ONE);
        expect(await d.vault.balanceOf(d.anna, asset)).to.equal(1_000n * ONE);
        expect((await d.vault.facts(d.anna, asset, 1n, d.carl)).seasoned).to.equal(900n * ONE);
      });

      it("can be neither released nor cancelled again", async () => {
        const d = await load();
        const { id, exit } = await request(d, kind, ONE);
        await d.vault.connect(d.anna).cancel(exit);
        await d.goTo(exit.late);
        for (const again of [() => d.vault.release(exit), () => d.vault.connect(d.anna).cancel(exit)]) {
          await expect(again()).to.be.revertedWithCustomError(d.vault, "Vault_NotOpen").withArgs(id);
        }
        await expect(d.vault.connect(d.reviewer).endorse(id)).to.be.revertedWithCustomError(
          d.vault,
          "Vault_NotOpen",
        );
      });

      it("is the owner's alone", async () => {
        const d = await load();
        const { exit } = await request(d, kind, ONE);
        for (const other of [d.mallory, d.carl, d.officer, d.timelock]) {
          await expect(d.vault.connect(other).cancel(exit))
            .to.be.revertedWithCustomError(d.vault, "Vault_OnlyOwner")
            .withArgs(d.anna);
        }
        // Terms that name another owner name another exit.
        await expect(
          d.vault.connect(d.mallory).cancel({ ...exit, owner: d.mallory.address }),
        ).to.be.revertedWithCustomError(d.vault, "Vault_NotOpen");
      });

      it("works while its owner or everyone is held, its owner is listed, the asset is impaired", async () => {
        const d = await load();
        const asset = d.assetId(kind);
        const exits = [];
        for (let i = 0; i < 4; ++i) exits.push(await request(d, kind, ONE));
        const states = [
          () => d.vault.connect(d.officer).hold(d.anna, DAY),
          () => d.vault.connect(d.officer).hold(ethers.ZeroAddress, DAY),
          async () => {
            await d.sanctions.setListed(d.anna, true);
            await d.vault.screen(d.anna);
          },
          async () => {
            if (kind === "erc20") {
              await networkHelpers.impersonateAccount(d.vaultAddress);
              await networkHelpers.setBalance(d.vaultAddress, 2_000n * ONE);
              await d.token.connect(await ethers.getSigner(d.vaultAddress)).transfer(d.mallory, ONE);
            } else await networkHelpers.setBalance(d.vaultAddress, 1n);
            await d.vault.checkImpairment(asset);
          },
        ];
        for (const [i, enter] of states.entries()) {
          await enter();
          const exit = exits[i]?.exit;
          if (!exit) throw new Error("fewer exits than states");
          await expect(d.vault.connect(d.anna).cancel(exit)).to.emit(d.vault, "Cancelled");
        }
        expect(await d.vault.balanceOf(d.anna, asset)).to.equal(1_000n * ONE);
      });

      it("works after it was endorsed and after it was mature", async () => {
        const d = await load();
        const { id, exit } = await request(d, kind, ONE);
        await d.vault.connect(d.reviewer).endorse(id);
        await d.goTo(exit.late + DAY);
        await expect(d.vault.connect(d.anna).cancel(exit)).to.emit(d.vault, "Cancelled");
        expect((await d.vault.openOf(id)).phase).to.equal(PHASE.NONE);
      });

      it("gives the lane's last slot back, and only the last", async () => {
        const d = await load();
        const asset = d.assetId(kind);
        const first = await request(d, kind, 100n * ONE);
        const second = await request(d, kind, 100n * ONE);
        await d.at(second.exit.late);
        await d.vault.release(first.exit);
        await d.vault.release(second.exit);
        // 100 of 1,000 at 5 % a day are two days each, the first from a day ago.
        const one = (second.exit.late + DAY) * LANE_ONE;
        const two = one + 2n * DAY * LANE_ONE;
        expect((await d.vault.assetOf(asset)).largeLane).to.equal(two);
        await d.vault.connect(d.anna).cancel(first.exit);
        expect((await d.vault.assetOf(asset)).largeLane, "not the last").to.equal(two);
        await d.vault.connect(d.anna).cancel(second.exit);
        expect((await d.vault.assetOf(asset)).largeLane, "the last").to.equal(one);
      });
    });
  }
});
