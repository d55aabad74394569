import { expect } from "chai";
import { Contract, parseEther } from "ethers";
import hre from "hardhat";
import {
  createPayments,
  decodePaymentEvent,
  hashLock,
  lump,
  newSecret,
  SECRET_REGISTERED,
  SECRET_REGISTRY_ABI,
  secretWitness,
  vaultCallTransaction,
} from "../../../src/package/entries/payments.ts";
import type { HashTimeLock } from "../../../typechain-types/index.ts";
import { DOLLAR, openShop } from "../../support/paymentsShop.ts";

// Anna has dollars here and wants coins of another chain, which Bert has. One secret of his moves both legs or neither: he locks
// his coins first, she pays under the same hash with an earlier deadline, and by taking her dollars he shows her the secret.

const here = await hre.network.create();
const elsewhere = await hre.network.create();
const HOUR = 3_600n;
const COINS = parseEther("2");

/** Two chains whose clocks agree, and both legs locked. */
async function locked() {
  const shop = await openShop(here);
  const { place, anna, bert, conditions, usdc } = shop;
  const now = await shop.now();
  await elsewhere.networkHelpers.time.increaseTo(now);
  const [, annaThere, bertThere] = await elsewhere.ethers.getSigners();
  if (!annaThere || !bertThere) throw new Error("the other chain has people");

  // Bert makes the secret and locks his coins for a day.
  const { secret, hash } = newSecret();
  const lock = (await elsewhere.ethers.deployContract("HashTimeLock", [hash, now + 24n * HOUR, annaThere], {
    ...{ signer: bertThere, value: COINS },
  })) as unknown as HashTimeLock;

  // Anna sees them there, and pays under the same hash, for half a day: whatever he does, she has half a day left to claim.
  expect(await lock.hash()).to.equal(hash);
  const question = hashLock(conditions.hashLock, { hash, before: now + 12n * HOUR });
  const terms = lump(
    { payer: anna.address, payee: bert.address, asset: usdc, amount: 500n * DOLLAR },
    { condition: { question, latchBy: now + 12n * HOUR, expiry: now + 13n * HOUR } },
  );
  const { call } = createPayments(place, [terms], now);
  await anna.sendTransaction(vaultCallTransaction(place.vault, call));
  const from = await shop.provider.getBlockNumber();
  return { ...shop, annaThere, bertThere, lock, secret, hash, question, terms, from, locked: now };
}

const coinsOf = (who: { address: string }) => elsewhere.ethers.provider.getBalance(who.address);

describe("example: an atomic swap against a hash time-locked contract elsewhere", () => {
  it("when the secret is shown, both are paid", async () => {
    const swap = await locked();
    const { terms, question, bert, payments } = swap;
    // Bert takes the dollars.
    await payments(bert).latch(terms, question, secretWitness(swap.secret));
    await payments(bert).release(terms);
    expect(await swap.dollarsOf(bert)).to.equal(500n * DOLLAR);

    // Anna reads it off this chain, from the transaction that has latched her payment, and claims the coins on the other. (Somebody
    // else pays for the gas there, so that her coins can be counted.)
    const logs = await swap.provider.getLogs({ address: swap.place.payments, fromBlock: swap.from });
    const latched = logs.map(decodePaymentEvent).find((event) => event?.name === "PaymentLatched");
    const shown = await swap.provider.getTransaction(latched?.transaction ?? "");
    const call = payments(bert).interface.parseTransaction({ data: shown?.data ?? "0x" });
    const before = await coinsOf(swap.annaThere);
    await swap.lock.connect(swap.bertThere).claim(call?.args.witness);
    expect((await coinsOf(swap.annaThere)) - before).to.equal(COINS);
  });

  it("when it was shown to the registry in time, it counts without being brought", async () => {
    const { secrets, secret, hash, terms, question, anyone, payments, ...swap } = await locked();
    const registry = new Contract(secrets, SECRET_REGISTRY_ABI, anyone);
    await (await registry.getFunction("register")(secret)).wait();
    // From the registry Anna learns it by its hash.
    const [event] = await registry.queryFilter(registry.getEvent("SecretRegistered")(hash));
    expect(event && "args" in event ? event.args.secret : undefined).to.equal(secret);
    await payments(anyone).latch(terms, question, SECRET_REGISTERED);
    await payments(anyone).release(terms);
    await swap.lock.connect(swap.annaThere).claim(secret);
    expect(await swap.dollarsOf(swap.bert)).to.equal(500n * DOLLAR);
    expect(await coinsOf({ address: await swap.lock.getAddress() })).to.equal(0n);
  });

  it("when it isn't shown, both go back", async () => {
    const swap = await locked();
    const { terms, anna, anyone, payments } = swap;
    await swap.goTo(terms.expiry);
    await payments(anyone).rollback(terms);
    expect(await swap.dollarsOf(anna)).to.equal(1_000n * DOLLAR);

    await elsewhere.networkHelpers.time.increaseTo(swap.locked + 24n * HOUR);
    const before = await coinsOf(swap.bertThere);
    await swap.lock.connect(swap.annaThere).refund();
    expect((await coinsOf(swap.bertThere)) - before).to.equal(COINS);
  });

  it("when it is shown too late, it opens nothing here", async () => {
    const { terms, question, secret, bert, anna, goTo, payments, dollarsOf } = await locked();
    await goTo(terms.latchBy + 1n);
    await expect(payments(bert).latch(terms, question, secretWitness(secret))).to.be.revertedWithCustomError(
      payments(bert),
      "Payments_TooLate",
    );
    await goTo(terms.expiry);
    await payments(anna).rollback(terms);
    expect(await dollarsOf(anna)).to.equal(1_000n * DOLLAR);
  });
});
