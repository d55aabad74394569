import { expect } from "chai";
import hre from "hardhat";
import type { IVaultLens, RebasingToken } from "../../../typechain-types/index.ts";
import {
  DAY,
  deployCore,
  erc20,
  HOUR,
  MODE,
  NATIVE,
  NATIVE_LISTING,
  PLAIN_LISTING,
  POOL,
  TIERS,
} from "../../support/deployCore.ts";

const { ethers, networkHelpers } = await hre.network.create();

const VERDICT = { INSTANT: 0n, QUEUED: 1n, REFUSED: 2n };
const REASON = {
  ABOVE_SINGLE_LIMIT: 1n << 0n,
  NEW_DESTINATION: 1n << 1n,
  DESTINATION_WAITING: 1n << 2n,
  FRESH: 1n << 4n,
  LISTED: 1n << 5n,
  PRICE_NOT_NORMAL: 1n << 7n,
  SUBJECT_LIMIT: 1n << 8n,
  POOL_LIMIT: 1n << 10n,
  EVERYONE_HELD: 1n << 11n,
  IMPAIRED: 1n << 12n,
  QUOTE_FAILED: 1n << 13n,
};
const ETHER = 10n ** 18n;
/** Raw units that a cent buys at the listed 2,000 dollars. */
const CENT = ETHER / 200_000n;

const now = async () => BigInt(await networkHelpers.time.latest());

/** anna, unverified, has 10 ether that have seasoned, and bert's address in her book for long enough. */
async function seasoned() {
  const core = await deployCore(ethers);
  const [anna, bert, carl] = core.users;
  if (!anna || !bert || !carl) throw new Error("too few signers");
  const lens = (await ethers.deployContract("VaultLens", [core.vault])) as unknown as IVaultLens;
  await core.vault.connect(anna).deposit(NATIVE, 10n * ETHER, anna, { value: 10n * ETHER });
  await core.vault.connect(anna).setDestination(bert, true);
  await networkHelpers.time.increase(2n * DAY);
  return { ...core, anna, bert, carl, lens };
}

type Seasoned = Awaited<ReturnType<typeof seasoned>>;

const explain = (d: Seasoned, amount: bigint, to: { address: string } = d.bert) =>
  d.lens.explain(d.anna, NATIVE, amount, to.address);

describe("VaultLens", () => {
  describe("explain", () => {
    it("says instant, and withdraw then is", async () => {
      const d = await networkHelpers.loadFixture(seasoned);
      const e = await explain(d, 100n * CENT);
      expect(e.verdict).to.equal(VERDICT.INSTANT);
      expect(e.reasons).to.equal(0n);
      await expect(d.vault.connect(d.anna).withdraw(NATIVE, 100n * CENT, d.bert)).to.emit(
        d.vault,
        "Withdrawn",
      );
    });

    it("finds the most that is instant: the single limit, and one unit more is not", async () => {
      const d = await networkHelpers.loadFixture(seasoned);
      const most = TIERS[0].single * CENT;
      expect((await explain(d, 1n)).instantNow).to.equal(most);
      const above = await explain(d, most + 1n);
      expect(above.verdict).to.equal(VERDICT.QUEUED);
      expect(above.reasons).to.equal(REASON.ABOVE_SINGLE_LIMIT);
      expect(above.instantNow).to.equal(most);
    });

    it("reports the windows, and from when more fits, as the Vault then finds", async () => {
      const d = await networkHelpers.loadFixture(seasoned);
      const single = TIERS[0].single * CENT;
      await d.vault.connect(d.anna).withdraw(NATIVE, single, d.bert);
      await d.vault.connect(d.anna).withdraw(NATIVE, single, d.bert);
      const e = await explain(d, single);
      expect(e.verdict).to.equal(VERDICT.QUEUED);
      expect(e.reasons).to.equal(REASON.SUBJECT_LIMIT);
      expect(e.windows[0].limit).to.equal(TIERS[0].window);
      expect(e.windows[0].used).to.equal(2n * TIERS[0].single);
      expect(e.windows[0].room).to.equal(0n);
      expect(e.windows[2].limit).to.equal(POOL);
      expect(e.windows[2].room).to.equal(POOL - 2n * TIERS[0].single);
      expect(e.instantNow).to.equal(0n);
      // Both exits stand in one bucket of ceil(86400 / 5) s; it leaves at the sixth boundary after it began.
      const sub = 17_280n;
      expect(e.moreFrom).to.equal(((await now()) / sub + 6n) * sub);
      await networkHelpers.time.increaseTo(e.moreFrom - 2n);
      expect((await explain(d, single)).verdict).to.equal(VERDICT.QUEUED);
      await networkHelpers.time.increaseTo(e.moreFrom);
      expect((await explain(d, single)).verdict).to.equal(VERDICT.INSTANT);
    });

    it("names what a queue waits for: times as the Vault then sets them", async () => {
      const d = await networkHelpers.loadFixture(seasoned);
      const e = await explain(d, 5n * ETHER, d.carl);
      expect(e.reasons).to.equal(
        REASON.ABOVE_SINGLE_LIMIT | REASON.NEW_DESTINATION | REASON.SUBJECT_LIMIT | REASON.POOL_LIMIT,
      );
      expect(e.soon).to.equal((await now()) + TIERS[0].soon);
      expect(e.late).to.equal((await now()) + TIERS[0].late);
      await d.vault.connect(d.anna).setDestination(d.carl, true);
      const waiting = await explain(d, CENT, d.carl);
      expect(waiting.reasons).to.equal(REASON.DESTINATION_WAITING);
      expect(waiting.moreFrom).to.equal((await now()) + DAY);
    });

    it("says when fresh value seasons", async () => {
      const d = await networkHelpers.loadFixture(seasoned);
      await d.vault.connect(d.carl).setDestination(d.bert, true);
      await networkHelpers.time.increase(DAY + 1n);
      await d.vault.connect(d.carl).deposit(NATIVE, ETHER, d.carl, { value: ETHER });
      const e = await d.lens.explain(d.carl, NATIVE, CENT, d.bert);
      const h = await d.lens.holdingOf(d.carl, NATIVE);
      expect([h.total, h.seasoned]).to.deep.equal([ETHER, 0n]);
      expect(e.reasons).to.equal(REASON.FRESH);
      // The second midnight after it, T being a day.
      expect(h.seasonsAt).to.equal(((await now()) / DAY + 2n) * DAY);
      expect(e.moreFrom).to.equal(h.seasonsAt);
      await networkHelpers.time.increaseTo(h.seasonsAt);
      expect((await d.lens.explain(d.carl, NATIVE, CENT, d.bert)).verdict).to.equal(VERDICT.INSTANT);
      const later = await d.lens.holdingOf(d.carl, NATIVE);
      expect([later.seasoned, later.seasonsAt]).to.deep.equal([ETHER, 0n]);
    });

    it("gives the error that withdraw reverts with", async () => {
      const d = await networkHelpers.loadFixture(seasoned);
      const cases: [bigint, bigint, string][] = [
        [NATIVE, 0n, d.bert.address],
        [NATIVE, 1n, ethers.ZeroAddress],
        [NATIVE, 1n, await d.vault.getAddress()],
        [erc20(d.carl.address), 1n, d.bert.address],
        [NATIVE, 11n * ETHER, d.bert.address],
      ];
      for (const [asset, amount, to] of cases) {
        const e = await d.lens.explain(d.anna, asset, amount, to);
        expect(e.verdict).to.equal(VERDICT.REFUSED);
        const data = d.vault.interface.encodeFunctionData("withdraw", [asset, amount, to]);
        const thrown = await ethers.provider.call({ from: d.anna.address, to: d.vault, data }).then(
          () => "none",
          (error: { data?: string }) => error.data,
        );
        expect(e.refusal).to.equal(thrown);
      }
    });

    it("says what would be instant however much was asked, and nothing if no request is taken", async () => {
      const d = await networkHelpers.loadFixture(seasoned);
      const most = TIERS[0].single * CENT;
      for (const amount of [0n, 1n, most + 1n, 11n * ETHER]) {
        expect((await explain(d, amount)).instantNow, `${amount}`).to.equal(most);
      }
      await d.guardian.connect(d.guardianKey).hold(d.anna, HOUR);
      for (const amount of [0n, 1n, 11n * ETHER]) {
        expect((await explain(d, amount)).instantNow, `${amount} while held`).to.equal(0n);
      }
    });

    it("knows holds on the subject and on everyone", async () => {
      const d = await networkHelpers.loadFixture(seasoned);
      await d.guardian.connect(d.guardianKey).hold(ethers.ZeroAddress, HOUR);
      const everyone = await explain(d, CENT);
      expect(everyone.verdict).to.equal(VERDICT.QUEUED);
      expect(everyone.reasons).to.equal(REASON.EVERYONE_HELD);
      expect(everyone.moreFrom).to.equal(await d.vault.everyoneHeldUntil());
      await d.guardian.connect(d.guardianKey).hold(d.anna, 2n * HOUR);
      const held = await explain(d, CENT);
      const standing = await d.lens.standingOf(d.anna);
      expect(held.verdict).to.equal(VERDICT.REFUSED);
      expect(held.refusal).to.equal(
        d.vault.interface.encodeErrorResult("Vault_Held", [d.anna.address, standing.heldUntil]),
      );
      expect(held.instantNow).to.equal(0n);
    });

    it("knows a sick oracle, a policy that fails and a listed recipient", async () => {
      const d = await networkHelpers.loadFixture(seasoned);
      await d.router.setPrice(NATIVE, NATIVE_LISTING.price, MODE.DISPUTED);
      expect((await explain(d, CENT)).reasons).to.equal(REASON.PRICE_NOT_NORMAL);
      await d.router.setReverts(true);
      const failed = await explain(d, CENT);
      expect(failed.reasons).to.equal(REASON.QUOTE_FAILED);
      expect(failed.late).to.equal((await now()) + 30n * DAY);
      await d.router.setReverts(false);
      await d.router.setPrice(NATIVE, NATIVE_LISTING.price, MODE.NORMAL);
      await d.sanctions.setListed(d.bert, true);
      expect((await explain(d, CENT)).reasons).to.equal(REASON.LISTED);
    });
  });

  describe("statusOf", () => {
    async function queued() {
      const d = await seasoned();
      await d.vault.connect(d.anna).withdraw(NATIVE, ETHER, d.bert);
      return { ...d, ...(await lastQueued(d)) };
    }

    async function lastQueued(d: Seasoned) {
      const event = (await d.vault.queryFilter(d.vault.filters.Queued())).at(-1);
      if (!event) throw new Error("nothing was queued");
      const [owner, to, asset, amount, soon, late, seq] = event.args.exit;
      return { exit: { owner, to, asset, amount, soon, late, seq }, id: event.args.id };
    }

    it("follows an exit from its request to its payment", async () => {
      const d = await networkHelpers.loadFixture(queued);
      const open = await d.lens.statusOf(d.exit, d.carl);
      expect(open.id).to.equal(d.id);
      expect(open.payableFrom).to.equal(d.exit.late);
      expect(open.blocked).to.equal(
        d.vault.interface.encodeErrorResult("Vault_NotMature", [d.id, d.exit.late]),
      );
      await d.vault.connect(d.reviewer).endorse(d.id);
      expect((await d.lens.statusOf(d.exit, d.carl)).payableFrom).to.equal(d.exit.soon);
      await networkHelpers.time.increaseTo(d.exit.soon);
      expect((await d.lens.statusOf(d.exit, d.carl)).blocked).to.equal("0x");
      // A tenth of all liabilities at 5 % a day, less a day of burst: the slot lies a day ahead.
      await d.vault.release(d.exit);
      const taken = await d.lens.statusOf(d.exit, d.carl);
      expect(taken.slotTaken).to.equal(true);
      expect(taken.payableFrom).to.equal((await now()) + DAY);
      expect(taken.blocked).to.equal(
        d.vault.interface.encodeErrorResult("Vault_SlotAhead", [d.id, taken.payableFrom]),
      );
      await networkHelpers.time.increaseTo(taken.payableFrom);
      await expect(d.vault.release(d.exit)).to.changeEtherBalance(ethers, d.bert, ETHER);
      const gone = await d.lens.statusOf(d.exit, d.carl);
      expect([gone.phase, gone.payableFrom]).to.deep.equal([0n, 0n]);
      expect(gone.blocked).to.equal(d.vault.interface.encodeErrorResult("Vault_NotOpen", [d.id]));
    });

    it("gives the state that blocks it", async () => {
      const d = await networkHelpers.loadFixture(queued);
      const blocked = async () => (await d.lens.statusOf(d.exit, d.carl)).blocked;
      await d.sanctions.setListed(d.bert, true);
      await d.vault.screen(d.bert);
      expect(await blocked()).to.equal(
        d.vault.interface.encodeErrorResult("Vault_RecipientListed", [d.bert.address]),
      );
      await d.guardian.connect(d.guardianKey).hold(ethers.ZeroAddress, HOUR);
      expect(await blocked()).to.equal(
        d.vault.interface.encodeErrorResult("Vault_EveryoneHeld", [await d.vault.everyoneHeldUntil()]),
      );
      await d.sanctions.setListed(d.anna, true);
      await d.vault.screen(d.anna);
      expect(await blocked()).to.equal(d.vault.interface.encodeErrorResult("Vault_Listed", [d.anna.address]));
    });

    it("leaves an impaired asset's exits to their owners", async () => {
      const d = await networkHelpers.loadFixture(seasoned);
      const token = (await ethers.deployContract("RebasingToken")) as unknown as RebasingToken;
      const asset = erc20(await token.getAddress());
      await d.list(asset, PLAIN_LISTING);
      await token.mint(d.anna, 100n * ETHER);
      await token.connect(d.anna).approve(d.vault, 100n * ETHER);
      await d.vault.connect(d.anna).deposit(asset, 100n * ETHER, d.anna);
      await token.setScale(ETHER / 2n);
      await d.vault.checkImpairment(asset);
      const e = await d.lens.explain(d.anna, asset, ETHER, d.bert);
      expect(e.reasons & REASON.IMPAIRED).to.equal(REASON.IMPAIRED);
      await d.vault.connect(d.anna).withdraw(asset, ETHER, d.bert);
      const { exit, id } = await lastQueued(d);
      expect((await d.lens.statusOf(exit, d.carl)).blocked).to.equal(
        d.vault.interface.encodeErrorResult("Vault_OnlyOwner", [d.anna.address]),
      );
      expect((await d.lens.statusOf(exit, d.anna)).blocked).to.equal(
        d.vault.interface.encodeErrorResult("Vault_NotMature", [id, exit.late]),
      );
    });
  });

  describe("intakeOf", () => {
    it("S26: says that the Vault isn't verified, and which cap then binds", async () => {
      const d = await networkHelpers.loadFixture(seasoned);
      const tick = 10n ** NATIVE_LISTING.tickExponent;
      const asset = erc20(await (await ethers.deployContract("MockERC20", ["Capped", 18])).getAddress());
      await d.list(asset, { ...PLAIN_LISTING, unverifiedCap: 1_000n });
      const owed = (await d.vault.assetOf(NATIVE)).liabilities;
      const native = NATIVE_LISTING.cap * tick;
      const unverified = NATIVE_LISTING.unverifiedCap * tick;
      expect([...(await d.lens.intakeOf(NATIVE))]).to.deep.equal([
        false,
        0n,
        native,
        unverified,
        native - owed,
      ]);
      const low = 1_000n * 10n ** PLAIN_LISTING.tickExponent;
      expect([...(await d.lens.intakeOf(asset))]).to.deep.equal([false, 0n, low, low, low]);
      // An asset that nobody has listed takes nothing in.
      expect([...(await d.lens.intakeOf(7n))]).to.deep.equal([false, 0n, 0n, 0n, 0n]);
    });
  });

  describe("standingOf", () => {
    it("tells an account what it is", async () => {
      const d = await networkHelpers.loadFixture(seasoned);
      await d.vault.connect(d.anna).setCap(1_234n);
      const s = await d.lens.standingOf(d.anna);
      expect([s.subject, s.tier, s.cap, s.heldUntil, s.listed, s.app, s.instantFrom]).to.deep.equal([
        d.anna.address,
        0n,
        1_234n,
        0n,
        false,
        false,
        0n,
      ]);
      expect(await d.lens.vault()).to.equal(await d.vault.getAddress());
    });

    it("knows apps, and that they can't exit", async () => {
      const d = await networkHelpers.loadFixture(seasoned);
      const app = await ethers.deployContract("MockApp", [d.vault]);
      await d.vault.setKind(app, 1n);
      expect((await d.lens.standingOf(app)).app).to.equal(true);
      const e = await d.lens.explain(app, NATIVE, 1n, d.bert);
      expect(e.refusal).to.equal(
        d.vault.interface.encodeErrorResult("Vault_AppsCannot", [await app.getAddress()]),
      );
    });
  });

  it("refuses an address without code", async () => {
    const { interface: abi } = await ethers.getContractFactory("Vault", (await ethers.getSigners())[0]);
    const lens = await ethers.getContractFactory("VaultLens");
    await expect(lens.deploy(ethers.ZeroAddress)).to.be.revertedWithCustomError(
      { interface: abi },
      "Vault_ZeroAddress",
    );
  });
});
