import { expect } from "chai";
import { id as hashOf, type Wallet, ZeroAddress } from "ethers";
import hre from "hardhat";
import { statementDigest } from "../../../src/gateway/statement.ts";
import { DAY, NEVER } from "../../support/deployCore.ts";
import {
  COIN,
  committeeOf,
  DEPOSIT,
  deployGateway,
  type GatewayFixture,
  NUMBERS,
  proofOf,
  signedBy,
} from "../../support/gatewayFixture.ts";

const { ethers, networkHelpers } = await hre.network.create();

async function deployed() {
  const d = await deployGateway(ethers, networkHelpers);
  const nextKeys = committeeOf("next committee", 5);
  const next = await ethers.deployContract("MultisigVerifier", [nextKeys.map((key) => key.address), 3]);
  const nextSigners = nextKeys.slice(1, 4);
  const rotate = async (overlap: bigint, expected = 1n, verifier: unknown = next) =>
    d.committee.rotate(expected, verifier as never, overlap, NEVER);
  return { ...d, next, nextSigners, rotate };
}
const stage = () => networkHelpers.loadFixture(deployed);
type Stage = Awaited<ReturnType<typeof deployed>>;

const statementOf = (d: GatewayFixture, name = "message") => ({
  chain: d.chain,
  messageId: hashOf(name),
  content: hashOf("content"),
});
const said = (d: Stage, by?: readonly Wallet[], epoch?: bigint) => d.attest(statementOf(d), by, epoch);

describe("Committee", () => {
  it("takes a statement signed by its epoch in office, by the digest that members compute", async () => {
    const d = await stage();
    const statement = statementOf(d);
    const { chainId } = await ethers.provider.getNetwork();
    const address = await d.committee.getAddress();
    expect(await d.committee.digestOf(statement)).to.equal(statementDigest(statement, chainId, address));
    expect(await d.committee.verify(statement, await said(d))).to.equal(1n);
    expect(await d.committee.current()).to.equal(1n);
    expect(await d.committee.epochOf(1)).to.deep.equal([
      await d.verifier.getAddress(),
      (1n << 40n) - 1n,
      false,
    ]);
    expect(await d.committee.epochOf(2)).to.deep.equal([ZeroAddress, 0n, false]);
  });

  it("refuses the same signatures for another chain, another committee, and under another epoch", async () => {
    const d = await stage();
    const statement = statementOf(d);
    const { chainId } = await ethers.provider.getNetwork();
    const address = await d.committee.getAddress();
    for (const digest of [
      statementDigest(statement, chainId + 1n, address),
      statementDigest(statement, chainId, d.anna.address),
      statementDigest({ ...statement, chain: hashOf("eip155:1") }, chainId, address),
    ]) {
      const proof = proofOf(1n, signedBy(d.keys.slice(0, 2), digest));
      await expect(d.committee.verify(statement, proof))
        .to.be.revertedWithCustomError(d.committee, "Committee_BadSignature")
        .withArgs(1);
    }
    for (const epoch of [0n, 2n]) {
      await expect(d.committee.verify(statement, await said(d, undefined, epoch)))
        .to.be.revertedWithCustomError(d.committee, "Committee_UnknownEpoch")
        .withArgs(epoch);
    }
    for (const proof of ["0x", "0x00", `0x${"00".repeat(64)}`]) {
      await expect(d.committee.verify(statement, proof)).to.revert(ethers);
    }
  });

  it("rotates with an overlap, in which both count, and after which only the next does", async () => {
    const d = await stage();
    const former = await said(d);
    await d.at((await d.now()) + 10n);
    const until = (await d.now()) + 10n + DAY;
    await expect(d.rotate(DAY))
      .to.emit(d.committee, "CommitteeRotated")
      .withArgs(2, await d.next.getAddress(), until);
    expect(await d.committee.current()).to.equal(2n);
    expect(await d.committee.verify(statementOf(d), await said(d, d.nextSigners, 2n))).to.equal(2n);
    await d.goTo(until - 1n);
    expect(await d.committee.verify(statementOf(d), former)).to.equal(1n);
    await d.goTo(until);
    await expect(d.committee.verify(statementOf(d), former))
      .to.be.revertedWithCustomError(d.committee, "Committee_EpochEnded")
      .withArgs(1, until);
    await expect(
      d.committee.verify(statementOf(d), await said(d, d.keys.slice(0, 2), 2n)),
    ).to.be.revertedWithCustomError(d.committee, "Committee_BadSignature");
    expect(await d.committee.verify(statementOf(d), await said(d, d.nextSigners, 2n))).to.equal(2n);
  });

  it("rotates without an overlap at once", async () => {
    const d = await stage();
    await d.rotate(0n);
    await expect(d.committee.verify(statementOf(d), await said(d))).to.be.revertedWithCustomError(
      d.committee,
      "Committee_EpochEnded",
    );
  });

  it("keeps earlier overlaps when it is rotated again", async () => {
    const d = await stage();
    const third = committeeOf("third", 1);
    const verifier = await ethers.deployContract("MultisigVerifier", [[third[0]?.address ?? ""], 1]);
    await d.rotate(2n * DAY);
    await d.rotate(DAY, 2n, verifier);
    for (const [by, epoch] of [
      [d.keys.slice(0, 2), 1n],
      [d.nextSigners, 2n],
      [third, 3n],
    ] as const) {
      expect(await d.committee.verify(statementOf(d), await said(d, by, epoch))).to.equal(epoch);
    }
    await d.goTo((await d.now()) + DAY);
    await expect(
      d.committee.verify(statementOf(d), await said(d, d.nextSigners, 2n)),
    ).to.be.revertedWithCustomError(d.committee, "Committee_EpochEnded");
  });

  it("ends an overlap when the former epoch is revoked", async () => {
    const d = await stage();
    const risk = d.committee.connect(d.riskOfficer);
    await expect(risk.revoke(1)).to.be.revertedWithCustomError(d.committee, "Committee_InOffice").withArgs(1);
    await d.rotate(DAY);
    await expect(d.committee.connect(d.mallory).revoke(1)).to.be.revertedWithCustomError(
      d.committee,
      "AccessManagedUnauthorized",
    );
    await expect(risk.revoke(1)).to.emit(d.committee, "EpochRevoked").withArgs(1);
    await expect(d.committee.verify(statementOf(d), await said(d))).to.be.revertedWithCustomError(
      d.committee,
      "Committee_EpochRevoked",
    );
    await expect(risk.revoke(1)).to.be.revertedWithCustomError(d.committee, "Committee_EpochRevoked");
    for (const epoch of [0, 3]) {
      await expect(risk.revoke(epoch)).to.be.revertedWithCustomError(d.committee, "Committee_UnknownEpoch");
    }
  });

  it("rotates by governance alone, for the situation it was decided in, to a contract that never served", async () => {
    const d = await stage();
    const past = (await d.now()) - 1n;
    const risk = d.committee.connect(d.riskOfficer);
    const tooLong = (await d.committee.MAX_OVERLAP()) + 1n;
    await expect(risk.rotate(1, d.next, 0, NEVER)).to.be.revertedWithCustomError(
      d.committee,
      "AccessManagedUnauthorized",
    );
    expect(tooLong).to.equal(7n * DAY + 1n);
    await expect(d.rotate(0n, 2n))
      .to.be.revertedWithCustomError(d.committee, "Committee_NotTheExpected")
      .withArgs(2, 1);
    await expect(d.rotate(tooLong))
      .to.be.revertedWithCustomError(d.committee, "Committee_OverlapTooLong")
      .withArgs(tooLong, 7n * DAY);
    await expect(d.rotate(0n, 1n, d.anna)).to.be.revertedWithCustomError(
      d.committee,
      "Committee_NotAVerifier",
    );
    await expect(d.rotate(0n, 1n, d.verifier)).to.be.revertedWithCustomError(
      d.committee,
      "Committee_KnownVerifier",
    );
    await expect(d.committee.rotate(1, d.next, 0, past)).to.be.revertedWithCustomError(
      d.committee,
      "Committee_Expired",
    );
    await d.rotate(await d.committee.MAX_OVERLAP());
    await expect(d.rotate(0n)).to.be.revertedWithCustomError(d.committee, "Committee_NotTheExpected");
    const made = (authority: unknown, verifier: unknown) =>
      ethers.deployContract("Committee", [authority, verifier] as never);
    await expect(made(d.manager, d.anna)).to.be.revertedWithCustomError(
      d.committee,
      "Committee_NotAVerifier",
    );
    await expect(made(ZeroAddress, d.verifier)).to.be.revertedWithCustomError(
      d.committee,
      "Committee_ZeroAddress",
    );
  });

  describe("what a revoked epoch has said", () => {
    it("no longer matures: its delayed deposits are stated anew by the next", async () => {
      const d = await stage();
      const honest = d.depositOf({ amount: 11n * COIN });
      const false_ = d.depositOf({ account: d.mallory.address, amount: 500n * COIN });
      await d.credit(honest);
      await d.credit(false_);
      await d.rotate(0n);
      await d.committee.connect(d.riskOfficer).revoke(1);
      await d.goTo((await d.now()) + NUMBERS.FOREIGN_DELAY);
      for (const deposit of [honest, false_]) {
        await expect(d.gateway.mature(deposit))
          .to.be.revertedWithCustomError(d.gateway, "Gateway_CommitteeRevoked")
          .withArgs(1);
      }
      const anew = await d.attestDeposit(honest, d.nextSigners, 2n);
      await expect(d.gateway.credit(honest, anew)).to.emit(d.gateway, "DepositDelayed");
      await expect(d.gateway.mature(honest)).to.be.revertedWithCustomError(d.gateway, "Gateway_Delayed");
      await expect(d.gateway.credit(honest, anew)).to.be.revertedWithCustomError(
        d.gateway,
        "Gateway_Delayed",
      );
      await d.goTo((await d.now()) + NUMBERS.FOREIGN_DELAY);
      await d.gateway.mature(honest);
      expect(await d.ledger(d.anna)).to.equal(16n * COIN);
      expect(await d.ledger(d.mallory)).to.equal(0n);
    });

    it("may be corrected: the next epoch says what the deposit really was", async () => {
      const d = await stage();
      const stolen = d.depositOf({ account: d.mallory.address, amount: 11n * COIN });
      await d.credit(stolen);
      await d.rotate(0n);
      await d.committee.connect(d.riskOfficer).revoke(1);
      const real = { ...stolen, account: d.bert.address, amount: COIN };
      await d.gateway.credit(real, await d.attestDeposit(real, d.nextSigners, 2n));
      expect(await d.ledger(d.bert)).to.equal(COIN);
      expect((await d.gateway.depositOf(await d.depositId(real))).status).to.equal(DEPOSIT.CREDITED);
      await d.goTo((await d.now()) + NUMBERS.FOREIGN_DELAY);
      await expect(d.gateway.mature(stolen)).to.be.revertedWithCustomError(d.gateway, "Gateway_NotDelayed");
    });

    it("that only ended still matures", async () => {
      const d = await stage();
      const deposit = d.depositOf({ amount: 11n * COIN });
      await d.credit(deposit);
      await d.rotate(0n);
      await d.goTo((await d.now()) + NUMBERS.FOREIGN_DELAY);
      await d.gateway.mature(deposit);
    });
  });

  it("former keys neither credit, authorise, settle nor halt once their time is over", async () => {
    const d = await stage();
    const [one, two] = [await d.request(COIN), await d.request(COIN)];
    await d.authorise(one);
    await d.rotate(DAY);
    await d.goTo((await d.now()) + DAY);
    const message = hashOf("message");
    const [A, B] = [hashOf("A"), hashOf("B")];
    const old = (content: string) => d.attest({ chain: d.chain, messageId: message, content });
    const now = (content: string) =>
      d.attest({ chain: d.chain, messageId: message, content }, d.nextSigners, 2n);
    for (const sent of [
      () => d.credit(d.depositOf()),
      () => d.authorise(two),
      () => d.settle(one),
      () => d.voided(one),
      async () => d.gateway.proveEquivocation(d.chain, message, A, await old(A), B, await old(B)),
      async () => d.gateway.proveEquivocation(d.chain, message, A, await old(A), B, await now(B)),
      async () => d.gateway.proveEquivocation(d.chain, message, B, await now(B), A, await old(A)),
    ]) {
      await expect(sent()).to.be.revertedWithCustomError(d.committee, "Committee_EpochEnded");
    }
    await d.gateway.proveEquivocation(d.chain, message, A, await now(A), B, await now(B));
  });

  it("both epochs of an overlap can convict each other", async () => {
    const d = await stage();
    await d.rotate(DAY);
    const message = hashOf("message");
    const [A, B] = [hashOf("A"), hashOf("B")];
    const one = await d.attest({ chain: d.chain, messageId: message, content: A });
    const two = await d.attest({ chain: d.chain, messageId: message, content: B }, d.nextSigners, 2n);
    await d.gateway.proveEquivocation(d.chain, message, A, one, B, two);
    expect(await d.gateway.isOpen(d.chain)).to.equal(false);
  });
});
