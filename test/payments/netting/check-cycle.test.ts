import { expect } from "chai";
import { concat, id, keccak256, TypedDataEncoder, type Wallet } from "ethers";
import type { TerminalError } from "../../../src/core/errors.ts";
import { type CycleFaultCode, checkCycle, signCycle } from "../../../src/payments/netting/check-cycle.ts";
import {
  type Cycle,
  type CycleProposal,
  hashCycle,
  POSITION_TYPES,
  proposeCycle,
} from "../../../src/payments/netting/cycle.ts";
import { hashObligation, type SignedObligation } from "../../../src/payments/netting/obligation.ts";
import { obligationTree } from "../../../src/payments/netting/obligation-tree.ts";
import { isSignedBy } from "../../../src/payments/netting/signed-by.ts";
import { randomDebts, seeded } from "../../../src/testing/random-debts.ts";
import { LATER, NOWHERE, partyKeys, signedDebt } from "../../support/nettingParties.ts";

const NOW = 2_000_000_000n;
const DEADLINE = NOW + 1_800n;

const [anna, bert, carl, dora] = partyKeys(4) as [Wallet, Wallet, Wallet, Wallet];

/** A ring that comes out uneven: anna gives 30, bert gets 10, carl gets 20. */
async function ring() {
  return {
    toBert: await signedDebt(NOWHERE, anna, bert, 100n),
    toCarl: await signedDebt(NOWHERE, bert, carl, 90n),
    toAnna: await signedDebt(NOWHERE, carl, anna, 70n),
  };
}

const { toBert, toCarl, toAnna } = await ring();
const DEBTS = [toBert, toCarl, toAnna];
const honest = () => proposeCycle(NOWHERE, DEBTS, DEADLINE);
const booksOf = (key: { address: string }, open: readonly SignedObligation[] = DEBTS) => ({
  party: key.address,
  domain: NOWHERE,
  open,
  now: NOW,
});
const faultsFor = async (proposal: CycleProposal, key: { address: string }, open = DEBTS) =>
  (await checkCycle(proposal, booksOf(key, open))).faults.map(({ code }) => code);
const altered = (changed: Partial<Cycle>, more: Partial<CycleProposal> = {}): CycleProposal => {
  const { cycle, ...rest } = honest();
  return { ...rest, ...more, cycle: { ...cycle, ...changed } };
};
const netOf = (key: { address: string }, by: bigint) =>
  honest().cycle.entries.map((entry) =>
    BigInt(entry.party) === BigInt(key.address) ? { ...entry, net: entry.net + by } : entry,
  );

describe("checking a cycle before signing it", () => {
  it("finds nothing wrong with an honest one, and says what it clears and comes to", async () => {
    const expected = [
      [anna, -30n, [toBert, toAnna]],
      [bert, 10n, [toBert, toCarl]],
      [carl, 20n, [toCarl, toAnna]],
    ] as const;
    for (const [key, net, cleared] of expected) {
      expect(await checkCycle(honest(), booksOf(key))).to.deep.equal({ faults: [], cleared, net });
    }
  });

  it("needs no more than a party's own obligations", async () => {
    expect(await faultsFor(honest(), anna, [toBert, toAnna])).to.deep.equal([]);
  });

  it("doesn't mind what is left out: it stays owed", async () => {
    const more = await signedDebt(NOWHERE, anna, bert, 5n, { salt: 1n });
    expect(await faultsFor(honest(), anna, [...DEBTS, more])).to.deep.equal([]);
  });

  it("signs what it has checked, for the party's own contract", async () => {
    const signature = await signCycle(anna, honest(), booksOf(anna), 7n);
    const { asset } = honest().cycle;
    const position = { cycle: hashCycle(honest().cycle), party: anna.address, asset, net: -30n, nonce: 7n };
    const digest = TypedDataEncoder.hash(NOWHERE, POSITION_TYPES, position);
    expect(await isSignedBy(anna.address, digest, signature)).to.equal(true);
  });

  it("doesn't sign what is wrong, and says all of it", async () => {
    const wrong = altered({ deadline: NOW - 1n, entries: netOf(anna, -1n) });
    const refusal = await signCycle(anna, wrong, booksOf(anna), 0n).then(
      () => undefined,
      (error: TerminalError) => error,
    );
    expect(refusal?.code).to.equal("CYCLE_REFUSED");
    expect(refusal?.facts).to.deep.equal({ party: anna.address, fault: "TOO_LATE", faults: 3 });
    expect(refusal?.message).to.include(
      "gives this party -31, and its obligations under the root come to -30",
    );
  });

  describe("given a lie", () => {
    const invented = async () => {
      const debt = await signedDebt(NOWHERE, anna, dora, 50n);
      return { ...debt, signature: toBert.signature };
    };
    const lies: [string, () => Promise<CycleProposal> | CycleProposal, Wallet, CycleFaultCode[]][] = [
      [
        "another chain",
        () => altered({}, { domain: { ...NOWHERE, chainId: 1n } }),
        anna,
        ["OTHER_DEPLOYMENT"],
      ],
      [
        "another contract",
        () => altered({}, { domain: { ...NOWHERE, verifyingContract: anna.address } }),
        anna,
        ["OTHER_DEPLOYMENT"],
      ],
      ["a deadline that has passed", () => altered({ deadline: NOW - 1n }), anna, ["TOO_LATE"]],
      ["a deadline too far", () => altered({ deadline: NOW + 3_601n }), anna, ["DEADLINE_TOO_FAR"]],
      ["another root", () => altered({ obligations: id("other") }), anna, ["OTHER_ROOT"]],
      ["another asset", () => altered({ asset: 1n }), anna, ["OTHER_ASSET", "OTHER_ASSET"]],
      [
        "a net that is changed alone",
        () => altered({ entries: netOf(anna, -1n) }),
        anna,
        ["NOT_ZERO_SUM", "WRONG_NET"],
      ],
      [
        "parties out of order",
        () => altered({ entries: honest().cycle.entries.toReversed() }),
        anna,
        ["NOT_ASCENDING"],
      ],
      [
        "a party named twice",
        () => altered({ entries: honest().cycle.entries.flatMap((e) => [e, { ...e, net: 0n }]) }),
        anna,
        ["NOT_ASCENDING"],
      ],
      [
        "a party that isn't named, so that it needn't sign",
        () =>
          altered({
            entries: honest().cycle.entries.filter(({ party }) => BigInt(party) !== BigInt(bert.address)),
          }),
        anna,
        ["NOT_ZERO_SUM", "COUNTERPARTY_NOT_NAMED"],
      ],
      [
        "an own obligation that is dropped from the root and kept in the net",
        () => {
          const { root, hashes } = obligationTree([toBert, toCarl].map(hashObligation));
          return altered({ obligations: root }, { hashes });
        },
        anna,
        ["WRONG_NET"],
      ],
      [
        "an own obligation under the root that the net doesn't count",
        () => ({
          ...proposeCycle(NOWHERE, DEBTS, DEADLINE),
          cycle: { ...honest().cycle, entries: netOf(anna, -70n) },
        }),
        anna,
        ["NOT_ZERO_SUM", "WRONG_NET"],
      ],
      [
        "an invented obligation",
        async () => proposeCycle(NOWHERE, [...DEBTS, await invented()], DEADLINE),
        anna,
        ["WRONG_NET"],
      ],
      [
        "an obligation that is cleared twice",
        () => ({ ...honest(), hashes: [...honest().hashes, hashObligation(toBert)] }),
        anna,
        ["OBLIGATION_TWICE"],
      ],
      ["no obligation at all", () => ({ ...honest(), hashes: [] }), anna, ["OTHER_ROOT", "WRONG_NET"]],
      ["a cycle of others", () => honest(), dora, ["NOT_NAMED"]],
    ];
    for (const [lie, proposal, key, codes] of lies) {
      it(`finds ${lie}`, async () => {
        expect(await faultsFor(await proposal(), key)).to.deep.equal(codes);
      });
    }

    it("finds a hidden subtree: what is shown are obligations' hashes, not the children of inner nodes", async () => {
      // The proposer would clear anna's claim on carl without counting it.
      const children = [toCarl, toAnna].map((debt) => keccak256(hashObligation(debt))).sort();
      const node = concat(children);
      const [left, right] = [keccak256(node), keccak256(hashObligation(toBert))].sort();
      const obligations = keccak256(concat([left ?? "", right ?? ""]));
      const without = proposeCycle(NOWHERE, [toBert], DEADLINE);
      const cycle = { ...without.cycle, obligations };
      for (const shown of [node, keccak256(node)]) {
        const lie = { ...without, cycle, hashes: [shown, hashObligation(toBert)] };
        expect(await faultsFor(lie, anna)).to.deep.equal(["OTHER_ROOT"]);
      }
    });

    it("finds an obligation that its debtor hasn't signed, can't be netted or is no longer for netting", async () => {
      const forged = { ...toAnna, signature: toBert.signature };
      expect(await faultsFor(honest(), anna, [toBert, forged])).to.deep.equal(["NOT_SIGNED"]);
      const due = await signedDebt(NOWHERE, anna, bert, 1n, { dueBy: DEADLINE - 1n });
      expect(await faultsFor(proposeCycle(NOWHERE, [due], DEADLINE), anna, [due])).to.deep.equal([
        "NOT_FOR_NETTING",
      ]);
      const nothing = { ...toBert, amount: 0n };
      expect(await faultsFor(proposeCycle(NOWHERE, [nothing], DEADLINE), anna, [nothing])).to.deep.equal([
        "BAD_OBLIGATION",
        "NOT_SIGNED",
      ]);
    });

    it("is found by someone, whatever a solver drops, invents or changes", async () => {
      const keys = partyKeys(4);
      const random = seeded(4);
      const below = (end: number) => Math.floor(random() * end);
      const debts = await Promise.all(
        randomDebts(keys, 9, 1_000n, 2).map(({ debtor, creditor, amount, salt }) =>
          signedDebt(NOWHERE, debtor, creditor, amount, { salt }),
        ),
      );
      const truth = proposeCycle(NOWHERE, debts, DEADLINE);
      /** Finds of all parties, each with what it knows. */
      const found = async (lie: CycleProposal) => {
        const faults = await Promise.all(
          keys.map((key) =>
            faultsFor(
              lie,
              key,
              debts.filter(({ debtor, creditor }) => debtor === key.address || creditor === key.address),
            ),
          ),
        );
        return faults.flat();
      };
      expect(await found(truth)).to.deep.equal([]);
      for (let turn = 0; turn < 4; turn++) {
        const place = below(debts.length);
        const dropped = debts.toSpliced(place, 1);
        const [one, other] = [below(4), below(3)];
        const moved = truth.cycle.entries.map((entry, i) => ({
          ...entry,
          net: entry.net + (i === one ? 1n : i === (one + 1 + other) % 4 ? -1n : 0n),
        }));
        const stranger = { ...debts[place], salt: LATER + BigInt(turn) } as SignedObligation;
        const lies: CycleProposal[] = [
          { ...truth, cycle: { ...truth.cycle, entries: moved } },
          { ...proposeCycle(NOWHERE, dropped, DEADLINE), cycle: { ...truth.cycle } },
          {
            ...proposeCycle(NOWHERE, dropped, DEADLINE),
            cycle: { ...proposeCycle(NOWHERE, dropped, DEADLINE).cycle, entries: truth.cycle.entries },
          },
          proposeCycle(NOWHERE, [...debts, stranger], DEADLINE),
          { ...truth, cycle: { ...truth.cycle, obligations: id(`${turn}`) } },
        ];
        for (const [i, lie] of lies.entries()) {
          expect((await found(lie)).length > 0, `turn ${turn}, lie ${i}`).to.equal(true);
        }
      }
    });
  });
});
