/**
 * How a release's rehearsal compares what a view answers: `Compare` of
 * contracts/governance/interfaces/IUpgradeController.sol.
 */
export const COMPARE = { SAME: 0n, CHANGED: 1n, NEW: 2n } as const;
