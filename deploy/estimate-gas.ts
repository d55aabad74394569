import { dataLength } from "ethers";
import type { Step } from "./planner.ts";

/** Per transaction, with what CREATE3's own two creations and a constructor take. */
const CREATION = 330_000n;
/** A Safe with its owners, module and guards. */
const SAFE = 420_000n;
const CALL = 75_000n;
/** Code in place, 200, and its calldata, 16. */
const PER_BYTE_OF_CODE = 216n;
/** A batch writes about one slot for every 300 bytes of calldata. */
const PER_BYTE_OF_CALL = 190n;

/**
 * The gas of steps from their size alone, rounded up: a chain that lacks the contracts they build on can't estimate them.
 * `deploy --dry-run` measures instead.
 */
export function estimateGas(steps: readonly Step[]): bigint {
  return steps.reduce((sum, { kind, data }) => {
    const bytes = BigInt(dataLength(data));
    if (kind === "safe") return sum + SAFE;
    return (
      sum + (kind === "contract" ? CREATION + bytes * PER_BYTE_OF_CODE : CALL + bytes * PER_BYTE_OF_CALL)
    );
  }, 0n);
}
