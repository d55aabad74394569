import { expect } from "chai";
import {
  AbiCoder,
  type Interface,
  keccak256,
  type TypedDataDomain,
  toBeHex,
  ZeroAddress,
  ZeroHash,
} from "ethers";
import hre from "hardhat";
import { intentText } from "../../src/custody/intent.ts";
import { signText } from "../../src/custody/typed-text.ts";
import type { PaymentTerms } from "../../src/payments/terms.ts";
import { vaultCallIntent } from "../../src/payments/vault-call.ts";
import { MODE } from "../support/deployCore.ts";
import { deployPayments } from "../support/paymentsFixture.ts";
import { create, idOf, PURPOSE, pushData, refund, termsOf } from "../support/paymentTerms.ts";
import { KIND } from "../support/vaultFixture.ts";

const { ethers, networkHelpers } = await hre.network.create();
const coder = AbiCoder.defaultAbiCoder();
const DAY = 86_400n;
const RICH = 1_000_000n;
const DOLLAR = 10n ** 12n;

async function deployed() {
  const d = await deployPayments(ethers, networkHelpers);
  for (const who of [d.anna, d.bert, d.carl, d.mallory]) await d.give(who, "erc20", RICH);
  const open = await d.now();
  const { chainId } = await ethers.provider.getNetwork();
  const has = (who: string) => d.face.balanceOf(who, d.tokenId);
  return { ...d, open, chainId, has, thief: d.payments.connect(d.mallory) };
}
type Stage = Awaited<ReturnType<typeof deployed>>;

const stage = () => networkHelpers.loadFixture(deployed);

/** A payment that a question latches for a day. */
async function conditional(
  d: Stage,
  question: { condition: string; terms: string },
  changes: Partial<PaymentTerms> = {},
) {
  const condition = await d.payments.hashOf(question);
  const terms = termsOf(d, { condition, latchBy: d.open + DAY, expiry: d.open + 2n * DAY, ...changes });
  await create(d, d.anna, terms);
  return { terms, id: await idOf(d, terms) };
}

const authorisation = (d: Stage, changes: Partial<PaymentTerms> = {}) =>
  termsOf(d, { capture: true, latchBy: d.open + DAY, expiry: d.open + 2n * DAY, ...changes });

/** Anna's intent to create a payment, for any chain and contract. */
async function intentOf(d: Stage, terms: PaymentTerms, to: string, domain: TypedDataDomain = {}) {
  const push = { app: to, assets: [terms.asset], amounts: [terms.amount] };
  const called = { ...push, data: pushData(PURPOSE.CREATE, [terms]) };
  const nonce = await d.vault.nonces(d.anna, 0n);
  const { intent, data } = vaultCallIntent(d.anna.address, called, nonce, (await d.now()) + DAY);
  const text = intentText(d.chainId, d.vaultAddress, intent);
  const signature = await signText(d.anna, { ...text, domain: { ...text.domain, ...domain } });
  return { intent, data, signature };
}

describe("attack: payments", () => {
  describe("standing power", () => {
    it("REVIEW 2: the app can move nobody's balance, spends only its own, and can't exit or call", async () => {
      const d = await stage();
      await create(d, d.anna, termsOf(d));
      const app = await d.payments.getAddress();
      await networkHelpers.setBalance(app, 10n ** 18n);
      await networkHelpers.impersonateAccount(app);
      const as = d.face.connect(await ethers.getSigner(app));
      await expect(as.transferFrom(d.anna, d.mallory, d.tokenId, 1n)).to.be.revertedWithCustomError(
        d.face,
        "ERC6909InsufficientAllowance",
      );
      await expect(as.transfer(d.mallory, d.tokenId, 1_001n)).to.be.revertedWithCustomError(
        d.face,
        "ERC6909InsufficientBalance",
      );
      await expect(as.withdraw(d.tokenId, 1n, d.mallory)).to.be.revertedWithCustomError(
        d.vault,
        "Vault_AppsCannot",
      );
      await expect(as.callWith(d.app, [d.tokenId], [1n], "0x")).to.be.revertedWithCustomError(
        d.vault,
        "Vault_AppsCannot",
      );
      await networkHelpers.stopImpersonatingAccount(app);
      expect(await d.has(d.anna.address)).to.equal(RICH - 1_000n);
    });

    it("a hook called by a stranger, by another app, and by the app through its own multicall opens nothing", async () => {
      const d = await stage();
      const terms = termsOf(d, { payer: d.anna.address, payee: d.mallory.address });
      const args = [d.anna.address, [d.tokenId], [1_000n], pushData(PURPOSE.CREATE, [terms])] as const;
      const raw = d.payments.interface.encodeFunctionData("onVaultCall", [
        args[0],
        [...args[1]],
        [...args[2]],
        args[3],
      ]);
      const refused = [d.payments, "ReleasedApp_NotTheVault"] as const;
      await expect(
        d.thief.onVaultCall(args[0], [...args[1]], [...args[2]], args[3]),
      ).to.be.revertedWithCustomError(...refused);
      await expect(d.thief.multicall([raw])).to.be.revertedWithCustomError(...refused);
      await expect(d.app.execute(d.payments, raw)).to.be.revertedWithCustomError(...refused);
      expect((await d.payments.paymentOf(await idOf(d, terms))).created).to.equal(false);
    });

    it("a hostile app inside its own hook gets what a stranger gets: a release to the payee, nothing else", async () => {
      const d = await stage();
      const terms = termsOf(d);
      await create(d, d.anna, terms);
      const mine = termsOf(d, { payer: await d.app.getAddress(), payee: d.mallory.address, amount: 1n });
      const inside = async (target: string, data: string) => {
        await d.app.arm(target, data);
        await d.vault.connect(d.mallory).callWith(d.app, [d.tokenId], [1n], "0x");
        return d.app.succeeded();
      };
      const app = await d.payments.getAddress();
      const face = d.payments.interface;
      expect(await inside(app, face.encodeFunctionData("accept", [terms]))).to.equal(false);
      expect(await inside(app, face.encodeFunctionData("void", [terms]))).to.equal(false);
      const push = d.vault.interface.encodeFunctionData("callWith", [
        app,
        [d.tokenId],
        [1n],
        pushData(PURPOSE.CREATE, [mine]),
      ]);
      expect(await inside(d.vaultAddress, push)).to.equal(false);
      expect(await inside(app, face.encodeFunctionData("release", [terms]))).to.equal(true);
      expect(await d.has(d.bert.address)).to.equal(RICH + 1_000n);
      expect(await d.has(app)).to.equal(0n);
    });
  });

  describe("replay", () => {
    it("ANCHORS 3.10: an intent that creates a payment serves once, on one chain, for one app", async () => {
      const d = await stage();
      const app = await d.payments.getAddress();
      const terms = termsOf(d);
      for (const domain of [
        { chainId: d.chainId + 1n },
        { verifyingContract: app },
        { name: "Strongroom Payments" },
      ]) {
        const forged = await intentOf(d, terms, app, domain);
        await expect(
          d.vault.connect(d.mallory).bySig(forged.intent, forged.data, forged.signature),
        ).to.be.revertedWithCustomError(d.vault, "Vault_BadSignature");
      }
      const { intent, data, signature } = await intentOf(d, terms, app);
      const vault = d.vault.connect(d.mallory);
      // To another app, whose hook takes anything.
      const elsewhere = { ...intent, to: await d.app.getAddress() };
      await expect(vault.bySig(elsewhere, data, signature)).to.be.revertedWithCustomError(
        d.vault,
        "Vault_BadSignature",
      );
      await vault.bySig(intent, data, signature);
      await expect(vault.bySig(intent, data, signature)).to.be.revertedWithCustomError(
        d.face,
        "InvalidAccountNonce",
      );
      // Signed anew, also once the payment is settled: the terms are used up.
      await d.thief.release(terms);
      const again = await intentOf(d, terms, app);
      await expect(vault.bySig(again.intent, again.data, again.signature)).to.be.revertedWithCustomError(
        d.payments,
        "Payments_CreatedAlready",
      );
      expect(await d.has(d.anna.address)).to.equal(RICH - 1_000n);
    });

    it("an attestation of one payment serves no other, unless the terms say that it is shared", async () => {
      const d = await stage();
      const where = await d.conditions.attestation.getAddress();
      const claim = keccak256("0x01");
      const ask = (shared: boolean) => ({
        condition: where,
        terms: coder.encode(
          ["tuple(address,bytes32,uint40,uint40,bool)"],
          [[d.carl.address, claim, d.open, d.open + DAY, shared]],
        ),
      });
      const attest = async (payment: string) => {
        const time = await d.now();
        const domain = {
          name: "Strongroom Attestation",
          version: "1",
          chainId: d.chainId,
          verifyingContract: where,
        };
        const types = {
          Attestation: [
            { name: "payment", type: "bytes32" },
            { name: "claim", type: "bytes32" },
            { name: "time", type: "uint40" },
          ],
        };
        const signature = await d.carl.signTypedData(domain, types, { payment, claim, time });
        return coder.encode(["tuple(uint40,bytes)"], [[time, signature]]);
      };
      const one = await conditional(d, ask(false), { salt: 1n });
      const two = await conditional(d, ask(false), { salt: 2n });
      const word = await attest(one.id);
      await expect(d.thief.latch(two.terms, ask(false), word)).to.be.revertedWithCustomError(
        d.payments,
        "Payments_NotMet",
      );
      await d.thief.latch(one.terms, ask(false), word);
      const three = await conditional(d, ask(true), { salt: 3n });
      const four = await conditional(d, ask(true), { salt: 4n });
      await expect(d.thief.latch(three.terms, ask(true), word)).to.be.revertedWithCustomError(
        d.payments,
        "Payments_NotMet",
      );
      const shared = await attest(ZeroHash);
      await d.thief.latch(three.terms, ask(true), shared);
      await d.thief.latch(four.terms, ask(true), shared);
    });
  });

  describe("time and price", () => {
    it("ANCHORS 3.10: a price that was reached while nobody latched pays nothing at the end; one that was latched pays", async () => {
      const d = await stage();
      const question = {
        condition: await d.conditions.priceLimit.getAddress(),
        terms: coder.encode(
          ["tuple(uint256,uint64,bool,uint40,uint40)"],
          [[d.tokenId, 2n * DOLLAR, true, d.open, d.open + DAY]],
        ),
      };
      const missed = await conditional(d, question, { salt: 1n });
      const caught = await conditional(d, question, { salt: 2n });
      const notMet = [d.payments, "Payments_NotMet"] as const;
      await expect(d.thief.latch(caught.terms, question, "0x")).to.be.revertedWithCustomError(...notMet);
      await d.router.setPrice(d.tokenId, 3n * DOLLAR, MODE.NORMAL);
      await d.thief.latch(caught.terms, question, "0x");
      await d.router.setPrice(d.tokenId, DOLLAR, MODE.NORMAL);
      await expect(d.thief.latch(missed.terms, question, "0x")).to.be.revertedWithCustomError(...notMet);
      // High, but not to be trusted.
      await d.router.setPrice(d.tokenId, 3n * DOLLAR, MODE.DEGRADED);
      await expect(d.thief.latch(missed.terms, question, "0x")).to.be.revertedWithCustomError(...notMet);
      await d.goTo(d.open + 2n * DAY);
      await d.router.setPrice(d.tokenId, 3n * DOLLAR, MODE.NORMAL);
      await expect(d.thief.latch(missed.terms, question, "0x")).to.be.revertedWithCustomError(
        d.payments,
        "Payments_TooLate",
      );
      await expect(d.thief.release(missed.terms)).to.be.revertedWithCustomError(
        d.payments,
        "Payments_NotLatched",
      );
      expect(await d.thief.releaseBatch.staticCall([missed.terms])).to.equal(0n);
      await d.thief.release(caught.terms);
      await d.thief.rollback(missed.terms);
      expect(await d.has(d.bert.address)).to.equal(RICH + 1_000n);
      expect(await d.has(d.anna.address)).to.equal(RICH - 1_000n);
    });

    it("no second is both: in the last one that latches nothing rolls back, in the first that rolls back nothing latches", async () => {
      const d = await stage();
      const question = {
        condition: await d.conditions.timeWindow.getAddress(),
        terms: coder.encode(["uint40", "uint40"], [d.open, d.open + 9n * DAY]),
      };
      const latchBy = d.open + DAY;
      const { terms: latched } = await conditional(d, question, { latchBy, expiry: latchBy + 1n, salt: 1n });
      const { terms: late } = await conditional(d, question, { latchBy, expiry: latchBy + 1n, salt: 2n });
      await networkHelpers.time.setNextBlockTimestamp(latchBy - 1n);
      await expect(d.thief.rollback(latched)).to.be.revertedWithCustomError(d.payments, "Payments_NotLapsed");
      await networkHelpers.time.setNextBlockTimestamp(latchBy);
      await d.thief.latch(latched, question, "0x");
      // The payer, front-running at the first second of the expiry.
      await networkHelpers.time.setNextBlockTimestamp(latchBy + 1n);
      await d.payments.connect(d.anna).rollback(late);
      await expect(d.thief.latch(late, question, "0x")).to.be.revertedWithCustomError(
        d.payments,
        "Payments_NotOpen",
      );
      await expect(d.payments.connect(d.anna).rollback(latched)).to.be.revertedWithCustomError(
        d.payments,
        "Payments_NeverLapses",
      );
      await d.thief.release(latched);
      expect(await d.has(d.bert.address)).to.equal(RICH + 1_000n);
    });

    it("ANCHORS 3.10: what was captured early counts against what vests later", async () => {
      const d = await stage();
      const schedule = { start: d.open, duration: 1_000n, step: 1n, cliff: 0n };
      const terms = authorisation(d, { schedule });
      await create(d, d.anna, terms);
      const payee = d.payments.connect(d.bert);
      await networkHelpers.time.setNextBlockTimestamp(d.open + 400n);
      await payee.capture(terms, 400n);
      await networkHelpers.time.setNextBlockTimestamp(d.open + 500n);
      await expect(payee.capture(terms, 101n))
        .to.be.revertedWithCustomError(d.payments, "Payments_AboveDue")
        .withArgs(await idOf(d, terms), 101n, 100n);
      await d.goTo(d.open + 1_000n);
      await payee.capture(terms, 600n);
      await expect(payee.capture(terms, 1n)).to.be.revertedWithCustomError(d.payments, "Payments_AboveDue");
      expect(await d.has(d.bert.address)).to.equal(RICH + 1_000n);
    });
  });

  describe("dust and floods", () => {
    it("captures of single units evade no fee, nor pay one twice", async () => {
      const d = await stage();
      const fee = { feeBps: 1_000n, feeTo: d.carl.address, amount: 45n };
      const dust = authorisation(d, { ...fee, salt: 1n });
      const whole = authorisation(d, { ...fee, salt: 2n, payee: d.mallory.address });
      await create(d, d.anna, dust, whole);
      await d.thief.capture(whole, 45n);
      const atOnce = (await d.has(d.carl.address)) - RICH;
      const payee = d.payments.connect(d.bert);
      for (let unit = 0; unit < 45; unit++) await payee.capture(dust, 1n);
      expect(atOnce).to.equal(4n);
      expect((await d.has(d.carl.address)) - RICH - atOnce).to.equal(atOnce);
      expect(await d.has(d.bert.address)).to.equal(await d.has(d.mallory.address));
      expect(await d.has(await d.payments.getAddress())).to.equal(0n);
    });

    it("refunds in dust, twice in one push, are never more than was paid", async () => {
      const d = await stage();
      const terms = termsOf(d, { amount: 10n });
      await create(d, d.anna, terms);
      await d.thief.release(terms);
      await expect(refund(d, d.bert, [terms, 6n], [terms, 5n])).to.be.revertedWithCustomError(
        d.payments,
        "Payments_AbovePaid",
      );
      await refund(d, d.bert, [terms, 6n], [terms, 4n]);
      await expect(refund(d, d.bert, [terms, 1n])).to.be.revertedWithCustomError(
        d.payments,
        "Payments_AbovePaid",
      );
      expect(await d.has(d.anna.address)).to.equal(RICH);
    });

    it("the same terms a hundred times in a batch pay once; a flood of strangers' terms pays nothing and reverts nothing", async () => {
      const d = await stage();
      const terms = termsOf(d);
      await create(d, d.anna, terms);
      const flood = Array.from({ length: 100 }, (_, salt) => termsOf(d, { salt: 1_000n + BigInt(salt) }));
      const batch = [...flood, ...Array.from({ length: 100 }, () => terms)];
      expect(await d.thief.releaseBatch.staticCall(batch)).to.equal(1n);
      await d.thief.releaseBatch(batch);
      expect(await d.has(d.bert.address)).to.equal(RICH + 1_000n);
      expect(await d.thief.rollbackBatch.staticCall(batch)).to.equal(0n);
    });

    it("an array that is longer than its data, or than any memory, is refused in all batch forms", async () => {
      const d = await stage();
      for (const name of ["releaseBatch", "rollbackBatch"] as const) {
        const good = (d.payments.interface as Interface).encodeFunctionData(name, [[termsOf(d)]]);
        for (const length of [2n, 1n << 64n, 1n << 251n, (1n << 256n) - 1n]) {
          const data = good.slice(0, 10 + 64) + toBeHex(length, 32).slice(2) + good.slice(10 + 128);
          await expect(d.mallory.sendTransaction({ to: d.payments, data })).to.revert(ethers);
        }
      }
      const good = pushData(PURPOSE.CREATE, [termsOf(d)]);
      for (const length of [0n, 2n, 1n << 64n, 1n << 251n, (1n << 256n) - 1n]) {
        const data = good.slice(0, 2 + 128) + toBeHex(length, 32).slice(2) + good.slice(2 + 192);
        await expect(
          d.vault.connect(d.anna).callWith(d.payments, [d.tokenId], [1_000n], data),
        ).to.be.revertedWithCustomError(d.payments, "Payments_BadData");
      }
    });

    it("a stray high bit in any field makes no second payment of the same terms", async () => {
      const d = await stage();
      const terms = authorisation(d, { feeBps: 1n, feeTo: d.carl.address, arbiter: d.carl.address });
      const good = pushData(PURPOSE.CREATE, [terms]);
      // Those that fill their words have no room: asset, condition, reference, salt.
      const narrow = [0, 1, 3, 4, 5, 6, 7, 8, 10, 11, 12, 13, 14];
      for (const field of narrow) {
        const from = 2 + 64 * (3 + field);
        const dirty = BigInt(`0x${good.slice(from, from + 64)}`) | (1n << 255n);
        const data = good.slice(0, from) + toBeHex(dirty, 32).slice(2) + good.slice(from + 64);
        await expect(
          d.vault.connect(d.anna).callWith(d.payments, [d.tokenId], [1_000n], data),
          `field ${field}`,
        ).to.revert(ethers);
      }
      // Nor does one open, release or give back the payment that stands.
      await create(d, d.anna, terms);
      const call = d.payments.interface.encodeFunctionData("rollback", [terms]);
      await d.goTo(d.open + 2n * DAY);
      for (const field of narrow) {
        const from = 10 + 64 * field;
        const dirty = BigInt(`0x${call.slice(from, from + 64)}`) | (1n << 255n);
        const data = call.slice(0, from) + toBeHex(dirty, 32).slice(2) + call.slice(from + 64);
        await expect(d.mallory.sendTransaction({ to: d.payments, data }), `field ${field}`).to.revert(ethers);
      }
      await d.mallory.sendTransaction({ to: d.payments, data: call });
      expect(await d.has(d.anna.address)).to.equal(RICH);
    });
  });

  describe("holds, lists and retirement", () => {
    it("INV-PAY-3: payer and payee listed, everyone held, no oracle, no tier, the app retired: what is due is paid, what lapsed goes back", async () => {
      const d = await stage();
      const question = { condition: d.mallory.address, terms: "0x" };
      const due = termsOf(d, { salt: 7n });
      await create(d, d.anna, due);
      const { terms: lapsed } = await conditional(d, question, { salt: 8n });
      for (const who of [d.anna, d.bert]) {
        await d.sanctions.setListed(who, true);
        await d.vault.screen(who);
        await d.vault.connect(d.officer).setTier(who, 0n, await d.now(), (await d.now()) + 1n);
      }
      await d.vault.connect(d.officer).hold(ZeroAddress, 3n * DAY);
      await d.router.setReverts(true);
      for (const feature of [0n, 1n, 2n, 3n, 4n, 5n]) await d.setRule("PAYMENT_TIERS", feature, 0n);
      await d.vault.setKind(d.payments, KIND.RETIRED);
      await d.thief.release(due);
      await d.goTo(d.open + 2n * DAY);
      await d.thief.rollback(lapsed);
      expect(await d.has(d.bert.address)).to.equal(RICH + 1_000n);
      expect(await d.has(d.anna.address)).to.equal(RICH - 1_000n);
      // Only in the ledger: neither gets away with it.
      await expect(d.face.connect(d.bert).transfer(d.mallory, d.tokenId, 1n)).to.be.revertedWithCustomError(
        d.vault,
        "Vault_Listed",
      );
    });
  });
});
