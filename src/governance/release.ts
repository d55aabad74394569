import type { Interface } from "ethers";

/**
 * How a release's rehearsal compares what a view answers: `Compare` of
 * contracts/governance/interfaces/IUpgradeController.sol.
 */
export const COMPARE = { SAME: 0n, CHANGED: 1n, NEW: 2n } as const;

/** A view that the rehearsal asks: `Probe` of the same file. */
export interface Probe {
  readonly target: string;
  readonly data: string;
  readonly compare: bigint;
}

/** Makes a probe of a contract's view. */
export function probeOf(
  target: string,
  contract: { readonly interface: Interface },
  view: string,
  args: readonly unknown[] = [],
  compare: bigint = COMPARE.SAME,
): Probe {
  return { target, data: contract.interface.encodeFunctionData(view, args), compare };
}
