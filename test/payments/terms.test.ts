import { expect } from "chai";
import { getBytes, hexlify, toBeHex, ZeroAddress, ZeroHash } from "ethers";
import hre from "hardhat";
import { canonicalJson } from "../../src/core/canonical-json.ts";
import { authorisation, instalments, lump, stream } from "../../src/payments/build-terms.ts";
import { checkTerms, MAX_FEE_BPS, MAX_TERM } from "../../src/payments/check-terms.ts";
import { timeWindow } from "../../src/payments/conditions/time-window.ts";
import { parseTerms } from "../../src/payments/parse-terms.ts";
import { hashOf, UNCONDITIONAL } from "../../src/payments/question.ts";
import { NO_REFERENCE, referenceHash } from "../../src/payments/reference.ts";
import { vestedAt } from "../../src/payments/schedule.ts";
import {
  decodeTerms,
  encodeTerms,
  type PaymentTerms,
  paymentId,
  plainTerms,
} from "../../src/payments/terms.ts";
import { deployPayments } from "../support/paymentsFixture.ts";
import { conditionsOf, placeOf } from "../support/paymentsPlace.ts";
import { PURPOSE, pushData } from "../support/paymentTerms.ts";
import { refuses } from "../support/refusal.ts";
import { ONE } from "../support/vaultFixture.ts";

const { ethers, networkHelpers } = await hre.network.create();

async function funded() {
  const d = await deployPayments(ethers, networkHelpers);
  await d.give(d.anna, "erc20", 1_000n * ONE);
  const place = await placeOf(d);
  const { timeWindow: window } = await conditionsOf(d);
  const now = (await d.now()) + 100n;
  const parties = { payer: d.anna.address, payee: d.bert.address, asset: d.tokenId, amount: 10n * ONE };
  const question = timeWindow(window, { from: now, until: now + 1_000n });
  const condition = { question, latchBy: now + 1_000n, expiry: now + 2_000n };
  return { ...d, place, now, parties, question, condition };
}

type Stage = Awaited<ReturnType<typeof funded>>;
const load = () => networkHelpers.loadFixture(funded);

/** Creates payments at the stage's time, past the SDK. */
async function create(s: Stage, terms: PaymentTerms, data = pushData(PURPOSE.CREATE, [terms])) {
  await s.at(s.now);
  return s.vault.connect(s.anna).callWith(s.payments, [terms.asset], [terms.amount], data);
}

const plain = (s: Stage): PaymentTerms => lump(s.parties, { salt: 1n });
const vesting = (s: Stage, schedule: Partial<PaymentTerms["schedule"]>): PaymentTerms => ({
  ...plain(s),
  schedule: { start: s.now, duration: 100n, step: 1n, cliff: 0n, ...schedule },
});
const conditional = (s: Stage): PaymentTerms => lump(s.parties, { condition: s.condition, salt: 1n });

/** Terms that nobody can pay under: how they differ, the SDK's code, the contract's error. */
const BAD: Readonly<Record<string, readonly [(s: Stage) => PaymentTerms, code: string, error: string]>> = {
  "nobody as payer": [
    (s) => ({ ...plain(s), payer: ZeroAddress }),
    "TERMS_BAD_PARTY",
    "Payments_NotThePayer",
  ],
  "the payer as payee": [
    (s) => ({ ...plain(s), payee: s.anna.address }),
    "TERMS_BAD_PARTY",
    "Payments_BadParty",
  ],
  "nobody as payee": [(s) => ({ ...plain(s), payee: ZeroAddress }), "TERMS_BAD_PARTY", "Payments_BadParty"],
  "the app as payee": [
    (s) => ({ ...plain(s), payee: s.place.payments }),
    "TERMS_BAD_PARTY",
    "Payments_BadParty",
  ],
  "the vault as payee": [
    (s) => ({ ...plain(s), payee: s.place.vault }),
    "TERMS_BAD_PARTY",
    "Payments_BadParty",
  ],
  "a cliff above the amount": [
    (s) => vesting(s, { cliff: s.parties.amount + 1n }),
    "TERMS_CLIFF",
    "Schedules_CliffAboveAmount",
  ],
  "an end beyond 40 bits": [
    (s) => vesting(s, { start: (1n << 40n) - 100n }),
    "TERMS_TOO_FAR",
    "Schedules_EndsTooLate",
  ],
  "no step": [(s) => vesting(s, { step: 0n }), "TERMS_STEP", "Schedules_NoStep"],
  "a step beyond the duration": [
    (s) => vesting(s, { step: 101n }),
    "TERMS_STEP",
    "Schedules_StepBeyondDuration",
  ],
  "a lump with a step": [(s) => vesting(s, { duration: 0n }), "TERMS_STEP", "Schedules_StepBeyondDuration"],
  "an end more than 50 years ahead": [
    (s) => vesting(s, { duration: MAX_TERM + 1n }),
    "TERMS_TOO_FAR",
    "Payments_TooFar",
  ],
  "a lump more than 50 years ahead": [
    (s) => ({ ...plain(s), schedule: { start: s.now + MAX_TERM + 1n, duration: 0n, step: 0n, cliff: 0n } }),
    "TERMS_TOO_FAR",
    "Payments_TooFar",
  ],
  "a last moment that has passed": [
    (s) => ({ ...conditional(s), latchBy: s.now - 1n }),
    "TERMS_DEADLINES",
    "Payments_BadDeadlines",
  ],
  "an expiry at the last moment": [
    (s) => ({ ...conditional(s), expiry: s.condition.latchBy }),
    "TERMS_DEADLINES",
    "Payments_BadDeadlines",
  ],
  "an expiry more than 50 years ahead": [
    (s) => ({ ...conditional(s), expiry: s.now + MAX_TERM + 1n }),
    "TERMS_TOO_FAR",
    "Payments_TooFar",
  ],
  "a capture without deadlines": [
    (s) => ({ ...plain(s), capture: true }),
    "TERMS_DEADLINES",
    "Payments_BadDeadlines",
  ],
  "a last moment of nothing": [
    (s) => ({ ...plain(s), latchBy: s.now + 1n }),
    "TERMS_DEADLINES",
    "Payments_BadDeadlines",
  ],
  "an expiry of nothing": [
    (s) => ({ ...plain(s), expiry: s.now + 1n }),
    "TERMS_DEADLINES",
    "Payments_BadDeadlines",
  ],
  "a fee above the most": [
    (s) => ({ ...plain(s), feeBps: MAX_FEE_BPS + 1n, feeTo: s.carl.address }),
    "TERMS_FEE",
    "Payments_BadFee",
  ],
  "a fee of nothing for somebody": [
    (s) => ({ ...plain(s), feeTo: s.carl.address }),
    "TERMS_FEE",
    "Payments_BadFee",
  ],
  "a fee for nobody": [(s) => ({ ...plain(s), feeBps: 1n }), "TERMS_BAD_PARTY", "Payments_BadParty"],
  "a fee for the app": [
    (s) => ({ ...plain(s), feeBps: 1n, feeTo: s.place.payments }),
    "TERMS_BAD_PARTY",
    "Payments_BadParty",
  ],
};

/** Terms at the edge of what is taken. */
const GOOD: Readonly<Record<string, (s: Stage) => PaymentTerms>> = {
  "a lump": plain,
  "one raw unit": (s) => ({ ...plain(s), amount: 1n }),
  "a lump in 50 years": (s) => lump({ ...s.parties, from: s.now + MAX_TERM }),
  "a lump of long ago": (s) => lump({ ...s.parties, from: 1n }),
  "a cliff of all": (s) => vesting(s, { cliff: s.parties.amount }),
  "one step": (s) => vesting(s, { step: 100n }),
  "a stream until the last second": (s) => stream({ ...s.parties, from: s.now, until: s.now + MAX_TERM }),
  "a stream with a cliff": (s) => stream({ ...s.parties, from: s.now, until: s.now + 9n, cliff: 7n }),
  instalments: (s) =>
    instalments({ ...s.parties, from: s.now, count: 10n, every: 86_400n, downPayment: ONE }),
  "a condition with a last moment of now": (s) => ({ ...conditional(s), latchBy: s.now, expiry: s.now + 1n }),
  "an expiry in 50 years": (s) => ({ ...conditional(s), expiry: s.now + MAX_TERM }),
  "an authorisation": (s) => authorisation({ ...s.parties, latchBy: s.now, expiry: s.now + 1n }),
  "a conditional authorisation": (s) =>
    authorisation({ ...s.parties, latchBy: s.now + 9n, expiry: s.now + 10n }, { question: s.question }),
  "the highest fee": (s) => lump(s.parties, { fee: { bps: MAX_FEE_BPS, to: s.carl.address } }),
  "a fee for the payee, and the payer as arbiter": (s) =>
    lump(s.parties, { fee: { bps: 1n, to: s.bert.address }, arbiter: s.anna.address }),
};

describe("payments' terms", () => {
  for (const [what, [make, code, error]] of Object.entries(BAD)) {
    it(`given ${what}, both the SDK and the contract refuse`, async () => {
      const s = await load();
      const terms = make(s);
      const { facts } = await refuses(code, () => checkTerms(s.place, terms, s.now));
      expect(facts.error).to.equal(error);
      await expect(create(s, terms)).to.be.revertedWithCustomError(s.payments, error);
    });
  }

  it("given an amount of zero, both refuse", async () => {
    const s = await load();
    const terms = { ...plain(s), amount: 0n };
    const { facts } = await refuses("TERMS_AMOUNT", () => checkTerms(s.place, terms, s.now));
    // The run that pays for it is used up, or has another sum: a push of nothing pays for nothing.
    expect(facts.error).to.equal("Payments_ZeroAmount");
    const paid = { ...plain(s), salt: 2n };
    await expect(
      s.vault
        .connect(s.anna)
        .callWith(s.payments, [s.tokenId], [paid.amount], pushData(PURPOSE.CREATE, [terms, paid])),
    ).to.be.revertedWithCustomError(s.payments, "Payments_ZeroAmount");
  });

  for (const [what, make] of Object.entries(GOOD)) {
    it(`given ${what}, both take it, under one id`, async () => {
      const s = await load();
      const terms = make(s);
      expect(checkTerms(s.place, terms, s.now)).to.deep.equal(terms);
      const id = paymentId(s.place.chainId, s.place.payments, terms);
      await expect(create(s, terms))
        .to.emit(s.payments, "PaymentCreated")
        .withArgs(
          ...[id, terms.payer, terms.payee],
          (seen: PaymentTerms) => canonicalJson(plainTerms(seen)) === canonicalJson(terms),
          1n << 224n,
        );
      expect(await s.payments.idOf(terms)).to.equal(id);
    });
  }

  it("are the words that the contract hashes, and come back from them", async () => {
    const s = await load();
    for (const make of Object.values(GOOD)) {
      const terms = make(s);
      expect(getBytes(encodeTerms(terms))).to.have.length(17 * 32);
      expect(decodeTerms(encodeTerms(terms))).to.deep.equal(terms);
    }
  });

  it("travel as JSON", async () => {
    const s = await load();
    const terms = conditional(s);
    expect(parseTerms(JSON.parse(canonicalJson(terms)))).to.deep.equal(terms);
    const lower = { ...terms, payer: terms.payer.toLowerCase() };
    expect(parseTerms(lower), "the checksum is added").to.deep.equal(terms);
  });

  describe("given what is no terms", () => {
    /** The word of encoded terms that has it, and a value that has too many bits. */
    const WIDTHS: Readonly<Record<string, readonly [word: number, value: bigint]>> = {
      payee: [1, 1n << 160n],
      "schedule.start": [4, 1n << 40n],
      "schedule.duration": [5, 1n << 40n],
      "schedule.step": [6, 1n << 40n],
      "schedule.cliff": [7, 1n << 112n],
      capture: [8, 2n],
      latchBy: [10, 1n << 40n],
      expiry: [11, 1n << 40n],
      arbiter: [12, 1n << 160n],
      feeBps: [13, 1n << 16n],
      feeTo: [14, 1n << 160n],
    };

    for (const [field, [word, value]] of Object.entries(WIDTHS)) {
      it(`when ${field} has too many bits, both refuse`, async () => {
        const s = await load();
        const terms = conditional(s);
        const [outer = "", inner] = field.split(".");
        const wrong =
          field === "capture" ? 2 : /payee|arbiter|feeTo/.test(field) ? toBeHex(value, 21) : value;
        const changed =
          inner === undefined
            ? { ...terms, [outer]: wrong }
            : { ...terms, schedule: { ...terms.schedule, [inner]: wrong } };
        const { facts } = await refuses("TERMS_UNREADABLE", () => checkTerms(s.place, changed, s.now));
        expect(facts.field).to.equal(field);

        const bytes = getBytes(pushData(PURPOSE.CREATE, [terms]));
        bytes.set(getBytes(toBeHex(value, 32)), (3 + word) * 32);
        await expect(create(s, terms, hexlify(bytes))).to.be.revertedWithoutReason(ethers);
      });
    }

    it("when it is of another shape, the field is named", async () => {
      const s = await load();
      const terms = plain(s);
      const { salt: _, ...short } = terms;
      for (const [input, field] of [
        [null, "the whole"],
        ["0x", "the whole"],
        [short, "salt"],
        [{ ...terms, memo: "x" }, "memo"],
        [{ ...terms, schedule: undefined }, "schedule"],
        [{ ...terms, schedule: 5 }, "schedule"],
        [{ ...terms, amount: -1n }, "amount"],
        [{ ...terms, amount: 1n << 112n }, "amount"],
        [{ ...terms, amount: 1.5 }, "amount"],
        [{ ...terms, amount: "1e18" }, "amount"],
        [{ ...terms, asset: 1n << 256n }, "asset"],
        [{ ...terms, salt: 2 ** 60 }, "salt"],
        [{ ...terms, payer: "anna.eth" }, "payer"],
        [{ ...terms, payer: terms.payer.replace(/[a-f]/, (x) => x.toUpperCase()) }, "payer"],
        [{ ...terms, condition: "0x12" }, "condition"],
        [{ ...terms, ref: undefined }, "ref"],
        [{ ...terms, capture: "true" }, "capture"],
      ] as const) {
        const { facts } = await refuses("TERMS_UNREADABLE", () => parseTerms(input));
        expect(facts.field, canonicalJson(input)).to.equal(field);
      }
    });
  });
});

describe("builders of terms", () => {
  it("make a lump of nothing but what was said", async () => {
    const s = await load();
    const { salt, ...rest } = lump(s.parties);
    expect(rest).to.deep.equal({
      ...s.parties,
      schedule: { start: 0n, duration: 0n, step: 0n, cliff: 0n },
      ...{ capture: false, condition: UNCONDITIONAL, latchBy: 0n, expiry: 0n },
      ...{ arbiter: ZeroAddress, feeBps: 0n, feeTo: ZeroAddress, ref: NO_REFERENCE },
    });
    expect(lump(s.parties).salt, "at random").not.to.equal(salt);
    expect(salt > 1n << 200n).to.equal(true);
  });

  it("put every option where it belongs", async () => {
    const s = await load();
    const terms = stream(
      { ...s.parties, from: s.now, until: s.now + 60n, cliff: 5n },
      {
        ...{ condition: s.condition, arbiter: s.carl.address, fee: { bps: 25n, to: s.carl.address } },
        ...{ reference: "INVOICE-42", salt: 7n },
      },
    );
    expect(terms).to.deep.equal({
      ...s.parties,
      schedule: { start: s.now, duration: 60n, step: 1n, cliff: 5n },
      ...{ capture: false, condition: hashOf(s.question), arbiter: s.carl.address },
      ...{ latchBy: s.condition.latchBy, expiry: s.condition.expiry },
      ...{ feeBps: 25n, feeTo: s.carl.address, ref: referenceHash("INVOICE-42"), salt: 7n },
    });
  });

  it("share instalments so that none is lost", async () => {
    const s = await load();
    const terms = instalments({
      ...s.parties,
      amount: 101n,
      from: 1_000n,
      count: 3n,
      every: 50n,
      downPayment: 1n,
    });
    const times = [999n, 1_000n, 1_049n, 1_050n, 1_100n, 1_149n, 1_150n];
    expect(times.map((time) => vestedAt(terms, time))).to.deep.equal([0n, 1n, 1n, 34n, 67n, 67n, 101n]);
  });

  it("let what is authorised depend on something too", async () => {
    const s = await load();
    const terms = authorisation(
      { ...s.parties, latchBy: s.now + 5n, expiry: s.now + 9n },
      { question: s.question },
    );
    expect(terms).to.include({ capture: true, condition: hashOf(s.question), latchBy: s.now + 5n });
    expect(terms.expiry).to.equal(s.now + 9n);
  });

  it("refuse a stream that ends before it begins, and a reference that no bank takes", async () => {
    const s = await load();
    await refuses("TERMS_UNREADABLE", () => stream({ ...s.parties, from: s.now, until: s.now - 1n }));
    for (const reference of ["", "x".repeat(36), "naïve", "a\nb"]) {
      await refuses("REFERENCE_INVALID", () => lump(s.parties, { reference }));
    }
    expect(referenceHash("INVOICE-42")).not.to.equal(ZeroHash);
  });
});
