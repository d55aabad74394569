import { expect } from "chai";
import hre from "hardhat";
import {
  createPayments,
  explainPayment,
  instalments,
  nextVesting,
  readPayment,
  refundPayments,
  signedCallTransaction,
  signIntent,
  unusedNonce,
  vaultCallIntent,
  vaultCallTransaction,
} from "../../../src/package/entries/payments.ts";
import { DOLLAR, openShop } from "../../support/paymentsShop.ts";

// Anna buys a bicycle for 700 dollars: 100 down, then six instalments, one every thirty days. She signs once and pays no gas:
// the shop brings her signature, and a program releases what falls due.

const connection = await hre.network.create();
const MONTH = 30n * 86_400n;

async function bought() {
  const shop = await openShop(connection);
  const { place, anna: customer, bert: seller, usdc } = shop;
  const now = await shop.now();
  const from = now + 600n;
  const terms = instalments(
    {
      ...{ payer: customer.address, payee: seller.address, asset: usdc, amount: 700n * DOLLAR },
      ...{ downPayment: 100n * DOLLAR, from, count: 6n, every: MONTH },
    },
    { reference: "BICYCLE-4711", fee: { bps: 150n, to: shop.carl.address } },
  );
  const { call } = createPayments(place, [terms], now);
  const order = vaultCallIntent(customer.address, call, unusedNonce(), now + 3_600n);
  const signature = await signIntent(customer, place.chainId, place.vault, order.intent);
  await seller.sendTransaction(signedCallTransaction(place.vault, order, signature));
  return { ...shop, customer, seller, terms, from };
}

describe("example: a purchase in instalments", () => {
  const load = () => connection.networkHelpers.loadFixture(bought);

  it("each instalment is released when it falls due, and the program knows when that is", async () => {
    const { terms, from, seller, carl: platform, anyone, payments, goTo, dollarsOf } = await load();
    const paid: bigint[] = [];
    let time: bigint | undefined = nextVesting(terms, 0n);
    for (; time !== undefined; time = nextVesting(terms, time)) {
      await goTo(time);
      await payments(anyone).releaseBatch([terms]);
      paid.push((await dollarsOf(seller)) + (await dollarsOf(platform)));
    }
    expect(paid).to.deep.equal([100n, 200n, 300n, 400n, 500n, 600n, 700n].map((sum) => sum * DOLLAR));
    expect(await dollarsOf(platform), "1.5 percent").to.equal(10_500_000n);
    expect(from + 6n * MONTH).to.equal(terms.schedule.start + terms.schedule.duration);
  });

  it("when the bicycle comes back, the seller gives back what it was paid, and the rest", async () => {
    const { place, provider, terms, from, assets, customer, seller, payments, goTo, dollarsOf } =
      await load();
    await goTo(from + MONTH);
    await payments(seller).release(terms);
    const { paid } = await readPayment(provider, place, terms);
    expect(paid).to.equal(200n * DOLLAR);
    await payments(seller).void(terms);
    // What the platform took of it is its own: the seller gives back what it has.
    const refund = refundPayments(place, [{ terms, amount: await dollarsOf(seller) }]);
    await seller.sendTransaction(vaultCallTransaction(place.vault, refund));
    expect(await dollarsOf(customer)).to.equal(997n * DOLLAR);
    expect(explainPayment(terms, await readPayment(provider, place, terms), { assets })).to.equal(
      `over: 200 USDC paid to ${seller.address}, of which 197 USDC was given back, 500 USDC went back to ${customer.address}`,
    );
  });
});
