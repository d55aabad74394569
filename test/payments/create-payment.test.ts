import { expect } from "chai";
import { parseEther, verifyTypedData } from "ethers";
import hre from "hardhat";
import { INTENT_TYPES, intentText, signIntent } from "../../src/custody/intent.ts";
import { lump } from "../../src/payments/build-terms.ts";
import { createPayments, refundPayments } from "../../src/payments/create-payment.ts";
import { explainPaymentRefusal } from "../../src/payments/payment-refusal.ts";
import { paymentsAt } from "../../src/payments/payments-contract.ts";
import { readAllowance, readPayment } from "../../src/payments/read-payment.ts";
import {
  nextNonce,
  signedCallTransaction,
  unusedNonce,
  vaultCallIntent,
  vaultCallTransaction,
} from "../../src/payments/vault-call.ts";
import { NATIVE } from "../support/deployCore.ts";
import { deployPayments, FEATURE } from "../support/paymentsFixture.ts";
import { placeOf } from "../support/paymentsPlace.ts";
import { refusalOf, refuses } from "../support/refusal.ts";
import { ONE } from "../support/vaultFixture.ts";

const { ethers, networkHelpers } = await hre.network.create();

async function funded() {
  const d = await deployPayments(ethers, networkHelpers);
  await d.give(d.anna, "erc20", 1_000n * ONE);
  await d.give(d.anna, "native", parseEther("5"));
  const place = await placeOf(d);
  const pay = (amount: bigint, asset = d.tokenId) =>
    lump({ payer: d.anna.address, payee: d.bert.address, asset, amount });
  return { ...d, place, pay, time: await d.now() };
}

const load = () => networkHelpers.loadFixture(funded);

describe("creating payments", () => {
  it("puts those in one asset together and pays for each asset by one push", async () => {
    const s = await load();
    const all = [s.pay(3n), s.pay(5n, NATIVE), s.pay(4n), s.pay(6n, NATIVE)];
    const { call, terms, ids } = createPayments(s.place, all, s.time);
    expect(call.assets).to.deep.equal([s.tokenId, NATIVE]);
    expect(call.amounts).to.deep.equal([7n, 11n]);
    expect(terms).to.deep.equal([all[0], all[2], all[1], all[3]]);
    await s.anna.sendTransaction(vaultCallTransaction(s.place.vault, call));
    for (const [i, each] of terms.entries()) {
      const { id, phase, left } = await readPayment(ethers.provider, s.place, each);
      expect({ id, phase, left }).to.deep.equal({ id: ids[i], phase: "due", left: each.amount });
    }
    expect(await s.face.balanceOf(s.payments, s.tokenId)).to.equal(7n);
    expect(await s.face.balanceOf(s.payments, NATIVE)).to.equal(11n);
  });

  it("begins another push where one can't hold the sum", async () => {
    const s = await load();
    const most = (1n << 112n) - 1n;
    const { call } = createPayments(s.place, [s.pay(most), s.pay(1n), s.pay(2n)], s.time);
    expect(call.assets).to.deep.equal([s.tokenId, s.tokenId]);
    expect(call.amounts).to.deep.equal([most, 3n]);
  });

  it("refuses nothing, two payers, one payment twice, and terms that can't be paid under", async () => {
    const s = await load();
    const [one, other] = [s.pay(3n), { ...s.pay(4n), payer: s.carl.address }];
    await refuses("PAYMENTS_NONE", () => createPayments(s.place, [], s.time));
    await refuses("PAYMENTS_OF_SEVERAL_PAYERS", () => createPayments(s.place, [one, other], s.time));
    await refuses("PAYMENT_TWICE", () => createPayments(s.place, [one, { ...one }], s.time));
    expect(await refusalOf(() => createPayments(s.place, [{ ...one, amount: 0n }], s.time))).to.equal(
      "TERMS_AMOUNT",
    );
  });

  it("by the payer's signature, anyone brings it, once, before its deadline", async () => {
    const s = await load();
    const terms = s.pay(30n);
    const { call } = createPayments(s.place, [terms], s.time);
    const signed = vaultCallIntent(s.anna.address, call, unusedNonce(), s.time + 3_600n);
    const signature = await signIntent(s.anna, s.place.chainId, s.place.vault, signed.intent);
    const { domain, message } = intentText(s.place.chainId, s.place.vault, signed.intent);
    expect(verifyTypedData(domain, INTENT_TYPES, message, signature)).to.equal(s.anna.address);

    const transaction = signedCallTransaction(s.place.vault, signed, signature);
    await s.mallory.sendTransaction(transaction);
    expect((await readPayment(ethers.provider, s.place, terms)).phase).to.equal("due");
    const again = await s.mallory.sendTransaction(transaction).then(String, explainPaymentRefusal);
    expect(again).to.match(/^the signature was used, or an earlier one is still missing \(0x/);
    await s.goTo(s.time + 3_601n);
    const late = await s.mallory.sendTransaction(transaction).then(String, explainPaymentRefusal);
    expect(late).to.equal(`the signature's deadline has passed (${s.time + 3_600n})`);
  });

  it("in order, by the owner's next nonce", async () => {
    const s = await load();
    const signedAt = async (nonce: bigint) => {
      const { call } = createPayments(s.place, [s.pay(1n)], s.time);
      const signed = vaultCallIntent(s.anna.address, call, nonce, s.time + 3_600n);
      const signature = await signIntent(s.anna, s.place.chainId, s.place.vault, signed.intent);
      return signedCallTransaction(s.place.vault, signed, signature);
    };
    const nonce = await nextNonce(ethers.provider, s.place.vault, s.anna.address, 7n);
    expect(nonce).to.equal(7n << 64n);
    const [first, second] = [await signedAt(nonce), await signedAt(nonce + 1n)];
    const early = await s.carl.sendTransaction(second).then(String, explainPaymentRefusal);
    expect(early).to.match(/^the signature was used, or an earlier one is still missing/);
    await s.carl.sendTransaction(first);
    await s.carl.sendTransaction(second);
    expect(await nextNonce(ethers.provider, s.place.vault, s.anna.address, 7n)).to.equal(nonce + 2n);
    const [one, other] = [unusedNonce(), unusedNonce()];
    expect(one).not.to.equal(other);
    expect(one & ((1n << 64n) - 1n)).to.equal(0n);
  });
});

describe("refunds", () => {
  it("give back of several payments, itself or by signature, up to what was paid", async () => {
    const s = await load();
    const all = [s.pay(30n), s.pay(40n)];
    const [one, two] = all;
    if (!one || !two) throw new Error("two were made");
    const { call } = createPayments(s.place, all, s.time);
    await s.anna.sendTransaction(vaultCallTransaction(s.place.vault, call));
    await paymentsAt(s.place.payments, s.carl).releaseBatch(all);
    const refund = refundPayments(s.place, [
      { terms: one, amount: 10n },
      { terms: two, amount: 40n },
    ]);
    await s.bert.sendTransaction(vaultCallTransaction(s.place.vault, refund));
    const refunded = async () =>
      Promise.all(all.map(async (terms) => (await readPayment(ethers.provider, s.place, terms)).refunded));
    expect(await refunded()).to.deep.equal([10n, 40n]);

    const rest = refundPayments(s.place, [{ terms: one, amount: 20n }]);
    const signed = vaultCallIntent(s.bert.address, rest, unusedNonce(), s.time + 3_600n);
    const signature = await signIntent(s.bert, s.place.chainId, s.place.vault, signed.intent);
    await s.mallory.sendTransaction(signedCallTransaction(s.place.vault, signed, signature));
    expect(await refunded()).to.deep.equal([30n, 40n]);

    await s.give(s.bert, "erc20", 5n);
    const more = vaultCallTransaction(s.place.vault, refundPayments(s.place, [{ terms: one, amount: 1n }]));
    const told = await s.bert.sendTransaction(more).then(String, explainPaymentRefusal);
    expect(told).to.match(/^that is more than was paid and not given back \(0x[0-9a-f]{64}, 1, 0\)$/);
    await refuses("PAYMENTS_NONE", () => refundPayments(s.place, []));
    await refuses("REFUND_ZERO", () => refundPayments(s.place, [{ terms: one, amount: 0n }]));
  });
});

describe("what a payer may open", () => {
  it("is its tier's features, and what is left of its day", async () => {
    const s = await load();
    const all = ["PAY", "SCHEDULE", "CONDITION", "CAPTURE", "ARBITER"];
    expect(await readAllowance(ethers.provider, s.place, s.anna.address)).to.deep.equal({
      ...{ subject: s.anna.address, tier: 3n, features: [...all, "NETTING"], room: undefined },
    });
    expect(await readAllowance(ethers.provider, s.place, s.carl.address)).to.deep.equal({
      ...{ subject: s.carl.address, tier: 1n, features: all, room: 1_000_000n },
    });
    await s.give(s.carl, "erc20", 2n * ONE);
    const terms = { ...s.pay(2n * ONE), payer: s.carl.address };
    const { call } = createPayments(s.place, [terms], s.time);
    await s.carl.sendTransaction(vaultCallTransaction(s.place.vault, call));
    const { room } = await readAllowance(ethers.provider, s.place, s.carl.address);
    expect(room).to.equal(1_000_000n - 200n);
    expect((await readAllowance(ethers.provider, s.place, s.mallory.address)).features).to.deep.equal([
      "PAY",
    ]);
  });

  it("is told in words where it doesn't reach", async () => {
    const s = await load();
    await s.give(s.mallory, "erc20", 2n * ONE);
    const time = { start: s.time, duration: 10n, step: 1n, cliff: 0n };
    const terms = { ...s.pay(2n * ONE), payer: s.mallory.address, schedule: time };
    const { call } = createPayments(s.place, [terms], s.time);
    const sent = s.mallory.sendTransaction(vaultCallTransaction(s.place.vault, call));
    const told = await sent.then(String, explainPaymentRefusal);
    expect(told).to.equal(
      `the payer's tier doesn't open that kind of payment (${s.mallory.address}, 0, ${1n << FEATURE.SCHEDULE})`,
    );
    expect(explainPaymentRefusal(new Error("socket hang up"))).to.equal("socket hang up");
  });
});
