import type { HardhatEthersSigner } from "@nomicfoundation/hardhat-ethers/types";
import { expect } from "chai";
import {
  type BytesLike,
  concat,
  id,
  keccak256,
  Signature,
  TypedDataEncoder,
  toBeHex,
  ZeroAddress,
} from "ethers";
import hre from "hardhat";
import type { MockWallet1271, Netting } from "../../../typechain-types/index.ts";
import { HOUR } from "../../support/deployCore.ts";
import { deployPayments, FEATURE, OPEN_TO, type PaymentsFixture } from "../../support/paymentsFixture.ts";
import { KIND, ONE } from "../../support/vaultFixture.ts";

const { ethers, networkHelpers } = await hre.network.create();

const MAX = (1n << 112n) - 1n;
const NOTHING = "0x";
const ROOT = id("obligations");

/** A margin's slot. The cap is stored as what it takes from the largest. */
const word = ({ balance = 0n, cap = MAX, nonce = 0n }) => balance | ((MAX - cap) << 112n) | (nonce << 224n);

const POSITION = {
  Position: [
    { name: "cycle", type: "bytes32" },
    { name: "party", type: "address" },
    { name: "asset", type: "uint256" },
    { name: "net", type: "int112" },
    { name: "nonce", type: "uint32" },
  ],
};
const CYCLE = {
  Cycle: [
    { name: "asset", type: "uint256" },
    { name: "obligations", type: "bytes32" },
    { name: "deadline", type: "uint40" },
    { name: "entries", type: "bytes32" },
  ],
};
const OBLIGATION = {
  Obligation: [
    { name: "debtor", type: "address" },
    { name: "creditor", type: "address" },
    { name: "asset", type: "uint256" },
    { name: "amount", type: "uint112" },
    { name: "ref", type: "bytes32" },
    { name: "dueBy", type: "uint40" },
    { name: "salt", type: "uint256" },
  ],
};

interface Entry {
  readonly party: string;
  readonly net: bigint;
  readonly signature: BytesLike;
}

interface Cycle {
  readonly asset: bigint;
  readonly obligations: string;
  readonly deadline: bigint;
  readonly entries: Entry[];
}

type Part = readonly [signer: HardhatEthersSigner, net: bigint, account?: string];

/** By the standard, not by the code under test. */
function hashOf({ asset, obligations, deadline, entries }: Cycle): string {
  const words = entries.flatMap(({ party, net }) => [
    toBeHex(party, 32),
    toBeHex(BigInt.asUintN(256, net), 32),
  ]);
  return TypedDataEncoder.from(CYCLE).hash({
    asset,
    obligations,
    deadline,
    entries: keccak256(concat(words)),
  });
}

describe("Netting", () => {
  const fixture = () => networkHelpers.loadFixture(funded);

  /** Anna has 100 in the netting, bert and carl 50; carl may net as anna and bert do. The wallet is anna's, with 100. */
  async function funded() {
    const d = await deployPayments(ethers, networkHelpers);
    await d.vault.connect(d.officer).setTier(d.carl, 3n, await d.now(), (1n << 40n) - 1n);
    for (const who of [d.anna, d.bert, d.carl, d.mallory]) await d.give(who, "erc20", 1_000n * ONE);
    await fund(d, d.anna, 100n * ONE);
    await fund(d, d.bert, 50n * ONE);
    await fund(d, d.carl, 50n * ONE);
    await d.vault.connect(d.officer).setTier(d.wallet, 3n, await d.now(), (1n << 40n) - 1n);
    await d.vault.connect(d.anna).transfer(d.wallet, d.tokenId, 100n * ONE);
    return { ...d, domain: await domainOf(d.netting) };
  }

  type Stage = Awaited<ReturnType<typeof funded>>;

  const domainOf = async (netting: Netting) => ({
    name: "Strongroom Netting",
    version: "1",
    chainId: (await ethers.provider.getNetwork()).chainId,
    verifyingContract: await netting.getAddress(),
  });

  const fund = (d: PaymentsFixture, who: HardhatEthersSigner, amount: bigint, data = NOTHING) =>
    d.vault.connect(who).callWith(d.netting, [d.tokenId], [amount], data);

  /** A cycle of these parts, sorted, signed by each under its present nonce. */
  async function cycleOf(s: Stage, parts: readonly Part[], changed: Partial<Omit<Cycle, "entries">> = {}) {
    const sorted = parts
      .map(([signer, net, account = signer.address]) => ({ signer, net, party: account }))
      .sort((a, b) => (BigInt(a.party) < BigInt(b.party) ? -1 : 1));
    const cycle: Cycle = {
      asset: s.tokenId,
      obligations: ROOT,
      deadline: (await s.now()) + HOUR / 2n,
      ...changed,
      entries: sorted.map(({ party, net }) => ({ party, net, signature: NOTHING })),
    };
    const signatures = await Promise.all(
      sorted.map(({ signer, party, net }) => position(s, signer, cycle, party, net)),
    );
    return {
      ...cycle,
      entries: cycle.entries.map((e, i) => ({ ...e, signature: signatures[i] ?? NOTHING })),
    };
  }

  /** A party's signature, under its present nonce if no other is given. */
  async function position(
    s: Stage,
    signer: HardhatEthersSigner,
    cycle: Cycle,
    party: string,
    net: bigint,
    more: { nonce?: bigint; domain?: Record<string, unknown> } = {},
  ) {
    const { nonce } = await s.netting.marginOf(party, cycle.asset);
    return signer.signTypedData({ ...s.domain, ...more.domain }, POSITION, {
      cycle: hashOf(cycle),
      party,
      asset: cycle.asset,
      net,
      nonce: more.nonce ?? nonce,
    });
  }

  /** With another signature of one party. */
  const withSignature = (cycle: Cycle, party: { address: string }, signature: BytesLike): Cycle => ({
    ...cycle,
    entries: cycle.entries.map((e) => (e.party === party.address ? { ...e, signature } : e)),
  });

  const balances = async (s: Stage, ...who: readonly HardhatEthersSigner[]) =>
    Promise.all(who.map(async (each) => (await s.netting.marginOf(each, s.tokenId)).balance / ONE));

  /** Pushes as the Vault does, without a ledger behind it. */
  async function asVault(s: Stage) {
    await networkHelpers.impersonateAccount(s.vaultAddress);
    await networkHelpers.setBalance(s.vaultAddress, ONE);
    return s.netting.connect(await ethers.getSigner(s.vaultAddress));
  }

  describe("being deployed", () => {
    it("belongs to a Vault, with the rules of that Vault alone", async () => {
      const s = await fixture();
      expect(await s.netting.vault()).to.equal(s.vaultAddress);
      expect(await s.netting.rules()).to.equal(await s.rules.getAddress());
      expect(await s.netting.appRelease()).to.equal(ZeroAddress);
      expect(await s.netting.NOTICE()).to.equal(HOUR);
      await expect(ethers.deployContract("Netting", [s.anna, ZeroAddress, s.rules]))
        .to.be.revertedWithCustomError(s.netting, "ReleasedApp_OtherVault")
        .withArgs(s.anna);
    });
  });

  describe("funding", () => {
    it("adds what is pushed to the owner's margin", async () => {
      const s = await fixture();
      const held = await s.vault.balanceOf(s.netting, s.tokenId);
      await expect(fund(s, s.anna, 7n))
        .to.emit(s.netting, "MarginFunded")
        .withArgs(s.anna, s.tokenId, 7n, word({ balance: 100n * ONE + 7n }));
      expect(await s.netting.marginOf(s.anna, s.tokenId)).to.deep.equal([100n * ONE + 7n, MAX, 0n]);
      expect(await s.vault.balanceOf(s.netting, s.tokenId)).to.equal(held + 7n);
    });

    it("takes several assets at once, and the same one twice", async () => {
      const s = await fixture();
      await s.give(s.anna, "native", 10n);
      const native = s.assetId("native");
      await s.vault.connect(s.anna).callWith(s.netting, [native, s.tokenId, native], [3n, 5n, 4n], NOTHING);
      expect((await s.netting.marginOf(s.anna, native)).balance).to.equal(7n);
      expect((await s.netting.marginOf(s.anna, s.tokenId)).balance).to.equal(100n * ONE + 5n);
    });

    it("refuses zero, data, nothing at all, and more than 112 bits", async () => {
      const s = await fixture();
      await expect(fund(s, s.anna, 0n)).to.be.revertedWithCustomError(s.netting, "Netting_ZeroAmount");
      await expect(fund(s, s.anna, 1n, "0x00")).to.be.revertedWithCustomError(s.netting, "Netting_BadData");
      await expect(
        s.vault.connect(s.anna).callWith(s.netting, [], [], NOTHING),
      ).to.be.revertedWithCustomError(s.netting, "Netting_BadData");
      await expect((await asVault(s)).onVaultCall(s.anna, [s.tokenId], [MAX], NOTHING))
        .to.be.revertedWithCustomError(s.netting, "Netting_TooLarge")
        .withArgs(s.anna, MAX + 100n * ONE);
    });

    it("takes the Vault's word alone", async () => {
      const s = await fixture();
      await expect(s.netting.connect(s.mallory).onVaultCall(s.mallory, [s.tokenId], [ONE], NOTHING))
        .to.be.revertedWithCustomError(s.netting, "ReleasedApp_NotTheVault")
        .withArgs(s.mallory);
    });

    it("is closed to a tier that may not net", async () => {
      const s = await fixture();
      await s.setRule("PAYMENT_TIERS", FEATURE.NETTING, 1n);
      await s.vault.connect(s.officer).setTier(s.carl, 2n, await s.now(), (1n << 40n) - 1n);
      await expect(fund(s, s.carl, ONE))
        .to.be.revertedWithCustomError(s.rules, "PaymentRules_FeatureClosed")
        .withArgs(s.carl, 2n, 1n << FEATURE.NETTING);
      await s.setRule("PAYMENT_TIERS", FEATURE.NETTING, OPEN_TO.NETTING);
      await s.setRule("PAYMENT_TIERS", FEATURE.PAY, 0n);
      await expect(fund(s, s.carl, ONE))
        .to.be.revertedWithCustomError(s.rules, "PaymentRules_FeatureClosed")
        .withArgs(s.carl, 2n, 1n << FEATURE.PAY);
    });

    it("counts towards the customer's volume", async () => {
      const s = await fixture();
      await s.setRule("PAYMENT_TIERS", FEATURE.NETTING, 3n);
      await s.vault.connect(s.officer).setTier(s.carl, 1n, await s.now(), (1n << 40n) - 1n);
      await s.setRule("PAYMENT_VOLUME", 1n, 1_000n);
      await expect(fund(s, s.carl, 10n * ONE))
        .to.emit(s.rules, "VolumeCounted")
        .withArgs(s.carl, 1_000n, await anyWindow(s, 1_000n));
      await expect(fund(s, s.carl, 1n)).to.be.revertedWithCustomError(s.rules, "PaymentRules_VolumeReached");
    });
  });

  /** The window after a first charge of `cents` in a day of five parts, in the next block. */
  async function anyWindow(s: Stage, cents: bigint) {
    const sub = (24n * HOUR + 4n) / 5n;
    return (((await s.now()) + 1n) / sub) * (1n << 216n) + cents;
  }

  describe("a cap", () => {
    it("falls at once, rises after the notice", async () => {
      const s = await fixture();
      const anna = s.netting.connect(s.anna);
      await expect(anna.setCap(s.tokenId, 5n))
        .to.emit(s.netting, "CapLowered")
        .withArgs(s.anna, s.tokenId, 5n, word({ balance: 100n * ONE, cap: 5n }));
      const time = (await s.now()) + 10n;
      await s.at(time);
      await expect(anna.setCap(s.tokenId, 9n))
        .to.emit(s.netting, "CapAnnounced")
        .withArgs(s.anna, s.tokenId, 9n, time + HOUR);
      expect((await s.netting.marginOf(s.anna, s.tokenId)).cap).to.equal(5n);
      expect((await s.netting.announcedOf(s.anna, s.tokenId)).cap).to.deep.equal([9n, time + HOUR]);
      await s.at(time + HOUR - 1n);
      await expect(s.netting.connect(s.mallory).applyCap(s.anna, s.tokenId))
        .to.be.revertedWithCustomError(s.netting, "Netting_TooSoon")
        .withArgs(s.anna, s.tokenId, time + HOUR);
      await s.at(time + HOUR);
      await expect(s.netting.connect(s.mallory).applyCap(s.anna, s.tokenId))
        .to.emit(s.netting, "CapRaised")
        .withArgs(s.anna, s.tokenId, 9n, word({ balance: 100n * ONE, cap: 9n }));
      await expect(s.netting.applyCap(s.anna, s.tokenId))
        .to.be.revertedWithCustomError(s.netting, "Netting_NotAnnounced")
        .withArgs(s.anna, s.tokenId);
    });

    it("is refused unchanged, unless it takes an announced one back", async () => {
      const s = await fixture();
      const anna = s.netting.connect(s.anna);
      await expect(anna.setCap(s.tokenId, MAX))
        .to.be.revertedWithCustomError(s.netting, "Netting_Unchanged")
        .withArgs(MAX);
      await anna.setCap(s.tokenId, 5n);
      await anna.setCap(s.tokenId, 9n);
      await expect(anna.setCap(s.tokenId, 5n))
        .to.emit(s.netting, "CapLowered")
        .withArgs(s.anna, s.tokenId, 5n, word({ balance: 100n * ONE, cap: 5n }));
      expect((await s.netting.announcedOf(s.anna, s.tokenId)).cap).to.deep.equal([0n, 0n]);
      await s.goTo((await s.now()) + HOUR);
      await expect(anna.applyCap(s.anna, s.tokenId)).to.be.revertedWithCustomError(
        s.netting,
        "Netting_NotAnnounced",
      );
    });

    it("is forgotten as announced when a lower one comes, and replaced by another rise, which waits anew", async () => {
      const s = await fixture();
      const anna = s.netting.connect(s.anna);
      await anna.setCap(s.tokenId, 5n);
      await anna.setCap(s.tokenId, 9n);
      await anna.setCap(s.tokenId, 4n);
      expect((await s.netting.announcedOf(s.anna, s.tokenId)).cap).to.deep.equal([0n, 0n]);
      await anna.setCap(s.tokenId, 8n);
      await s.goTo((await s.now()) + HOUR - 10n);
      const time = (await s.now()) + 1n;
      await s.at(time);
      await anna.setCap(s.tokenId, 7n);
      await s.at(time + HOUR - 1n);
      await expect(anna.applyCap(s.anna, s.tokenId))
        .to.be.revertedWithCustomError(s.netting, "Netting_TooSoon")
        .withArgs(s.anna, s.tokenId, time + HOUR);
    });

    it("is one party's in one asset", async () => {
      const s = await fixture();
      await s.netting.connect(s.anna).setCap(s.tokenId, 0n);
      expect((await s.netting.marginOf(s.anna, s.assetId("native"))).cap).to.equal(MAX);
      expect((await s.netting.marginOf(s.bert, s.tokenId)).cap).to.equal(MAX);
      expect((await s.netting.marginOf(s.anna, s.tokenId)).balance).to.equal(100n * ONE);
    });
  });

  describe("withdrawing", () => {
    it("pays what was announced after the notice, by anyone, to the party alone", async () => {
      const s = await fixture();
      const time = (await s.now()) + 10n;
      await s.at(time);
      await expect(s.netting.connect(s.anna).announceWithdrawal(s.tokenId, 30n * ONE))
        .to.emit(s.netting, "WithdrawalAnnounced")
        .withArgs(s.anna, s.tokenId, 30n * ONE, time + HOUR);
      await s.at(time + HOUR - 1n);
      await expect(s.netting.withdraw(s.anna, s.tokenId))
        .to.be.revertedWithCustomError(s.netting, "Netting_TooSoon")
        .withArgs(s.anna, s.tokenId, time + HOUR);
      const [before, mallory] = [
        await s.vault.balanceOf(s.anna, s.tokenId),
        await s.vault.balanceOf(s.mallory, s.tokenId),
      ];
      await s.at(time + HOUR);
      await expect(s.netting.connect(s.mallory).withdraw(s.anna, s.tokenId))
        .to.emit(s.netting, "MarginWithdrawn")
        .withArgs(s.anna, s.tokenId, 30n * ONE, word({ balance: 70n * ONE }));
      expect(await s.vault.balanceOf(s.anna, s.tokenId)).to.equal(before + 30n * ONE);
      expect(await s.vault.balanceOf(s.mallory, s.tokenId)).to.equal(mallory);
      await expect(s.netting.withdraw(s.anna, s.tokenId))
        .to.be.revertedWithCustomError(s.netting, "Netting_NotAnnounced")
        .withArgs(s.anna, s.tokenId);
    });

    it("pays what is left if that is less, and keeps the announcement while nothing is", async () => {
      const s = await fixture();
      await s.netting.connect(s.anna).announceWithdrawal(s.tokenId, MAX);
      await s.goTo((await s.now()) + HOUR);
      await s.netting.settle(
        await cycleOf(s, [
          [s.anna, -60n * ONE],
          [s.bert, 60n * ONE],
        ]),
      );
      expect(await s.netting.withdraw.staticCall(s.anna, s.tokenId)).to.equal(40n * ONE);
      await expect(s.netting.withdraw(s.anna, s.tokenId))
        .to.emit(s.netting, "MarginWithdrawn")
        .withArgs(s.anna, s.tokenId, 40n * ONE, word({ nonce: 1n }));
      await s.netting.connect(s.anna).announceWithdrawal(s.tokenId, 1n);
      await s.goTo((await s.now()) + HOUR);
      await expect(s.netting.withdraw(s.anna, s.tokenId))
        .to.be.revertedWithCustomError(s.netting, "Netting_NothingToWithdraw")
        .withArgs(s.anna, s.tokenId);
    });

    it("is replaced by another announcement, which waits anew, and taken back by zero", async () => {
      const s = await fixture();
      const anna = s.netting.connect(s.anna);
      await anna.announceWithdrawal(s.tokenId, 30n);
      await s.goTo((await s.now()) + HOUR);
      const time = (await s.now()) + 1n;
      await s.at(time);
      await anna.announceWithdrawal(s.tokenId, 40n);
      await expect(anna.withdraw(s.anna, s.tokenId))
        .to.be.revertedWithCustomError(s.netting, "Netting_TooSoon")
        .withArgs(s.anna, s.tokenId, time + HOUR);
      expect((await s.netting.announcedOf(s.anna, s.tokenId)).withdrawal).to.deep.equal([40n, time + HOUR]);
      await expect(anna.announceWithdrawal(s.tokenId, 0n))
        .to.emit(s.netting, "WithdrawalAnnounced")
        .withArgs(s.anna, s.tokenId, 0n, 0n);
      await s.goTo(time + HOUR);
      await expect(anna.withdraw(s.anna, s.tokenId)).to.be.revertedWithCustomError(
        s.netting,
        "Netting_NotAnnounced",
      );
    });

    it("takes one party's announcement for itself alone", async () => {
      const s = await fixture();
      await s.netting.connect(s.mallory).announceWithdrawal(s.tokenId, 10n * ONE);
      await s.goTo((await s.now()) + HOUR);
      await expect(s.netting.connect(s.mallory).withdraw(s.anna, s.tokenId))
        .to.be.revertedWithCustomError(s.netting, "Netting_NotAnnounced")
        .withArgs(s.anna, s.tokenId);
      await expect(s.netting.connect(s.mallory).withdraw(s.mallory, s.tokenId))
        .to.be.revertedWithCustomError(s.netting, "Netting_NothingToWithdraw")
        .withArgs(s.mallory, s.tokenId);
    });

    it("pays a party that is held, into its ledger account", async () => {
      const s = await fixture();
      await s.netting.connect(s.anna).announceWithdrawal(s.tokenId, ONE);
      await s.vault.connect(s.officer).hold(s.anna, 24n * HOUR);
      await s.goTo((await s.now()) + HOUR);
      const before = await s.vault.balanceOf(s.anna, s.tokenId);
      await s.netting.connect(s.mallory).withdraw(s.anna, s.tokenId);
      expect(await s.vault.balanceOf(s.anna, s.tokenId)).to.equal(before + ONE);
    });
  });

  describe("settling", () => {
    it("moves each party's net at once, by anyone", async () => {
      const s = await fixture();
      const cycle = await cycleOf(s, [
        [s.anna, -30n * ONE],
        [s.bert, 10n * ONE],
        [s.carl, 20n * ONE],
      ]);
      const hash = hashOf(cycle);
      expect(await s.netting.hashOf(cycle)).to.equal(hash);
      expect(await s.netting.settle.staticCall(cycle)).to.equal(hash);
      const settling = s.netting.connect(s.mallory).settle(cycle);
      await expect(settling)
        .to.emit(s.netting, "CycleSettled")
        .withArgs(hash, s.tokenId, ROOT, 3n, 30n * ONE);
      for (const [party, net, balance] of [
        [s.anna, -30n, 70n],
        [s.bert, 10n, 60n],
        [s.carl, 20n, 70n],
      ] as const) {
        await expect(settling)
          .to.emit(s.netting, "PositionSettled")
          .withArgs(hash, party, net * ONE, word({ balance: balance * ONE, nonce: 1n }));
      }
      expect(await s.netting.marginOf(s.anna, s.tokenId)).to.deep.equal([70n * ONE, MAX, 1n]);
    });

    it("touches no ledger balance, and not the Vault at all", async () => {
      const s = await fixture();
      const ledger = () =>
        Promise.all([s.anna, s.bert, s.netting, s.mallory].map((who) => s.vault.balanceOf(who, s.tokenId)));
      const before = await ledger();
      const sent = await s.netting.settle(
        await cycleOf(s, [
          [s.anna, -ONE],
          [s.bert, ONE],
        ]),
      );
      expect(await ledger()).to.deep.equal(before);
      const receipt = await sent.wait();
      expect(receipt?.logs.map((log) => log.address)).to.deep.equal(
        Array(3).fill(await s.netting.getAddress()),
      );
    });

    it("takes a party that comes out even, which signs all the same and can't sign twice", async () => {
      const s = await fixture();
      const cycle = await cycleOf(s, [
        [s.anna, -ONE],
        [s.bert, 0n],
        [s.carl, ONE],
      ]);
      await expect(s.netting.settle(cycle))
        .to.emit(s.netting, "PositionSettled")
        .withArgs(hashOf(cycle), s.bert, 0n, word({ balance: 50n * ONE, nonce: 1n }));
      const next = await cycleOf(s, [
        [s.anna, -ONE],
        [s.bert, 0n],
        [s.carl, ONE],
      ]);
      await expect(s.netting.settle(withSignature(next, s.bert, NOTHING)))
        .to.be.revertedWithCustomError(s.netting, "Netting_BadSignature")
        .withArgs(s.bert);
    });

    it("clears a ring in which all come out even, of parties that never had anything here", async () => {
      const s = await fixture();
      const cycle = await cycleOf(s, [
        [s.anna, 0n],
        [s.mallory, 0n],
      ]);
      await expect(s.netting.settle(cycle))
        .to.emit(s.netting, "CycleSettled")
        .withArgs(hashOf(cycle), s.tokenId, ROOT, 2n, 0n);
      expect(await s.netting.marginOf(s.mallory, s.tokenId)).to.deep.equal([0n, MAX, 1n]);
    });

    it("credits a party without a tier, which can withdraw it", async () => {
      const s = await fixture();
      await s.netting.settle(
        await cycleOf(s, [
          [s.anna, -5n],
          [s.mallory, 5n],
        ]),
      );
      await s.netting.connect(s.mallory).announceWithdrawal(s.tokenId, 5n);
      await s.goTo((await s.now()) + HOUR);
      await s.netting.withdraw(s.mallory, s.tokenId);
      expect(await s.vault.balanceOf(s.mallory, s.tokenId)).to.equal(1_000n * ONE + 5n);
    });

    it("goes on for parties that are held or have lost their tier", async () => {
      const s = await fixture();
      await s.vault.connect(s.officer).hold(s.anna, 24n * HOUR);
      await s.vault.connect(s.officer).setTier(s.bert, 0n, 0n, 0n);
      await s.setRule("PAYMENT_TIERS", FEATURE.NETTING, 0n);
      await s.netting.settle(
        await cycleOf(s, [
          [s.anna, -10n * ONE],
          [s.bert, 10n * ONE],
        ]),
      );
      expect(await balances(s, s.anna, s.bert)).to.deep.equal([90n, 60n]);
    });

    it("settles and pays out when it is retired, and takes no more", async () => {
      const s = await fixture();
      await s.vault.setKind(s.netting, KIND.RETIRED);
      await expect(fund(s, s.anna, ONE))
        .to.be.revertedWithCustomError(s.face, "Vault_AppTakesNoPositions")
        .withArgs(s.netting);
      await s.netting.settle(
        await cycleOf(s, [
          [s.anna, -10n * ONE],
          [s.bert, 10n * ONE],
        ]),
      );
      await s.netting.connect(s.bert).announceWithdrawal(s.tokenId, MAX);
      await s.goTo((await s.now()) + HOUR);
      const before = await s.vault.balanceOf(s.bert, s.tokenId);
      await s.netting.withdraw(s.bert, s.tokenId);
      expect(await s.vault.balanceOf(s.bert, s.tokenId)).to.equal(before + 60n * ONE);
    });

    describe("given signatures", () => {
      it("takes a key's in 64 bytes too (EIP-2098)", async () => {
        const s = await fixture();
        const cycle = await cycleOf(s, [
          [s.anna, -ONE],
          [s.bert, ONE],
        ]);
        const compact = cycle.entries.map((e) => ({
          ...e,
          signature: Signature.from(e.signature.toString()).compactSerialized,
        }));
        await s.netting.settle({ ...cycle, entries: compact });
        expect(await balances(s, s.anna, s.bert)).to.deep.equal([99n, 51n]);
      });

      it("takes a contract's (ERC-1271) under its present owner, and not where it refuses", async () => {
        const s = await fixture();
        await pushFromWallet(s, 100n * ONE);
        const wallet = await s.wallet.getAddress();
        await s.netting.settle(
          await cycleOf(s, [
            [s.anna, -40n * ONE, wallet],
            [s.bert, 40n * ONE],
          ]),
        );
        expect((await s.netting.marginOf(wallet, s.tokenId)).balance).to.equal(60n * ONE);
        const next = await cycleOf(s, [
          [s.anna, -ONE, wallet],
          [s.bert, ONE],
        ]);
        await s.wallet.setRefuses(true);
        await expect(s.netting.settle(next))
          .to.be.revertedWithCustomError(s.netting, "Netting_BadSignature")
          .withArgs(wallet);
        await s.wallet.setRefuses(false);
        await s.wallet.setOwner(s.carl);
        await expect(s.netting.settle(next))
          .to.be.revertedWithCustomError(s.netting, "Netting_BadSignature")
          .withArgs(wallet);
      });

      it("refuses one of a contract that is another's, or no signature at all", async () => {
        const s = await fixture();
        await pushFromWallet(s, 100n * ONE);
        const wallet = await s.wallet.getAddress();
        const cycle = await cycleOf(s, [
          [s.mallory, -ONE, wallet],
          [s.bert, ONE],
        ]);
        await expect(s.netting.settle(cycle))
          .to.be.revertedWithCustomError(s.netting, "Netting_BadSignature")
          .withArgs(wallet);
        for (const signature of [NOTHING, `0x${"00".repeat(65)}`, `0x${"11".repeat(64)}`, "0x12"]) {
          await expect(s.netting.settle(withSignature(cycle, { address: wallet }, signature)))
            .to.be.revertedWithCustomError(s.netting, "Netting_BadSignature")
            .withArgs(wallet);
        }
      });

      it("takes nobody's word for the creditor", async () => {
        const s = await fixture();
        const cycle = await cycleOf(s, [
          [s.anna, -ONE],
          [s.bert, ONE],
        ]);
        const forged = await position(s, s.anna, cycle, s.bert.address, ONE);
        for (const signature of [NOTHING, forged]) {
          await expect(s.netting.settle(withSignature(cycle, s.bert, signature)))
            .to.be.revertedWithCustomError(s.netting, "Netting_BadSignature")
            .withArgs(s.bert);
        }
      });

      it("refuses the other spelling of a key's signature", async () => {
        const s = await fixture();
        const cycle = await cycleOf(s, [
          [s.anna, -ONE],
          [s.bert, ONE],
        ]);
        const order = 0xfffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141n;
        const {
          r,
          s: low,
          v,
        } = Signature.from(cycle.entries.find(({ party }) => party === s.anna.address)?.signature.toString());
        const high = concat([r, toBeHex(order - BigInt(low), 32), v === 27 ? "0x1c" : "0x1b"]);
        await expect(s.netting.settle(withSignature(cycle, s.anna, high)))
          .to.be.revertedWithCustomError(s.netting, "Netting_BadSignature")
          .withArgs(s.anna);
      });

      it("refuses other nets, another root, another vector, another deadline or asset than were signed", async () => {
        const s = await fixture();
        const cycle = await cycleOf(s, [
          [s.anna, -10n],
          [s.bert, 10n],
        ]);
        const third = await cycleOf(s, [[s.carl, 0n]]);
        const [first] = cycle.entries;
        if (first === undefined) throw new Error("a cycle has entries");
        const nets = (factor: bigint) => cycle.entries.map((e) => ({ ...e, net: e.net * factor }));
        const more = [...cycle.entries, ...third.entries].sort((a, b) =>
          BigInt(a.party) < BigInt(b.party) ? -1 : 1,
        );
        for (const changed of [
          { ...cycle, entries: nets(2n) },
          { ...cycle, entries: nets(-1n) },
          { ...cycle, obligations: id("others") },
          { ...cycle, deadline: cycle.deadline + 1n },
          { ...cycle, asset: s.assetId("native") },
          { ...cycle, entries: more },
          { ...cycle, entries: [first] },
        ]) {
          await expect(s.netting.settle(changed)).to.be.revertedWithCustomError(
            s.netting,
            "Netting_BadSignature",
          );
        }
        await s.netting.settle(cycle);
      });

      it("refuses another chain's and another contract's", async () => {
        const s = await fixture();
        const other = await ethers.deployContract("Netting", [s.vault, ZeroAddress, s.rules]);
        const cycle = await cycleOf(s, [
          [s.anna, -ONE],
          [s.bert, ONE],
        ]);
        for (const domain of [
          { chainId: s.domain.chainId + 1n },
          { verifyingContract: await other.getAddress() },
          { version: "2" },
          { name: "Strongroom Payments" },
        ]) {
          const elsewhere = await position(s, s.anna, cycle, s.anna.address, -ONE, { domain });
          await expect(s.netting.settle(withSignature(cycle, s.anna, elsewhere)))
            .to.be.revertedWithCustomError(s.netting, "Netting_BadSignature")
            .withArgs(s.anna);
        }
      });

      it("refuses a settled cycle again, a stale nonce and one yet to come", async () => {
        const s = await fixture();
        const cycle = await cycleOf(s, [
          [s.anna, -ONE],
          [s.bert, ONE],
        ]);
        const [first] = cycle.entries;
        await s.netting.settle(cycle);
        await expect(s.netting.settle(cycle))
          .to.be.revertedWithCustomError(s.netting, "Netting_BadSignature")
          .withArgs(first?.party);
        const next = await cycleOf(s, [
          [s.anna, -2n],
          [s.bert, 2n],
        ]);
        for (const nonce of [0n, 2n]) {
          const wrong = await position(s, s.bert, next, s.bert.address, 2n, { nonce });
          await expect(s.netting.settle(withSignature(next, s.bert, wrong)))
            .to.be.revertedWithCustomError(s.netting, "Netting_BadSignature")
            .withArgs(s.bert);
        }
        await s.netting.settle(next);
        expect((await s.netting.marginOf(s.bert, s.tokenId)).nonce).to.equal(2n);
      });

      it("counts nonces by asset", async () => {
        const s = await fixture();
        await s.netting.settle(
          await cycleOf(s, [
            [s.anna, -ONE],
            [s.bert, ONE],
          ]),
        );
        expect((await s.netting.marginOf(s.anna, s.assetId("native"))).nonce).to.equal(0n);
      });
    });

    describe("given a vector", () => {
      it("names each party once: a party that is named twice would give its cap twice", async () => {
        const s = await fixture();
        await s.netting.connect(s.anna).setCap(s.tokenId, 10n * ONE);
        const once = await cycleOf(s, [
          [s.anna, -10n * ONE],
          [s.bert, 20n * ONE],
        ]);
        const anna = once.entries.findIndex(({ party }) => party === s.anna.address);
        const entry = once.entries[anna];
        if (entry === undefined) throw new Error("anna is in the cycle");
        const twice = { ...once, entries: once.entries.toSpliced(anna, 0, entry) };
        // Even if she has signed both parts, one under each nonce.
        const signed = await Promise.all(
          twice.entries.map(async (e, i) => {
            const signer = e.party === s.anna.address ? s.anna : s.bert;
            const nonce = i === anna + 1 && signer === s.anna ? 1n : 0n;
            return { ...e, signature: await position(s, signer, twice, e.party, e.net, { nonce }) };
          }),
        );
        await expect(s.netting.settle({ ...twice, entries: signed }))
          .to.be.revertedWithCustomError(s.netting, "Netting_NotAscending")
          .withArgs(s.anna, s.anna);
      });

      it("names them in ascending order, and nobody at zero", async () => {
        const s = await fixture();
        const cycle = await cycleOf(s, [
          [s.anna, -ONE],
          [s.bert, ONE],
        ]);
        const reversed = { ...cycle, entries: cycle.entries.toReversed() };
        const [first, second] = reversed.entries;
        if (first === undefined || second === undefined) throw new Error("two parties");
        const signer = first.party === s.anna.address ? s.anna : s.bert;
        const signature = await position(s, signer, reversed, first.party, first.net);
        await expect(s.netting.settle(withSignature(reversed, signer, signature)))
          .to.be.revertedWithCustomError(s.netting, "Netting_NotAscending")
          .withArgs(second.party, first.party);
        const nobody = { party: ZeroAddress, net: 0n, signature: NOTHING };
        await expect(s.netting.settle({ ...cycle, entries: [nobody, ...cycle.entries] }))
          .to.be.revertedWithCustomError(s.netting, "Netting_NotAscending")
          .withArgs(ZeroAddress, ZeroAddress);
      });

      it("sums to zero", async () => {
        const s = await fixture();
        await expect(
          s.netting.settle(
            await cycleOf(s, [
              [s.anna, -10n],
              [s.bert, 11n],
            ]),
          ),
        )
          .to.be.revertedWithCustomError(s.netting, "Netting_NotZeroSum")
          .withArgs(1n);
        await expect(s.netting.settle(await cycleOf(s, [[s.anna, -10n]])))
          .to.be.revertedWithCustomError(s.netting, "Netting_NotZeroSum")
          .withArgs(-10n);
        expect(await balances(s, s.anna, s.bert)).to.deep.equal([100n, 50n]);
      });

      it("isn't empty", async () => {
        const s = await fixture();
        await expect(s.netting.settle(await cycleOf(s, []))).to.be.revertedWithCustomError(
          s.netting,
          "Netting_NoParties",
        );
      });

      it("takes no more than a party's cap, and all of it", async () => {
        const s = await fixture();
        await s.netting.connect(s.anna).setCap(s.tokenId, 10n);
        await expect(
          s.netting.settle(
            await cycleOf(s, [
              [s.anna, -11n],
              [s.bert, 11n],
            ]),
          ),
        )
          .to.be.revertedWithCustomError(s.netting, "Netting_AboveCap")
          .withArgs(s.anna, 11n, 10n);
        await s.netting.settle(
          await cycleOf(s, [
            [s.anna, -10n],
            [s.bert, 10n],
          ]),
        );
        // The cap is by cycle.
        await s.netting.settle(
          await cycleOf(s, [
            [s.anna, -10n],
            [s.bert, 10n],
          ]),
        );
        await s.netting.settle(
          await cycleOf(s, [
            [s.anna, 30n],
            [s.bert, -30n],
          ]),
        );
        expect((await s.netting.marginOf(s.anna, s.tokenId)).balance).to.equal(100n * ONE + 10n);
      });

      it("takes no more than a party's balance, and all of it", async () => {
        const s = await fixture();
        const all = 100n * ONE;
        await expect(
          s.netting.settle(
            await cycleOf(s, [
              [s.anna, -all - 1n],
              [s.bert, all + 1n],
            ]),
          ),
        )
          .to.be.revertedWithCustomError(s.netting, "Netting_AboveBalance")
          .withArgs(s.anna, all + 1n, all);
        await s.netting.settle(
          await cycleOf(s, [
            [s.anna, -all],
            [s.bert, all],
          ]),
        );
        expect(await balances(s, s.anna, s.bert)).to.deep.equal([0n, 150n]);
      });

      it("doesn't lend: what a party gets in a cycle is no balance for what it gives in it", async () => {
        const s = await fixture();
        await expect(
          s.netting.settle(
            await cycleOf(s, [
              [s.mallory, -1n],
              [s.bert, 1n],
            ]),
          ),
        )
          .to.be.revertedWithCustomError(s.netting, "Netting_AboveBalance")
          .withArgs(s.mallory, 1n, 0n);
      });

      it("knows the ends of its numbers", async () => {
        const s = await fixture();
        const [least, most] = [-(1n << 111n), (1n << 111n) - 1n];
        const vault = await asVault(s);
        await vault.onVaultCall(s.bert, [s.tokenId], [MAX - 50n * ONE], NOTHING);
        await expect(
          s.netting.settle(
            await cycleOf(s, [
              [s.anna, -1n],
              [s.bert, 1n],
            ]),
          ),
        )
          .to.be.revertedWithCustomError(s.netting, "Netting_TooLarge")
          .withArgs(s.bert, MAX + 1n);
        const cycle = await cycleOf(s, [
          [s.bert, least],
          [s.carl, most],
          [s.mallory, 1n],
        ]);
        await expect(s.netting.settle(cycle))
          .to.emit(s.netting, "PositionSettled")
          .withArgs(hashOf(cycle), s.bert, least, word({ balance: MAX + least, nonce: 1n }));
      });
    });

    describe("given a deadline", () => {
      it("settles in its second, and not after", async () => {
        const s = await fixture();
        const deadline = (await s.now()) + 100n;
        const cycle = await cycleOf(
          s,
          [
            [s.anna, -ONE],
            [s.bert, ONE],
          ],
          { deadline },
        );
        await s.at(deadline + 1n);
        await expect(s.netting.settle(cycle))
          .to.be.revertedWithCustomError(s.netting, "Netting_TooLate")
          .withArgs(deadline);
        const another = await cycleOf(
          s,
          [
            [s.anna, -ONE],
            [s.bert, ONE],
          ],
          { deadline: deadline + 50n },
        );
        await s.at(deadline + 50n);
        await s.netting.settle(another);
        expect(await balances(s, s.anna, s.bert)).to.deep.equal([99n, 51n]);
      });

      it("is at most the notice ahead", async () => {
        const s = await fixture();
        const time = (await s.now()) + 100n;
        const deadline = time + HOUR + 1n;
        const cycle = await cycleOf(
          s,
          [
            [s.anna, -ONE],
            [s.bert, ONE],
          ],
          { deadline },
        );
        await s.at(time);
        await expect(s.netting.settle(cycle))
          .to.be.revertedWithCustomError(s.netting, "Netting_DeadlineTooFar")
          .withArgs(deadline, time + HOUR);
        await s.at(time + 1n);
        await s.netting.settle(cycle);
        expect(await balances(s, s.anna, s.bert)).to.deep.equal([99n, 51n]);
      });
    });

    describe("given a party that has signed and would rather not have", () => {
      it("can't withdraw what it hasn't announced before, as no deadline lies beyond the notice", async () => {
        const s = await fixture();
        const deadline = (await s.now()) + HOUR;
        const cycle = await cycleOf(
          s,
          [
            [s.anna, -100n * ONE],
            [s.bert, 100n * ONE],
          ],
          { deadline },
        );
        await s.netting.connect(s.anna).announceWithdrawal(s.tokenId, MAX);
        const { withdrawal } = await s.netting.announcedOf(s.anna, s.tokenId);
        expect(withdrawal.from > deadline).to.equal(true);
        await s.at(deadline);
        await s.netting.settle(cycle);
        expect(await balances(s, s.anna, s.bert)).to.deep.equal([0n, 150n]);
      });

      it("can void it by a lower cap or another cycle, and then nobody's margin has moved", async () => {
        const s = await fixture();
        const cycle = await cycleOf(s, [
          [s.anna, -10n],
          [s.bert, 4n],
          [s.carl, 6n],
        ]);
        await s.netting.connect(s.anna).setCap(s.tokenId, 9n);
        await expect(s.netting.settle(cycle))
          .to.be.revertedWithCustomError(s.netting, "Netting_AboveCap")
          .withArgs(s.anna, 10n, 9n);
        await s.netting.settle(await cycleOf(s, [[s.anna, 0n]]));
        await expect(s.netting.settle(cycle))
          .to.be.revertedWithCustomError(s.netting, "Netting_BadSignature")
          .withArgs(s.anna);
        expect(await s.netting.marginOf(s.bert, s.tokenId)).to.deep.equal([50n * ONE, MAX, 0n]);
      });
    });
  });

  /** Anna's wallet pushes to the netting. */
  async function pushFromWallet(s: Stage, amount: bigint) {
    const wallet: MockWallet1271 = s.wallet;
    const data = s.face.interface.encodeFunctionData("callWith", [
      await s.netting.getAddress(),
      [s.tokenId],
      [amount],
      NOTHING,
    ]);
    await wallet.connect(s.anna).execute(s.vaultAddress, 0n, data);
  }

  describe("what is signed", () => {
    const obligation = (s: Stage, salt: bigint) => ({
      debtor: s.anna.address,
      creditor: s.bert.address,
      asset: s.tokenId,
      amount: 10n * ONE + salt,
      ref: id(`invoice ${salt}`),
      dueBy: 4_000_000_000n,
      salt,
    });

    it("is typed data (EIP-712)", async () => {
      const s = await fixture();
      const one = obligation(s, 1n);
      expect(await s.netting.obligationDigest(one)).to.equal(
        TypedDataEncoder.hash(s.domain, OBLIGATION, one),
      );
      for (const net of [-5n, 0n, (1n << 111n) - 1n, -(1n << 111n)]) {
        const place = { cycle: ROOT, party: s.anna.address, asset: 9n, net, nonce: 7n };
        expect(await s.netting.positionDigest(ROOT, s.anna, 9n, net, 7n)).to.equal(
          TypedDataEncoder.hash(s.domain, POSITION, place),
        );
      }
      const { fields, name, version, verifyingContract } = await s.netting.eip712Domain();
      expect({ fields, name, version, verifyingContract }).to.deep.equal({
        fields: "0x0f",
        name: s.domain.name,
        version: s.domain.version,
        verifyingContract: s.domain.verifyingContract,
      });
    });

    it("is under the root of a Merkle tree of sorted pairs, and nothing else is", async () => {
      const s = await fixture();
      const all = Array.from({ length: 13 }, (_, i) => obligation(s, BigInt(i)));
      const leaves = all.map((o) => keccak256(TypedDataEncoder.from(OBLIGATION).hash(o)));
      const pair = (a = "", b = "") => keccak256(concat(a < b ? [a, b] : [b, a]));
      // Level by level, from the leaves; who has no neighbour rises alone.
      const levels = [leaves];
      for (let level = leaves; level.length > 1; levels.push(level)) {
        const below = level;
        level = below.flatMap((node, i) =>
          i % 2 === 1 ? [] : [i + 1 < below.length ? pair(node, below[i + 1]) : node],
        );
      }
      const root = levels.at(-1)?.[0] ?? "";
      const proofOf = (place: number) =>
        levels.flatMap((level, height) => level[(place >> height) ^ 1] ?? []);
      for (const [i, each] of all.entries()) {
        expect(await s.netting.includes(root, each, proofOf(i)), String(i)).to.equal(true);
        expect(await s.netting.includes(root, { ...each, amount: 1n }, proofOf(i))).to.equal(false);
        expect(await s.netting.includes(root, each, proofOf((i + 1) % 13))).to.equal(false);
      }
      expect(await s.netting.includes(root, obligation(s, 13n), [])).to.equal(false);
    });
  });
});
