// `strongroom/audit`: the ledger rebuilt from logs alone, and compared with the chain. Needs ethers.
export {
  type Comparison,
  compareToChain,
  type Difference,
  type ReadSlot,
  VAULT_NAMESPACE,
} from "../../audit/compare.ts";
export {
  claimsByAsset,
  type ExitTerms,
  hex20,
  hex32,
  queuedTicksByAsset,
  rebuild,
  type VaultLog,
  type VaultState,
  WINDOW,
} from "../../audit/rebuild.ts";
export { OTHER_EVENTS, VAULT_EVENTS } from "../../audit/vault-events.ts";
