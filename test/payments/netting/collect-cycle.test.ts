import { expect } from "chai";
import type { Wallet } from "ethers";
import hre from "hardhat";
import type { TerminalError } from "../../../src/core/errors.ts";
import { signCycle } from "../../../src/payments/netting/check-cycle.ts";
import {
  type CollectedCycle,
  type Collecting,
  type CycleClock,
  collectCycle,
  type NoCycle,
  type SigningRequest,
} from "../../../src/payments/netting/collect-cycle.ts";
import { hashCycle, signPosition } from "../../../src/payments/netting/cycle.ts";
import type { SignedObligation } from "../../../src/payments/netting/obligation.ts";
import { SYSTEM_CLOCK } from "../../../src/payments/netting/system-clock.ts";
import { deployNetting } from "../../support/nettingStage.ts";

const { ethers, networkHelpers } = await hre.network.create();

const MARGIN = 1_000n;

/** Time that passes only when everybody waits: a wait is over once the test lets it be. */
function testClock(start: bigint): CycleClock & { over(): void; waits: bigint[] } {
  const ends: (() => void)[] = [];
  const waits: bigint[] = [];
  return {
    waits,
    now: () => start,
    wait: (seconds, signal) => {
      waits.push(seconds);
      return new Promise((resolve) => {
        ends.push(resolve);
        signal.addEventListener("abort", () => resolve());
      });
    },
    over: () => {
      for (const end of ends.splice(0)) end();
    },
  };
}

describe("collecting a cycle", () => {
  /** Four parties; each owes the next 100, and the first owes the third 50 more. */
  async function staged() {
    const stage = await deployNetting(ethers, networkHelpers, 4, MARGIN);
    const [anna, bert, carl, dora] = stage.parties as [Wallet, Wallet, Wallet, Wallet];
    const debts = [
      await stage.debt(anna, bert, 100n),
      await stage.debt(bert, carl, 100n),
      await stage.debt(carl, dora, 100n),
      await stage.debt(dora, anna, 100n),
      await stage.debt(anna, carl, 50n),
    ];
    return { ...stage, anna, bert, carl, dora, debts, clock: testClock(await stage.now()) };
  }

  const fixture = async () => {
    const s = await networkHelpers.loadFixture(staged);
    return { ...s, clock: testClock(await s.now()) };
  };
  type Stage = Awaited<ReturnType<typeof fixture>>;

  /** As an honest party answers: from its own books. */
  const honest = (s: Stage) => async (request: SigningRequest) => {
    const key = s.parties.find(({ address }) => BigInt(address) === BigInt(request.party));
    if (key === undefined) throw new Error("not one of ours");
    const books = { party: key.address, domain: s.domain, open: s.debts, now: await s.now() };
    const { nonce } = await s.netting.marginOf(key, s.tokenId);
    return signCycle(key, request.proposal, books, nonce);
  };

  const collecting = (s: Stage, more: Partial<Collecting> = {}): Collecting => ({
    domain: s.domain,
    obligations: s.debts,
    provider: ethers.provider,
    clock: s.clock,
    ask: honest(s),
    signWithin: 60n,
    settleWithin: 600n,
    ...more,
  });

  /** Answers otherwise for one party. */
  const except =
    (s: Stage, who: Wallet, answer: (request: SigningRequest) => Promise<string>) =>
    (request: SigningRequest) =>
      BigInt(request.party) === BigInt(who.address) ? answer(request) : honest(s)(request);

  const settled = (outcome: CollectedCycle | NoCycle): CollectedCycle => {
    if (!outcome.settles) throw new Error(outcome.why);
    return outcome;
  };
  const balances = async (s: Stage) =>
    Promise.all(s.parties.map(async (each) => (await s.netting.marginOf(each, s.tokenId)).balance));
  const why = ({ absent }: CollectedCycle | NoCycle) =>
    [...absent].map(([party, absence]) => [BigInt(party), absence]);

  it("ends with a cycle that settles", async () => {
    const s = await fixture();
    const outcome = settled(await collectCycle(collecting(s)));
    expect([outcome.rounds, outcome.gross, outcome.bound]).to.deep.equal([1, 450n, 450n]);
    expect(outcome.cycle.deadline).to.equal(s.clock.now() + 660n);
    expect(s.clock.waits).to.deep.equal([60n]);
    expect(new Set(outcome.cleared)).to.deep.equal(new Set(s.debts));
    await s.netting.settle(outcome.cycle);
    expect(await balances(s)).to.deep.equal([MARGIN - 50n, MARGIN, MARGIN + 50n, MARGIN]);
  });

  it("leaves out who doesn't sign in time, and solves for the rest", async () => {
    const s = await fixture();
    let signed = 0;
    const never = (request: SigningRequest) =>
      except(s, s.dora, ({ signal }) => {
        return new Promise((_, refuse) => signal.addEventListener("abort", () => refuse(new Error("late"))));
      })(request).finally(() => {
        // Once all others have signed, time is up.
        if (++signed === 3) setTimeout(s.clock.over);
      });
    const outcome = settled(await collectCycle(collecting(s, { ask: never })));
    expect(outcome.rounds).to.equal(2);
    expect(why(outcome)).to.deep.equal([[BigInt(s.dora.address), "LATE"]]);
    expect(outcome.gross).to.equal(250n);
    await s.netting.settle(outcome.cycle);
    expect(await balances(s)).to.deep.equal([MARGIN - 150n, MARGIN, MARGIN + 150n, MARGIN]);
  });

  it("leaves out who refuses, and whose signature isn't one", async () => {
    const s = await fixture();
    const refuses = except(s, s.dora, () => Promise.reject(new Error("no")));
    const first = settled(await collectCycle(collecting(s, { ask: refuses })));
    expect(why(first)).to.deep.equal([[BigInt(s.dora.address), "REFUSED"]]);
    const stale = except(s, s.dora, (request) =>
      signCycle(
        s.dora,
        request.proposal,
        { party: s.dora.address, domain: s.domain, open: s.debts, now: s.clock.now() },
        9n,
      ),
    );
    const second = settled(await collectCycle(collecting(s, { ask: stale })));
    expect(why(second)).to.deep.equal([[BigInt(s.dora.address), "BAD_SIGNATURE"]]);
  });

  it("leaves out who signs and voids the cycle before it can settle", async () => {
    const s = await fixture();
    const voids = except(s, s.anna, async (request) => {
      const signature = await honest(s)(request);
      await s.netting.connect(s.anna).setCap(s.tokenId, 0n);
      return signature;
    });
    const outcome = settled(await collectCycle(collecting(s, { ask: voids })));
    expect(why(outcome)).to.deep.equal([[BigInt(s.anna.address), "VOIDED"]]);
    expect(outcome.gross).to.equal(200n);
    await s.netting.settle(outcome.cycle);
  });

  it("reckons with caps, and with what is announced to be withdrawn before the deadline", async () => {
    const s = await fixture();
    await s.netting.connect(s.anna).announceWithdrawal(s.tokenId, MARGIN - 20n);
    const before = settled(await collectCycle(collecting(s)));
    expect(before.gross, "not due before the deadline").to.equal(450n);
    await s.goTo((await s.now()) + 3_000n);
    const later = { ...s, clock: testClock(await s.now()) };
    const after = settled(await collectCycle(collecting(later)));
    expect(after.gross, "due before the deadline").to.equal(400n);
    await s.netting.settle(after.cycle);
    await s.netting.connect(s.anna).announceWithdrawal(s.tokenId, 0n);
    await s.netting.connect(s.anna).setCap(s.tokenId, 49n);
    expect(settled(await collectCycle(collecting(later))).gross, "above the cap").to.equal(400n);
  });

  it("says which obligations can't be netted, and why", async () => {
    const s = await fixture();
    const [first] = s.debts as [SignedObligation];
    const forged = { ...first, amount: 7n };
    const nothing = { ...first, amount: 0n };
    const outcome = settled(
      await collectCycle(collecting(s, { obligations: [...s.debts, first, forged, nothing] })),
    );
    expect(outcome.unfit).to.deep.equal([
      { obligation: first, why: "it is there twice" },
      { obligation: forged, why: "its debtor hasn't signed it" },
      { obligation: nothing, why: "its amount is not above zero" },
    ]);
    expect(outcome.gross).to.equal(450n);
  });

  it("says why there is no cycle", async () => {
    const s = await fixture();
    const none = async (more: Partial<Collecting>) => {
      const outcome = await collectCycle(collecting(s, more));
      if (outcome.settles) throw new Error("it settles");
      return [outcome.code, outcome.rounds];
    };
    expect(await none({ obligations: [] })).to.deep.equal(["NOTHING_CLEARS", 1]);
    const nobody = () => Promise.reject(new Error("no"));
    expect(await none({ ask: nobody })).to.deep.equal(["NOTHING_CLEARS", 2]);
    const dora = except(s, s.dora, nobody);
    expect(await none({ ask: dora, rounds: 1 })).to.deep.equal(["TOO_MANY_ROUNDS", 1]);
    // A coordinator whose clock is wrong, among parties that sign anything.
    const late = { ...s.clock, now: () => 1n };
    const blind = ({ party, proposal, nonce }: SigningRequest) => {
      const key = s.parties.find(({ address }) => BigInt(address) === BigInt(party));
      const net = proposal.cycle.entries.find((entry) => entry.party === party)?.net ?? 0n;
      if (key === undefined) throw new Error("not one of ours");
      const { asset } = proposal.cycle;
      return signPosition(key, s.domain, { cycle: hashCycle(proposal.cycle), party, asset, net, nonce });
    };
    expect(await none({ clock: late, ask: blind })).to.deep.equal(["REVERTS", 1]);
    for (const party of s.parties) await s.netting.connect(party).setCap(s.tokenId, 0n);
    expect(await none({ obligations: s.debts.slice(0, 3) })).to.deep.equal(["NOTHING_CLEARS", 1]);
  });

  it("waits by the machine's clock, and no longer than it must", async () => {
    const before = BigInt(Math.floor(Date.now() / 1_000));
    expect(SYSTEM_CLOCK.now() >= before && SYSTEM_CLOCK.now() <= before + 5n).to.equal(true);
    const given = new AbortController();
    await SYSTEM_CLOCK.wait(0n, given.signal);
    const ended = SYSTEM_CLOCK.wait(3_000n, given.signal);
    given.abort();
    expect(await ended).to.equal(undefined);
  });

  it("refuses times that the contract wouldn't", async () => {
    const s = await fixture();
    const refusal = await collectCycle(collecting(s, { signWithin: 3_000n, settleWithin: 601n })).then(
      () => undefined,
      (error: TerminalError) => error,
    );
    expect(refusal?.code).to.equal("DEADLINE_TOO_FAR");
  });
});
