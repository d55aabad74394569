import { expect } from "chai";
import hre from "hardhat";
import type { PlainReserve } from "../../../typechain-types/index.ts";
import {
  DAY,
  KINDS,
  NATIVE,
  NATIVE_LISTING,
  NEVER,
  PLAIN_LISTING,
  paramKey,
  ROLES,
} from "../../support/deployCore.ts";
import {
  ASSET_KINDS,
  assetWord,
  deployVault,
  KIND,
  ONE,
  queuedIn,
  REASON,
} from "../../support/vaultFixture.ts";

const { ethers, networkHelpers } = await hre.network.create();

const SILENCE = 90n;

/** Of each asset anna has 100 and bert 900, seasoned; carl holds RECOVERY and CONTROLLER. */
async function deposited() {
  const d = await deployVault(ethers, networkHelpers);
  for (const kind of ASSET_KINDS) {
    await d.give(d.anna, kind, 100n * ONE);
    await d.give(d.bert, kind, 900n * ONE);
  }
  await d.manager.grantRole(ROLES.RECOVERY, d.carl, 0);
  await d.manager.grantRole(ROLES.CONTROLLER, d.carl, 0);
  await d.vault.connect(d.officer).setTier(d.anna, 3, 0, NEVER);
  await d.vault.connect(d.anna).setDestination(d.mallory, true);
  await d.goTo(d.seasonsAt + 2n * DAY);
  const fresh = (await d.users.at(-1)) ?? d.mallory;
  return { ...d, fresh };
}

const load = () => networkHelpers.loadFixture(deposited);

describe("Vault: recover", () => {
  it("cancels exits and moves whole balances, fresh, under a hold; nothing else", async () => {
    const d = await load();
    const { exit, id } = await queuedIn(d, d.vault.connect(d.anna).withdraw(d.tokenId, 40n * ONE, d.bert));
    await d.vault.connect(d.officer).hold(d.anna, DAY);
    const before = await d.vault.subjectRecord(d.anna);
    const sent = d.vault.connect(d.carl).recover(d.anna, d.fresh, [d.tokenId, NATIVE], [exit]);
    await expect(sent).to.emit(d.vault, "AccountRecovered").withArgs(d.anna, d.fresh);
    await expect(sent).to.emit(d.vault, "Cancelled");
    await expect(sent)
      .to.emit(d.face, "Transfer")
      .withArgs(d.carl, d.anna, d.fresh, d.tokenId, 100n * ONE);
    for (const kind of ASSET_KINDS) {
      const asset = d.assetId(kind);
      expect(await d.vault.balanceOf(d.anna, asset)).to.equal(0n);
      expect(await d.vault.balanceOf(d.fresh, asset)).to.equal(100n * ONE);
      expect((await d.vault.facts(d.fresh, asset, 1n, d.bert)).seasoned).to.equal(0n);
      expect((await d.vault.assetOf(asset)).queuedTicks).to.equal(0n);
    }
    await expect(d.vault.cancel(exit)).to.be.revertedWithCustomError(d.vault, "Vault_OnlyOwner");
    await expect(d.vault.connect(d.anna).cancel(exit))
      .to.be.revertedWithCustomError(d.vault, "Vault_NotOpen")
      .withArgs(id);
    expect(await d.vault.subjectRecord(d.anna)).to.deep.equal(before);
    expect(await d.vault.subjectOf(d.fresh)).to.equal(d.fresh.address);
  });

  it("refuses others' exits, and touches nobody else's balance", async () => {
    const d = await load();
    const { exit } = await queuedIn(d, d.vault.connect(d.bert).withdraw(d.tokenId, ONE, d.bert));
    await expect(d.vault.connect(d.carl).recover(d.anna, d.fresh, [d.tokenId], [exit]))
      .to.be.revertedWithCustomError(d.vault, "Vault_OnlyOwner")
      .withArgs(d.bert);
  });

  it("is for its role alone, and neither from nor to the listed, apps or itself", async () => {
    const d = await load();
    const recover = (from: unknown, to: unknown) =>
      d.vault.connect(d.carl).recover(from as string, to as string, [d.tokenId], []);
    await expect(
      d.vault.connect(d.anna).recover(d.bert, d.anna, [d.tokenId], []),
    ).to.be.revertedWithCustomError(d.vault, "AccessManagedUnauthorized");
    for (const to of [ethers.ZeroAddress, d.vaultAddress, d.anna.address]) {
      await expect(recover(d.anna, to))
        .to.be.revertedWithCustomError(d.vault, "Vault_BadRecipient")
        .withArgs(to);
    }
    await expect(recover(d.anna, d.app))
      .to.be.revertedWithCustomError(d.vault, "Vault_AppsCannot")
      .withArgs(d.app);
    await expect(recover(d.app, d.anna))
      .to.be.revertedWithCustomError(d.vault, "Vault_AppsCannot")
      .withArgs(d.app);
    await d.sanctions.setListed(d.anna, true);
    await d.vault.screen(d.anna);
    await expect(recover(d.anna, d.fresh))
      .to.be.revertedWithCustomError(d.vault, "Vault_Listed")
      .withArgs(d.anna);
    await expect(recover(d.bert, d.anna))
      .to.be.revertedWithCustomError(d.vault, "Vault_Listed")
      .withArgs(d.anna);
    expect(await d.vault.balanceOf(d.bert, d.tokenId)).to.equal(900n * ONE);
  });
});

describe("Vault: instant exits closed", () => {
  it("queues everything until governance opens them, whatever the policy says", async () => {
    const d = await load();
    const word = BigInt(await d.policy.getAddress());
    await expect(d.vault.connect(d.anna).withdraw(NATIVE, ONE, d.mallory)).to.emit(d.vault, "Withdrawn");
    await expect(d.vault.connect(d.carl).closeInstant())
      .to.emit(d.vault, "InstantClosed")
      .withArgs(word | (1n << 200n));
    await expect(d.vault.connect(d.carl).closeInstant()).to.be.revertedWithCustomError(
      d.vault,
      "Vault_Unchanged",
    );
    expect(await d.vault.instantClosed()).to.equal(true);
    const lens = await ethers.deployContract("VaultLens", [d.vault]);
    const said = await lens.getFunction("explain")(d.anna, NATIVE, ONE, d.mallory);
    expect([said.reasons, said.instantNow]).to.deep.equal([REASON.INSTANT_CLOSED, 0n]);
    const sent = d.vault.connect(d.anna).withdraw(NATIVE, ONE, d.mallory);
    await expect(sent).to.emit(d.vault, "Queued");
    const { exit, reasons } = await queuedIn(d, sent);
    expect(reasons).to.equal(REASON.INSTANT_CLOSED);
    // Beside a hold on everyone, and beside what is queued: both go on as ever.
    await d.vault.connect(d.officer).hold(ethers.ZeroAddress, 60n);
    expect(await d.vault.everyoneHeldUntil()).to.equal((await d.now()) + 60n);
    await d.goTo(exit.late);
    await expect(d.vault.release(exit)).to.emit(d.vault, "Released");
    const left = (await d.now()) + 100n;
    await d.at(left + 1n);
    await expect(d.vault.openInstant(left), "left over from before")
      .to.be.revertedWithCustomError(d.vault, "Vault_Expired")
      .withArgs(left);
    await d.at(left + 10n);
    await expect(d.vault.openInstant(left + 10n)).to.emit(d.vault, "InstantOpened");
    await expect(d.vault.openInstant(NEVER)).to.be.revertedWithCustomError(d.vault, "Vault_Unchanged");
    await expect(d.vault.connect(d.anna).withdraw(NATIVE, ONE, d.mallory)).to.emit(d.vault, "Withdrawn");
  });

  it("is closed by the controller and opened by governance, nobody else", async () => {
    const d = await load();
    const stranger = d.vault.connect(d.mallory);
    for (const call of [() => stranger.closeInstant(), () => stranger.openInstant(NEVER)]) {
      await expect(call()).to.be.revertedWithCustomError(d.vault, "AccessManagedUnauthorized");
    }
    await expect(d.vault.connect(d.carl).openInstant(NEVER)).to.be.revertedWithCustomError(
      d.vault,
      "AccessManagedUnauthorized",
    );
  });
});

describe("Vault: winding down", () => {
  const silent = async () => {
    const d = await load();
    await d.setParam("vault", paramKey(KINDS.WIND_DOWN_AFTER), SILENCE);
    const from = (await d.vault.governedAt()) + SILENCE * DAY;
    return { ...d, from };
  };

  it("begins once governance has been silent for the governed time, not a second before, by anyone", async () => {
    const d = await silent();
    expect(await d.vault.governedAt()).to.equal(await d.now());
    await d.at(d.from - 1n);
    await expect(d.vault.connect(d.mallory).windDown(NATIVE))
      .to.be.revertedWithCustomError(d.vault, "Vault_GovernanceAlive")
      .withArgs(d.from);
    await d.at(d.from);
    await expect(d.vault.connect(d.mallory).windDown(NATIVE))
      .to.emit(d.vault, "WindDownBegun")
      .withArgs(NATIVE, assetWord(1_000n * ONE, NATIVE_LISTING, { windingDown: true }));
    await expect(d.vault.windDown(NATIVE)).to.be.revertedWithCustomError(d.vault, "Vault_Unchanged");
    expect((await d.vault.assetOf(d.tokenId)).windingDown, "one asset at a time").to.equal(false);
  });

  it("is put off by each act of governance, and by a heartbeat; not by other roles", async () => {
    const d = await silent();
    await d.goTo(d.from - DAY);
    await d.vault.connect(d.officer).setTier(d.bert, 1, 0, NEVER);
    await d.vault.connect(d.officer).hold(d.bert, 60n);
    expect(await d.vault.governedAt()).to.equal(d.from - SILENCE * DAY);
    await expect(d.vault.connect(d.mallory).heartbeat()).to.be.revertedWithCustomError(
      d.vault,
      "AccessManagedUnauthorized",
    );
    const acts = [
      () => d.vault.heartbeat(),
      () => d.vault.extend(d.bert, 60n),
      () => d.setParam("vault", paramKey(KINDS.WIND_DOWN_AFTER), SILENCE + 1n),
      async () => d.vault.addReserve(await ethers.deployContract("PlainReserve", [d.vault])),
      async () => d.vault.setKind(await ethers.deployContract("MockApp", [d.vault]), KIND.APP),
      async () => d.vault.removeReserve((await d.vault.reserves())[0] ?? ""),
      async () => d.listToken(await d.anotherToken("MockERC20", ["Other", 18]), PLAIN_LISTING),
      async () => {
        const next = await ethers.deployContract("ExitPolicy", [d.manager, d.router, d.sanctions]);
        await d.vault.setPolicy(d.policy, await d.policy.revision(), NEVER, next);
      },
    ];
    for (const act of acts) {
      const before = await d.vault.governedAt();
      await act();
      expect(await d.vault.governedAt()).to.be.greaterThan(before);
    }
    await expect(d.vault.heartbeat()).to.emit(d.vault, "Governed");
  });

  it("takes nothing more in, isn't swept, and lets everyone out as ever", async () => {
    const d = await silent();
    const reserve = (await ethers.deployContract("PlainReserve", [d.vault])) as unknown as PlainReserve;
    await d.vault.addReserve(reserve);
    await d.goTo(d.from + DAY);
    await d.vault.windDown(d.tokenId);
    await expect(d.vault.connect(d.anna).deposit(d.tokenId, ONE, d.anna))
      .to.be.revertedWithCustomError(d.vault, "Vault_WindingDown")
      .withArgs(d.tokenId);
    await expect(d.vault.sweep(d.tokenId)).to.be.revertedWithCustomError(d.vault, "Vault_NotSweepable");
    await expect(d.vault.connect(d.anna).withdraw(d.tokenId, ONE, d.mallory)).to.emit(d.vault, "Withdrawn");
    const { exit } = await queuedIn(d, d.vault.connect(d.bert).withdraw(d.tokenId, ONE, d.bert));
    await d.goTo(exit.late);
    await expect(d.vault.release(exit)).to.emit(d.vault, "Released");
  });

  it("lets anyone settle what is open, pro rata where the asset is impaired", async () => {
    const d = await silent();
    const { exit, id } = await queuedIn(d, d.vault.connect(d.bert).withdraw(d.tokenId, 20n * ONE, d.bert));
    // A quarter of the tokens is gone.
    const thief = await ethers.getImpersonatedSigner(d.vaultAddress);
    await d.token.connect(thief).transfer(d.mallory, 250n * ONE);
    await d.vault.checkImpairment(d.tokenId);
    await d.goTo(d.from + DAY);
    await expect(d.vault.connect(d.mallory).release(exit))
      .to.be.revertedWithCustomError(d.vault, "Vault_OnlyOwner")
      .withArgs(d.bert);
    await d.vault.windDown(d.tokenId);
    const lens = await ethers.deployContract("VaultLens", [d.vault]);
    expect((await lens.getFunction("statusOf")(exit, d.mallory)).blocked).to.equal("0x");
    const before = await d.token.balanceOf(d.bert);
    await expect(d.vault.connect(d.mallory).release(exit)).to.emit(d.vault, "Released");
    expect((await d.token.balanceOf(d.bert)) - before).to.equal(15n * ONE);
    expect((await d.vault.openOf(id)).phase).to.equal(0n);
  });

  it("ends when governance is back", async () => {
    const d = await silent();
    await expect(d.vault.revive(NATIVE)).to.be.revertedWithCustomError(d.vault, "Vault_Unchanged");
    await d.goTo((await d.vault.governedAt()) + SILENCE * DAY);
    await d.vault.windDown(NATIVE);
    await expect(d.vault.connect(d.mallory).revive(NATIVE)).to.be.revertedWithCustomError(
      d.vault,
      "AccessManagedUnauthorized",
    );
    await expect(d.vault.revive(NATIVE))
      .to.emit(d.vault, "Revived")
      .withArgs(NATIVE, assetWord(1_000n * ONE, NATIVE_LISTING));
    await expect(d.give(d.anna, "native", ONE)).to.emit(d.vault, "Deposited");
    await expect(d.vault.windDown(NATIVE)).to.be.revertedWithCustomError(d.vault, "Vault_GovernanceAlive");
  });

  it("can't begin for an asset that isn't listed, nor where governance never set the time", async () => {
    const d = await load();
    await d.goTo((await d.now()) + 1_000n * DAY);
    await expect(d.vault.windDown(NATIVE))
      .to.be.revertedWithCustomError(d.vault, "Vault_ParameterMissing")
      .withArgs(paramKey(KINDS.WIND_DOWN_AFTER));
    await expect(d.vault.windDown(5n)).to.be.revertedWithCustomError(d.vault, "Vault_NotListed").withArgs(5n);
  });
});
