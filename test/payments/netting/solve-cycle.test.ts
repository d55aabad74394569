import { expect } from "chai";
import type { TerminalError } from "../../../src/core/errors.ts";
import type { Obligation } from "../../../src/payments/netting/obligation.ts";
import { solveCycle } from "../../../src/payments/netting/solve-cycle.ts";
import { randomDebts, seeded } from "../../../src/testing/random-debts.ts";
import { owes, partyKeys } from "../../support/nettingParties.ts";

const parties = partyKeys(100);
const [anna, bert, carl, dora] = parties as [
  (typeof parties)[number],
  (typeof parties)[number],
  (typeof parties)[number],
  (typeof parties)[number],
];

const random = (count: number, among: number, most: bigint, seed: number): Obligation[] =>
  randomDebts(parties.slice(0, among), count, most, seed).map(({ debtor, creditor, amount, salt }) =>
    owes(debtor, creditor, amount, { salt }),
  );

/** Limits by address in lower case, by a seed. */
function randomLimits(among: number, most: number, seed: number): (party: string) => bigint {
  const next = seeded(seed);
  const limits = new Map(
    parties.slice(0, among).map(({ address }) => [address.toLowerCase(), BigInt(Math.floor(next() * most))]),
  );
  return (party) => limits.get(party) ?? 0n;
}

/** The most that whole obligations can clear: tries all choices. */
function mostOf(debts: readonly Obligation[], limitOf: (party: string) => bigint): bigint {
  let most = 0n;
  for (let choice = 0; choice < 1 << debts.length; choice++) {
    const given = new Map<string, bigint>();
    let gross = 0n;
    for (const [i, { debtor, creditor, amount }] of debts.entries()) {
      if (((choice >> i) & 1) === 0) continue;
      gross += amount;
      given.set(debtor, (given.get(debtor) ?? 0n) + amount);
      given.set(creditor, (given.get(creditor) ?? 0n) - amount);
    }
    if (gross > most && [...given].every(([party, net]) => net <= limitOf(party.toLowerCase()))) most = gross;
  }
  return most;
}

describe("the solver", () => {
  it("clears a ring without any money", async () => {
    const ring = [owes(anna, bert, 100n), owes(bert, carl, 100n), owes(carl, anna, 100n)];
    const { cleared, left, gross, bound, nets } = await solveCycle(ring, () => 0n);
    expect([cleared.length, left.length, gross, bound]).to.deep.equal([3, 0, 300n, 300n]);
    expect([...nets.values()]).to.deep.equal([0n, 0n, 0n]);
  });

  it("clears a chain with the money of its first party alone", async () => {
    const chain = [owes(anna, bert, 100n), owes(bert, carl, 90n), owes(carl, dora, 80n)];
    const { gross, nets } = await solveCycle(chain, (party) =>
      party === anna.address.toLowerCase() ? 100n : 0n,
    );
    expect(gross).to.equal(270n);
    expect(nets.get(anna.address.toLowerCase())).to.equal(-100n);
    expect(nets.get(dora.address.toLowerCase())).to.equal(80n);
  });

  it("leaves whole what doesn't fit whole, and says what parts would have cleared", async () => {
    const ring = [owes(anna, bert, 100n), owes(bert, carl, 99n), owes(carl, anna, 98n)];
    const { cleared, left, gross, bound } = await solveCycle(ring, () => 0n);
    expect([cleared.length, left.length, gross, bound]).to.deep.equal([0, 3, 0n, 294n]);
    expect((await solveCycle(ring, () => 2n)).gross).to.equal(297n);
  });

  it("finds what trying all choices finds", async () => {
    for (let seed = 0; seed < 60; seed++) {
      const among = 3 + (seed % 4);
      const debts = random(2 + (seed % 9), among, 1_000n, seed);
      const limitOf = randomLimits(among, 800, seed);
      const { gross, bound } = await solveCycle(debts, limitOf);
      const most = mostOf(debts, limitOf);
      expect(gross, `seed ${seed}`).to.equal(most);
      expect(bound >= most, `seed ${seed}`).to.equal(true);
    }
  });

  it("comes close to the bound where there are many", async () => {
    const debts = random(1_000, 100, 10n ** 24n, 1);
    const total = debts.reduce((sum, { amount }) => sum + amount, 0n);
    const { gross, bound, cleared, left } = await solveCycle(debts, () => total / 400n);
    expect(cleared.length + left.length).to.equal(1_000);
    expect(gross <= bound && bound < total).to.equal(true);
    expect(gross * 100n > bound * 97n, `${gross} of ${bound}`).to.equal(true);
  });

  it("answers the same whatever the order and the spelling of addresses", async () => {
    const debts = random(200, 30, 10n ** 20n, 5);
    const limitOf = randomLimits(30, 2e20, 6);
    const first = await solveCycle(debts, limitOf);
    const next = seeded(9);
    for (let turn = 0; turn < 5; turn++) {
      const places = debts.map((debt) => ({ debt, place: next() })).sort((a, b) => a.place - b.place);
      const shuffled = places.map(({ debt }) =>
        turn % 2 === 0 ? debt : { ...debt, debtor: debt.debtor.toLowerCase() },
      );
      const again = await solveCycle(shuffled, limitOf);
      expect(again.cleared.map(({ salt }) => salt)).to.deep.equal(first.cleared.map(({ salt }) => salt));
      expect(again.left.map(({ salt }) => salt)).to.deep.equal(first.left.map(({ salt }) => salt));
      expect([...again.nets]).to.deep.equal([...first.nets]);
      expect([again.gross, again.bound]).to.deep.equal([first.gross, first.bound]);
    }
  });

  it("is exact where floating point isn't", async () => {
    const most = (1n << 112n) - 1n;
    const debts = [owes(anna, bert, most), owes(bert, anna, most - 1n), owes(bert, carl, 1n)];
    const { gross, nets } = await solveCycle(debts, (party) =>
      party === anna.address.toLowerCase() ? 1n : 0n,
    );
    expect(gross).to.equal(2n * most);
    expect([...nets.values()].sort()).to.deep.equal([-1n, 0n, 1n]);
    expect((await solveCycle(debts, () => 0n)).gross).to.equal(0n);
  });

  it("takes a negative limit for none, and an endless one", async () => {
    const debts = [owes(anna, bert, 7n)];
    expect((await solveCycle(debts, () => -1n)).gross).to.equal(0n);
    expect((await solveCycle(debts, () => 1n << 200n)).gross).to.equal(7n);
  });

  it("needs no solver for no obligation", async () => {
    const { cleared, gross, bound } = await solveCycle(
      [],
      () => 0n,
      () => Promise.reject(new Error("loaded")),
    );
    expect([cleared, gross, bound]).to.deep.equal([[], 0n, 0n]);
  });

  it("refuses obligations to oneself, of nothing, and of two assets", async () => {
    const codeOf = (debts: readonly Obligation[]) =>
      solveCycle(debts, () => 0n).then(
        () => undefined,
        (error: TerminalError) => error.code,
      );
    expect(await codeOf([owes(anna, anna, 1n)])).to.equal("BAD_OBLIGATION");
    expect(await codeOf([owes(anna, bert, 0n)])).to.equal("BAD_OBLIGATION");
    expect(await codeOf([owes(anna, bert, 1n), owes(bert, anna, 1n, { asset: 1n })])).to.equal(
      "MIXED_ASSETS",
    );
  });
});
