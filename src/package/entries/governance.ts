// `strongroom/governance`: the timelock's operations, vetoes, and the probes that a release carries. Needs ethers.
export {
  COMPARE,
  type Probe,
  probeOf,
  type Reader,
  type VaultSample,
  vaultProbes,
} from "../../governance/release.ts";
export type { Call } from "../../governance/safe.ts";
export { operationId, operationOf, scheduleCall, type TimelockOperation } from "../../governance/timelock.ts";
export { vetoCall } from "../../governance/veto.ts";
