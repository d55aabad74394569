import { expect } from "chai";
import { parseEther, parseUnits, ZeroAddress } from "ethers";
import hre from "hardhat";
import {
  createPayments,
  explainPayment,
  isMet,
  lump,
  NO_WITNESS,
  PRICE_DECIMALS,
  paymentId,
  paymentsAt,
  priceLimit,
  readPayment,
  vaultCallTransaction,
} from "../../../src/package/entries/payments.ts";
import type { PaymentRules, Payments, PriceLimit } from "../../../typechain-types/index.ts";
import { deployAs } from "../../support/deployAs.ts";
import { KINDS, NATIVE, NEVER, paramKey } from "../../support/deployCore.ts";
import { FEATURE, UNCOUNTED } from "../../support/paymentsFixture.ts";
import { restrict } from "../../support/restrict.ts";
import { NOTHING, PYTH_FEE, threeSources } from "../../support/threeSources.ts";
import { KIND } from "../../support/vaultFixture.ts";

// Anna owes Bert one ether if it trades at 2,500 dollars or more within a week, and nothing otherwise. What it trades at is
// said by three sources that agree; one of them alone moves nothing.

const connection = await hre.network.create();
const { networkHelpers, ethers } = connection;
const WEEK = 7n * 86_400n;

/** A deployment whose prices come from Chainlink, Pyth and RedStone through the real router. */
async function deployed() {
  const s = await threeSources(connection);
  const rules = await deployAs<PaymentRules>(ethers, "PaymentRules", [s.manager, s.vault, s.prices]);
  const app = await deployAs<Payments>(ethers, "Payments", [s.vault, ZeroAddress, rules]);
  const condition = await deployAs<PriceLimit>(ethers, "PriceLimit", [s.prices]);
  await restrict(s.manager, "paymentRules", rules);
  await s.vault.setKind(app, KIND.APP);
  for (const feature of [FEATURE.PAY, FEATURE.CONDITION]) {
    await rules.set(paramKey(KINDS.PAYMENT_TIERS, feature), 0, NEVER, 4n);
  }
  for (let tier = 0n; tier < 4n; ++tier) {
    await rules.set(paramKey(KINDS.PAYMENT_VOLUME, tier), 0, NEVER, UNCOUNTED);
  }
  await s.fund(s.anna, NATIVE, parseEther("3"));

  const place = {
    ...{ chainId: s.chainId, vault: await s.vault.getAddress(), payments: await app.getAddress() },
  };
  const now = await s.now();
  const question = priceLimit(await condition.getAddress(), {
    ...{ asset: NATIVE, limit: parseUnits("2500", PRICE_DECIMALS), above: true },
    ...{ from: now, until: now + WEEK },
  });
  const terms = lump(
    { payer: s.anna.address, payee: s.bert.address, asset: NATIVE, amount: parseEther("1") },
    { condition: { question, latchBy: now + WEEK, expiry: now + WEEK + 3_600n } },
  );
  const { call, ids } = createPayments(place, [terms], now);
  await s.anna.sendTransaction(vaultCallTransaction(place.vault, call));
  const met = () => isMet(ethers.provider, question, ids[0] ?? "", NO_WITNESS);
  return { ...s, place, question, terms, met, payments: paymentsAt(place.payments, s.carl) };
}

describe("example: a payment that a price triggers", () => {
  const load = () => networkHelpers.loadFixture(deployed);

  it("when all sources say so, anyone brings the price and the payment is made, whatever the price does then", async () => {
    const s = await load();
    await s.wait(86_400n);
    await s.push(2_600);
    await s.pull.update(await s.fresh(2_601), { value: PYTH_FEE });
    expect(await s.met()).to.equal(true);
    await s.payments.latch(s.terms, s.question, NO_WITNESS);

    await s.wait(86_400n);
    await s.push(1_000);
    await s.pull.update(await s.fresh(1_000), { value: PYTH_FEE });
    expect(await s.met()).to.equal(false);
    await s.payments.release(s.terms);
    const { phase, paid } = await readPayment(ethers.provider, s.place, s.terms);
    expect({ phase, paid }).to.deep.equal({ phase: "paid", paid: parseEther("1") });
  });

  it("when one source says so and the others don't, it isn't", async () => {
    const s = await load();
    await s.wait(86_400n);
    await s.push(2_600);
    for (const updates of [NOTHING, await s.fresh(2_000)]) {
      await s.pull.update({ ...updates, assets: [NATIVE] }, { value: updates === NOTHING ? 0n : PYTH_FEE });
      expect(await s.met()).to.equal(false);
      await expect(s.payments.latch(s.terms, s.question, NO_WITNESS))
        .to.be.revertedWithCustomError(s.payments, "Payments_NotMet")
        .withArgs(paymentId(s.place.chainId, s.place.payments, s.terms));
    }
  });

  it("when it never does, the ether goes back", async () => {
    const s = await load();
    await s.waitUntil(s.terms.expiry);
    await s.payments.rollback(s.terms);
    const words = { assets: new Map([[NATIVE, { symbol: "ETH", decimals: 18 }]]), nameOf: () => "Anna" };
    const state = await readPayment(ethers.provider, s.place, s.terms);
    expect(explainPayment(s.terms, state, words)).to.equal("over: 1 ETH went back to Anna");
  });
});
