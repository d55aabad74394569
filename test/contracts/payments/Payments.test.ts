import { expect } from "chai";
import { AbiCoder, id as hashOf, keccak256, toBeHex, ZeroAddress, ZeroHash, zeroPadValue } from "ethers";
import hre from "hardhat";
import { signIntent } from "../../../src/custody/intent.ts";
import type { PaymentTerms } from "../../../src/payments/terms.ts";
import { vaultCallIntent } from "../../../src/payments/vault-call.ts";
import { deployPayments, FEATURE, type PaymentsFixture } from "../../support/paymentsFixture.ts";
import {
  CAUSE,
  create,
  idOf,
  PURPOSE,
  pushData,
  refund,
  slotOf,
  termsOf,
} from "../../support/paymentTerms.ts";
import { KIND } from "../../support/vaultFixture.ts";

const { ethers, networkHelpers } = await hre.network.create();
const coder = AbiCoder.defaultAbiCoder();
const DAY = 86_400n;
const RICH = 1_000_000n;

async function deployed() {
  const d = await deployPayments(ethers, networkHelpers);
  for (const who of [d.anna, d.bert, d.carl, d.mallory]) await d.give(who, "erc20", RICH);
  const open = await d.now();
  const has = (who: { address: string } | string) =>
    d.face.balanceOf(typeof who === "string" ? who : who.address, d.tokenId);
  /** A question that is met between two moments. */
  const during = async (from: bigint, until: bigint) => {
    const question = {
      condition: await d.conditions.timeWindow.getAddress(),
      terms: coder.encode(["uint40", "uint40"], [from, until]),
    };
    return { question, condition: await d.payments.hashOf(question) };
  };
  return { ...d, open, has, during };
}
type Stage = Awaited<ReturnType<typeof deployed>>;

const stage = () => networkHelpers.loadFixture(deployed);
const stranger = (d: PaymentsFixture) => d.payments.connect(d.mallory);

/** A conditional payment that can be latched for a day, and its question. */
async function conditional(d: Stage, changes: Partial<PaymentTerms> = {}) {
  const { question, condition } = await d.during(d.open, d.open + 400n * DAY);
  const terms = termsOf(d, { condition, latchBy: d.open + DAY, expiry: d.open + 2n * DAY, ...changes });
  return { question, terms, id: await idOf(d, terms) };
}

/** An authorisation that can be captured for a day. */
const authorisation = (d: Stage, changes: Partial<PaymentTerms> = {}) =>
  termsOf(d, { capture: true, latchBy: d.open + DAY, expiry: d.open + 2n * DAY, ...changes });

describe("Payments", () => {
  describe("creating", () => {
    it("moves the amount to the app, keeps one slot, and says all that was agreed", async () => {
      const d = await stage();
      const terms = termsOf(d, { ref: hashOf("E2E-2026-11-27") });
      const id = await idOf(d, terms);
      const sent = create(d, d.anna, terms);
      await expect(sent)
        .to.emit(d.payments, "PaymentCreated")
        .withArgs(
          id,
          d.anna,
          d.bert,
          Object.values({ ...terms, schedule: Object.values(terms.schedule) }),
          slotOf(0n),
        );
      expect(await d.payments.idOf(terms)).to.equal(id);
      expect(await d.has(await d.payments.getAddress())).to.equal(1_000n);
      expect(await d.has(d.anna)).to.equal(RICH - 1_000n);
      expect(await d.payments.slotOf(id)).to.equal(slotOf(0n));
      expect(await d.payments.paymentOf(id)).to.deep.equal([0n, 0n, true, false, false]);
    });

    it("takes runs of payments from one push for each asset", async () => {
      const d = await stage();
      await d.give(d.anna, "native", 500n);
      const [one, two, three] = [
        termsOf(d, { amount: 10n }),
        termsOf(d, { amount: 20n, payee: d.carl.address }),
        termsOf(d, { amount: 5n, asset: d.assetId("native") }),
      ];
      const all = [one, two, three];
      await d.vault
        .connect(d.anna)
        .callWith(d.payments, [d.tokenId, d.assetId("native")], [30n, 5n], pushData(PURPOSE.CREATE, all));
      for (const terms of all)
        expect((await d.payments.paymentOf(await idOf(d, terms))).created).to.equal(true);
    });

    it("by anyone with the payer's signed intent, once", async () => {
      const d = await stage();
      const terms = termsOf(d);
      const push = { app: await d.payments.getAddress(), assets: [terms.asset], amounts: [terms.amount] };
      const called = { ...push, data: pushData(PURPOSE.CREATE, [terms]) };
      const { intent, data } = vaultCallIntent(d.anna.address, called, 0n, d.open + DAY);
      const { chainId } = await ethers.provider.getNetwork();
      const signature = await signIntent(d.anna, chainId, d.vaultAddress, intent);
      await d.vault.connect(d.mallory).bySig(intent, data, signature);
      expect((await d.payments.paymentOf(await idOf(d, terms))).created).to.equal(true);
      await expect(d.vault.connect(d.mallory).bySig(intent, data, signature)).to.be.revertedWithCustomError(
        d.face,
        "InvalidAccountNonce",
      );
      const next = { ...intent, nonce: 1n };
      const forged = await signIntent(d.mallory, chainId, d.vaultAddress, next);
      await expect(d.vault.bySig(next, data, forged)).to.be.revertedWithCustomError(
        d.vault,
        "Vault_BadSignature",
      );
    });

    type Refused = (d: Stage, sent: Promise<unknown>) => PromiseLike<void>;
    const notThePayer: Refused = (d, sent) =>
      expect(sent).to.be.revertedWithCustomError(d.payments, "Payments_NotThePayer");
    const badParty: Refused = (d, sent) =>
      expect(sent).to.be.revertedWithCustomError(d.payments, "Payments_BadParty");
    const zeroAmount: Refused = (d, sent) =>
      expect(sent).to.be.revertedWithCustomError(d.payments, "Payments_ZeroAmount");
    const cliffAbove: Refused = (d, sent) =>
      expect(sent).to.be.revertedWithCustomError(d.payments, "Schedules_CliffAboveAmount");
    const noStep: Refused = (d, sent) =>
      expect(sent).to.be.revertedWithCustomError(d.payments, "Schedules_NoStep");
    const stepBeyond: Refused = (d, sent) =>
      expect(sent).to.be.revertedWithCustomError(d.payments, "Schedules_StepBeyondDuration");
    const tooFar: Refused = (d, sent) =>
      expect(sent).to.be.revertedWithCustomError(d.payments, "Payments_TooFar");
    const badDeadlines: Refused = (d, sent) =>
      expect(sent).to.be.revertedWithCustomError(d.payments, "Payments_BadDeadlines");
    const badFee: Refused = (d, sent) =>
      expect(sent).to.be.revertedWithCustomError(d.payments, "Payments_BadFee");
    const bad: readonly [what: string, refused: Refused, change: (d: Stage) => Partial<PaymentTerms>][] = [
      ["another payer's terms", notThePayer, (d) => ({ payer: d.carl.address })],
      ["the payer as its own payee", badParty, (d) => ({ payee: d.anna.address })],
      ["nobody as payee", badParty, () => ({ payee: ZeroAddress })],
      ["the Vault as payee", badParty, (d) => ({ payee: d.vaultAddress })],
      ["the app as payee", badParty, (d) => ({ payee: d.payments.target as string })],
      ["no amount", zeroAmount, () => ({ amount: 0n })],
      [
        "a cliff above the amount",
        cliffAbove,
        (d) => ({ schedule: { start: d.open, duration: 10n, step: 1n, cliff: 1_001n } }),
      ],
      [
        "a duration without a step",
        noStep,
        (d) => ({ schedule: { start: d.open, duration: 10n, step: 0n, cliff: 0n } }),
      ],
      [
        "a step beyond the duration",
        stepBeyond,
        (d) => ({ schedule: { start: d.open, duration: 10n, step: 11n, cliff: 0n } }),
      ],
      [
        "a schedule of 51 years",
        tooFar,
        (d) => ({ schedule: { start: d.open, duration: 51n * 365n * DAY, step: 1n, cliff: 0n } }),
      ],
      ["capture without deadlines", badDeadlines, () => ({ capture: true })],
      [
        "a deadline that is past",
        badDeadlines,
        (d) => ({ capture: true, latchBy: d.open - 1n, expiry: d.open + DAY }),
      ],
      [
        "an expiry that isn't after the deadline",
        badDeadlines,
        (d) => ({ capture: true, latchBy: d.open + DAY, expiry: d.open + DAY }),
      ],
      ["deadlines of an unconditional payment", badDeadlines, (d) => ({ expiry: d.open + DAY })],
      [
        "an expiry in 51 years",
        tooFar,
        (d) => ({ condition: hashOf("?"), latchBy: d.open + DAY, expiry: d.open + 51n * 365n * DAY }),
      ],
      ["a fee of more than a tenth", badFee, (d) => ({ feeBps: 1_001n, feeTo: d.carl.address })],
      ["a fee for nobody", badParty, () => ({ feeBps: 1n })],
      ["a fee for the app", badParty, (d) => ({ feeBps: 1n, feeTo: d.payments.target as string })],
      ["a recipient without a fee", badFee, (d) => ({ feeTo: d.carl.address })],
    ];
    for (const [what, refused, change] of bad) {
      it(`refuses ${what}`, async () => {
        const d = await stage();
        await refused(d, create(d, d.anna, termsOf(d, change(d))));
        expect(await d.has(d.anna)).to.equal(RICH);
      });
    }

    it("names both deadlines of those it refuses, each in its place", async () => {
      const d = await stage();
      const [latchBy, expiry] = [d.open + 2n * DAY, d.open + DAY];
      const late = create(d, d.anna, termsOf(d, { capture: true, latchBy, expiry }));
      await expect(late)
        .to.be.revertedWithCustomError(d.payments, "Payments_BadDeadlines")
        .withArgs(latchBy, expiry);
      const needless = create(d, d.anna, termsOf(d, { expiry }));
      await expect(needless)
        .to.be.revertedWithCustomError(d.payments, "Payments_BadDeadlines")
        .withArgs(0n, expiry);
    });

    it("refuses the same terms twice, in one push and in two, also once they are settled", async () => {
      const d = await stage();
      const terms = termsOf(d);
      const refused = async () =>
        expect(create(d, d.anna, terms))
          .to.be.revertedWithCustomError(d.payments, "Payments_CreatedAlready")
          .withArgs(await idOf(d, terms));
      await expect(create(d, d.anna, terms, terms)).to.be.revertedWithCustomError(
        d.payments,
        "Payments_CreatedAlready",
      );
      await create(d, d.anna, terms);
      await refused();
      await stranger(d).release(terms);
      await refused();
    });

    it("refuses pushes that don't pay for the terms to the unit", async () => {
      const d = await stage();
      const [one, two] = [termsOf(d, { amount: 10n }), termsOf(d, { amount: 20n, salt: 2n })];
      const push = (assets: bigint[], amounts: bigint[], terms: PaymentTerms[]) =>
        d.vault.connect(d.anna).callWith(d.payments, assets, amounts, pushData(PURPOSE.CREATE, terms));
      await d.give(d.anna, "native", 500n);
      for (const [assets, amounts, terms, place] of [
        [[d.tokenId], [29n], [one, two], 1n],
        [[d.tokenId], [31n], [one, two], 2n],
        [[d.tokenId], [9n], [one], 0n],
        [[], [], [one], 0n],
        [[], [], [], 0n],
        [[d.tokenId], [10n], [], 0n],
        [[d.tokenId, d.tokenId], [10n, 5n], [one], 1n],
        [[d.assetId("native")], [10n], [one], 0n],
        [[d.tokenId], [0n], [one], 0n],
      ] as const) {
        await expect(push([...assets], [...amounts], [...terms]))
          .to.be.revertedWithCustomError(d.payments, "Payments_BadFunding")
          .withArgs(place);
      }
    });

    it("refuses other spellings of the push, and other callers of the hook", async () => {
      const d = await stage();
      const good = pushData(PURPOSE.CREATE, [termsOf(d)]);
      const words = (text: string) => text.slice(2).match(/.{64}/g) ?? [];
      const [purpose, offset, length, ...rest] = words(good);
      const join = (...parts: (string | undefined)[]) => `0x${parts.join("")}`;
      const word = (value: bigint) => toBeHex(value, 32).slice(2);
      for (const data of [
        "0x",
        join(purpose, offset),
        join(word(2n), offset, length, ...rest),
        join(purpose, word(96n), length, ...rest),
        join(purpose, offset, word(2n), ...rest),
        join(purpose, offset, word(0n), ...rest),
        join(purpose, offset, word((1n << 256n) - 1n), ...rest),
        join(purpose, offset, length, ...rest, word(0n)),
      ]) {
        await expect(
          d.vault.connect(d.anna).callWith(d.payments, [d.tokenId], [1_000n], data),
        ).to.be.revertedWithCustomError(d.payments, "Payments_BadData");
      }
      await expect(d.payments.connect(d.anna).onVaultCall(d.anna, [d.tokenId], [1_000n], good))
        .to.be.revertedWithCustomError(d.payments, "ReleasedApp_NotTheVault")
        .withArgs(d.anna);
    });

    it("refuses a payer that is held or listed, and takes none once the app is retired; what stands goes on", async () => {
      const d = await stage();
      const terms = termsOf(d);
      await create(d, d.anna, terms);
      await d.vault.connect(d.officer).hold(d.anna, DAY);
      await expect(create(d, d.anna, termsOf(d, { salt: 2n }))).to.be.revertedWithCustomError(
        d.vault,
        "Vault_Held",
      );
      await d.vault.setKind(d.payments, KIND.RETIRED);
      await expect(
        create(d, d.bert, termsOf(d, { payer: d.bert.address, payee: d.anna.address })),
      ).to.be.revertedWithCustomError(d.vault, "Vault_AppTakesNoPositions");
      await stranger(d).release(terms);
      expect(await d.has(d.bert)).to.equal(RICH + 1_000n);
    });
  });

  describe("releasing", () => {
    it("a lump pays at its start, whole, by anyone", async () => {
      const d = await stage();
      const start = d.open + DAY;
      const terms = termsOf(d, { schedule: { start, duration: 0n, step: 0n, cliff: 0n } });
      const id = await idOf(d, terms);
      await create(d, d.anna, terms);
      await expect(stranger(d).release(terms))
        .to.be.revertedWithCustomError(d.payments, "Payments_NothingDue")
        .withArgs(id);
      expect(await d.payments.dueOf(terms)).to.equal(0n);
      await d.at(start);
      await expect(stranger(d).release(terms))
        .to.emit(d.payments, "PaymentPaid")
        .withArgs(id, 1_000n, 0n, slotOf(1_000n));
      expect(await d.has(d.bert)).to.equal(RICH + 1_000n);
      expect(await d.has(await d.payments.getAddress())).to.equal(0n);
      await expect(stranger(d).release(terms)).to.be.revertedWithCustomError(
        d.payments,
        "Payments_NothingDue",
      );
    });

    it("a stream pays what has vested since, each second", async () => {
      const d = await stage();
      const start = d.open + 100n;
      const terms = termsOf(d, { schedule: { start, duration: 1_000n, step: 1n, cliff: 0n } });
      await create(d, d.anna, terms);
      await d.at(start + 250n);
      await stranger(d).release(terms);
      expect(await d.has(d.bert)).to.equal(RICH + 250n);
      await d.at(start + 251n);
      await stranger(d).release(terms);
      expect(await d.has(d.bert)).to.equal(RICH + 251n);
      await d.at(start + 5_000n);
      await stranger(d).release(terms);
      expect(await d.has(d.bert)).to.equal(RICH + 1_000n);
    });

    it("instalments pay at whole steps, the cliff at the start", async () => {
      const d = await stage();
      const start = d.open + 100n;
      const terms = termsOf(d, { schedule: { start, duration: 4n * DAY, step: DAY, cliff: 200n } });
      await create(d, d.anna, terms);
      const paid = [200n, 400n, 600n, 800n, 1_000n];
      for (const [step, total] of paid.entries()) {
        await d.at(start + BigInt(step) * DAY);
        await stranger(d).release(terms);
        expect(await d.has(d.bert)).to.equal(RICH + total);
        await d.goTo(start + BigInt(step) * DAY + DAY - 1n);
        expect(await d.payments.dueOf(terms)).to.equal(0n);
      }
    });

    it("takes the fee of all that was paid, so that parts cost no more and no less", async () => {
      const d = await stage();
      const start = d.open + 100n;
      const terms = termsOf(d, {
        amount: 1_001n,
        schedule: { start, duration: 1_001n, step: 1n, cliff: 0n },
        feeBps: 99n,
        feeTo: d.carl.address,
      });
      await create(d, d.anna, terms);
      for (const second of [1n, 7n, 101n, 102n, 203n, 777n, 1_001n]) {
        await d.at(start + second);
        await stranger(d).release(terms);
        const fee = (second * 99n) / 10_000n;
        expect(await d.has(d.carl)).to.equal(RICH + fee);
        expect(await d.has(d.bert)).to.equal(RICH + second - fee);
      }
      const event = (await d.payments.queryFilter(d.payments.filters.PaymentPaid())).at(-1);
      // 777 to 1,001 of it: 9 - 7.
      expect(event?.args.fee).to.equal(2n);
    });

    it("a batch pays what is due and passes over the rest", async () => {
      const d = await stage();
      const due = [1n, 2n].map((salt) => termsOf(d, { salt }));
      const later = termsOf(d, {
        salt: 3n,
        schedule: { start: d.open + DAY, duration: 0n, step: 0n, cliff: 0n },
      });
      const { terms: waiting } = await conditional(d, { salt: 4n });
      const captured = authorisation(d, { salt: 5n });
      await create(d, d.anna, ...due, later, waiting, captured);
      const never = termsOf(d, { salt: 99n });
      const all = [...due, later, waiting, captured, never, ...due];
      expect(await stranger(d).releaseBatch.staticCall(all)).to.equal(2n);
      await stranger(d).releaseBatch(all);
      expect(await d.has(d.bert)).to.equal(RICH + 2_000n);
      expect(await stranger(d).releaseBatch.staticCall(all)).to.equal(0n);
    });

    it("refuses terms that differ in one field", async () => {
      const d = await stage();
      const terms = termsOf(d);
      await create(d, d.anna, terms);
      for (const change of [
        { payee: d.mallory.address },
        { amount: 1_001n },
        { arbiter: d.mallory.address },
        { feeBps: 1n },
        { ref: hashOf("x") },
        { salt: 2n },
      ]) {
        await expect(stranger(d).release({ ...terms, ...change })).to.be.revertedWithCustomError(
          d.payments,
          "Payments_NotOpen",
        );
      }
    });
  });

  describe("latching", () => {
    it("latches once, by anyone, for good", async () => {
      const d = await stage();
      const { question, condition } = await d.during(d.open, d.open + DAY);
      const terms = termsOf(d, { condition, latchBy: d.open + DAY, expiry: d.open + 2n * DAY });
      const id = await idOf(d, terms);
      await create(d, d.anna, terms);
      await expect(stranger(d).release(terms))
        .to.be.revertedWithCustomError(d.payments, "Payments_NotLatched")
        .withArgs(id);
      await d.at(d.open + DAY);
      await expect(stranger(d).latch(terms, question, "0x"))
        .to.emit(d.payments, "PaymentLatched")
        .withArgs(id, slotOf(0n, { latched: true }));
      await expect(stranger(d).latch(terms, question, "0x")).to.be.revertedWithCustomError(
        d.payments,
        "Payments_LatchedAlready",
      );
      // Long after the expiry, when the condition says no.
      await d.goTo(d.open + 30n * DAY);
      await expect(stranger(d).rollback(terms)).to.be.revertedWithCustomError(
        d.payments,
        "Payments_NeverLapses",
      );
      await stranger(d).release(terms);
      expect(await d.has(d.bert)).to.equal(RICH + 1_000n);
    });

    it("refuses after the deadline, an unmet condition, another question, and what has none", async () => {
      const d = await stage();
      const { question, terms, id } = await conditional(d);
      const other = await d.during(d.open, d.open + 7n * DAY);
      const unmet = await d.during(d.open + 12n * 3_600n, d.open + DAY);
      const waits = termsOf(d, { ...terms, condition: unmet.condition, salt: 2n });
      const plain = termsOf(d, { salt: 3n });
      await create(d, d.anna, terms, waits, plain);
      await expect(stranger(d).latch(terms, other.question, "0x"))
        .to.be.revertedWithCustomError(d.payments, "Payments_OtherQuestion")
        .withArgs(other.condition, terms.condition);
      await expect(stranger(d).latch(waits, unmet.question, "0x")).to.be.revertedWithCustomError(
        d.payments,
        "Payments_NotMet",
      );
      await expect(stranger(d).latch(plain, question, "0x")).to.be.revertedWithCustomError(
        d.payments,
        "Payments_Unconditional",
      );
      await d.at(terms.latchBy + 1n);
      await expect(stranger(d).latch(terms, question, "0x"))
        .to.be.revertedWithCustomError(d.payments, "Payments_TooLate")
        .withArgs(id, terms.latchBy);
    });

    it("takes anything but a clear yes for no: a revert, no code, garbage, a burner of gas", async () => {
      const d = await stage();
      const odd = await ethers.deployContract("OddCondition");
      const where = await odd.getAddress();
      const questions = [
        ...["reverts", "two", "short", "burns", "floods"].map((how) => ({
          condition: where,
          terms: coder.encode(["string"], [how]),
        })),
        { condition: d.mallory.address, terms: "0x" },
      ];
      for (const [salt, question] of questions.entries()) {
        const { terms } = await conditional(d, {
          condition: await d.payments.hashOf(question),
          salt: BigInt(salt),
        });
        await create(d, d.anna, terms);
        await expect(
          stranger(d).latch(terms, question, "0x", { gasLimit: 3_000_000n }),
        ).to.be.revertedWithCustomError(d.payments, "Payments_NotMet");
      }
      const yes = { condition: where, terms: coder.encode(["string"], ["yes"]) };
      const { terms } = await conditional(d, { condition: await d.payments.hashOf(yes), salt: 100n });
      await create(d, d.anna, terms);
      await stranger(d).latch(terms, yes, "0x");
      expect((await d.payments.paymentOf(await idOf(d, terms))).latched).to.equal(true);
    });

    it("doesn't take a starved condition for one that says no", async () => {
      const d = await stage();
      const { question, terms } = await conditional(d);
      await create(d, d.anna, terms);
      await expect(
        stranger(d).latch(terms, question, "0x", { gasLimit: 900_000n }),
      ).to.be.revertedWithCustomError(d.payments, "Questions_NotEnoughGas");
    });

    it("tells the condition which payment asks, so that what was signed for one serves no other", async () => {
      const d = await stage();
      const signers = [d.carl.address];
      const terms = coder.encode(["tuple(address[],uint256,bool)"], [[signers, 1n, false]]);
      const question = { condition: await d.conditions.quorum.getAddress(), terms };
      const condition = await d.payments.hashOf(question);
      const { terms: one, id } = await conditional(d, { condition, salt: 1n });
      const { terms: other } = await conditional(d, { condition, salt: 2n });
      await create(d, d.anna, one, other);
      const signature = await d.carl.signTypedData(
        {
          name: "Strongroom Quorum",
          version: "1",
          chainId: (await ethers.provider.getNetwork()).chainId,
          verifyingContract: question.condition,
        },
        {
          Approval: [
            { name: "payment", type: "bytes32" },
            { name: "terms", type: "bytes32" },
          ],
        },
        { payment: id, terms: keccak256(terms) },
      );
      const witness = coder.encode(["tuple(uint256,bytes)[]"], [[[0n, signature]]]);
      await expect(stranger(d).latch(other, question, witness)).to.be.revertedWithCustomError(
        d.payments,
        "Payments_NotMet",
      );
      await stranger(d).latch(one, question, witness);
    });
  });

  describe("capturing", () => {
    it("pays the payee what it asks for, in parts, until the deadline", async () => {
      const d = await stage();
      const terms = authorisation(d);
      const id = await idOf(d, terms);
      await create(d, d.anna, terms);
      const payee = d.payments.connect(d.bert);
      await expect(payee.capture(terms, 300n))
        .to.emit(d.payments, "PaymentPaid")
        .withArgs(id, 300n, 0n, slotOf(300n));
      await payee.capture(terms, 200n);
      expect(await d.has(d.bert)).to.equal(RICH + 500n);
      await expect(payee.capture(terms, 501n))
        .to.be.revertedWithCustomError(d.payments, "Payments_AboveDue")
        .withArgs(id, 501n, 500n);
      await expect(payee.capture(terms, 0n)).to.be.revertedWithCustomError(d.payments, "Payments_ZeroAmount");
      await d.at(terms.latchBy);
      await payee.capture(terms, 100n);
      await expect(payee.capture(terms, 100n)).to.be.revertedWithCustomError(d.payments, "Payments_TooLate");
      await d.at(terms.expiry);
      await expect(stranger(d).rollback(terms))
        .to.emit(d.payments, "PaymentReturned")
        .withArgs(id, CAUSE.ROLLED_BACK, 400n, slotOf(600n, { closed: true }));
      expect(await d.has(d.anna)).to.equal(RICH - 600n);
    });

    it("is the payee's alone, and not for payments that anyone releases", async () => {
      const d = await stage();
      const terms = authorisation(d);
      const plain = termsOf(d, { salt: 2n });
      await create(d, d.anna, terms, plain);
      await expect(stranger(d).capture(terms, 1n)).to.be.revertedWithCustomError(
        d.payments,
        "Payments_NotThePayee",
      );
      await expect(d.payments.connect(d.bert).capture(plain, 1n)).to.be.revertedWithCustomError(
        d.payments,
        "Payments_ByReleaseOnly",
      );
      await expect(stranger(d).release(terms)).to.be.revertedWithCustomError(
        d.payments,
        "Payments_ByCaptureOnly",
      );
    });

    it("takes no more than has vested, and nothing before the condition is latched", async () => {
      const d = await stage();
      const { question, condition } = await d.during(d.open, d.open + DAY);
      const terms = authorisation(d, {
        condition,
        schedule: { start: d.open + 100n, duration: 1_000n, step: 1n, cliff: 0n },
      });
      await create(d, d.anna, terms);
      const payee = d.payments.connect(d.bert);
      await expect(payee.capture(terms, 1n)).to.be.revertedWithCustomError(d.payments, "Payments_NotLatched");
      await stranger(d).latch(terms, question, "0x");
      await d.at(d.open + 300n);
      await expect(payee.capture(terms, 201n)).to.be.revertedWithCustomError(d.payments, "Payments_AboveDue");
      await d.at(d.open + 301n);
      await payee.capture(terms, 201n);
      // Latched, and yet what isn't captured goes back.
      await d.goTo(terms.expiry);
      await stranger(d).rollback(terms);
      expect(await d.has(d.anna)).to.equal(RICH - 201n);
    });
  });

  describe("giving back", () => {
    it("the payee voids what is left", async () => {
      const d = await stage();
      const start = d.open + 100n;
      const terms = termsOf(d, { schedule: { start, duration: 1_000n, step: 1n, cliff: 0n } });
      const id = await idOf(d, terms);
      await create(d, d.anna, terms);
      await d.at(start + 400n);
      await stranger(d).release(terms);
      await expect(stranger(d).void(terms)).to.be.revertedWithCustomError(d.payments, "Payments_NotThePayee");
      await expect(d.payments.connect(d.bert).void(terms))
        .to.emit(d.payments, "PaymentReturned")
        .withArgs(id, CAUSE.VOIDED, 600n, slotOf(400n, { closed: true }));
      expect(await d.has(d.anna)).to.equal(RICH - 400n);
      expect(await d.payments.dueOf(terms)).to.equal(0n);
      for (const act of [
        stranger(d).release(terms),
        d.payments.connect(d.bert).void(terms),
        d.payments.connect(d.anna).accept(terms),
      ]) {
        await expect(act).to.be.revertedWithCustomError(d.payments, "Payments_NotOpen").withArgs(id);
      }
      // What was paid can still be refunded.
      await refund(d, d.bert, [terms, 400n]);
      expect(await d.has(d.anna)).to.equal(RICH);
    });

    it("anyone rolls back from the expiry on, not before, and once", async () => {
      const d = await stage();
      const { terms, id } = await conditional(d);
      await create(d, d.anna, terms);
      await d.at(terms.expiry - 1n);
      await expect(stranger(d).rollback(terms))
        .to.be.revertedWithCustomError(d.payments, "Payments_NotLapsed")
        .withArgs(id, terms.expiry);
      await d.at(terms.expiry);
      await stranger(d).rollback(terms);
      expect(await d.has(d.anna)).to.equal(RICH);
      await expect(stranger(d).rollback(terms)).to.be.revertedWithCustomError(d.payments, "Payments_NotOpen");
    });

    it("a batch rolls back what has lapsed and passes over the rest", async () => {
      const d = await stage();
      const { terms: lapsed } = await conditional(d, { salt: 1n });
      const captured = authorisation(d, { salt: 2n });
      const { terms: later } = await conditional(d, { salt: 3n, expiry: d.open + 9n * DAY });
      const { terms: met, question } = await conditional(d, { salt: 4n });
      const plain = termsOf(d, { salt: 5n });
      await create(d, d.anna, lapsed, captured, later, met, plain);
      await stranger(d).latch(met, question, "0x");
      await d.payments.connect(d.bert).capture(captured, 1_000n);
      await d.goTo(d.open + 2n * DAY);
      const all = [lapsed, captured, later, met, plain, lapsed];
      expect(await stranger(d).rollbackBatch.staticCall(all)).to.equal(1n);
      await stranger(d).rollbackBatch(all);
      expect(await d.has(d.anna)).to.equal(RICH - 4_000n);
    });

    it("never rolls back what depends on nothing", async () => {
      const d = await stage();
      const terms = termsOf(d, { schedule: { start: d.open + DAY, duration: 0n, step: 0n, cliff: 0n } });
      await create(d, d.anna, terms);
      await d.goTo(d.open + 3_650n * DAY);
      await expect(stranger(d).rollback(terms)).to.be.revertedWithCustomError(
        d.payments,
        "Payments_NeverLapses",
      );
    });

    it("the payee refunds of what was paid, never more, also in several parts", async () => {
      const d = await stage();
      const [terms, other] = [termsOf(d), termsOf(d, { salt: 2n, payee: d.carl.address })];
      const id = await idOf(d, terms);
      await create(d, d.anna, terms, other);
      await expect(refund(d, d.bert, [terms, 1n]))
        .to.be.revertedWithCustomError(d.payments, "Payments_AbovePaid")
        .withArgs(id, 1n, 0n);
      await stranger(d).releaseBatch([terms, other]);
      await expect(refund(d, d.bert, [terms, 400n]))
        .to.emit(d.payments, "PaymentRefunded")
        .withArgs(id, 400n, slotOf(1_000n, { refunded: 400n }));
      await refund(d, d.bert, [terms, 100n], [terms, 100n]);
      await expect(refund(d, d.bert, [terms, 401n]))
        .to.be.revertedWithCustomError(d.payments, "Payments_AbovePaid")
        .withArgs(id, 401n, 400n);
      await refund(d, d.bert, [terms, 400n]);
      expect(await d.has(d.anna)).to.equal(RICH - 1_000n);
      expect(await d.has(d.bert)).to.equal(RICH);
      await expect(refund(d, d.mallory, [other, 1n])).to.be.revertedWithCustomError(
        d.payments,
        "Payments_NotThePayee",
      );
      await expect(refund(d, d.carl, [other, 0n])).to.be.revertedWithCustomError(
        d.payments,
        "Payments_ZeroAmount",
      );
      await d.give(d.carl, "native", 5n);
      await expect(
        d.vault
          .connect(d.carl)
          .callWith(d.payments, [d.assetId("native")], [5n], pushData(PURPOSE.REFUND, [other])),
      ).to.be.revertedWithCustomError(d.payments, "Payments_BadFunding");
      await expect(
        d.vault.connect(d.carl).callWith(d.payments, [d.tokenId], [5n], pushData(PURPOSE.REFUND, [])),
      ).to.be.revertedWithCustomError(d.payments, "Payments_BadFunding");
    });
  });

  describe("accepting and splitting", () => {
    it("the payer gives all that is left, whatever the schedule and the condition", async () => {
      const d = await stage();
      const { terms } = await conditional(d, {
        schedule: { start: d.open + DAY, duration: 0n, step: 0n, cliff: 0n },
      });
      const id = await idOf(d, terms);
      await create(d, d.anna, terms);
      await expect(stranger(d).accept(terms)).to.be.revertedWithCustomError(
        d.payments,
        "Payments_NotThePayer",
      );
      await expect(d.payments.connect(d.anna).accept(terms))
        .to.emit(d.payments, "PaymentPaid")
        .withArgs(id, 1_000n, 0n, slotOf(1_000n));
      await expect(d.payments.connect(d.anna).accept(terms)).to.be.revertedWithCustomError(
        d.payments,
        "Payments_NothingDue",
      );
      await d.goTo(terms.expiry);
      await expect(stranger(d).rollback(terms)).to.be.revertedWithCustomError(
        d.payments,
        "Payments_NothingDue",
      );
      expect(await d.has(d.bert)).to.equal(RICH + 1_000n);
    });

    it("the arbiter splits what isn't earned, between payer and payee, once", async () => {
      const d = await stage();
      const start = d.open + 100n;
      const terms = termsOf(d, {
        schedule: { start, duration: 1_000n, step: 1n, cliff: 0n },
        arbiter: d.carl.address,
        feeBps: 100n,
        feeTo: d.mallory.address,
      });
      const id = await idOf(d, terms);
      await create(d, d.anna, terms);
      const arbiter = d.payments.connect(d.carl);
      await expect(stranger(d).split(terms, 500n))
        .to.be.revertedWithCustomError(d.payments, "Payments_NotTheArbiter")
        .withArgs(d.mallory, d.carl);
      await d.at(start + 400n);
      await expect(arbiter.split(terms, 399n))
        .to.be.revertedWithCustomError(d.payments, "Payments_BelowDue")
        .withArgs(id, 399n, 400n);
      await expect(arbiter.split(terms, 1_001n))
        .to.be.revertedWithCustomError(d.payments, "Payments_AboveDue")
        .withArgs(id, 1_001n, 1_000n);
      const sent = arbiter.split(terms, 700n);
      await expect(sent)
        .to.emit(d.payments, "PaymentPaid")
        .withArgs(id, 700n, 7n, slotOf(700n, { closed: true }));
      await expect(sent)
        .to.emit(d.payments, "PaymentReturned")
        .withArgs(id, CAUSE.SPLIT, 300n, slotOf(700n, { closed: true }));
      expect([await d.has(d.anna), await d.has(d.bert), await d.has(d.mallory)]).to.deep.equal([
        RICH - 700n,
        RICH + 693n,
        RICH + 7n,
      ]);
      await expect(arbiter.split(terms, 0n)).to.be.revertedWithCustomError(d.payments, "Payments_NotOpen");
    });

    it("the arbiter gives all to one of them; of what could be captured too; after the expiry nothing", async () => {
      const d = await stage();
      const [all, none] = [1n, 2n].map((salt) => authorisation(d, { salt, arbiter: d.carl.address })) as [
        PaymentTerms,
        PaymentTerms,
      ];
      const { terms: late } = await conditional(d, { salt: 3n, arbiter: d.carl.address });
      await create(d, d.anna, all, none, late);
      const arbiter = d.payments.connect(d.carl);
      await arbiter.split(all, 1_000n);
      expect(await d.has(d.bert)).to.equal(RICH + 1_000n);
      await expect(arbiter.split(all, 0n)).to.be.revertedWithCustomError(d.payments, "Payments_NothingDue");
      await arbiter.split(none, 0n);
      expect(await d.has(d.anna)).to.equal(RICH - 2_000n);
      await d.at(late.expiry);
      await expect(arbiter.split(late, 1_000n))
        .to.be.revertedWithCustomError(d.payments, "Payments_Lapsed")
        .withArgs(await idOf(d, late), late.expiry);
    });

    it("nobody splits a payment without an arbiter", async () => {
      const d = await stage();
      const terms = termsOf(d);
      await create(d, d.anna, terms);
      await expect(d.payments.connect(d.anna).split(terms, 0n)).to.be.revertedWithCustomError(
        d.payments,
        "Payments_NotTheArbiter",
      );
    });
  });

  describe("several at once", () => {
    it("latches and releases in one transaction", async () => {
      const d = await stage();
      const { question, terms } = await conditional(d);
      await create(d, d.anna, terms);
      const { interface: face } = d.payments;
      await stranger(d).multicall([
        face.encodeFunctionData("latch", [terms, question, "0x"]),
        face.encodeFunctionData("release", [terms]),
      ]);
      expect(await d.has(d.bert)).to.equal(RICH + 1_000n);
    });
  });

  describe("beside a release", () => {
    it("takes new payments of its own accounts only, and settles whatever it has", async () => {
      const d = await stage();
      const release = await ethers.deployContract("AppRelease", [d.manager, d.vault]);
      const canary = await ethers.deployContract("Payments", [d.vault, release, d.rules]);
      await d.vault.setKind(canary, KIND.APP);
      const terms = termsOf(d);
      await expect(
        d.vault
          .connect(d.anna)
          .callWith(canary, [terms.asset], [terms.amount], pushData(PURPOSE.CREATE, [terms])),
      ).to.be.revertedWithCustomError(release, "AppRelease_NotADeployment");
      expect(await canary.getFunction("appRelease")()).to.equal(release);
    });

    it("is of one Vault", async () => {
      const d = await stage();
      const other = await deployPayments(ethers, networkHelpers);
      await expect(
        ethers.deployContract("Payments", [other.vault, ZeroAddress, d.rules]),
      ).to.be.revertedWithCustomError(d.payments, "ReleasedApp_OtherVault");
      expect([await d.payments.vault(), await d.payments.rules()]).to.deep.equal([
        d.vaultAddress,
        await d.rules.getAddress(),
      ]);
    });
  });
});

describe("PaymentRules", () => {
  it("lets a tier use what is open to it, and says what is missing", async () => {
    const d = await stage();
    const byMallory = (changes: Partial<PaymentTerms>) =>
      create(d, d.mallory, termsOf(d, { payer: d.mallory.address, ...changes }));
    await byMallory({});
    const all = {
      schedule: { start: d.open, duration: 10n, step: 1n, cliff: 0n },
      capture: true,
      condition: hashOf("?"),
      latchBy: d.open + DAY,
      expiry: d.open + 2n * DAY,
      arbiter: d.carl.address,
      salt: 2n,
    };
    const bits = [FEATURE.SCHEDULE, FEATURE.CONDITION, FEATURE.CAPTURE, FEATURE.ARBITER];
    await expect(byMallory(all))
      .to.be.revertedWithCustomError(d.rules, "PaymentRules_FeatureClosed")
      .withArgs(
        d.mallory,
        0n,
        bits.reduce((sum, bit) => sum | (1n << bit), 0n),
      );
    await d.vault.connect(d.officer).setTier(d.mallory, 1, d.open, (1n << 40n) - 1n);
    await byMallory(all);
  });

  it("counts what a customer opens in a trailing day, in cents at ask, rounded up, over all of its accounts", async () => {
    const d = await stage();
    // Carl's tier has 10,000 dollars a day; a whole token is a dollar.
    const dollar = 10n ** 18n;
    await d.give(d.carl, "erc20", 100_000n * dollar);
    const byCarl = (amount: bigint, salt: bigint) =>
      create(d, d.carl, termsOf(d, { payer: d.carl.address, amount, salt }));
    const sent = byCarl(6_000n * dollar + 1n, 1n);
    await expect(sent).to.emit(d.rules, "VolumeCounted");
    const event = (await d.rules.queryFilter(d.rules.filters.VolumeCounted())).at(-1);
    expect([event?.args.subject, event?.args.cents]).to.deep.equal([d.carl.address, 600_001n]);
    expect(await d.rules.volumeOf(d.carl)).to.equal(event?.args.window);
    expect((await d.rules.allowanceOf(d.carl)).room).to.equal(399_999n);
    await expect(byCarl(4_000n * dollar, 2n)).to.be.revertedWithCustomError(
      d.rules,
      "PaymentRules_VolumeReached",
    );
    await byCarl(3_999n * dollar, 3n);
    // The same customer's other account has the same window; another customer its own.
    await d.vault.connect(d.officer).setSubject(d.mallory, d.carl);
    expect((await d.rules.allowanceOf(d.mallory)).subject).to.equal(d.carl);
    await d.goTo((await d.now()) + 2n * DAY);
    await byCarl(4_000n * dollar, 4n);
  });

  it("judges an account that was just moved between customers by the lowest tier", async () => {
    const d = await stage();
    expect((await d.rules.allowanceOf(d.mallory)).tier).to.equal(0n);
    await d.vault.connect(d.officer).setSubject(d.mallory, d.anna);
    const moved = await d.rules.allowanceOf(d.mallory);
    expect([moved.subject, moved.tier]).to.deep.equal([d.anna.address, 0n]);
    await d.goTo((await d.now()) + 3n * DAY);
    expect((await d.rules.allowanceOf(d.mallory)).tier).to.equal(3n);
  });

  it("needs no price where nothing is counted, and refuses new payments where it is and none is NORMAL", async () => {
    const d = await stage();
    for (const mode of [0n, 1n, 2n]) {
      await d.router.setPrice(d.tokenId, 10n ** 12n, mode);
      await create(d, d.anna, termsOf(d, { salt: mode }));
      await expect(create(d, d.carl, termsOf(d, { payer: d.carl.address, salt: mode })))
        .to.be.revertedWithCustomError(d.rules, "PaymentRules_NoPrice")
        .withArgs(d.tokenId);
    }
  });

  it("a lapsed tier opens less, and settles what it has opened", async () => {
    const d = await stage();
    const { question, terms } = await conditional(d);
    await create(d, d.anna, terms);
    await d.vault.connect(d.officer).setTier(d.anna, 0, d.open, d.open);
    await d.router.setPrice(d.tokenId, 0n, 0n);
    await expect(create(d, d.anna, { ...terms, salt: 2n })).to.be.revertedWithCustomError(
      d.rules,
      "PaymentRules_FeatureClosed",
    );
    await stranger(d).latch(terms, question, "0x");
    await stranger(d).release(terms);
    expect(await d.has(d.bert)).to.equal(RICH + 1_000n);
  });

  it("is tightened at once for every tier below, and lapses by itself", async () => {
    const d = await stage();
    const key = (kind: bigint, of: bigint) => zeroPadValue(toBeHex((kind << 248n) | of, 32), 32);
    await d.rules.connect(d.riskOfficer).tighten(key(80n, FEATURE.PAY), 0n);
    expect((await d.rules.limitsOf(3)).features & 1n).to.equal(0n);
    await expect(create(d, d.anna, termsOf(d))).to.be.revertedWithCustomError(
      d.rules,
      "PaymentRules_FeatureClosed",
    );
    await d.rules.connect(d.riskOfficer).tighten(key(81n, 3n), 5_000n);
    for (const tier of [0, 1, 2, 3]) expect((await d.rules.limitsOf(tier)).volume).to.equal(5_000n);
    await d.goTo((await d.now()) + 15n * DAY);
    await create(d, d.anna, termsOf(d));
    expect((await d.rules.limitsOf(1)).volume).to.equal(1_000_000n);
    expect(await d.rules.limitsOf(9)).to.deep.equal(await d.rules.limitsOf(0));
  });

  it("is loose again in the very second in which a tightening lapses", async () => {
    const d = await stage();
    const key = zeroPadValue(toBeHex((80n << 248n) | FEATURE.PAY, 32), 32);
    await d.rules.connect(d.riskOfficer).tighten(key, 0n);
    const { until } = await d.rules.param(key);
    await d.goTo(until - 1n);
    expect((await d.rules.limitsOf(3)).features & 1n).to.equal(0n);
    await d.goTo(until);
    expect((await d.rules.limitsOf(3)).features & 1n).to.equal(1n);
  });

  it("has nothing open before its numbers are set", async () => {
    const d = await stage();
    const fresh = await ethers.deployContract("PaymentRules", [d.manager, d.vault, d.router]);
    for (const tier of [0, 3]) expect(await fresh.getFunction("limitsOf")(tier)).to.deep.equal([0n, 0n]);
  });

  it("counts for apps of the Vault only, and obeys its roles only", async () => {
    const d = await stage();
    await expect(d.rules.connect(d.mallory).admit(d.carl, 1n, [d.tokenId], [10n ** 18n]))
      .to.be.revertedWithCustomError(d.rules, "PaymentRules_NotAnApp")
      .withArgs(d.mallory);
    await expect(d.rules.connect(d.mallory).tighten(ZeroHash, 0n)).to.be.revertedWithCustomError(
      d.rules,
      "AccessManagedUnauthorized",
    );
    await expect(d.rules.specOf(ZeroHash)).to.be.revertedWithCustomError(d.rules, "Params_UnknownKey");
    for (const args of [
      [ZeroAddress, d.vault, d.router],
      [d.manager, ZeroAddress, d.router],
      [d.manager, d.vault, ZeroAddress],
    ]) {
      await expect(ethers.deployContract("PaymentRules", args)).to.be.revertedWithCustomError(
        d.rules,
        "PaymentRules_ZeroAddress",
      );
    }
  });
});
