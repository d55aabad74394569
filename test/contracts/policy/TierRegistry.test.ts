import type { HardhatEthersSigner } from "@nomicfoundation/hardhat-ethers/types";
import { anyValue } from "@nomicfoundation/hardhat-ethers-chai-matchers/withArgs";
import { expect } from "chai";
import type { TypedDataDomain } from "ethers";
import hre from "hardhat";
import type { MockWallet1271 } from "../../../typechain-types/index.ts";
import {
  DAY,
  deployCore,
  HOUR,
  KINDS,
  LIFTS,
  NATIVE,
  NEVER,
  paramKey,
  ROLES,
} from "../../support/deployCore.ts";

const { ethers, networkHelpers } = await hre.network.create();

const GRACE = 7n * DAY;
const LIFT_DELAY = 24n * HOUR;
const LONGEST = 730n * DAY;
const EVIDENCE = ethers.id("evidence");
const REASON = ethers.encodeBytes32String("chargeback");
const LIFTS_KEY = paramKey(KINDS.ATTESTOR_LIFTS);

const TYPES = {
  Attestation: [
    { name: "subject", type: "address" },
    { name: "tier", type: "uint8" },
    { name: "until", type: "uint40" },
    { name: "evidence", type: "bytes32" },
    { name: "nonce", type: "uint256" },
    { name: "deadline", type: "uint40" },
  ],
  Link: [
    { name: "account", type: "address" },
    { name: "subject", type: "address" },
    { name: "nonceAccount", type: "uint256" },
    { name: "nonceSubject", type: "uint256" },
    { name: "deadline", type: "uint40" },
  ],
  Unlink: [
    { name: "account", type: "address" },
    { name: "by", type: "address" },
    { name: "nonce", type: "uint256" },
    { name: "deadline", type: "uint40" },
  ],
};

interface Attestation {
  subject: string;
  tier: bigint;
  until: bigint;
  evidence: string;
  nonce: bigint;
  deadline: bigint;
}

async function deployed() {
  const core = await deployCore(ethers);
  const { chainId } = await ethers.provider.getNetwork();
  const [anna, bert, carl, mallory] = core.users;
  if (!anna || !bert || !carl || !mallory) throw new Error("too few signers");
  const domain: TypedDataDomain = {
    name: "Strongroom TierRegistry",
    version: "1",
    chainId,
    verifyingContract: await core.registry.getAddress(),
  };
  return { ...core, domain, anna, bert, carl, mallory };
}

type Deployed = Awaited<ReturnType<typeof deployed>>;

const now = async () => BigInt(await networkHelpers.time.latest());

/** What is attested unless a test says otherwise: anna, tier 2, for a year. */
async function attestation(d: Deployed, change: Partial<Attestation> = {}): Promise<Attestation> {
  const subject = change.subject ?? d.anna.address;
  const t = await now();
  return {
    subject,
    tier: 2n,
    until: t + 365n * DAY,
    evidence: EVIDENCE,
    nonce: await d.registry.attestationNonce(subject),
    deadline: t + DAY,
    ...change,
  };
}

async function sign(
  d: Deployed,
  signer: HardhatEthersSigner,
  type: keyof typeof TYPES,
  value: object,
  domain: TypedDataDomain = d.domain,
): Promise<string> {
  return signer.signTypedData(domain, { [type]: TYPES[type] }, value);
}

/** Signs with the attestor and submits as nobody in particular. */
async function attest(d: Deployed, change: Partial<Attestation> = {}, attestor = d.attestor) {
  const a = await attestation(d, change);
  return d.registry.connect(d.mallory).attest(a, await sign(d, attestor, "Attestation", a), attestor);
}

/** A tier that already works. */
async function attestAndWait(d: Deployed, change: Partial<Attestation> = {}) {
  await attest(d, change);
  await networkHelpers.time.increase(LIFT_DELAY);
}

/** Both signatures on a link. */
async function linkSignatures(
  d: Deployed,
  account: HardhatEthersSigner,
  subject: HardhatEthersSigner,
  deadline: bigint,
) {
  const value = {
    account: account.address,
    subject: subject.address,
    nonceAccount: await d.registry.linkNonce(account),
    nonceSubject: await d.registry.linkNonce(subject),
    deadline,
  };
  return [await sign(d, account, "Link", value), await sign(d, subject, "Link", value)] as const;
}

/** Links with both signatures, submitted by somebody else. */
async function link(d: Deployed, account: HardhatEthersSigner, subject: HardhatEthersSigner) {
  const deadline = (await now()) + DAY;
  const [a, s] = await linkSignatures(d, account, subject, deadline);
  return d.registry.connect(d.mallory).link(account, subject, deadline, a, s);
}

/** How many lifts an attestor's window holds in its newest bucket. */
const newestBucket = (packed: bigint) => packed & ((1n << 36n) - 1n);

describe("TierRegistry", () => {
  const setup = () => networkHelpers.loadFixture(deployed);

  describe("construction", () => {
    it("names its Vault and authority, and refuses zero for either", async () => {
      const d = await setup();
      expect(await d.registry.vault()).to.equal(d.vault.target);
      expect(await d.registry.authority()).to.equal(d.manager.target);
      for (const args of [
        [ethers.ZeroAddress, d.vault.target],
        [d.manager.target, ethers.ZeroAddress],
      ]) {
        await expect(ethers.deployContract("TierRegistry", args)).to.be.revertedWithCustomError(
          d.registry,
          "TierRegistry_ZeroAddress",
        );
      }
    });

    it("states its constants", async () => {
      const { registry } = await setup();
      expect(await registry.LIFT_DELAY()).to.equal(LIFT_DELAY);
      expect(await registry.GRACE()).to.equal(GRACE);
      expect(await registry.LONGEST()).to.equal(LONGEST);
      expect(await registry.LIFTS_PERIOD()).to.equal(DAY);
    });
  });

  describe("attest", () => {
    it("given a lift, it works after 24 hours, lapses after until and the grace, and charges one", async () => {
      const d = await setup();
      const a = await attestation(d);
      const signature = await sign(d, d.attestor, "Attestation", a);
      const at = (await now()) + 10n;
      await networkHelpers.time.setNextBlockTimestamp(at);
      const sent = d.registry.connect(d.mallory).attest(a, signature, d.attestor);
      await expect(sent)
        .to.emit(d.registry, "Attested")
        .withArgs(
          d.anna.address,
          d.attestor.address,
          2n,
          at + LIFT_DELAY,
          a.until + GRACE,
          EVIDENCE,
          0n,
          anyValue,
        );
      await expect(sent)
        .to.emit(d.vault, "TierSet")
        .withArgs(d.anna.address, 2n, at + LIFT_DELAY, a.until + GRACE, anyValue);

      const window = await d.registry.windowOf(d.attestor);
      expect(newestBucket(window)).to.equal(1n);
      expect(window >> 216n).to.equal(at / (DAY / 5n));
      expect(await d.registry.attestationNonce(d.anna)).to.equal(1n);

      expect(await d.registry.tierInForce(d.anna)).to.equal(0n);
      await networkHelpers.time.increaseTo(at + LIFT_DELAY - 1n);
      expect(await d.registry.tierInForce(d.anna)).to.equal(0n);
      await networkHelpers.time.increaseTo(at + LIFT_DELAY);
      expect(await d.registry.tierInForce(d.anna)).to.equal(2n);
      expect((await d.vault.facts(d.anna, NATIVE, 0n, d.bert)).tier).to.equal(2n);
      await networkHelpers.time.increaseTo(a.until + GRACE - 1n);
      expect(await d.registry.tierInForce(d.anna)).to.equal(2n);
      await networkHelpers.time.increaseTo(a.until + GRACE);
      expect(await d.registry.tierInForce(d.anna)).to.equal(0n);
    });

    it("emits the window's slot as it is after the write", async () => {
      const d = await setup();
      const sent = await attest(d);
      const [event] = await d.registry.queryFilter(
        d.registry.filters.Attested(),
        sent.blockNumber ?? undefined,
      );
      expect(event?.args.windowSlot).to.equal(await d.registry.windowOf(d.attestor));
    });

    it("given the same or a lower tier, it works at once and charges nothing", async () => {
      const d = await setup();
      await attestAndWait(d, { tier: 3n });
      const window = await d.registry.windowOf(d.attestor);
      const at = (await now()) + 10n;
      for (const tier of [3n, 1n]) {
        const a = await attestation(d, { tier, until: at + LONGEST });
        const signature = await sign(d, d.attestor, "Attestation", a);
        await networkHelpers.time.setNextBlockTimestamp(at + (3n - tier));
        await expect(d.registry.attest(a, signature, d.attestor))
          .to.emit(d.registry, "Attested")
          .withArgs(
            d.anna.address,
            d.attestor.address,
            tier,
            at + (3n - tier),
            anyValue,
            EVIDENCE,
            anyValue,
            window,
          );
        expect(await d.registry.tierInForce(d.anna)).to.equal(tier);
      }
      expect(await d.registry.windowOf(d.attestor)).to.equal(window);
    });

    it("given a lift over a tier in force, that one stays until the lift works", async () => {
      const d = await setup();
      await attestAndWait(d, { tier: 1n });
      await attest(d, { tier: 3n });
      expect(await d.registry.tierInForce(d.anna)).to.equal(1n);
      await networkHelpers.time.increase(LIFT_DELAY);
      expect(await d.registry.tierInForce(d.anna)).to.equal(3n);
    });

    it("given a lapsed tier, attesting it again is a lift", async () => {
      const d = await setup();
      const until = (await now()) + 2n * DAY;
      await attestAndWait(d, { until });
      await networkHelpers.time.increaseTo(until + GRACE);
      await attest(d);
      expect(await d.registry.tierInForce(d.anna)).to.equal(0n);
      expect(newestBucket(await d.registry.windowOf(d.attestor))).to.equal(1n);
    });

    it("takes the signature of a contract (ERC-1271), until its owner changes", async () => {
      const d = await setup();
      const wallet = (await ethers.deployContract("MockWallet1271", [d.carl])) as unknown as MockWallet1271;
      await d.manager.grantRole(ROLES.ATTESTOR, wallet, 0);
      const a = await attestation(d);
      const signature = await sign(d, d.carl, "Attestation", a);
      await wallet.setOwner(d.bert);
      await expect(d.registry.attest(a, signature, wallet))
        .to.be.revertedWithCustomError(d.registry, "TierRegistry_BadSignature")
        .withArgs(wallet.target);
      await wallet.setOwner(d.carl);
      await expect(d.registry.attest(a, signature, wallet)).to.emit(d.registry, "Attested");
    });

    it("refuses tiers that don't exist", async () => {
      const d = await setup();
      for (const tier of [0n, 4n, 255n]) {
        await expect(attest(d, { tier }))
          .to.be.revertedWithCustomError(d.registry, "TierRegistry_BadTier")
          .withArgs(tier);
      }
    });

    it("refuses evidence that ends before the tier begins, or after two years", async () => {
      const d = await setup();
      const t = (await now()) + 100n;
      const attestUntil = async (until: bigint) => {
        const a = await attestation(d, { until, deadline: NEVER });
        const signature = await sign(d, d.attestor, "Attestation", a);
        await networkHelpers.time.setNextBlockTimestamp(t);
        return d.registry.attest.staticCall(a, signature, d.attestor, { blockTag: "pending" });
      };
      await expect(attestUntil(t + LIFT_DELAY))
        .to.be.revertedWithCustomError(d.registry, "TierRegistry_UntilTooSoon")
        .withArgs(t + LIFT_DELAY, t + LIFT_DELAY);
      await expect(attestUntil(t + LONGEST + 1n))
        .to.be.revertedWithCustomError(d.registry, "TierRegistry_UntilTooFar")
        .withArgs(t + LONGEST + 1n, t + LONGEST);
      const a = await attestation(d, { until: t + LONGEST, deadline: NEVER });
      await networkHelpers.time.setNextBlockTimestamp(t);
      await d.registry.attest(a, await sign(d, d.attestor, "Attestation", a), d.attestor);
      expect((await d.vault.subjectRecord(d.anna)).tierUntil).to.equal(t + LONGEST + GRACE);
    });

    it("refuses a renewal whose evidence has ended", async () => {
      const d = await setup();
      await attestAndWait(d);
      const until = await now();
      await expect(attest(d, { until })).to.be.revertedWithCustomError(
        d.registry,
        "TierRegistry_UntilTooSoon",
      );
    });

    it("refuses a linked account: its tier is its subject's", async () => {
      const d = await setup();
      await link(d, d.anna, d.bert);
      await expect(attest(d))
        .to.be.revertedWithCustomError(d.registry, "TierRegistry_NotPrimary")
        .withArgs(d.anna.address, d.bert.address);
    });

    describe("attacks", () => {
      it("a signer without the role, or who has lost it, lifts nobody", async () => {
        const d = await setup();
        await expect(attest(d, {}, d.mallory))
          .to.be.revertedWithCustomError(d.registry, "TierRegistry_NotAnAttestor")
          .withArgs(d.mallory.address);
        const a = await attestation(d);
        const signature = await sign(d, d.attestor, "Attestation", a);
        await d.manager.revokeRole(ROLES.ATTESTOR, d.attestor);
        await expect(d.registry.attest(a, signature, d.attestor)).to.be.revertedWithCustomError(
          d.registry,
          "TierRegistry_NotAnAttestor",
        );
      });

      it("another's signature, or an altered text, is no attestation", async () => {
        const d = await setup();
        const a = await attestation(d);
        const forged = await sign(d, d.mallory, "Attestation", a);
        const real = await sign(d, d.attestor, "Attestation", a);
        const cases: [Attestation, string][] = [
          [a, forged],
          [a, "0x"],
          [{ ...a, subject: d.mallory.address }, real],
          [{ ...a, tier: 3n }, real],
          [{ ...a, until: a.until + 1n }, real],
          [{ ...a, evidence: ethers.id("other") }, real],
          [{ ...a, deadline: a.deadline + 1n }, real],
        ];
        for (const [text, signature] of cases) {
          await expect(d.registry.attest(text, signature, d.attestor))
            .to.be.revertedWithCustomError(d.registry, "TierRegistry_BadSignature")
            .withArgs(d.attestor.address);
        }
      });

      it("a signature is void on another chain and for another registry", async () => {
        const d = await setup();
        const a = await attestation(d);
        const other = await ethers.deployContract("TierRegistry", [d.manager, d.vault]);
        for (const change of [
          { chainId: 1n },
          { verifyingContract: other.target as string },
          { name: "Strongroom Vault" },
          { version: "2" },
        ]) {
          const signature = await sign(d, d.attestor, "Attestation", a, { ...d.domain, ...change });
          await expect(d.registry.attest(a, signature, d.attestor)).to.be.revertedWithCustomError(
            d.registry,
            "TierRegistry_BadSignature",
          );
        }
      });

      it("a signature works once", async () => {
        const d = await setup();
        const a = await attestation(d);
        const signature = await sign(d, d.attestor, "Attestation", a);
        await d.registry.attest(a, signature, d.attestor);
        await expect(d.registry.attest(a, signature, d.attestor))
          .to.be.revertedWithCustomError(d.registry, "TierRegistry_BadNonce")
          .withArgs(d.anna.address, 1n, 0n);
      });

      it("a signature is void after its deadline", async () => {
        const d = await setup();
        const a = await attestation(d);
        const signature = await sign(d, d.attestor, "Attestation", a);
        await networkHelpers.time.setNextBlockTimestamp(a.deadline + 1n);
        await expect(d.registry.attest(a, signature, d.attestor))
          .to.be.revertedWithCustomError(d.registry, "TierRegistry_DeadlinePassed")
          .withArgs(a.deadline);
      });

      it("a stolen attestor lifts no more than its limit in any trailing day (REVIEW 9)", async () => {
        const d = await setup();
        const victims = d.users.slice(4, 4 + Number(LIFTS) + 1);
        const first = await now();
        for (const victim of victims.slice(0, Number(LIFTS))) await attest(d, { subject: victim.address });
        const last = victims[Number(LIFTS)];
        if (!last) throw new Error("too few signers");
        const subject = last.address;
        // The first bucket leaves six sub-periods after it began.
        const sub = DAY / 5n;
        const free = (first / sub + 6n) * sub;
        await expect(attest(d, { subject }))
          .to.be.revertedWithCustomError(d.registry, "TierRegistry_LiftsSpent")
          .withArgs(d.attestor.address, LIFTS, free);
        expect(free - first).to.be.greaterThanOrEqual(DAY);
        await networkHelpers.time.increaseTo(free - 2n);
        await expect(attest(d, { subject })).to.be.revertedWithCustomError(
          d.registry,
          "TierRegistry_LiftsSpent",
        );
        await networkHelpers.time.increaseTo(free);
        await expect(attest(d, { subject })).to.emit(d.registry, "Attested");
      });

      it("says when the next lift fits, not when two would", async () => {
        const d = await setup();
        const sub = DAY / 5n;
        const victims = d.users.slice(4, 4 + Number(LIFTS) + 1).map(({ address }) => address);
        const start = ((await now()) / sub + 2n) * sub;
        await networkHelpers.time.increaseTo(start);
        await attest(d, { subject: victims[0] ?? "" });
        await networkHelpers.time.increaseTo(start + sub);
        for (const subject of victims.slice(1, -1)) await attest(d, { subject });
        await expect(attest(d, { subject: victims.at(-1) ?? "" }))
          .to.be.revertedWithCustomError(d.registry, "TierRegistry_LiftsSpent")
          .withArgs(d.attestor.address, LIFTS, start + 6n * sub);
      });

      it("each attestor has a window of its own, and the risk officer can stop all lifts at once", async () => {
        const d = await setup();
        await d.manager.grantRole(ROLES.ATTESTOR, d.carl, 0);
        for (const user of d.users.slice(4, 4 + Number(LIFTS))) await attest(d, { subject: user.address });
        await expect(attest(d, {}, d.carl)).to.emit(d.registry, "Attested");
        await d.registry.connect(d.riskOfficer).tighten(LIFTS_KEY, 0);
        await expect(attest(d, { subject: d.bert.address }, d.carl))
          .to.be.revertedWithCustomError(d.registry, "TierRegistry_LiftsSpent")
          .withArgs(d.carl.address, 0n, ethers.MaxUint256);
      });

      it("lowering and lifting in turns charges each lift and never shortens the wait (tier cycling)", async () => {
        const d = await setup();
        await attestAndWait(d, { tier: 3n });
        await networkHelpers.time.increase(2n * DAY);
        for (let i = 0n; i < LIFTS; ++i) {
          await attest(d, { tier: 1n });
          expect(await d.registry.tierInForce(d.anna)).to.equal(1n);
          await attest(d, { tier: 3n });
          expect(await d.registry.tierInForce(d.anna)).to.equal(1n);
        }
        await attest(d, { tier: 1n });
        await expect(attest(d, { tier: 3n })).to.be.revertedWithCustomError(
          d.registry,
          "TierRegistry_LiftsSpent",
        );
      });
    });
  });

  describe("revoke", () => {
    it("by an attestor or the risk officer, the tier is 0 at once", async () => {
      const d = await setup();
      for (const revoker of [d.attestor, d.riskOfficer]) {
        await attestAndWait(d);
        expect(await d.registry.tierInForce(d.anna)).to.equal(2n);
        const nonce = (await d.registry.attestationNonce(d.anna)) + 1n;
        await expect(d.registry.connect(revoker).revoke(d.anna, REASON))
          .to.emit(d.registry, "Revoked")
          .withArgs(d.anna.address, revoker.address, REASON, nonce);
        expect(await d.registry.tierInForce(d.anna)).to.equal(0n);
        expect((await d.vault.facts(d.anna, NATIVE, 0n, d.bert)).tier).to.equal(0n);
        await networkHelpers.time.increase(2n * DAY);
        expect(await d.registry.tierInForce(d.anna)).to.equal(0n);
      }
    });

    it("stops a lift that is waiting", async () => {
      const d = await setup();
      await attest(d);
      await d.registry.connect(d.attestor).revoke(d.anna, REASON);
      await networkHelpers.time.increase(2n * DAY);
      expect(await d.registry.tierInForce(d.anna)).to.equal(0n);
    });

    it("kills attestations signed before", async () => {
      const d = await setup();
      const a = await attestation(d);
      const signature = await sign(d, d.attestor, "Attestation", a);
      await d.registry.connect(d.riskOfficer).revoke(d.anna, REASON);
      await expect(d.registry.attest(a, signature, d.attestor))
        .to.be.revertedWithCustomError(d.registry, "TierRegistry_BadNonce")
        .withArgs(d.anna.address, 1n, 0n);
    });

    it("is refused to anybody else, and for a linked account", async () => {
      const d = await setup();
      for (const caller of [d.mallory, d.anna, d.timelock, d.reviewer]) {
        await expect(d.registry.connect(caller).revoke(d.anna, REASON))
          .to.be.revertedWithCustomError(d.registry, "TierRegistry_NotARevoker")
          .withArgs(caller.address);
      }
      await link(d, d.anna, d.bert);
      await expect(d.registry.connect(d.attestor).revoke(d.anna, REASON))
        .to.be.revertedWithCustomError(d.registry, "TierRegistry_NotPrimary")
        .withArgs(d.anna.address, d.bert.address);
    });
  });

  describe("link", () => {
    it("with both signatures, submitted by anyone", async () => {
      const d = await setup();
      const sent = link(d, d.anna, d.bert);
      await expect(sent).to.emit(d.registry, "Linked").withArgs(d.anna.address, d.bert.address);
      await expect(sent).to.emit(d.registry, "LinkNonceUsed").withArgs(d.anna.address, 1n);
      await expect(sent).to.emit(d.registry, "LinkNonceUsed").withArgs(d.bert.address, 1n);
      await expect(sent)
        .to.emit(d.vault, "SubjectSet")
        .withArgs(d.anna.address, d.bert.address, anyValue, anyValue);
      expect(await d.vault.subjectOf(d.anna)).to.equal(d.bert.address);
      expect((await d.vault.accountOf(d.bert)).members).to.equal(1n);
    });

    it("a party that calls needs no signature of its own", async () => {
      const d = await setup();
      const deadline = (await now()) + DAY;
      const [, bySubject] = await linkSignatures(d, d.anna, d.bert, deadline);
      await d.registry.connect(d.anna).link(d.anna, d.bert, deadline, "0x", bySubject);
      expect(await d.vault.subjectOf(d.anna)).to.equal(d.bert.address);
      const [byAccount] = await linkSignatures(d, d.carl, d.bert, deadline);
      await d.registry.connect(d.bert).link(d.carl, d.bert, deadline, byAccount, "0x");
      expect(await d.vault.subjectOf(d.carl)).to.equal(d.bert.address);
    });

    it("the subject's tier counts from then on, and the account's own is gone for good", async () => {
      const d = await setup();
      await attest(d, { subject: d.bert.address, tier: 1n });
      await attestAndWait(d, { tier: 3n });
      await link(d, d.anna, d.bert);
      expect((await d.vault.facts(d.anna, NATIVE, 0n, d.carl)).tier).to.equal(1n);
      await d.registry.connect(d.anna).unlink(d.anna);
      expect((await d.vault.facts(d.anna, NATIVE, 0n, d.carl)).tier).to.equal(0n);
      expect(await d.registry.tierInForce(d.anna)).to.equal(0n);
    });

    it("an attestation kept through a link is void after it: it couldn't have been revoked", async () => {
      const d = await setup();
      const a = await attestation(d, { deadline: NEVER });
      const signature = await sign(d, d.attestor, "Attestation", a);
      await link(d, d.anna, d.bert);
      await d.registry.connect(d.anna).unlink(d.anna);
      await expect(d.registry.attest(a, signature, d.attestor))
        .to.be.revertedWithCustomError(d.registry, "TierRegistry_BadNonce")
        .withArgs(d.anna.address, 1n, 0n);
    });

    it("contracts link by ERC-1271", async () => {
      const d = await setup();
      const wallet = (await ethers.deployContract("MockWallet1271", [d.carl])) as unknown as MockWallet1271;
      const deadline = (await now()) + DAY;
      const value = {
        account: wallet.target,
        subject: d.bert.address,
        nonceAccount: 0,
        nonceSubject: 0,
        deadline,
      };
      const byAccount = await sign(d, d.carl, "Link", value);
      const bySubject = await sign(d, d.bert, "Link", value);
      await d.registry.link(wallet, d.bert, deadline, byAccount, bySubject);
      expect(await d.vault.subjectOf(wallet)).to.equal(d.bert.address);
    });

    it("is one level deep", async () => {
      const d = await setup();
      await link(d, d.anna, d.bert);
      await expect(link(d, d.anna, d.carl))
        .to.be.revertedWithCustomError(d.registry, "TierRegistry_NotPrimary")
        .withArgs(d.anna.address, d.bert.address);
      await expect(link(d, d.carl, d.anna))
        .to.be.revertedWithCustomError(d.registry, "TierRegistry_NotPrimary")
        .withArgs(d.anna.address, d.bert.address);
      await expect(link(d, d.bert, d.carl))
        .to.be.revertedWithCustomError(d.registry, "TierRegistry_HasMembers")
        .withArgs(d.bert.address, 1n);
      await expect(link(d, d.carl, d.carl))
        .to.be.revertedWithCustomError(d.registry, "TierRegistry_LinkToItself")
        .withArgs(d.carl.address);
    });

    describe("attacks", () => {
      it("an attestor can't link a victim (REVIEW 12)", async () => {
        const d = await setup();
        const deadline = (await now()) + DAY;
        const value = {
          account: d.anna.address,
          subject: d.attestor.address,
          nonceAccount: 0n,
          nonceSubject: 0n,
          deadline,
        };
        const own = await sign(d, d.attestor, "Link", value);
        const registry = d.registry.connect(d.attestor);
        for (const forged of ["0x", own]) {
          await expect(registry.link(d.anna, d.attestor, deadline, forged, "0x"))
            .to.be.revertedWithCustomError(d.registry, "TierRegistry_BadSignature")
            .withArgs(d.anna.address);
          await expect(registry.link(d.attestor, d.anna, deadline, "0x", forged))
            .to.be.revertedWithCustomError(d.registry, "TierRegistry_BadSignature")
            .withArgs(d.anna.address);
        }
        await expect(d.vault.connect(d.attestor).setSubject(d.anna, d.attestor))
          .to.be.revertedWithCustomError(d.guardian, "AccessManagedUnauthorized")
          .withArgs(d.attestor.address);
      });

      it("the signature for one direction is none for the other", async () => {
        const d = await setup();
        const deadline = (await now()) + DAY;
        const [byAnna, byBert] = await linkSignatures(d, d.anna, d.bert, deadline);
        await expect(d.registry.link(d.bert, d.anna, deadline, byBert, byAnna))
          .to.be.revertedWithCustomError(d.registry, "TierRegistry_BadSignature")
          .withArgs(d.bert.address);
      });

      it("signatures work once: after unlinking they don't link again", async () => {
        const d = await setup();
        const deadline = (await now()) + DAY;
        const [a, s] = await linkSignatures(d, d.anna, d.bert, deadline);
        await d.registry.link(d.anna, d.bert, deadline, a, s);
        await d.registry.connect(d.anna).unlink(d.anna);
        await expect(d.registry.link(d.anna, d.bert, deadline, a, s)).to.be.revertedWithCustomError(
          d.registry,
          "TierRegistry_BadSignature",
        );
      });

      it("a signature that was withdrawn or is late is void", async () => {
        const d = await setup();
        const deadline = (await now()) + DAY;
        const [a, s] = await linkSignatures(d, d.anna, d.bert, deadline);
        await expect(d.registry.connect(d.bert).useLinkNonce())
          .to.emit(d.registry, "LinkNonceUsed")
          .withArgs(d.bert.address, 1n);
        await expect(d.registry.link(d.anna, d.bert, deadline, a, s)).to.be.revertedWithCustomError(
          d.registry,
          "TierRegistry_BadSignature",
        );
        await networkHelpers.time.setNextBlockTimestamp(deadline + 1n);
        await expect(d.registry.link(d.anna, d.bert, deadline, a, s))
          .to.be.revertedWithCustomError(d.registry, "TierRegistry_DeadlinePassed")
          .withArgs(deadline);
      });

      it("link and unlink cycles give no instant exit for 2T after each move (REVIEW 12)", async () => {
        const d = await setup();
        for (let i = 0; i < 3; ++i) {
          await link(d, d.anna, d.bert);
          const linked = await now();
          expect((await d.vault.facts(d.anna, NATIVE, 0n, d.carl)).instantFrom).to.equal(linked + 2n * DAY);
          await d.registry.connect(d.anna).unlink(d.anna);
          const unlinked = await now();
          expect((await d.vault.facts(d.anna, NATIVE, 0n, d.carl)).instantFrom).to.equal(unlinked + 2n * DAY);
          expect((await d.vault.accountOf(d.bert)).members).to.equal(0n);
        }
      });

      it("nobody escapes a hold by linking or unlinking (REVIEW 21)", async () => {
        const d = await setup();
        await d.guardian.connect(d.guardianKey).hold(d.anna, DAY);
        await expect(link(d, d.anna, d.bert)).to.be.revertedWithCustomError(d.vault, "Vault_Held");
        await expect(link(d, d.bert, d.anna)).to.be.revertedWithCustomError(d.vault, "Vault_Held");
        await d.guardian.connect(d.guardianKey).lift(d.anna);
        await link(d, d.anna, d.bert);
        await d.guardian.connect(d.guardianKey).hold(d.bert, DAY);
        await expect(d.registry.connect(d.anna).unlink(d.anna)).to.be.revertedWithCustomError(
          d.vault,
          "Vault_Held",
        );
      });
    });
  });

  describe("unlink", () => {
    it("by the account or by its subject", async () => {
      const d = await setup();
      for (const by of [d.anna, d.bert]) {
        await link(d, d.anna, d.bert);
        await expect(d.registry.connect(by).unlink(d.anna))
          .to.emit(d.registry, "Unlinked")
          .withArgs(d.anna.address, d.bert.address, by.address);
        expect(await d.vault.subjectOf(d.anna)).to.equal(d.anna.address);
      }
    });

    it("by signature of either, submitted by anyone, once and in time", async () => {
      const d = await setup();
      for (const by of [d.anna, d.bert]) {
        await link(d, d.anna, d.bert);
        const deadline = (await now()) + DAY;
        const nonce = await d.registry.linkNonce(by);
        const text = { account: d.anna.address, by: by.address, nonce, deadline };
        const signature = await sign(d, by, "Unlink", text);
        const registry = d.registry.connect(d.mallory);
        await expect(registry.unlinkBySig(d.anna, by, deadline, signature))
          .to.emit(d.registry, "Unlinked")
          .withArgs(d.anna.address, d.bert.address, by.address);
        await link(d, d.anna, d.bert);
        await expect(registry.unlinkBySig(d.anna, by, deadline, signature))
          .to.be.revertedWithCustomError(d.registry, "TierRegistry_BadSignature")
          .withArgs(by.address);
        await networkHelpers.time.increaseTo(deadline);
        await expect(registry.unlinkBySig(d.anna, by, deadline, signature))
          .to.be.revertedWithCustomError(d.registry, "TierRegistry_DeadlinePassed")
          .withArgs(deadline);
        await d.registry.connect(d.anna).unlink(d.anna);
      }
    });

    it("is refused to anybody else, also by signature, and for an account that isn't linked", async () => {
      const d = await setup();
      await expect(d.registry.connect(d.anna).unlink(d.anna))
        .to.be.revertedWithCustomError(d.registry, "TierRegistry_NotLinked")
        .withArgs(d.anna.address);
      await link(d, d.anna, d.bert);
      await expect(d.registry.connect(d.attestor).unlink(d.anna))
        .to.be.revertedWithCustomError(d.registry, "TierRegistry_NotAParty")
        .withArgs(d.attestor.address, d.anna.address);
      const deadline = (await now()) + DAY;
      const value = { account: d.anna.address, by: d.mallory.address, nonce: 0n, deadline };
      const signature = await sign(d, d.mallory, "Unlink", value);
      await expect(d.registry.unlinkBySig(d.anna, d.mallory, deadline, signature))
        .to.be.revertedWithCustomError(d.registry, "TierRegistry_NotAParty")
        .withArgs(d.mallory.address, d.anna.address);
    });
  });

  describe("parameters", () => {
    it("has one row, bounded, with its direction", async () => {
      const { registry } = await setup();
      expect(await registry.getFunction("inForce")(LIFTS_KEY)).to.equal(LIFTS);
      expect((await registry.param(LIFTS_KEY)).base).to.equal(LIFTS);
      expect([...(await registry.specOf(LIFTS_KEY))]).to.deep.equal([0n, 1000n, 1n]);
      for (const key of [paramKey(KINDS.ATTESTOR_LIFTS, 1n), paramKey(KINDS.FRESH_PERIOD)]) {
        await expect(registry.specOf(key))
          .to.be.revertedWithCustomError(registry, "Params_UnknownKey")
          .withArgs(key);
      }
    });

    it("is set by governance and tightened by the risk officer, each within bounds and by nobody else", async () => {
      const { registry, timelock, riskOfficer, mallory } = await setup();
      const revision = await registry.revision();
      await expect(registry.connect(timelock).set(LIFTS_KEY, 1, NEVER, 1001))
        .to.be.revertedWithCustomError(registry, "Params_OutOfBounds")
        .withArgs(LIFTS_KEY, 1001n, 0n, 1000n);
      await expect(registry.connect(timelock).set(LIFTS_KEY, 1, NEVER, 1000)).to.emit(registry, "ParamSet");
      await expect(registry.connect(riskOfficer).tighten(LIFTS_KEY, 5)).to.emit(registry, "ParamTightened");
      expect(await registry.getFunction("inForce")(LIFTS_KEY)).to.equal(5n);
      expect(await registry.revision()).to.equal(revision + 2n);
      await expect(registry.connect(riskOfficer).tighten(LIFTS_KEY, 6)).to.be.revertedWithCustomError(
        registry,
        "Params_NotTighter",
      );
      await expect(registry.connect(mallory).tighten(LIFTS_KEY, 0)).to.be.revertedWithCustomError(
        registry,
        "AccessManagedUnauthorized",
      );
      await expect(
        registry.connect(riskOfficer).set(LIFTS_KEY, 3, NEVER, 1000),
      ).to.be.revertedWithCustomError(registry, "AccessManagedUnauthorized");
    });
  });
});
