import { Interface } from "ethers";

const EXIT =
  "(address owner, address to, uint256 asset, uint112 amount, uint40 soon, uint40 late, uint32 seq)";

/** Every event that tells how the Vault's own storage changes. A test compares the signatures with the contract's. */
export const VAULT_EVENTS = new Interface([
  "event Deposited(uint256 indexed asset, address indexed to, address from, uint256 amount, uint256 balanceSlot, uint256 assetSlot)",
  // Right before `Moved`: which balances.
  "event Transfer(address caller, address indexed sender, address indexed receiver, uint256 indexed id, uint256 amount)",
  "event Moved(uint256 fromSlot, uint256 toSlot)",
  "event Withdrawn(uint256 indexed asset, address indexed owner, address indexed to, uint256 amount, uint256 balanceSlot, uint256 assetSlot, uint256 subjectWindowSlot, uint256 assetWindowSlot, uint256 poolWindowSlot)",
  `event Queued(bytes32 indexed id, address indexed owner, address indexed to, ${EXIT} exit, uint256 reasons, uint256 balanceSlot, uint256 accountSlot, uint256 openSlot, uint256 assetSlot)`,
  "event Endorsed(bytes32 indexed id, uint256 openSlot)",
  "event SlotTaken(bytes32 indexed id, uint256 openSlot, uint256 assetSlot)",
  "event Released(bytes32 indexed id, uint256 indexed asset, address indexed to, uint256 paid, uint256 assetSlot)",
  "event Cancelled(bytes32 indexed id, address indexed owner, uint256 balanceSlot, uint256 assetSlot)",
  "event Screened(address indexed account, bool listed, uint256 accountSlot, uint256 subjectSlot)",
  "event Held(address indexed subject, uint40 until, uint256 windowSlot, uint256 slot)",
  "event Lifted(address indexed subject, uint256 slot)",
  "event HoldExtended(address indexed subject, uint40 until, uint256 slot)",
  "event DestinationSet(address indexed subject, address indexed to, uint40 usableFrom)",
  "event CapSet(address indexed subject, uint40 cents, uint40 from, uint256 subjectSlot)",
  "event SubjectSet(address indexed account, address indexed subject, uint256 accountSlot, uint256 primarySlot)",
  "event TierSet(address indexed subject, uint8 tier, uint40 from, uint40 until, uint256 subjectSlot)",
  "event FreshPeriodSpread(uint256 indexed asset, uint8 freshHours, uint256 assetSlot)",
  "event AssetListed(uint256 indexed asset, uint8 class, uint256 assetSlot)",
  "event ImpairmentChecked(uint256 indexed asset, bool impaired, uint256 holdings, uint256 assetSlot)",
  "event KindSet(address indexed account, uint8 kind, uint256 accountSlot)",
  "event PolicySet(address indexed previous, address indexed next, address sanctionsList, uint256 doorSlot)",
  "event InstantClosed(uint256 doorSlot)",
  "event InstantOpened(uint256 doorSlot)",
  "event Governed(uint40 time)",
  "event WindDownBegun(uint256 indexed asset, uint256 assetSlot)",
  "event Revived(uint256 indexed asset, uint256 assetSlot)",
  "event ReserveAdded(address indexed reserve)",
  "event ReserveRemoved(address indexed reserve)",
  "event ParamTightened(bytes32 indexed key, uint64 value, uint40 until, uint256 packed, uint32 revision)",
  "event ParamSet(bytes32 indexed key, uint64 value, uint256 packed, uint32 revision)",
]);

/**
 * Events that change none of the storage that `rebuild` rebuilds: references, what moves between Vault and reserves,
 * ERC-6909's approvals, and the proxy's own. A recovery's writes are told by its exits and moves.
 */
export const OTHER_EVENTS = new Interface([
  "event AccountRecovered(address indexed from, address indexed to)",
  "event Swept(uint256 indexed asset, address indexed reserve, uint256 amount)",
  "event Refilled(uint256 indexed asset, address indexed reserve, uint256 held)",
  "event Referenced(address indexed owner, bytes32 indexed ref)",
  "event Approval(address indexed owner, address indexed spender, uint256 indexed id, uint256 amount)",
  "event OperatorSet(address indexed owner, address indexed spender, bool approved)",
  "event Initialized(uint64 version)",
  "event AuthorityUpdated(address authority)",
  "event Upgraded(address indexed implementation)",
  "event AdminChanged(address previousAdmin, address newAdmin)",
]);
