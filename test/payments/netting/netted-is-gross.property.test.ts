import { expect } from "chai";
import fc from "fast-check";
import { proposeCycle } from "../../../src/payments/netting/cycle.ts";
import { solveCycle } from "../../../src/payments/netting/solve-cycle.ts";
import { propertyCases } from "../../../src/testing/property-cases.ts";
import { LATER, NOWHERE, owes, partyKeys } from "../../support/nettingParties.ts";

const PARTIES = partyKeys(8);

/** Amounts small, large and equal, so that rings, ties and impossible ones occur. */
const amounts = fc.oneof(
  fc.bigInt(1n, 10n),
  fc.bigInt(1n, 10n ** 24n),
  fc.constantFrom(1n, 100n, 10n ** 18n, (1n << 112n) - 1n),
);

const graphs = fc.record({
  debts: fc.array(
    fc
      .record({ from: fc.nat(7), step: fc.integer({ min: 1, max: 7 }), amount: amounts })
      .map(({ from, step, amount }) => ({ from, to: (from + step) % 8, amount })),
    { maxLength: 40 },
  ),
  balances: fc.array(fc.oneof({ arbitrary: fc.constant(0n), weight: 1 }, { arbitrary: amounts, weight: 3 }), {
    minLength: 8,
    maxLength: 8,
  }),
  caps: fc.array(fc.oneof(fc.constant((1n << 112n) - 1n), amounts), { minLength: 8, maxLength: 8 }),
});

// INV-PAY-4: what is netted is what would have been paid.
describe("netted is gross", () => {
  it("for any obligations, balances and caps: same balances, sums of zero, caps kept, nobody's net invented", async function () {
    this.timeout(0);
    let cases = 0;
    let cleared = 0;
    await fc.assert(
      fc.asyncProperty(graphs, async ({ debts, balances, caps }) => {
        const obligations = debts.map(({ from, to, amount }, i) => {
          const [debtor, creditor] = [PARTIES[from], PARTIES[to]];
          if (debtor === undefined || creditor === undefined) throw new Error("eight parties");
          return owes(debtor, creditor, amount, { salt: BigInt(i) });
        });
        const start = new Map(PARTIES.map(({ address }, i) => [address.toLowerCase(), balances[i] ?? 0n]));
        const capOf = new Map(PARTIES.map(({ address }, i) => [address.toLowerCase(), caps[i] ?? 0n]));
        const limitOf = (party: string) => {
          const [balance, cap] = [start.get(party) ?? 0n, capOf.get(party) ?? 0n];
          return balance < cap ? balance : cap;
        };
        const solution = await solveCycle(obligations, limitOf);

        // Nothing is lost and nothing invented.
        const all = [...solution.cleared, ...solution.left].sort((a, b) => Number(a.salt - b.salt));
        expect(all).to.deep.equal(obligations);
        expect(solution.gross).to.equal(solution.cleared.reduce((sum, { amount }) => sum + amount, 0n));
        expect(solution.gross <= solution.bound).to.equal(true);

        // Paid one by one, the money coming when it comes.
        const gross = new Map(start);
        for (const { debtor, creditor, amount } of solution.cleared) {
          gross.set(debtor.toLowerCase(), (gross.get(debtor.toLowerCase()) ?? 0n) - amount);
          gross.set(creditor.toLowerCase(), (gross.get(creditor.toLowerCase()) ?? 0n) + amount);
        }
        // Settled by the vector.
        const netted = new Map(start);
        const { entries } =
          solution.cleared.length === 0
            ? { entries: [] }
            : proposeCycle(NOWHERE, solution.cleared, LATER).cycle;
        for (const { party, net } of entries) {
          const balance = netted.get(party) ?? 0n;
          expect(-net <= (capOf.get(party) ?? 0n), "cap").to.equal(true);
          expect(balance + net >= 0n, "balance").to.equal(true);
          netted.set(party, balance + net);
        }
        expect(netted).to.deep.equal(gross);
        expect(new Map(entries.map(({ party, net }) => [party, net]))).to.deep.equal(solution.nets);
        expect(entries.reduce((sum, { net }) => sum + net, 0n)).to.equal(0n);
        cases++;
        if (solution.cleared.length > 0) cleared++;
      }),
      { numRuns: propertyCases() },
    );
    expect(cases).to.equal(propertyCases());
    // Most graphs clear something, or this says nothing.
    expect(cleared * 2 > cases, `${cleared} of ${cases}`).to.equal(true);
  });
});
