import { TerminalError } from "../core/errors.ts";
import type { Caip2, Point } from "./chain.ts";

/** How a chain is asked about blocks that may have left it. */
export interface BranchView {
  readonly chain: Caip2;
  /** Whether a block is on the chain. */
  has(point: Point): Promise<boolean>;
  /** The block before one, whether that still counts or not; undefined where no node knows it any more. */
  parentOf(point: Point): Promise<Point | undefined>;
}

/** Blocks that are gone back below the oldest saved one. */
const DEEPEST = 1_000;

/**
 * The latest of the saved points that is still on the chain; else the block below them where their branch left it, found by its
 * own blocks, which nodes keep for a while. A block at some height of the chain as it is now would be a guess: what lies below it
 * may never have been read.
 *
 * @param saved in rising order
 * @throws TerminalError `NO_SAVED_POINTS`, `REORGANISED_TOO_DEEP` where nodes know the branch no more
 */
export async function commonAncestor(view: BranchView, saved: readonly Point[]): Promise<Point> {
  for (const point of saved.toReversed()) if (await view.has(point)) return point;
  const [oldest] = saved;
  if (oldest === undefined) {
    throw new TerminalError("NO_SAVED_POINTS", "Without saved blocks there is none to go back to", {
      advice: "Begin at the block of the deployment, or at a height of your own choice.",
    });
  }
  let point = await view.parentOf(oldest);
  for (let depth = 1; point !== undefined && depth <= DEEPEST; depth++) {
    if (await view.has(point)) return point;
    point = await view.parentOf(point);
  }
  throw new TerminalError("REORGANISED_TOO_DEEP", "The chain left a block below all that were saved", {
    facts: { chain: view.chain, height: oldest.height, hash: oldest.hash },
    advice: "Stop, find out what happened to the chain, and begin again at a block that certainly counts.",
  });
}
