import { expect } from "chai";
import { ZeroHash } from "ethers";
import hre from "hardhat";
import { authorisation, lump } from "../../src/payments/build-terms.ts";
import { NO_WITNESS, timeWindow } from "../../src/payments/conditions/time-window.ts";
import { createPayments, refundPayments } from "../../src/payments/create-payment.ts";
import {
  decodePaymentEvent,
  type EventCursor,
  type EventPage,
  type PaymentEvent,
  paymentEvents,
} from "../../src/payments/payment-events.ts";
import { unpackPayment } from "../../src/payments/payment-slot.ts";
import { paymentsAt } from "../../src/payments/payments-contract.ts";
import { type PaymentTerms, paymentId } from "../../src/payments/terms.ts";
import { vaultCallTransaction } from "../../src/payments/vault-call.ts";
import { deployPayments } from "../support/paymentsFixture.ts";
import { conditionsOf, placeOf } from "../support/paymentsPlace.ts";
import { refuses } from "../support/refusal.ts";
import { ONE } from "../support/vaultFixture.ts";

const { ethers, networkHelpers } = await hre.network.create();

async function staged() {
  const d = await deployPayments(ethers, networkHelpers);
  await d.give(d.anna, "erc20", 1_000n * ONE);
  const place = await placeOf(d);
  const { timeWindow: clock } = await conditionsOf(d);
  const parties = { payer: d.anna.address, payee: d.bert.address, asset: d.tokenId, amount: 100n };
  const pay = async (terms: PaymentTerms = lump(parties)): Promise<PaymentTerms> => {
    const { call } = createPayments(place, [terms], await d.now());
    await d.anna.sendTransaction(vaultCallTransaction(place.vault, call));
    return terms;
  };
  const height = () => ethers.provider.getBlockNumber();
  const idOf = (terms: PaymentTerms) => paymentId(place.chainId, place.payments, terms);
  return { ...d, place, clock, parties, pay, height, idOf, first: (await height()) + 1 };
}

type Stage = Awaited<ReturnType<typeof staged>>;
const load = () => networkHelpers.loadFixture(staged);

const stream = (s: Stage, from: number | EventCursor, more: object = {}) =>
  paymentEvents({ provider: ethers.provider, payments: s.place.payments, from, confirmations: 0, ...more });

async function all(pages: AsyncIterable<EventPage>) {
  const events: PaymentEvent[] = [];
  let cursor: EventCursor | undefined;
  for await (const page of pages) {
    events.push(...page.events);
    cursor = page.cursor;
  }
  if (cursor === undefined) throw new Error("there was no page");
  return { events, cursor };
}

describe("the events of payments", () => {
  it("are told with what they say and what the payment was afterwards", async () => {
    const s = await load();
    const time = await s.now();
    const question = timeWindow(s.clock, { from: time, until: time + 1_000n });
    const condition = { question, latchBy: time + 1_000n, expiry: time + 2_000n };
    const terms = await s.pay(lump(s.parties, { condition, fee: { bps: 200n, to: s.carl.address } }));
    const card = await s.pay(authorisation({ ...s.parties, latchBy: time + 100n, expiry: time + 200n }));
    const split = await s.pay(lump({ ...s.parties, from: time + 9_999n }, { arbiter: s.carl.address }));
    const lapsing = await s.pay(lump(s.parties, { condition }));
    await paymentsAt(s.place.payments, s.carl).latch(terms, question, NO_WITNESS);
    await paymentsAt(s.place.payments, s.carl).release(terms);
    const refund = refundPayments(s.place, [{ terms, amount: 5n }]);
    await s.bert.sendTransaction(vaultCallTransaction(s.place.vault, refund));
    await paymentsAt(s.place.payments, s.bert).void(card);
    await paymentsAt(s.place.payments, s.carl).split(split, 40n);
    await s.goTo(condition.expiry);
    await paymentsAt(s.place.payments, s.carl).rollback(lapsing);

    const { events } = await all(stream(s, s.first, { until: await s.height() }));
    const stored = { paid: 0n, refunded: 0n, created: true, latched: false, closed: false };
    const paid = { ...stored, paid: 100n, latched: true };
    const said = events.map(({ block, blockHash, transaction, index, ...rest }) => {
      expect(blockHash).to.match(/^0x\w{64}$/);
      expect(transaction).to.match(/^0x\w{64}$/);
      expect(index >= 0 && block >= s.first).to.equal(true);
      return rest;
    });
    expect(said).to.deep.equal([
      { name: "PaymentCreated", id: s.idOf(terms), stored, terms },
      { name: "PaymentCreated", id: s.idOf(card), stored, terms: card },
      { name: "PaymentCreated", id: s.idOf(split), stored, terms: split },
      { name: "PaymentCreated", id: s.idOf(lapsing), stored, terms: lapsing },
      { name: "PaymentLatched", id: s.idOf(terms), stored: { ...stored, latched: true } },
      { name: "PaymentPaid", id: s.idOf(terms), stored: paid, amount: 100n, fee: 2n },
      { name: "PaymentRefunded", id: s.idOf(terms), stored: { ...paid, refunded: 5n }, amount: 5n },
      {
        ...{ name: "PaymentReturned", id: s.idOf(card), stored: { ...stored, closed: true } },
        ...{ cause: "VOIDED", amount: 100n },
      },
      {
        ...{ name: "PaymentPaid", id: s.idOf(split), stored: { ...stored, paid: 40n, closed: true } },
        ...{ amount: 40n, fee: 0n },
      },
      {
        ...{ name: "PaymentReturned", id: s.idOf(split), stored: { ...stored, paid: 40n, closed: true } },
        ...{ cause: "SPLIT", amount: 60n },
      },
      {
        ...{ name: "PaymentReturned", id: s.idOf(lapsing), stored: { ...stored, closed: true } },
        ...{ cause: "ROLLED_BACK", amount: 100n },
      },
    ]);
    for (const { id, stored } of events.slice(-1)) {
      expect(unpackPayment(await s.payments.slotOf(id))).to.deep.equal(stored);
    }
    const receipt = await ethers.provider.getTransactionReceipt(events[5]?.transaction ?? "");
    const decoded = receipt?.logs.map(decodePaymentEvent).filter((event) => event !== undefined);
    expect(decoded, "the Vault's logs are none").to.deep.equal([events[5]]);
  });

  it("come from blocks of the asked depth alone, once each, from a cursor on", async () => {
    const s = await load();
    const one = await s.pay();
    const height = await s.height();
    const pages = stream(s, s.first, { confirmations: 3, pause: () => networkHelpers.mine(1) });
    const { value: page } = await pages.next();
    if (!page) throw new Error("there was a page");
    expect(page.events.map(({ id }) => id)).to.deep.equal([s.idOf(one)]);
    expect(page.cursor.block).to.equal(height);
    expect(await s.height(), "three blocks were waited for").to.equal(height + 3);
    await pages.return();

    const two = await s.pay();
    const { events, cursor } = await all(stream(s, page.cursor, { until: await s.height() }));
    expect(events.map(({ id }) => id)).to.deep.equal([s.idOf(two)]);
    expect(cursor.block).to.equal(await s.height());
    expect(cursor.hash).to.equal((await ethers.provider.getBlock(cursor.block))?.hash);
  });

  it("end when asked to", async () => {
    const s = await load();
    const abort = new AbortController();
    await s.pay();
    let pauses = 0;
    const pause = async () => {
      if (++pauses === 2) abort.abort();
    };
    const { events } = await all(stream(s, s.first, { signal: abort.signal, pause }));
    expect(events).to.have.length(1);
    expect(pauses).to.equal(2);
  });

  it("survive a turn of the chain above the confirmations, and tell of one below", async () => {
    const s = await load();
    const kept = await s.pay();
    const old = await all(stream(s, s.first, { until: await s.height() }));
    const before = await networkHelpers.takeSnapshot();

    const lost = await s.pay();
    await networkHelpers.mine(1);
    const hasty = await all(stream(s, old.cursor, { until: await s.height() }));
    expect(hasty.events.map(({ id }) => id)).to.deep.equal([s.idOf(lost)]);
    const patient = stream(s, old.cursor, { confirmations: 3, pause: () => networkHelpers.mine(1) });

    await before.restore();
    const other = await s.pay();
    await networkHelpers.mine(4);
    const { value: page } = await patient.next();
    if (!page) throw new Error("there was a page");
    expect(
      page.events.map(({ id }) => id),
      "what was lost is never told",
    ).to.deep.equal([s.idOf(other)]);
    await patient.return();

    const error = await refuses("CURSOR_ORPHANED", all(stream(s, hasty.cursor)));
    expect(error.facts.seen).to.equal(hasty.cursor.hash);
    const again = await all(stream(s, old.cursor, { until: await s.height() }));
    expect(again.events.map(({ id }) => id)).to.deep.equal([s.idOf(other)]);
    expect(old.events.map(({ id }) => id)).to.deep.equal([s.idOf(kept)]);
  });

  it("tell of a turn of the chain while they are read, and of a cursor ahead of the chain", async () => {
    const s = await load();
    const before = await networkHelpers.takeSnapshot();
    await s.pay();
    const pause = async () => {
      await before.restore();
      await networkHelpers.mine(5);
    };
    const read: PaymentEvent[] = [];
    const reading = (async () => {
      for await (const { events } of stream(s, s.first, { pause })) read.push(...events);
    })();
    await refuses("CURSOR_ORPHANED", reading);
    expect(read).to.have.length(1);
    const ahead = { block: (await s.height()) + 100, hash: ZeroHash };
    const { retryable } = await refuses("CURSOR_AHEAD", all(stream(s, ahead)));
    expect(retryable).to.equal(true);
  });
});
