import { expect } from "chai";
import { id, parseUnits } from "ethers";
import hre from "hardhat";
import { utc } from "../../src/core/time.ts";
import { authorisation, instalments, lump, stream } from "../../src/payments/build-terms.ts";
import { attestation } from "../../src/payments/conditions/attestation.ts";
import { hashLock, newSecret } from "../../src/payments/conditions/hash-lock.ts";
import { PRICE_DECIMALS, priceLimit } from "../../src/payments/conditions/price-limit.ts";
import { approvalsWitness, quorum, signApproval } from "../../src/payments/conditions/quorum.ts";
import { several } from "../../src/payments/conditions/several.ts";
import { NO_WITNESS, timeWindow } from "../../src/payments/conditions/time-window.ts";
import { createPayments, refundPayments } from "../../src/payments/create-payment.ts";
import { explainPayment, type PaymentWords } from "../../src/payments/explain-payment.ts";
import { type PaymentPhase, paymentState } from "../../src/payments/payment-state.ts";
import { paymentsAt } from "../../src/payments/payments-contract.ts";
import type { Question } from "../../src/payments/question.ts";
import { readPayment } from "../../src/payments/read-payment.ts";
import { type PaymentTerms, paymentId } from "../../src/payments/terms.ts";
import { vaultCallTransaction } from "../../src/payments/vault-call.ts";
import { NATIVE } from "../support/deployCore.ts";
import { deployPayments } from "../support/paymentsFixture.ts";
import { conditionsOf, placeOf } from "../support/paymentsPlace.ts";
import { ONE } from "../support/vaultFixture.ts";

const { ethers, networkHelpers } = await hre.network.create();

/** 2030-06-01 12:00 UTC: sentences stay the same. */
const NOON = 1_906_545_600n;
const MINUTE = 60n;

async function staged() {
  const d = await deployPayments(ethers, networkHelpers);
  await d.give(d.anna, "erc20", 1_000n * ONE);
  await d.goTo(NOON);
  const place = await placeOf(d);
  const names = new Map([
    [d.anna.address, "Anna"],
    [d.bert.address, "Bert"],
    [d.carl.address, "Carl"],
    [d.mallory.address, "Mallory"],
  ]);
  const words: PaymentWords = {
    assets: new Map([
      [d.tokenId, { symbol: "USDC", decimals: 18 }],
      [NATIVE, { symbol: "ETH", decimals: 18 }],
    ]),
    conditions: await conditionsOf(d),
    nameOf: (account) => names.get(account) ?? account,
  };
  const parties = { payer: d.anna.address, payee: d.bert.address, asset: d.tokenId, amount: 100n * ONE };
  const create = async (terms: PaymentTerms): Promise<PaymentTerms> => {
    const { call } = createPayments(place, [terms], await d.now());
    await d.anna.sendTransaction(vaultCallTransaction(place.vault, call));
    return terms;
  };
  const by = (who: typeof d.anna) => paymentsAt(place.payments, who);
  const says = async (terms: PaymentTerms, phase: PaymentPhase, more: PaymentWords = {}) => {
    const state = await readPayment(ethers.provider, place, terms);
    expect(state.phase).to.equal(phase);
    expect(state.due, "as the contract has it").to.equal(await d.payments.dueOf(terms));
    return explainPayment(terms, state, { ...words, ...more });
  };
  return { ...d, place, parties, create, by, says, where: await conditionsOf(d) };
}

const load = () => networkHelpers.loadFixture(staged);

describe("a payment in words", () => {
  it("that doesn't exist", async () => {
    const s = await load();
    expect(await s.says(lump(s.parties), "none")).to.equal("not created: Anna has yet to pay 100 USDC in");
  });

  it("that is due, paid, and given back in part", async () => {
    const s = await load();
    const terms = await s.create(lump(s.parties));
    expect(await s.says(terms, "due")).to.equal("due: anyone can release 100 USDC to Bert");
    await s.by(s.carl).release(terms);
    expect(await s.says(terms, "paid")).to.equal("paid: 100 USDC to Bert");
    const refund = refundPayments(s.place, [{ terms, amount: 10n ** 17n }]);
    await s.bert.sendTransaction(vaultCallTransaction(s.place.vault, refund));
    expect(await s.says(terms, "paid")).to.equal("paid: 100 USDC to Bert, of which 0.1 USDC was given back");
  });

  it("without names and decimals", async () => {
    const s = await load();
    const terms = await s.create(lump(s.parties));
    const state = await readPayment(ethers.provider, s.place, terms);
    expect(explainPayment(terms, state)).to.equal(
      `due: anyone can release ${100n * ONE} units to ${s.bert.address}`,
    );
  });

  it("that waits for approvals, gets them, misses them, and goes back", async () => {
    const s = await load();
    const signers = [s.bert, s.carl, s.mallory];
    const question = quorum(s.where.quorum, {
      ...{ signers: signers.map(({ address }) => address), threshold: 2n, shared: false },
    });
    const condition = { question, latchBy: NOON + 30n * MINUTE, expiry: NOON + 60n * MINUTE };
    const [one, two] = [
      await s.create(lump(s.parties, { condition })),
      await s.create(lump(s.parties, { condition })),
    ];
    const back = "100 USDC goes back to Anna, from 2030-06-01 13:00 UTC on";
    const until = "until 2030-06-01 12:30 UTC, else";
    expect(await s.says(one, "waiting", { question })).to.equal(
      `waiting for 2 of 3 approvals ${until} ${back}`,
    );
    expect(await s.says(one, "waiting", { question, approvals: [s.carl.address] })).to.equal(
      `waiting for 2 of 3 approvals (given: Carl) ${until} ${back}`,
    );
    const approvals = [s.carl.address, s.mallory.address];
    const [first, second] = [...approvals].sort((a, b) => (BigInt(a) < BigInt(b) ? -1 : 1));
    const order = first === s.carl.address ? "Carl, Mallory" : "Mallory, Carl";
    expect(second).not.to.equal(first);
    expect(await s.says(one, "waiting", { question, approvals })).to.equal(
      `2 of 3 approvals (given: ${order}) are there: anyone can latch it ${until} ${back}`,
    );
    expect(await s.says(one, "waiting")).to.equal(`waiting for its condition ${until} ${back}`);
    const { conditions: _, ...unknown } = { question, conditions: undefined };
    const state = await readPayment(ethers.provider, s.place, one);
    expect(explainPayment(one, state, unknown)).to.match(/^waiting for the condition at 0x\w{40} until 2030/);

    const payment = paymentId(s.place.chainId, s.place.payments, one);
    const given = await Promise.all(
      signers.map((signer) => signApproval(signer, s.place.chainId, question, payment)),
    );
    await s.by(s.mallory).latch(one, question, approvalsWitness(question, given));
    expect(await s.says(one, "due", { question })).to.equal("due: anyone can release 100 USDC to Bert");

    await s.goTo(NOON + 31n * MINUTE);
    expect(await s.says(two, "missed", { question })).to.equal(
      `not met by 2030-06-01 12:30 UTC: 2 of 3 approvals; ${back}`,
    );
    await s.goTo(NOON + 60n * MINUTE);
    expect(await s.says(one, "due"), "a latched one doesn't lapse").to.match(/^due/);
    expect(await s.says(two, "lapsed")).to.equal("expired: anyone can roll back 100 USDC to Anna");
    await s.by(s.mallory).rollback(two);
    expect(await s.says(two, "returned")).to.equal("over: 100 USDC went back to Anna");
  });

  it("that streams, with an arbiter, and ends by its split", async () => {
    const s = await load();
    const from = NOON + 10n * MINUTE;
    const terms = await s.create(
      stream({ ...s.parties, from, until: from + 1_000n }, { arbiter: s.carl.address }),
    );
    const splits = "; Carl may split what isn't earned between both";
    expect(await s.says(terms, "vesting")).to.equal(
      `streaming: 0 of 100 USDC vested, 0 paid; nothing due, more at 2030-06-01 12:10:01 UTC, all by 2030-06-01 12:26:40 UTC${splits}`,
    );
    await s.at(from + 100n);
    await s.by(s.bert).release(terms);
    await s.goTo(from + 125n);
    expect(await s.says(terms, "vesting")).to.equal(
      `streaming: 12.5 of 100 USDC vested, 10 paid; anyone can release 2.5 USDC, all by 2030-06-01 12:26:40 UTC${splits}`,
    );
    await s.at(from + 200n);
    await s.by(s.carl).split(terms, 30n * ONE);
    expect(await s.says(terms, "returned")).to.equal("over: 40 USDC paid to Bert, 60 USDC went back to Anna");
  });

  it("in instalments", async () => {
    const s = await load();
    const terms = await s.create(
      instalments({ ...s.parties, from: NOON + 100n, count: 4n, every: 86_400n, downPayment: 20n * ONE }),
    );
    expect(await s.says(terms, "vesting")).to.equal(
      "in instalments: 0 of 100 USDC vested, 0 paid; nothing due, more at 2030-06-01 12:01:40 UTC, all by 2030-06-05 12:01:40 UTC",
    );
    await s.goTo(NOON + 100n + 86_400n);
    expect(await s.says(terms, "vesting")).to.equal(
      "in instalments: 40 of 100 USDC vested, 0 paid; anyone can release 40 USDC, more at 2030-06-03 12:01:40 UTC, all by 2030-06-05 12:01:40 UTC",
    );
    await s.by(s.bert).release(terms);
    await s.goTo(NOON + 100n + 4n * 86_400n);
    expect(await s.says(terms, "due")).to.equal(
      "due: anyone can release 60 USDC to Bert (40 of 100 USDC paid)",
    );
  });

  it("scheduled as a lump", async () => {
    const s = await load();
    const terms = await s.create(lump({ ...s.parties, from: NOON + 60n * MINUTE }));
    expect(await s.says(terms, "vesting")).to.equal(
      "scheduled: 0 of 100 USDC vested, 0 paid; nothing due, vests at 2030-06-01 13:00 UTC",
    );
  });

  it("that is authorised, captured in part, and over", async () => {
    const s = await load();
    const deadlines = { latchBy: NOON + 30n * MINUTE, expiry: NOON + 60n * MINUTE };
    const terms = await s.create(authorisation({ ...s.parties, ...deadlines }));
    expect(await s.says(terms, "capturable")).to.equal(
      "authorised: Bert can capture 100 USDC until 2030-06-01 12:30 UTC, else 100 USDC goes back to Anna, from 2030-06-01 13:00 UTC on",
    );
    await s.by(s.bert).capture(terms, 30n * ONE);
    expect(await s.says(terms, "capturable")).to.equal(
      "authorised: Bert can capture 70 USDC until 2030-06-01 12:30 UTC, else 70 USDC goes back to Anna, from 2030-06-01 13:00 UTC on (30 of 100 USDC paid)",
    );
    await s.goTo(NOON + 31n * MINUTE);
    expect(await s.says(terms, "uncaptured")).to.equal(
      "capture ended at 2030-06-01 12:30 UTC: 70 USDC goes back to Anna, from 2030-06-01 13:00 UTC on (30 of 100 USDC paid)",
    );
    await s.goTo(NOON + 60n * MINUTE);
    expect(await s.says(terms, "lapsed")).to.equal(
      "expired: anyone can roll back 70 USDC to Anna (30 of 100 USDC paid)",
    );
    await s.by(s.carl).rollback(terms);
    expect(await s.says(terms, "returned")).to.equal("over: 30 USDC paid to Bert, 70 USDC went back to Anna");
  });

  it("that is authorised and vests", async () => {
    const s = await load();
    const open = authorisation({ ...s.parties, latchBy: NOON + 2_000n, expiry: NOON + 3_000n });
    const schedule = { start: NOON, duration: 1_000n, step: 500n, cliff: 0n };
    const terms = await s.create({ ...open, schedule });
    await s.goTo(NOON + 500n);
    expect(await s.says(terms, "capturable")).to.equal(
      "authorised: Bert can capture 50 USDC now, of 100 USDC left, until 2030-06-01 12:33:20 UTC, else 100 USDC goes back to Anna, from 2030-06-01 12:50 UTC on",
    );
  });

  it("that waits for each kind of condition", async () => {
    const s = await load();
    const { hash } = newSecret();
    const claim = id("delivered");
    const [from, until] = [NOON + MINUTE, NOON + 20n * MINUTE];
    const lock = hashLock(s.where.hashLock, { hash, before: until });
    const clock = timeWindow(s.where.timeWindow, { from, until: NOON + 50n * MINUTE });
    const price = (above: boolean) =>
      priceLimit(s.where.priceLimit, {
        ...{ asset: NATIVE, limit: parseUnits("2000.5", PRICE_DECIMALS), above, from, until },
      });
    const word = attestation(s.where.attestation, {
      attestor: s.carl.address,
      claim,
      from,
      until,
      shared: false,
    });
    const says = async (question: Question) => {
      const condition = { question, latchBy: NOON + 30n * MINUTE, expiry: NOON + 60n * MINUTE };
      const terms = lump(s.parties, { condition });
      const stored = { created: true, latched: false, closed: false, paid: 0n, refunded: 0n };
      const words = {
        question,
        conditions: s.where,
        nameOf: () => "Somebody",
        assets: new Map([[NATIVE, ETH]]),
      };
      const sentence = explainPayment(terms, paymentState(terms, stored, NOON), words);
      return sentence.slice(0, sentence.indexOf(", else"));
    };
    expect(await says(lock)).to.equal(`waiting for the secret of the hash ${hash} until ${utc(until)}`);
    expect(await says(clock)).to.equal(
      "waiting for the time to be 2030-06-01 12:01 UTC until 2030-06-01 12:30 UTC",
    );
    expect(await says(price(true))).to.equal(
      `waiting for ETH at $2000.5 or more, read from 2030-06-01 12:01 UTC on until ${utc(until)}`,
    );
    expect(await says(price(false))).to.match(/ETH at \$2000.5 or less/);
    expect(await says(word)).to.equal(
      `waiting for Somebody to attest that ${claim} happened between 2030-06-01 12:01 UTC and 2030-06-01 12:20 UTC until 2030-06-01 12:30 UTC`,
    );
    expect(await says(several(s.where.several, { threshold: 1n, parts: [lock, word] }))).to.equal(
      `waiting for 1 of 2: the secret of the hash ${hash} until ${utc(until)}; Somebody to attest that ${claim} happened between 2030-06-01 12:01 UTC and 2030-06-01 12:20 UTC until 2030-06-01 12:30 UTC`,
    );
    expect(await says({ condition: s.mallory.address, terms: "0x" })).to.equal(
      `waiting for the condition at ${s.mallory.address} until 2030-06-01 12:30 UTC`,
    );
    const waiting = await s.create(
      lump(s.parties, {
        condition: { question: clock, latchBy: NOON + 30n * MINUTE, expiry: NOON + 60n * MINUTE },
      }),
    );
    await s.goTo(from);
    await s.by(s.bert).latch(waiting, clock, NO_WITNESS);
    expect(await s.says(waiting, "due")).to.match(/^due/);
  });
});

const ETH = { symbol: "ETH", decimals: 18 };
