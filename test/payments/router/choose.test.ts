import { expect } from "chai";
import fc from "fast-check";
import { costText, spanText } from "../../../src/payments/router/amount-text.ts";
import { choose } from "../../../src/payments/router/choose.ts";
import { explainChoice } from "../../../src/payments/router/explain-choice.ts";
import type { Leg, Quote } from "../../../src/payments/router/route.ts";
import { type Place, RISKS, type Risk, type Wish } from "../../../src/payments/router/wish.ts";
import { refusalOf } from "../../support/refusal.ts";

const NOW = 1_800_000_000n;
const LEDGER: Place = { chain: "eip155:1", in: "ledger" };
const WALLET: Place = { chain: "eip155:1", in: "wallet" };
const BOND = {
  schedule: { start: 0n, duration: 0n, step: 0n, cliff: 0n },
  ...{ capture: false, condition: `0x${"11".repeat(32)}`, latchBy: NOW + 9n, expiry: NOW + 10n },
  ...{ arbiter: `0x${"00".repeat(20)}`, feeBps: 0n, feeTo: `0x${"00".repeat(20)}` },
};

const wish = (more: Partial<Wish> = {}): Wish => ({
  ...{ id: `0x${"ab".repeat(32)}`, payer: `0x${"0a".repeat(20)}`, payee: `0x${"0b".repeat(20)}` },
  ...{ asset: 1n, amount: 5n, deadline: NOW + 3_600n, risk: "others", accepts: [LEDGER, WALLET] },
  ...more,
});

const leg = (route: string, cost: bigint, inSeconds: bigint, more: Partial<Leg> = {}): Leg => ({
  ...{ state: "open", route, place: LEDGER, cost, arrives: NOW + inSeconds, risk: "final" },
  ...{ binds: false, notes: [], steps: [] },
  ...more,
});

const names = (quotes: readonly Quote[], as: Wish = wish()) => {
  const { chosen, fallbacks } = choose(as, quotes, NOW);
  return [chosen?.route, ...fallbacks.map(({ route }) => route)];
};
const codes = (quote: Quote, as: Wish) =>
  choose(as, [quote], NOW).refused.flatMap(({ reasons }) => reasons.map(({ code }) => code));

describe("the choice of a route", () => {
  describe("what comes first", () => {
    const slow = leg("slow", 10n, 60n);
    const fast = leg("fast", 20n, 0n);
    const table: readonly (readonly [string, Wish, readonly Quote[], readonly string[]])[] = [
      ["the cheapest", wish(), [fast, slow], ["slow", "fast"]],
      ["the soonest where time is preferred", wish({ prefer: "time" }), [slow, fast], ["fast", "slow"]],
      ["the soonest of equal cost", wish(), [leg("b", 10n, 9n), leg("c", 10n, 8n)], ["c", "b"]],
      [
        "the cheapest of equal time",
        wish({ prefer: "time" }),
        [leg("a", 2n, 0n), leg("b", 1n, 0n)],
        ["b", "a"],
      ],
      [
        "the least risk of equals",
        wish(),
        [leg("a", 1n, 0n, { risk: "others" }), leg("b", 1n, 0n)],
        ["b", "a"],
      ],
      ["the name of equals in everything", wish(), [leg("b", 1n, 0n), leg("a", 1n, 0n)], ["a", "b"]],
      [
        "what was there before now is there at once",
        wish(),
        [leg("a", 1n, -9n), leg("b", 1n, -99n)],
        ["a", "b"],
      ],
    ];
    for (const [what, as, quotes, expected] of table) {
      it(what, () => expect(names(quotes, as)).to.deep.equal(expected));
    }
  });

  describe("what is refused, with which reasons", () => {
    const queued = leg("exit", 1n, 43_200n, {
      ...{ place: WALLET, risk: "time" },
      notes: [{ code: "SUBJECT_LIMIT", text: "the customer's limit for a day is full" }],
    });
    const table: readonly (readonly [string, Quote, Wish, readonly string[]])[] = [
      ["too late, with what delays it", queued, wish(), ["SUBJECT_LIMIT", "DEADLINE"]],
      ["at the deadline it is in time", leg("a", 1n, 3_600n), wish(), []],
      ["a second later it isn't", leg("a", 1n, 3_601n), wish(), ["DEADLINE"]],
      ["riskier than wanted", leg("a", 1n, 0n, { risk: "others" }), wish({ risk: "time" }), ["RISK"]],
      ["dearer than wanted", leg("a", 2n, 0n), wish({ mostCost: 1n }), ["COST"]],
      ["as dear as wanted", leg("a", 2n, 0n), wish({ mostCost: 2n }), []],
      ["to the wrong place", leg("a", 1n, 0n, { place: WALLET }), wish({ accepts: [LEDGER] }), ["PLACE"]],
      [
        "to the right place of another chain",
        leg("a", 1n, 0n, { place: { ...LEDGER, chain: "eip155:10" } }),
        wish(),
        ["PLACE"],
      ],
      ["unbound", leg("a", 1n, 0n), wish({ bond: BOND }), ["BOND"]],
      ["bound", leg("a", 1n, 0n, { binds: true }), wish({ bond: BOND }), []],
      [
        "everything at once",
        queued,
        wish({ risk: "final", mostCost: 0n, accepts: [LEDGER], bond: BOND }),
        ["SUBJECT_LIMIT", "PLACE", "BOND", "RISK", "COST", "DEADLINE"],
      ],
    ];
    for (const [what, quote, as, expected] of table) {
      it(what, () => {
        expect(codes(quote, as)).to.deep.equal(expected);
        expect(choose(as, [quote], NOW).chosen === undefined).to.equal(expected.length > 0);
      });
    }
  });

  it("takes no two routes of one name", async () => {
    const twice = () => choose(wish(), [leg("a", 1n, 0n), leg("a", 2n, 0n)], NOW);
    expect(await refusalOf(async () => twice())).to.equal("ROUTES_OF_ONE_NAME");
  });

  it("is explained, a line for each route", () => {
    const late = leg("vault exit", 90_000n, 43_100n, {
      notes: [{ code: "ABOVE_SINGLE_LIMIT", text: "above the instant limit" }],
    });
    const choice = choose(
      wish(),
      [late, leg("escrow", 81_234n, 0n), leg("ledger transfer", 29_999n, 0n)],
      NOW,
    );
    expect(explainChoice(choice, NOW)).to.deep.equal([
      "ledger transfer: 0.03 USD, at once",
      "else escrow: 0.09 USD, at once",
      "vault exit refused: above the instant limit, would arrive in 12 h",
    ]);
    const none = choose(wish(), [late], NOW);
    expect(explainChoice(none, NOW)[0]).to.equal("no route will do");
  });

  it("tells costs rounded up to cents, below a cent to two digits", () => {
    const told = [0n, 1n, 99n, 101n, 9_999n, 10_000n, 10_001n, 1_500_000n, 12_000_000n].map(costText);
    const cents = ["0 USD", "0.000001 USD", "0.000099 USD", "0.00011 USD", "0.01 USD", "0.01 USD"];
    expect(told).to.deep.equal([...cents, "0.02 USD", "1.50 USD", "12 USD"]);
  });

  it("tells times rounded up in the smallest unit of two digits", () => {
    const told = [0n, 1n, 99n, 100n, 5_940n, 5_941n, 43_200n, 356_400n, 356_401n, 10_000_000n].map(spanText);
    const small = ["at once", "in 1 s", "in 99 s", "in 2 min", "in 99 min", "in 2 h", "in 12 h", "in 99 h"];
    expect(told).to.deep.equal([...small, "in 5 d", "in 116 d"]);
  });

  describe("of any routes", () => {
    const SEED = 20_261_127;
    const RUNS = 2_000;
    const risks = fc.constantFrom<Risk>(...RISKS);
    const quote = fc
      .record({
        cost: fc.bigInt({ min: 0n, max: 6n }),
        time: fc.bigInt({ min: -2n, max: 6n }),
        risk: risks,
        wallet: fc.boolean(),
        binds: fc.boolean(),
        closed: fc.integer({ min: 0, max: 4 }).map((one) => one === 0),
      })
      .map(
        ({ cost, time, risk, wallet, binds, closed: shut }) =>
          (route: string): Quote =>
            shut
              ? { state: "closed", route, reasons: [{ code: "BALANCE", text: "too little" }] }
              : leg(route, cost, time, { risk, binds, place: wallet ? WALLET : LEDGER }),
      );
    const quotes = fc
      .array(quote, { maxLength: 8 })
      .map((made) => made.map((one, place) => one(`route ${place}`)));
    const wishes = fc
      .record({
        risk: risks,
        deadline: fc.bigInt({ min: NOW, max: NOW + 6n }),
        prefer: fc.constantFrom<"cost" | "time">("cost", "time"),
        accepts: fc.constantFrom([LEDGER], [WALLET], [LEDGER, WALLET]),
        most: fc.option(fc.bigInt({ min: 0n, max: 6n })),
        bound: fc.boolean(),
      })
      .map(({ most, bound, ...given }) =>
        wish({ ...given, ...(most === null ? {} : { mostCost: most }), ...(bound ? { bond: BOND } : {}) }),
      );
    const check = (property: (as: Wish, given: readonly Quote[]) => void) =>
      fc.assert(fc.property(wishes, quotes, property), { seed: SEED, numRuns: RUNS });
    /** Said again by itself, as the model that the choice is compared with. */
    const admissible = (as: Wish, one: Quote): one is Leg =>
      one.state === "open" &&
      one.arrives <= as.deadline &&
      RISKS.indexOf(one.risk) <= RISKS.indexOf(as.risk) &&
      (as.mostCost === undefined || one.cost <= as.mostCost) &&
      as.accepts.some((place) => place.in === one.place.in) &&
      (as.bond === undefined || one.binds);
    const timeOf = (one: Leg) => (one.arrives < NOW ? NOW : one.arrives);
    const dominates = (a: Leg, b: Leg) => {
      const noWorse =
        a.cost <= b.cost && timeOf(a) <= timeOf(b) && RISKS.indexOf(a.risk) <= RISKS.indexOf(b.risk);
      return noWorse && (a.cost < b.cost || timeOf(a) < timeOf(b) || a.risk !== b.risk);
    };

    it(`every route is either open or refused with a reason, and only what is admissible is open (seed ${SEED})`, () => {
      check((as, given) => {
        const { chosen, fallbacks, refused } = choose(as, given, NOW);
        const open = chosen === undefined ? [] : [chosen, ...fallbacks];
        const expected = given.filter((one) => admissible(as, one)).map(({ route }) => route);
        expect(open.map(({ route }) => route)).to.have.members(expected);
        expect(open.length + refused.length).to.equal(given.length);
        for (const { reasons } of refused) expect(reasons).not.to.be.empty;
      });
    });

    it("what is chosen is dominated by nothing that is admissible", () => {
      check((as, given) => {
        const { chosen } = choose(as, given, NOW);
        if (chosen === undefined) return;
        const better = given
          .filter((one) => admissible(as, one))
          .filter((one) => dominates(one as Leg, chosen));
        expect(better).to.be.empty;
      });
    });

    it("a worse or forbidden route changes nothing, and neither does the order", () => {
      check((as, given) => {
        const { chosen } = choose(as, given, NOW);
        const more: Quote[] = [
          leg("a forbidden one", 0n, 0n, { place: { chain: "eip155:10", in: "ledger" } }),
          { state: "closed", route: "a closed one", reasons: [] },
        ];
        if (chosen !== undefined) more.push({ ...chosen, route: "a dearer one", cost: chosen.cost + 1n });
        if (chosen !== undefined)
          more.push({ ...chosen, route: "a later one", arrives: timeOf(chosen) + 1n });
        expect(choose(as, [...more, ...given].reverse(), NOW).chosen).to.deep.equal(chosen);
      });
    });
  });
});
