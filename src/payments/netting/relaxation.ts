import type { Highs } from "highs";
import { RetryableError } from "../../core/errors.ts";
import type { NettingGraph } from "./netting-graph.ts";

/**
 * How HiGHS is loaded: lazily, as it is 3.5 MB of WebAssembly. A bundler that moves that file passes its own, and leaves
 * `node:module` external, which HiGHS imports where there is Node alone.
 *
 * @example
 * const load: LoadHighs = () => highs({ locateFile: (file) => `/assets/${file}` });
 */
export type LoadHighs = () => Promise<Highs>;

let loaded: Promise<Highs> | undefined;

/** The npm package's own loader, once. */
export const loadHighs: LoadHighs = () => {
  loaded ??= load();
  return loaded;
};

async function load(): Promise<Highs> {
  // Its types are those of its CommonJS build, whose loader lies one `default` deeper than the ES module's.
  const { default: start } = (await import("highs")) as unknown as {
    default: typeof import("highs").default;
  };
  return start();
}

/** What floating point says about a graph. Nothing of it is trusted: it is where the exact search begins. */
export interface Relaxation {
  /** Which share of each obligation to clear, 0…1. */
  readonly shares: Float64Array;
  /** What another unit of a party's limit would clear, in {@link PRICE_UNIT}s. */
  readonly prices: readonly bigint[];
}

/** Prices are multiples of 1/2^20. */
export const PRICE_UNIT = 1n << 20n;

/** The largest amount becomes this: far from HiGHS' tolerances of 1e-7 and from its infinity. */
const LARGEST = 1e4;

/**
 * Shares of obligations that clear most, as a linear program: clear at most each amount, and take from no party more than its
 * limit, net. The matrix is a network's, so HiGHS' simplex takes milliseconds for a thousand obligations. Whoever wants whole
 * obligations lets shares be 0 or 1 alone, which is exact and takes long.
 *
 * @param whole how many nodes of the search for whole obligations to visit; undefined = parts are allowed
 * @throws {RetryableError} SOLVER_FAILED
 */
export function relax(highs: Highs, graph: NettingGraph, whole?: number): Relaxation {
  const { debtors, creditors, amounts, limits } = graph;
  const [columns, rows] = [amounts.length, limits.length];
  const largest = amounts[0] ?? 1n;
  const scaled = (value: bigint) => (Number(value) / Number(largest)) * LARGEST;
  const sizes = Float64Array.from(amounts, scaled);
  const starts = new Int32Array(columns + 1);
  const indices = new Int32Array(2 * columns);
  const values = new Float64Array(2 * columns);
  for (let column = 0; column < columns; column++) {
    // A column's unknown is what is cleared; of whole ones, which share of it.
    const size = whole === undefined ? 1 : (sizes[column] ?? 0);
    indices.set([debtors[column] ?? 0, creditors[column] ?? 0], 2 * column);
    values.set([size, -size], 2 * column);
    starts[column + 1] = 2 * (column + 1);
  }
  const model = highs.createModel({
    numCols: columns,
    numRows: rows,
    sense: highs.constants.objectiveSense.maximize,
    colCost: whole === undefined ? new Float64Array(columns).fill(1) : sizes,
    colLower: new Float64Array(columns),
    colUpper: whole === undefined ? sizes : new Float64Array(columns).fill(1),
    rowLower: new Float64Array(rows).fill(-highs.infinity),
    rowUpper: Float64Array.from(limits, scaled),
    matrix: { format: "csc", numRows: rows, numCols: columns, starts, indices, values },
    ...(whole === undefined ? {} : { integrality: new Int32Array(columns).fill(1) }),
  });
  try {
    model.options.set({ output_flag: false });
    // No limit of time: the same graph has the same answer on every machine.
    model.options.set(whole === undefined ? { solver: "simplex" } : { mip_max_nodes: whole, mip_rel_gap: 0 });
    model.run();
    const { colValue, rowDual } = model.getSolution();
    if (colValue.length !== columns)
      throw new RetryableError("SOLVER_FAILED", "HiGHS found no solution", {
        facts: { obligations: columns, parties: rows, status: model.getModelStatus() },
      });
    return {
      shares: whole === undefined ? colValue.map((value, i) => value / (sizes[i] || 1)) : colValue,
      prices: Array.from(rowDual, (price) => BigInt(Math.round(Math.max(0, price) * Number(PRICE_UNIT)))),
    };
  } finally {
    model.dispose();
  }
}

/**
 * What no choice of obligations exceeds, nor of parts of them: exact, by weak duality, whatever `prices` are. For any price of
 * each party's limit, clearing gives at most all limits at their prices, and of each obligation what it is worth beyond the
 * price that its debtor pays and its creditor gets. Raw units, rounded down, as what is cleared is whole.
 */
export function boundBy(prices: readonly bigint[], graph: NettingGraph): bigint {
  const { debtors, creditors, amounts, limits } = graph;
  let bound = 0n;
  for (const [party, limit] of limits.entries()) bound += limit * (prices[party] ?? 0n);
  for (const [i, amount] of amounts.entries()) {
    const worth = PRICE_UNIT - (prices[debtors[i] ?? 0] ?? 0n) + (prices[creditors[i] ?? 0] ?? 0n);
    if (worth > 0n) bound += amount * worth;
  }
  return bound / PRICE_UNIT;
}
