import { createHash } from "node:crypto";
import type { HardhatEthersSigner } from "@nomicfoundation/hardhat-ethers/types";
import { expect } from "chai";
import { AbiCoder, id as hashOf, hexlify, keccak256, randomBytes, ZeroAddress, ZeroHash } from "ethers";
import hre from "hardhat";
import type {
  Attestation,
  HashLock,
  MockPriceRouter,
  MockWallet1271,
  PriceLimit,
  Quorum,
  SecretRegistry,
  Several,
  TimeWindow,
} from "../../../typechain-types/index.ts";

const { ethers, networkHelpers } = await hre.network.create();
const abi = AbiCoder.defaultAbiCoder();
const PAYMENT = hashOf("a payment");
const OTHER = hashOf("another payment");
const NOTHING = "0x";

const hashLockTerms = (hash: string, before: number) => abi.encode(["bytes32", "uint40"], [hash, before]);
const windowTerms = (from: number, until: number) => abi.encode(["uint40", "uint40"], [from, until]);
const priceTerms = (asset: bigint, limit: bigint, above: boolean, from: number, until: number) =>
  abi.encode(["uint256", "uint64", "bool", "uint40", "uint40"], [asset, limit, above, from, until]);
const quorumTerms = (signers: readonly string[], threshold: number, shared = false) =>
  abi.encode(["tuple(address[],uint256,bool)"], [[signers, threshold, shared]]);
const approvals = (...given: readonly (readonly [place: number, signature: string])[]) =>
  abi.encode(["tuple(uint256,bytes)[]"], [given]);
const attestationTerms = (attestor: string, claim: string, from: number, until: number, shared = false) =>
  abi.encode(["address", "bytes32", "uint40", "uint40", "bool"], [attestor, claim, from, until, shared]);
const attested = (time: number, signature: string) =>
  abi.encode(["tuple(uint40,bytes)"], [[time, signature]]);
const severalTerms = (
  threshold: number,
  ...parts: readonly (readonly [condition: string, terms: string])[]
) => abi.encode(["tuple(uint256,tuple(address,bytes)[])"], [[threshold, parts]]);

const sha256 = (secret: string) =>
  `0x${createHash("sha256")
    .update(Buffer.from(secret.slice(2), "hex"))
    .digest("hex")}`;

async function deployed() {
  const signers = await ethers.getSigners();
  const [anna, bert, carl, mallory] = [...signers]
    .slice(0, 4)
    .sort((a, b) => (BigInt(a.address) < BigInt(b.address) ? -1 : 1));
  if (!anna || !bert || !carl || !mallory) throw new Error("the network has signers");
  const registry = (await ethers.deployContract("SecretRegistry")) as unknown as SecretRegistry;
  const router = (await ethers.deployContract("MockPriceRouter")) as unknown as MockPriceRouter;
  return {
    anna,
    bert,
    carl,
    mallory,
    registry,
    router,
    hashLock: (await ethers.deployContract("HashLock", [registry])) as unknown as HashLock,
    timeWindow: (await ethers.deployContract("TimeWindow")) as unknown as TimeWindow,
    priceLimit: (await ethers.deployContract("PriceLimit", [router])) as unknown as PriceLimit,
    quorum: (await ethers.deployContract("Quorum")) as unknown as Quorum,
    attestation: (await ethers.deployContract("Attestation")) as unknown as Attestation,
    several: (await ethers.deployContract("Several")) as unknown as Several,
    now: await networkHelpers.time.latest(),
  };
}

type Stage = Awaited<ReturnType<typeof deployed>>;

describe("conditions of payments", () => {
  const fixture = () => networkHelpers.loadFixture(deployed);
  const domainOf = async (name: string, contract: Quorum | Attestation) => ({
    name,
    version: "1",
    chainId: (await ethers.provider.getNetwork()).chainId,
    verifyingContract: await contract.getAddress(),
  });

  const APPROVAL_TYPES = {
    Approval: [
      { name: "payment", type: "bytes32" },
      { name: "terms", type: "bytes32" },
    ],
  };
  const approve = async (s: Stage, signer: HardhatEthersSigner, payment: string, terms: string) =>
    signer.signTypedData(await domainOf("Strongroom Quorum", s.quorum), APPROVAL_TYPES, {
      payment,
      terms: keccak256(terms),
    });

  describe("HashLock", () => {
    it("is met by the secret of its hash, and by no other", async () => {
      const { hashLock, now } = await fixture();
      const secret = hexlify(randomBytes(32));
      const terms = hashLockTerms(sha256(secret), now + 1_000);
      expect(await hashLock.check(PAYMENT, terms, secret)).to.equal(true);
      for (const wrong of [NOTHING, hexlify(randomBytes(32)), `${secret}00`, secret.slice(0, -2), ZeroHash]) {
        expect(await hashLock.check(PAYMENT, terms, wrong), wrong).to.equal(false);
      }
    });

    it("takes a secret of 32 bytes alone, as other chains do", async () => {
      const { hashLock, now } = await fixture();
      const long = hexlify(randomBytes(33));
      expect(await hashLock.check(PAYMENT, hashLockTerms(sha256(long), now + 1_000), long)).to.equal(false);
    });

    it("counts a secret until its last second, and one that was registered by then for good", async () => {
      const { hashLock, registry, now } = await fixture();
      const [early, late] = [hexlify(randomBytes(32)), hexlify(randomBytes(32))];
      const last = now + 100;
      await networkHelpers.time.setNextBlockTimestamp(last);
      await registry.register(early);
      expect(await hashLock.check(PAYMENT, hashLockTerms(sha256(late), last), late)).to.equal(true);
      await networkHelpers.time.setNextBlockTimestamp(last + 1);
      await registry.register(late);
      expect(await hashLock.check(PAYMENT, hashLockTerms(sha256(early), last), NOTHING)).to.equal(true);
      for (const witness of [NOTHING, late]) {
        expect(await hashLock.check(PAYMENT, hashLockTerms(sha256(late), last), witness)).to.equal(false);
      }
    });

    it("refuses to be made without a registry, and names its own", async () => {
      const { hashLock, registry } = await fixture();
      expect(await hashLock.registry()).to.equal(await registry.getAddress());
      await expect(ethers.deployContract("HashLock", [ZeroAddress])).to.be.revertedWithCustomError(
        hashLock,
        "HashLock_ZeroRegistry",
      );
    });
  });

  it("TimeWindow is met from its first second to its last", async () => {
    const { timeWindow, now } = await fixture();
    const terms = windowTerms(now + 10, now + 20);
    for (const [at, met] of [
      [now + 9, false],
      [now + 10, true],
      [now + 20, true],
      [now + 21, false],
    ] as const) {
      await networkHelpers.time.increaseTo(at);
      expect(await timeWindow.check(PAYMENT, terms, NOTHING), `at ${at - now}`).to.equal(met);
    }
  });

  describe("PriceLimit", () => {
    const ASSET = 1n;
    const [NORMAL, DISPUTED, DEGRADED, HALT] = [3, 2, 1, 0];
    const say = async (s: Stage, bid: bigint, ask: bigint, mode: number, readAt: number) =>
      s.router.setWholePrice(ASSET, { bid, mid: (bid + ask) / 2n, ask, mode, sourceMask: 7, readAt });

    it("is met at its limit and beyond it by the whole spread, in both directions", async () => {
      const s = await fixture();
      const time = s.now + 100;
      await networkHelpers.time.setNextBlockTimestamp(time);
      await say(s, 99n, 101n, NORMAL, time);
      const met = (limit: bigint, above: boolean) =>
        s.priceLimit.check(PAYMENT, priceTerms(ASSET, limit, above, s.now, time + 10), NOTHING);
      expect([await met(99n, true), await met(100n, true), await met(101n, true)]).to.deep.equal([
        true,
        false,
        false,
      ]);
      expect([await met(101n, false), await met(100n, false), await met(99n, false)]).to.deep.equal([
        true,
        false,
        false,
      ]);
    });

    it("takes a NORMAL price alone", async () => {
      const s = await fixture();
      for (const mode of [DISPUTED, DEGRADED, HALT]) {
        await say(s, 99n, 101n, mode, s.now + 1);
        const terms = priceTerms(ASSET, 1n, true, s.now, s.now + 1_000);
        expect(await s.priceLimit.check(PAYMENT, terms, NOTHING), `mode ${mode}`).to.equal(false);
      }
    });

    it("takes one that was read inside its window, while that lasts", async () => {
      const s = await fixture();
      const [from, until] = [s.now + 100, s.now + 200];
      const terms = priceTerms(ASSET, 1n, true, from, until);
      const met = () => s.priceLimit.check(PAYMENT, terms, NOTHING);
      await say(s, 99n, 101n, NORMAL, from - 1);
      expect(await met(), "too early").to.equal(false);
      await networkHelpers.time.increaseTo(from);
      expect(await met(), "a price from before").to.equal(false);
      await networkHelpers.time.setNextBlockTimestamp(from + 1);
      await say(s, 99n, 101n, NORMAL, from + 1);
      expect(await met()).to.equal(true);
      await networkHelpers.time.increaseTo(until);
      expect(await met(), "the last second").to.equal(true);
      await networkHelpers.time.increaseTo(until + 1);
      expect(await met(), "too late").to.equal(false);
    });

    it("refuses to be made without a router, and names its own", async () => {
      const { priceLimit, router } = await fixture();
      expect(await priceLimit.router()).to.equal(await router.getAddress());
      await expect(ethers.deployContract("PriceLimit", [ZeroAddress])).to.be.revertedWithCustomError(
        priceLimit,
        "PriceLimit_ZeroRouter",
      );
    });
  });

  describe("Quorum", () => {
    it("is met by as many signers as agreed, whichever they are", async () => {
      const s = await fixture();
      const people = [s.anna, s.bert, s.carl];
      const terms = quorumTerms(
        people.map(({ address }) => address),
        2,
      );
      const signed = await Promise.all(people.map((person) => approve(s, person, PAYMENT, terms)));
      for (const [i, j] of [
        [0, 1],
        [0, 2],
        [1, 2],
      ] as const) {
        const witness = approvals([i, signed[i] ?? ""], [j, signed[j] ?? ""]);
        expect(await s.quorum.check(PAYMENT, terms, witness)).to.equal(true);
      }
    });

    it("is not met by too few, too many, one twice, out of order, a stranger, or beyond the list", async () => {
      const s = await fixture();
      const terms = quorumTerms([s.anna.address, s.bert.address, s.carl.address], 2);
      const [a, b, c, stranger] = await Promise.all(
        [s.anna, s.bert, s.carl, s.mallory].map((person) => approve(s, person, PAYMENT, terms)),
      );
      if (!a || !b || !c || !stranger) throw new Error("four have signed");
      for (const [what, witness] of [
        ["none", approvals()],
        ["one", approvals([0, a])],
        ["three", approvals([0, a], [1, b], [2, c])],
        ["one twice", approvals([0, a], [0, a])],
        ["out of order", approvals([1, b], [0, a])],
        ["a stranger", approvals([0, a], [1, stranger])],
        ["another's place", approvals([0, b], [1, a])],
        ["beyond the list", approvals([0, a], [3, b])],
        ["no signature", approvals([0, a], [1, NOTHING])],
      ] as const) {
        expect(await s.quorum.check(PAYMENT, terms, witness), what).to.equal(false);
      }
    });

    it("binds an approval to its payment and its terms, unless they say that it is shared", async () => {
      const s = await fixture();
      const own = quorumTerms([s.anna.address], 1);
      const witness = approvals([0, await approve(s, s.anna, PAYMENT, own)]);
      expect(await s.quorum.check(PAYMENT, own, witness)).to.equal(true);
      expect(await s.quorum.check(OTHER, own, witness)).to.equal(false);
      expect(
        await s.quorum.check(PAYMENT, quorumTerms([s.anna.address, s.bert.address], 1), witness),
      ).to.equal(false);
      const shared = quorumTerms([s.anna.address], 1, true);
      const anyPayment = approvals([0, await approve(s, s.anna, ZeroHash, shared)]);
      expect(await s.quorum.check(PAYMENT, shared, anyPayment)).to.equal(true);
      expect(await s.quorum.check(OTHER, shared, anyPayment)).to.equal(true);
      expect(await s.quorum.check(PAYMENT, own, anyPayment)).to.equal(false);
    });

    it("refuses terms without a threshold, or whose signers aren't ascending", async () => {
      const s = await fixture();
      const nobody = quorumTerms([s.anna.address], 0);
      expect(await s.quorum.check(PAYMENT, nobody, approvals())).to.equal(false);
      for (const list of [
        [s.bert.address, s.anna.address],
        [s.anna.address, s.anna.address],
      ]) {
        const terms = quorumTerms(list, 1);
        const signature = await approve(s, list[0] === s.anna.address ? s.anna : s.bert, PAYMENT, terms);
        expect(await s.quorum.check(PAYMENT, terms, approvals([0, signature]))).to.equal(false);
      }
    });

    it("takes a contract's signature (ERC-1271)", async () => {
      const s = await fixture();
      const wallet = (await ethers.deployContract("MockWallet1271", [s.anna])) as unknown as MockWallet1271;
      const terms = quorumTerms([await wallet.getAddress()], 1);
      const by = async (signer: HardhatEthersSigner) =>
        s.quorum.check(PAYMENT, terms, approvals([0, await approve(s, signer, PAYMENT, terms)]));
      expect([await by(s.anna), await by(s.mallory)]).to.deep.equal([true, false]);
    });
  });

  describe("Attestation", () => {
    const CLAIM = hashOf("parcel 17 was delivered");
    const TYPES = {
      Attestation: [
        { name: "payment", type: "bytes32" },
        { name: "claim", type: "bytes32" },
        { name: "time", type: "uint40" },
      ],
    };
    const attest = async (
      s: Stage,
      signer: HardhatEthersSigner,
      payment: string,
      claim: string,
      time: number,
    ) =>
      signer.signTypedData(await domainOf("Strongroom Attestation", s.attestation), TYPES, {
        payment,
        claim,
        time,
      });

    it("is met by its attestor's word that it happened inside the window, shown then or later", async () => {
      const s = await fixture();
      const terms = attestationTerms(s.anna.address, CLAIM, s.now - 100, s.now - 50);
      for (const [time, met] of [
        [s.now - 101, false],
        [s.now - 100, true],
        [s.now - 50, true],
        [s.now - 49, false],
      ] as const) {
        const witness = attested(time, await attest(s, s.anna, PAYMENT, CLAIM, time));
        expect(await s.attestation.check(PAYMENT, terms, witness), `${time - s.now}`).to.equal(met);
      }
    });

    it("is not met by what hasn't happened yet, another's word, another claim, payment or time", async () => {
      const s = await fixture();
      const terms = attestationTerms(s.anna.address, CLAIM, 0, s.now + 10_000);
      const time = s.now;
      const word = await attest(s, s.anna, PAYMENT, CLAIM, time);
      expect(await s.attestation.check(PAYMENT, terms, attested(time, word))).to.equal(true);
      const ahead = s.now + 5_000;
      for (const [what, witness] of [
        ["the future", attested(ahead, await attest(s, s.anna, PAYMENT, CLAIM, ahead))],
        ["another", attested(time, await attest(s, s.mallory, PAYMENT, CLAIM, time))],
        ["another claim", attested(time, await attest(s, s.anna, PAYMENT, hashOf("no"), time))],
        ["another payment", attested(time, await attest(s, s.anna, OTHER, CLAIM, time))],
        ["another time", attested(time - 1, word)],
        ["no signature", attested(time, NOTHING)],
      ] as const) {
        expect(await s.attestation.check(PAYMENT, terms, witness), what).to.equal(false);
      }
    });

    it("serves several payments only where the terms say so", async () => {
      const s = await fixture();
      const shared = attestationTerms(s.anna.address, CLAIM, 0, s.now, true);
      const own = attestationTerms(s.anna.address, CLAIM, 0, s.now);
      const witness = attested(s.now, await attest(s, s.anna, ZeroHash, CLAIM, s.now));
      expect(await s.attestation.check(PAYMENT, shared, witness)).to.equal(true);
      expect(await s.attestation.check(OTHER, shared, witness)).to.equal(true);
      expect(await s.attestation.check(PAYMENT, own, witness)).to.equal(false);
    });
  });

  describe("Several", () => {
    const parts = async (s: Stage) => {
      const secret = hexlify(randomBytes(32));
      return {
        secret,
        all: [
          [await s.hashLock.getAddress(), hashLockTerms(sha256(secret), s.now + 1_000)],
          [await s.timeWindow.getAddress(), windowTerms(s.now - 10, s.now + 1_000)],
          [await s.timeWindow.getAddress(), windowTerms(s.now + 500, s.now + 1_000)],
        ] as const,
      };
    };

    it("is met by as many of its parts as agreed, whichever are met", async () => {
      const s = await fixture();
      const { secret, all } = await parts(s);
      const terms = severalTerms(2, ...all);
      const met = (...shown: readonly (readonly [number, string])[]) =>
        s.several.check(PAYMENT, terms, approvals(...shown));
      expect(await met([0, secret], [1, NOTHING])).to.equal(true);
      expect(await met([1, NOTHING], [2, NOTHING]), "one isn't met yet").to.equal(false);
      await networkHelpers.time.increaseTo(s.now + 500);
      expect(await met([1, NOTHING], [2, NOTHING])).to.equal(true);
    });

    it("is not met by too few, too many, one twice, out of order, or beyond the list", async () => {
      const s = await fixture();
      const { secret, all } = await parts(s);
      const terms = severalTerms(2, ...all);
      const secretPart = [0, secret] as const;
      for (const [what, witness] of [
        ["none", approvals()],
        ["one", approvals(secretPart)],
        ["three", approvals(secretPart, [1, NOTHING], [2, NOTHING])],
        ["one twice", approvals([1, NOTHING], [1, NOTHING])],
        ["out of order", approvals([1, NOTHING], secretPart)],
        ["beyond the list", approvals([1, NOTHING], [3, NOTHING])],
      ] as const) {
        expect(await s.several.check(PAYMENT, terms, witness), what).to.equal(false);
      }
      expect(await s.several.check(PAYMENT, severalTerms(0, ...all), approvals())).to.equal(false);
    });

    it("has no part of its own kind, and fails with one that fails", async () => {
      const s = await fixture();
      const { all } = await parts(s);
      const inner = severalTerms(1, all[1]);
      const other = await ethers.deployContract("Several");
      for (const again of [s.several, other]) {
        const terms = severalTerms(1, [await again.getAddress(), inner]);
        const witness = approvals([0, approvals([0, NOTHING])]);
        expect(await s.several.check(PAYMENT, terms, witness)).to.equal(false);
      }
      const broken = severalTerms(1, [await s.timeWindow.getAddress(), "0x1234"]);
      await expect(s.several.check(PAYMENT, broken, approvals([0, NOTHING]))).to.be.revert(ethers);
    });

    it("asks its parts about the same payment", async () => {
      const s = await fixture();
      const quorum = quorumTerms([s.anna.address], 1);
      const signature = await approve(s, s.anna, PAYMENT, quorum);
      const terms = severalTerms(1, [await s.quorum.getAddress(), quorum]);
      const witness = approvals([0, approvals([0, signature])]);
      expect(await s.several.check(PAYMENT, terms, witness)).to.equal(true);
      expect(await s.several.check(OTHER, terms, witness)).to.equal(false);
    });
  });
});
