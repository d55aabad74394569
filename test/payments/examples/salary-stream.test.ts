import { expect } from "chai";
import hre from "hardhat";
import {
  createPayments,
  explainPayment,
  readPayment,
  stream,
  vaultCallTransaction,
  vestedAt,
} from "../../../src/package/entries/payments.ts";
import { DOLLAR, openShop } from "../../support/paymentsShop.ts";

// Anna employs Bert: 900 dollars over thirty days, second by second. She is her own arbiter, so she can end it, and what he has
// earned by then is his.

const connection = await hre.network.create();
const DAY = 86_400n;

async function employed() {
  const shop = await openShop(connection);
  const { place, anna: employer, bert: employee, usdc } = shop;
  const now = await shop.now();
  const terms = stream(
    {
      ...{ payer: employer.address, payee: employee.address, asset: usdc, amount: 900n * DOLLAR },
      ...{ from: now + DAY, until: now + 31n * DAY },
    },
    { arbiter: employer.address, reference: "SALARY-2026-12" },
  );
  const { call } = createPayments(place, [terms], now);
  await employer.sendTransaction(vaultCallTransaction(place.vault, call));
  return { ...shop, employer, employee, terms, from: now + DAY };
}

describe("example: a salary that streams", () => {
  const load = () => connection.networkHelpers.loadFixture(employed);

  it("the employee takes what is earned, whenever it likes, to the last unit", async () => {
    const { place, provider, terms, from, assets, employee, payments, goTo, dollarsOf } = await load();
    await goTo(from + 10n * DAY);
    expect(explainPayment(terms, await readPayment(provider, place, terms), { assets })).to.match(
      /^streaming: 300 of 900 USDC vested, 0 paid; anyone can release 300 USDC, all by /,
    );
    await payments(employee).release(terms);
    const { timestamp } = (await provider.getBlock("latest")) ?? { timestamp: 0 };
    expect(await dollarsOf(employee)).to.equal(vestedAt(terms, BigInt(timestamp)));
    await goTo(from + 30n * DAY);
    await payments(employee).release(terms);
    expect(await dollarsOf(employee)).to.equal(900n * DOLLAR);
  });

  it("the employer ends it: what is earned is paid, the rest comes back", async () => {
    const { place, provider, terms, from, employer, employee, payments, goTo, dollarsOf } = await load();
    await goTo(from + 15n * DAY);
    const { due } = await readPayment(provider, place, terms);
    expect(due).to.equal(450n * DOLLAR);
    // A block later a little more is earned: to the minute, and in the employee's favour.
    const earned = vestedAt(terms, from + 15n * DAY + 60n);
    await payments(employer).split(terms, earned);
    expect(await dollarsOf(employee)).to.equal(earned);
    expect(await dollarsOf(employer)).to.equal(1_000n * DOLLAR - earned);
  });
});
