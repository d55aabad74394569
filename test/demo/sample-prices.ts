import { cents } from "../../src/core/money.ts";
import type { Mode } from "../../src/demo/prices/model.ts";
import type { PriceReplayResult, PriceStep } from "../../src/demo/prices/result.ts";

const START = 1_678_492_800;
const HOUR = 3_600;
const DOLLAR = 10n ** 12n;

/** Four hours of a stable coin: agreed, disputed, one source, silence. */
export function samplePrices(): PriceReplayResult {
  const step = (
    hour: number,
    mode: Mode,
    bid: bigint,
    mid: bigint,
    ask: bigint,
    mask: number,
  ): PriceStep => ({
    at: START + hour * HOUR,
    mode,
    bid: (bid * DOLLAR) / 1_000n,
    mid: (mid * DOLLAR) / 1_000n,
    ask: (ask * DOLLAR) / 1_000n,
    mask,
  });
  return {
    id: "sample",
    title: "A stable coin for four hours",
    finding: "It fell, and what queued was paid.",
    symbol: "USDC",
    decimals: 6,
    sources: ["a venue", "another"],
    deltaBps: 100,
    scale: "linear",
    caveats: ["Made up for tests."],
    recordEnds: START + 3 * HOUR,
    steps: [
      step(0, "NORMAL", 999n, 1_000n, 1_001n, 3),
      step(1, "DISPUTED", 900n, 940n, 980n, 3),
      step(2, "DEGRADED", 900n, 900n, 900n, 1),
      step(3, "HALT", 0n, 0n, 0n, 0),
      step(75, "HALT", 0n, 0n, 0n, 0),
    ],
    exits: [
      {
        customer: "dollars",
        at: START,
        amount: 1_000_000n,
        mode: "NORMAL",
        ask: (1_001n * DOLLAR) / 1_000n,
        outcome: "paid",
        reasons: [],
        charged: cents(101n),
      },
      {
        customer: "units",
        at: START + HOUR,
        amount: 5_000_000n,
        mode: "DISPUTED",
        ask: (980n * DOLLAR) / 1_000n,
        outcome: "queued",
        reasons: ["PRICE_NOT_NORMAL"],
        charged: cents(0n),
        late: START + 73 * HOUR,
        release: { at: START + 75 * HOUR, mode: "HALT", paid: 5_000_000n },
      },
    ],
    breaker: 10_000_000n,
    dollarLimit: cents(1_000n),
    held: 1n,
    owed: 1n,
    broken: [],
  };
}
