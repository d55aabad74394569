import { Interface } from "ethers";

const PAYOUT =
  "(uint8 status, uint40 attempt, address account, address handle, uint256 asset, uint112 amount, bytes32 token)";
const DEPOSIT =
  "(bytes32 chain, bytes32 txId, uint256 index, address account, uint256 asset, uint112 amount)";

/** The Gateway's events, as observers read them. Its source is contracts/gateway/interfaces/IGatewayEvents.sol. */
export const GATEWAY_EVENTS = [
  "event DepositCredited(bytes32 indexed depositId, address indexed account, uint256 indexed asset, uint256 amount, uint256 window)",
  "event DepositDelayed(bytes32 indexed depositId, address indexed account, uint256 indexed asset, uint256 amount, uint40 from, uint32 epoch)",
  "event DepositMatured(bytes32 indexed depositId, address indexed account, uint256 indexed asset, uint256 amount)",
  "event DepositRefused(bytes32 indexed depositId)",
  "event DestinationRegistered(address indexed handle, address indexed account, bytes32 indexed chain, bytes script)",
  "event PayoutRequested(bytes32 indexed payoutId, address indexed account, address indexed handle, uint256 asset, uint256 amount, bytes32 chain, bytes script, uint256 attempt)",
  "event PayoutAuthorised(bytes32 indexed payoutId, uint256 attempt, bytes32 token, uint256 window)",
  "event PayoutSettled(bytes32 indexed payoutId, uint256 attempt, bytes32 foreignTxId)",
  "event PayoutVoided(bytes32 indexed payoutId, uint256 attempt, bytes32 spentBy)",
  "event PayoutRefunded(bytes32 indexed payoutId)",
  "event PayoutCancelled(bytes32 indexed payoutId)",
  "event PayoutRetried(bytes32 indexed payoutId, uint256 attempt)",
  "event ForeignAssetAdded(uint256 indexed asset, bytes32 indexed chain, address token, string caip19)",
  "event EquivocationProven(bytes32 indexed chain, bytes32 indexed messageId, bytes32 contentA, bytes32 contentB)",
  "event ChainResumed(bytes32 indexed chain)",
  "event GatewaySucceeded(address indexed successor)",
] as const;

/** What relayers call and what they and signers read. Proofs are `abi.encode(uint32 epoch, bytes signature)`. */
export const GATEWAY_FUNCTIONS = [
  `function credit(${DEPOSIT} deposit, bytes proof)`,
  `function mature(${DEPOSIT} deposit)`,
  "function registerDestination(address account, bytes32 chain, bytes script) returns (address)",
  "function cancel(bytes32 payoutId)",
  "function authorise(bytes32 payoutId, bytes32 token, bytes proof)",
  "function settle(bytes32 payoutId, bytes32 foreignTxId, bytes proof)",
  "function voided(bytes32 payoutId, bytes32 spentBy, bytes proof)",
  "function refund(bytes32 payoutId)",
  "function retry(bytes32 payoutId)",
  "function proveEquivocation(bytes32 chain, bytes32 messageId, bytes32 contentA, bytes proofA, bytes32 contentB, bytes proofB)",
  `function payoutOf(bytes32 payoutId) view returns (${PAYOUT})`,
  "function depositOf(bytes32 depositId) view returns (uint8 status, uint40 from)",
  "function isConsumed(bytes32 depositId) view returns (bool)",
  "function destinationOf(address handle) view returns ((address account, bytes32 chain, bytes script))",
  "function depositIdOf(bytes32 chain, bytes32 txId, uint256 index) view returns (bytes32)",
  "function isOpen(bytes32 chain) view returns (bool)",
  "function haltOf(bytes32 chain) view returns (bytes32)",
  "function roomOf(uint256 asset) view returns (uint256 room, uint256 atOnce)",
  "function outRoomOf(bytes32 chain) view returns (uint256)",
  "function foreignOf(uint256 asset) view returns ((address token, uint16 place, uint8 decimals, uint8 tickExponent, bytes32 chain))",
  "function vault() view returns (address)",
  "function committee() view returns (address)",
  "function predecessor() view returns (address)",
] as const;

/** What a call of a relayer's may be refused with, by whether the same call may succeed later. */
const WAITS = [
  "Gateway_ChainHeld(bytes32 chain, uint40 until)",
  "Gateway_ChainHalted(bytes32 chain, bytes32 messageId)",
  "Gateway_NoRoom(uint256 asset, uint256 room)",
  "Gateway_Delayed(bytes32 depositId, uint40 from)",
  "Gateway_AccountHeld(address subject, uint40 until)",
  "Gateway_AccountListed(address subject)",
  "Gateway_EveryoneHeld(uint40 until)",
  "Gateway_ChainLimitReached(bytes32 chain, uint256 cents, uint256 room, uint256 fitsFrom)",
] as const;
const FINAL = [
  "Gateway_Succeeded(address successor)",
  "Gateway_UnknownAsset(uint256 asset)",
  "Gateway_UnknownChain(bytes32 chain)",
  "Gateway_OtherChain(uint256 asset, bytes32 chain, bytes32 actual)",
  "Gateway_ShownAlready(bytes32 chain, bytes32 messageId)",
  "Gateway_NoEquivocation(bytes32 messageId)",
  "Gateway_ZeroAmount()",
  "Gateway_ZeroAddress()",
  "Gateway_NobodysAccount(address account)",
  "Gateway_Consumed(bytes32 depositId)",
  "Gateway_NotDelayed(bytes32 depositId)",
  "Gateway_OtherContent(bytes32 depositId)",
  "Gateway_CommitteeRevoked(uint32 epoch)",
  "Gateway_BadScript(uint256 size, uint256 most)",
  "Gateway_HandleTaken(address handle)",
  "Gateway_UnknownHandle(address handle)",
  "Gateway_BelowLeast(uint256 asset, uint256 amount, uint256 least)",
  "Gateway_NotIn(bytes32 payoutId, uint8 status)",
  "Gateway_NotTheAccount(address caller, address account)",
  "Gateway_ZeroToken()",
  "Committee_UnknownEpoch(uint32 epoch)",
  "Committee_EpochRevoked(uint32 epoch)",
  "Committee_EpochEnded(uint32 epoch, uint40 until)",
  "Committee_BadSignature(uint32 epoch)",
] as const;

const errors = [...WAITS, ...FINAL].map((signature) => `error ${signature}`);

/** Names of the refusals that pass: an unknown one passes too, as far as anybody can tell. */
export const WAITING_REFUSALS: ReadonlySet<string> = new Set(WAITS.map((error) => error.split("(")[0] ?? ""));

/** The Gateway's face for relayers and signers, with the Committee's errors, which pass through it. */
export const GATEWAY = new Interface([...GATEWAY_FUNCTIONS, ...GATEWAY_EVENTS, ...errors]);
