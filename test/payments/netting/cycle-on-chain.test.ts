import { expect } from "chai";
import { id, type Wallet } from "ethers";
import hre from "hardhat";
import { signCycle } from "../../../src/payments/netting/check-cycle.ts";
import { collectCycle } from "../../../src/payments/netting/collect-cycle.ts";
import {
  type CycleProposal,
  hashCycle,
  proposeCycle,
  type SignedCycle,
  signPosition,
} from "../../../src/payments/netting/cycle.ts";
import { nameOf } from "../../../src/payments/netting/netting-graph.ts";
import type { Obligation } from "../../../src/payments/netting/obligation.ts";
import { obligationTree } from "../../../src/payments/netting/obligation-tree.ts";
import { randomDebts } from "../../../src/testing/random-debts.ts";
import { owes } from "../../support/nettingParties.ts";
import { deployNetting, type NettingStage } from "../../support/nettingStage.ts";

const { ethers, networkHelpers } = await hre.network.create();

const PARTIES = 100;
const MARGIN = 10n ** 22n;
/** What a byte of calldata costs more than a zero: signatures, roots and deadlines have zeros by chance. */
const BYTE = 12n;

describe("a cycle of a hundred parties", () => {
  const fixture = () => networkHelpers.loadFixture(staged);
  const staged = () => deployNetting(ethers, networkHelpers, PARTIES, MARGIN);
  type Stage = NettingStage;

  const debts = (s: Stage, count: number, seed: number) => randomDebts(s.parties, count, 10n ** 20n, seed);
  const bare = (s: Stage, count: number, seed: number): Obligation[] =>
    debts(s, count, seed).map(({ debtor, creditor, amount, salt }) =>
      owes(debtor, creditor, amount, { salt, asset: s.tokenId }),
    );

  /** Each party signs without looking. */
  async function signed(s: Stage, { cycle }: CycleProposal): Promise<SignedCycle> {
    const hash = hashCycle(cycle);
    const keys = new Map(s.parties.map((key) => [nameOf(key.address), key]));
    const entries = await Promise.all(
      cycle.entries.map(async ({ party, net }) => {
        const { nonce } = await s.netting.marginOf(party, cycle.asset);
        const key = keys.get(party) as Wallet;
        return {
          party,
          net,
          signature: await signPosition(key, s.domain, {
            cycle: hash,
            party,
            asset: cycle.asset,
            net,
            nonce,
          }),
        };
      }),
    );
    return { ...cycle, entries };
  }

  async function settle(s: Stage, cycle: SignedCycle) {
    const sent = await s.netting.settle(cycle);
    const receipt = await sent.wait();
    if (receipt === null) throw new Error("it was mined");
    return { gas: receipt.gasUsed, bytes: (sent.data.length - 2) / 2, receipt };
  }

  it("settles a thousand signed obligations at once, checked by parties and proven afterwards", async () => {
    const s = await fixture();
    const obligations = await Promise.all(
      debts(s, 1_000, 1).map(({ debtor, creditor, amount, salt }) => s.debt(debtor, creditor, amount, salt)),
    );
    const now = await s.now();
    const keys = new Map(s.parties.map((key) => [nameOf(key.address), key]));
    const outcome = await collectCycle({
      domain: s.domain,
      obligations,
      provider: ethers.provider,
      clock: {
        now: () => now,
        wait: (_, signal) => new Promise((resolve) => signal.addEventListener("abort", () => resolve())),
      },
      ask: ({ party, proposal, nonce }) => {
        const key = keys.get(party) as Wallet;
        // Checking takes its time: every tenth party does.
        if (BigInt(party) % 10n !== 0n) {
          const net = proposal.cycle.entries.find((entry) => entry.party === party)?.net ?? 0n;
          const { asset } = proposal.cycle;
          return signPosition(key, s.domain, { cycle: hashCycle(proposal.cycle), party, asset, net, nonce });
        }
        const open = obligations.filter((o) => nameOf(o.debtor) === party || nameOf(o.creditor) === party);
        return signCycle(key, proposal, { party, domain: s.domain, open, now }, nonce);
      },
      signWithin: 600n,
      settleWithin: 1_200n,
    });
    if (!outcome.settles) throw new Error(outcome.why);
    expect([outcome.cleared.length, outcome.cycle.entries.length]).to.deep.equal([1_000, PARTIES]);
    const { receipt } = await settle(s, outcome.cycle);
    const hash = hashCycle(outcome.cycle);
    expect(receipt.logs.filter(({ topics }) => topics[1] === hash)).to.have.length(PARTIES + 1);

    const tree = obligationTree(outcome.proposal.hashes);
    for (const obligation of obligations.slice(0, 20)) {
      expect(
        await s.netting.includes(outcome.cycle.obligations, obligation, tree.proof(obligation)),
      ).to.equal(true);
    }
    for (const { party, net } of outcome.cycle.entries) {
      const { balance, nonce } = await s.netting.marginOf(party, s.tokenId);
      expect([balance, nonce]).to.deep.equal([MARGIN + net, 1n]);
    }
  });

  it("costs the same for four thousand obligations as for one thousand, and at most 15,000 gas a party", async () => {
    const s = await fixture();
    const deadline = (await s.now()) + 3_000n;
    const first = bare(s, 1_000, 2);
    await settle(s, await signed(s, proposeCycle(s.domain, bare(s, 1_000, 3), deadline)));

    // Three thousand more that cancel each other out: the nets stay, so what differs is the number of obligations alone.
    const more = bare(s, 1_500, 4).flatMap((debt) => [
      { ...debt, ref: id("more") },
      { ...debt, ref: id("more"), debtor: debt.creditor, creditor: debt.debtor },
    ]);
    const one = proposeCycle(s.domain, first, deadline);
    const four = proposeCycle(s.domain, [...first, ...more], deadline);
    expect([one.hashes.length, four.hashes.length]).to.deep.equal([1_000, 4_000]);
    expect(four.cycle.entries).to.deep.equal(one.cycle.entries);

    const ofOne = await settle(s, await signed(s, one));
    const ofFour = await settle(s, await signed(s, four));
    expect(ofFour.bytes).to.equal(ofOne.bytes);
    const difference = ofFour.gas > ofOne.gas ? ofFour.gas - ofOne.gas : ofOne.gas - ofFour.gas;
    expect(difference < 40n * BYTE, `${ofOne.gas} and ${ofFour.gas}`).to.equal(true);
    const each = ofOne.gas / BigInt(PARTIES);
    expect(each <= 15_000n, `${each} gas a party`).to.equal(true);
    expect(each > 10_000n, "the measurement is of a settlement").to.equal(true);
  });
});
