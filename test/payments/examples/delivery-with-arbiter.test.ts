import { expect } from "chai";
import { id } from "ethers";
import hre from "hardhat";
import {
  attestation,
  attestationWitness,
  createPayments,
  explainPayment,
  lump,
  paymentId,
  readPayment,
  signAttestation,
  vaultCallTransaction,
} from "../../../src/package/entries/payments.ts";
import { DOLLAR, openShop } from "../../support/paymentsShop.ts";

// Anna buys from Bert. The carrier's word that the crate has arrived pays him; Carl decides if they quarrel; and if no
// crate arrives within a week, the money goes back by itself.

const connection = await hre.network.create();
const DAY = 86_400n;

async function ordered() {
  const shop = await openShop(connection);
  const { place, anna: buyer, bert: seller, carl: arbiter, anyone: carrier, conditions, usdc } = shop;
  const now = await shop.now();
  const question = attestation(conditions.attestation, {
    ...{ attestor: carrier.address, claim: id("crate 17 has arrived"), from: now, until: now + 7n * DAY },
    shared: false,
  });
  const terms = lump(
    { payer: buyer.address, payee: seller.address, asset: usdc, amount: 80n * DOLLAR },
    {
      condition: { question, latchBy: now + 7n * DAY, expiry: now + 8n * DAY },
      ...{ arbiter: arbiter.address, reference: "ORDER-17" },
    },
  );
  const { call } = createPayments(place, [terms], now);
  await buyer.sendTransaction(vaultCallTransaction(place.vault, call));
  return { ...shop, buyer, seller, arbiter, carrier, question, terms };
}

describe("example: pay on delivery, with an arbiter", () => {
  const load = () => connection.networkHelpers.loadFixture(ordered);

  it("when the crate arrives, the carrier's word pays the seller", async () => {
    const { place, terms, question, carrier, seller, payments, now, dollarsOf } = await load();
    const payment = paymentId(place.chainId, place.payments, terms);
    const time = await now();
    const signature = await signAttestation(carrier, place.chainId, question, payment, time);

    await payments(seller).latch(terms, question, attestationWitness(time, signature));
    await payments(seller).release(terms);
    expect(await dollarsOf(seller)).to.equal(80n * DOLLAR);
  });

  it("when it arrives damaged, the arbiter splits", async () => {
    const { terms, arbiter, buyer, seller, payments, dollarsOf } = await load();
    await payments(arbiter).split(terms, 30n * DOLLAR);
    expect(await dollarsOf(seller)).to.equal(30n * DOLLAR);
    expect(await dollarsOf(buyer)).to.equal(970n * DOLLAR);
  });

  it("when it never arrives, anyone brings the money back", async () => {
    const { place, provider, terms, question, conditions, assets, buyer, anyone, ...shop } = await load();
    const say = async () =>
      explainPayment(terms, await readPayment(provider, place, terms), {
        ...{ assets, conditions, question },
      });
    expect(await say()).to.match(/^waiting for 0x\w{40} to attest that .*, else 80 USDC goes back to 0x/);
    await shop.goTo(terms.expiry);
    expect(await say()).to.equal(`expired: anyone can roll back 80 USDC to ${buyer.address}`);
    await shop.payments(anyone).rollback(terms);
    expect(await shop.dollarsOf(buyer)).to.equal(1_000n * DOLLAR);
  });
});
