import { createHash } from "node:crypto";
import { expect } from "chai";
import { AbiCoder, getBytes, hexlify, id, parseUnits, randomBytes } from "ethers";
import hre from "hardhat";
import { signText } from "../../src/custody/typed-text.ts";
import {
  attestation,
  attestationText,
  attestationWitness,
  readAttestation,
  signAttestation,
} from "../../src/payments/conditions/attestation.ts";
import {
  hashLock,
  newSecret,
  readHashLock,
  SECRET_REGISTERED,
  secretWitness,
} from "../../src/payments/conditions/hash-lock.ts";
import { PRICE_DECIMALS, priceLimit, readPriceLimit } from "../../src/payments/conditions/price-limit.ts";
import { approvalsWitness, quorum, readQuorum, signApproval } from "../../src/payments/conditions/quorum.ts";
import { readQuestion } from "../../src/payments/conditions/read-question.ts";
import { readSeveral, several, severalWitness } from "../../src/payments/conditions/several.ts";
import { NO_WITNESS, readTimeWindow, timeWindow } from "../../src/payments/conditions/time-window.ts";
import { hashOf, type Question } from "../../src/payments/question.ts";
import { isMet } from "../../src/payments/read-payment.ts";
import { MODE } from "../support/deployCore.ts";
import { deployPayments } from "../support/paymentsFixture.ts";
import { conditionsOf, placeOf } from "../support/paymentsPlace.ts";
import { refuses } from "../support/refusal.ts";

const { ethers, networkHelpers } = await hre.network.create();
const PAYMENT = id("a payment");
const OTHER = id("another payment");

async function deployed() {
  const d = await deployPayments(ethers, networkHelpers);
  const { chainId } = await placeOf(d);
  const met = (question: Question, witness: string, payment = PAYMENT) =>
    isMet(ethers.provider, question, payment, witness);
  return { ...d, chainId, where: await conditionsOf(d), met, time: await d.now() };
}

describe("conditions from TypeScript", () => {
  const load = () => networkHelpers.loadFixture(deployed);

  /** What every kind must do: hash as the contract does, and be read back. */
  async function expectQuestion(question: Question, kind: string, terms: unknown) {
    const s = await load();
    expect(hashOf(question)).to.equal(await s.payments.hashOf(question));
    expect(readQuestion(question, s.where)).to.deep.equal({ kind, terms });
  }

  it("a hash lock opens by its secret, brought or registered", async () => {
    const s = await load();
    const { secret, hash } = newSecret();
    expect(hash).to.equal(`0x${createHash("sha256").update(getBytes(secret)).digest("hex")}`);
    const terms = { hash, before: s.time + 1_000n };
    const question = hashLock(s.where.hashLock, terms);
    expect(readHashLock(question)).to.deep.equal(terms);
    expect(await s.met(question, SECRET_REGISTERED)).to.equal(false);
    expect(await s.met(question, secretWitness(newSecret().secret))).to.equal(false);
    expect(await s.met(question, secretWitness(secret))).to.equal(true);
    await s.secrets.register(secret);
    expect(await s.met(question, SECRET_REGISTERED)).to.equal(true);
    await refuses("SECRET_INVALID", () => secretWitness(hexlify(randomBytes(31))));
    await expectQuestion(question, "hashLock", terms);
  });

  it("a time window opens between its ends", async () => {
    const s = await load();
    const terms = { from: s.time + 10n, until: s.time + 20n };
    const question = timeWindow(s.where.timeWindow, terms);
    expect(readTimeWindow(question)).to.deep.equal(terms);
    expect(await s.met(question, NO_WITNESS)).to.equal(false);
    await s.goTo(terms.from);
    expect(await s.met(question, NO_WITNESS)).to.equal(true);
    await expectQuestion(question, "timeWindow", terms);
  });

  it("a price limit opens at its price, in dollars of twelve decimals", async () => {
    const s = await load();
    const asset = s.tokenId;
    const limit = parseUnits("1.25", PRICE_DECIMALS);
    const terms = { asset, limit, above: true, from: s.time, until: s.time + 1_000n };
    const question = priceLimit(s.where.priceLimit, terms);
    expect(readPriceLimit(question)).to.deep.equal(terms);
    const say = async (price: bigint) =>
      s.router.setWholePrice(asset, {
        ...{ bid: price, mid: price, ask: price, mode: MODE.NORMAL, sourceMask: 7, readAt: s.time + 1n },
      });
    await say(limit - 1n);
    expect(await s.met(question, NO_WITNESS)).to.equal(false);
    expect(await s.met(priceLimit(s.where.priceLimit, { ...terms, above: false }), NO_WITNESS)).to.equal(
      true,
    );
    await say(limit);
    expect(await s.met(question, NO_WITNESS)).to.equal(true);
    await expectQuestion(question, "priceLimit", terms);
  });

  describe("a quorum", () => {
    const people = async () => {
      const s = await load();
      const signers = [s.anna, s.bert, s.carl];
      const terms = { signers: signers.map(({ address }) => address), threshold: 2n, shared: false };
      return { ...s, signers, terms, question: quorum(s.where.quorum, terms) };
    };

    it("opens by enough approvals, in whatever order and number they come", async () => {
      const s = await people();
      const all = await Promise.all(
        s.signers.map((one) => signApproval(one, s.chainId, s.question, PAYMENT)),
      );
      for (const given of [
        all,
        [...all].reverse(),
        all.slice(1),
        [all[2], all[0]],
        [all[1], all[1], all[2]],
      ]) {
        const witness = approvalsWitness(s.question, given as typeof all);
        expect(await s.met(s.question, witness)).to.equal(true);
        expect(await s.met(s.question, witness, OTHER), "bound to its payment").to.equal(false);
      }
      const { signers, ...rest } = readQuorum(s.question);
      expect(rest).to.deep.equal({ threshold: 2n, shared: false });
      expect([...signers].sort()).to.deep.equal([...s.terms.signers].sort());
      await expectQuestion(s.question, "quorum", readQuorum(s.question));
    });

    it("takes the approval of a contract", async () => {
      const s = await people();
      const wallet = await s.wallet.getAddress();
      const question = quorum(s.where.quorum, {
        signers: [wallet, s.carl.address],
        threshold: 1n,
        shared: false,
      });
      const { signature } = await signApproval(s.anna, s.chainId, question, PAYMENT);
      expect(await s.met(question, approvalsWitness(question, [{ signer: wallet, signature }]))).to.equal(
        true,
      );
    });

    it("that is shared opens every payment by the same approvals", async () => {
      const s = await people();
      const question = quorum(s.where.quorum, { ...s.terms, shared: true });
      const given = await Promise.all(
        [s.anna, s.carl].map((one) => signApproval(one, s.chainId, question, PAYMENT)),
      );
      for (const payment of [PAYMENT, OTHER]) {
        expect(await s.met(question, approvalsWitness(question, given), payment)).to.equal(true);
      }
    });

    it("refuses what could never be met, and what nobody needs", async () => {
      const s = await people();
      for (const change of [
        { threshold: 0n },
        { threshold: 4n },
        { signers: [] },
        { signers: [s.anna.address, s.anna.address.toLowerCase(), s.bert.address] },
      ]) {
        await refuses("QUORUM_INVALID", () => quorum(s.where.quorum, { ...s.terms, ...change }));
      }
      const one = await signApproval(s.anna, s.chainId, s.question, PAYMENT);
      const stranger = await signApproval(s.mallory, s.chainId, s.question, PAYMENT);
      await refuses("QUORUM_TOO_FEW", () => approvalsWitness(s.question, [one, one]));
      await refuses("QUORUM_STRANGER", () => approvalsWitness(s.question, [one, stranger]));
    });
  });

  it("an attestation opens by its attestor's word, for its payment or for all", async () => {
    const s = await load();
    const claim = id("the crate has arrived");
    for (const shared of [false, true]) {
      const terms = { attestor: s.carl.address, claim, from: s.time, until: s.time + 1_000n, shared };
      const question = attestation(s.where.attestation, terms);
      expect(readAttestation(question)).to.deep.equal(terms);
      const signature = await signAttestation(s.carl, s.chainId, question, PAYMENT, s.time);
      const witness = attestationWitness(s.time, signature);
      expect(await s.met(question, witness)).to.equal(true);
      expect(await s.met(question, witness, OTHER)).to.equal(shared);
      expect(await s.met(question, attestationWitness(s.time + 1n, signature))).to.equal(false);
      const lie = await signText(s.bert, attestationText(s.chainId, question, PAYMENT, s.time));
      expect(await s.met(question, attestationWitness(s.time, lie))).to.equal(false);
      await expectQuestion(question, "attestation", terms);
    }
  });

  it("several open by enough of their parts", async () => {
    const s = await load();
    const { secret, hash } = newSecret();
    const parts = [
      hashLock(s.where.hashLock, { hash, before: s.time + 1_000n }),
      timeWindow(s.where.timeWindow, { from: s.time, until: s.time + 1_000n }),
      timeWindow(s.where.timeWindow, { from: s.time + 500n, until: s.time + 1_000n }),
    ];
    const question = several(s.where.several, { threshold: 2n, parts });
    expect(readSeveral(question)).to.deep.equal({ threshold: 2n, parts });
    const open = { place: 1, witness: NO_WITNESS };
    const shown = severalWitness(question, [open, { place: 0, witness: secret }]);
    expect(await s.met(question, shown)).to.equal(true);
    const early = severalWitness(question, [open, { place: 2, witness: NO_WITNESS }]);
    expect(await s.met(question, early)).to.equal(false);
    await refuses("SEVERAL_TOO_FEW", () => severalWitness(question, [open, open]));
    await refuses("SEVERAL_INVALID", () => several(s.where.several, { threshold: 4n, parts }));
    await refuses("SEVERAL_INVALID", () => several(s.where.several, { threshold: 1n, parts: [question] }));
    await expectQuestion(question, "several", { threshold: 2n, parts });
  });

  it("of strangers are told as such, and one that isn't there says no", async () => {
    const s = await load();
    const question = { condition: s.mallory.address, terms: "0x" };
    expect(readQuestion(question, s.where)).to.deep.equal({ kind: "other" });
    expect(await s.met(question, NO_WITNESS)).to.equal(false);
    expect(await s.met({ condition: s.where.several, terms: "0x12" }, NO_WITNESS)).to.equal(false);
  });

  it("that answer oddly say no, as they do to the contract", async () => {
    const s = await load();
    const odd = await ethers.deployContract("OddCondition");
    const condition = await odd.getAddress();
    for (const [how, yes] of [
      ["yes", true],
      ["reverts", false],
      ["two", false],
      ["short", false],
      ["burns", false],
      ["floods", false],
    ] as const) {
      const question = { condition, terms: AbiCoder.defaultAbiCoder().encode(["string"], [how]) };
      expect(await s.met(question, NO_WITNESS), how).to.equal(yes);
    }
  });
});
