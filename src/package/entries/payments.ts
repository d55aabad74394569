// `strongroom/payments`: terms, conditions, calls, state and events of payments, netting, routes and keepers. Needs ethers; runs in
// browsers.
export { type Intent, intentText, signIntent } from "../../custody/intent.ts";
export { signText, type TypedText } from "../../custody/typed-text.ts";
export {
  APP_RELEASE_ABI,
  CONDITION_ABI,
  PAYING_VAULT_ABI,
  PAYMENT_EVENTS,
  PAYMENT_RULES_ABI,
  PAYMENTS_ABI,
  SECRET_REGISTRY_ABI,
} from "../../payments/abi.ts";
export {
  authorisation,
  type CapturedOptions,
  type Deadlines,
  instalments,
  lump,
  type Parties,
  type ReleasedOptions,
  stream,
  type TermsOptions,
} from "../../payments/build-terms.ts";
export { checkTerms, MAX_FEE_BPS, MAX_TERM, type PaymentsPlace } from "../../payments/check-terms.ts";
export {
  type AttestationTerms,
  attestation,
  attestationText,
  attestationWitness,
  readAttestation,
  signAttestation,
} from "../../payments/conditions/attestation.ts";
export {
  type HashLockTerms,
  hashLock,
  newSecret,
  readHashLock,
  SECRET_REGISTERED,
  secretWitness,
} from "../../payments/conditions/hash-lock.ts";
export {
  PRICE_DECIMALS,
  type PriceLimitTerms,
  priceLimit,
  readPriceLimit,
} from "../../payments/conditions/price-limit.ts";
export {
  type Approval,
  approvalsWitness,
  approvalText,
  type QuorumTerms,
  quorum,
  readQuorum,
  signApproval,
} from "../../payments/conditions/quorum.ts";
export {
  type AskedQuestion,
  type ConditionAddresses,
  readQuestion,
} from "../../payments/conditions/read-question.ts";
export {
  readSeveral,
  type SeveralTerms,
  type ShownPart,
  several,
  severalWitness,
} from "../../payments/conditions/several.ts";
export {
  NO_WITNESS,
  readTimeWindow,
  type TimeWindowTerms,
  timeWindow,
} from "../../payments/conditions/time-window.ts";
export { type Creation, createPayments, type Refund, refundPayments } from "../../payments/create-payment.ts";
export { type AssetWords, explainPayment, type PaymentWords } from "../../payments/explain-payment.ts";
export { type Act, type Due, dueAct } from "../../payments/keeper/due-act.ts";
export {
  Keeper,
  type KeeperCounters,
  type KeeperDesk,
  type KeeperLine,
  type LeftPayment,
  type Round,
} from "../../payments/keeper/keeper.ts";
export {
  type KeeperState,
  type KeeperStore,
  MemoryKeeperStore,
  readState,
  writeState,
} from "../../payments/keeper/keeper-state.ts";
export { leastWorth } from "../../payments/keeper/least-worth.ts";
export {
  type HeldWitnesses,
  heldWitnesses,
  registeredSecrets,
  type WaitingPayment,
  type WitnessSource,
} from "../../payments/keeper/witness-source.ts";
export {
  type CycleCheck,
  type CycleFault,
  type CycleFaultCode,
  checkCycle,
  type PartyBooks,
  signCycle,
} from "../../payments/netting/check-cycle.ts";
export {
  type Absence,
  type CollectedCycle,
  type Collecting,
  type CycleClock,
  collectCycle,
  type NoCycle,
  type SigningRequest,
  type Unfit,
} from "../../payments/netting/collect-cycle.ts";
export {
  type Cycle,
  type CycleEntry,
  type CycleProposal,
  hashCycle,
  type Position,
  positionDigest,
  positionText,
  proposeCycle,
  type SignedCycle,
  signPosition,
} from "../../payments/netting/cycle.ts";
export { capacityOf, type Margin, NOTICE } from "../../payments/netting/margin.ts";
export {
  NETTING_ABI,
  readMargins,
  rehearseSettling,
  type SettleRefusal,
} from "../../payments/netting/netting-contract.ts";
export { type NettingDomain, nettingDomain } from "../../payments/netting/netting-domain.ts";
export {
  hashObligation,
  isObligationSigned,
  type Obligation,
  obligationDigest,
  obligationText,
  type SignedObligation,
  signObligation,
} from "../../payments/netting/obligation.ts";
export { type ObligationTree, obligationTree } from "../../payments/netting/obligation-tree.ts";
export { type LoadHighs, loadHighs } from "../../payments/netting/relaxation.ts";
export { type ContractCaller, isSignedBy } from "../../payments/netting/signed-by.ts";
export { type Solution, solveCycle } from "../../payments/netting/solve-cycle.ts";
export { SYSTEM_CLOCK } from "../../payments/netting/system-clock.ts";
export { parseTerms } from "../../payments/parse-terms.ts";
export {
  decodePaymentEvent,
  type EventCursor,
  type EventPage,
  type EventStream,
  type PaymentEvent,
  paymentEvents,
  type ReturnCause,
} from "../../payments/payment-events.ts";
export { explainPaymentRefusal } from "../../payments/payment-refusal.ts";
export { type StoredPayment, unpackPayment } from "../../payments/payment-slot.ts";
export { type PaymentPhase, type PaymentState, paymentState } from "../../payments/payment-state.ts";
export { type PaymentsContract, paymentsAt } from "../../payments/payments-contract.ts";
export { hashOf, type Question, UNCONDITIONAL } from "../../payments/question.ts";
export {
  type Allowance,
  isMet,
  type PaymentFeature,
  type ReadPayment,
  readAllowance,
  readPayment,
} from "../../payments/read-payment.ts";
export { NO_REFERENCE, referenceHash } from "../../payments/reference.ts";
export { askRoutes } from "../../payments/router/ask-routes.ts";
export { type Choice, choose } from "../../payments/router/choose.ts";
export type { Deployment } from "../../payments/router/deployment.ts";
export { elsewhere, type Translate } from "../../payments/router/elsewhere.ts";
export { escrow, termsOf } from "../../payments/router/escrow.ts";
export { explainChoice } from "../../payments/router/explain-choice.ts";
export {
  type Attempt,
  type Entry,
  type Journal,
  MemoryJournal,
  type Progress,
  underWay,
} from "../../payments/router/journal.ts";
export { ledgerTransfer } from "../../payments/router/ledger-transfer.ts";
export {
  type AnnouncedCycle,
  type CycleOperator,
  nettingCycle,
} from "../../payments/router/netting-cycle.ts";
export { chooseRoute, type Made, type PayerDesk, pay } from "../../payments/router/pay.ts";
export type { Closed, Landing, Leg, Quote, RouteSource, Step } from "../../payments/router/route.ts";
export { vaultDeposit } from "../../payments/router/vault-deposit.ts";
export { vaultExit } from "../../payments/router/vault-exit.ts";
export { type Bond, type Place, RISKS, type Risk, type Wish } from "../../payments/router/wish.ts";
export { nextVesting, type Vesting, vestedAt, vestedFrom } from "../../payments/schedule.ts";
export type { Call, MinedLog } from "../../payments/sending/call.ts";
export type { Reason } from "../../payments/sending/reason.ts";
export { revertReason } from "../../payments/sending/revert-reason.ts";
export type { Ending, Sender, Sent } from "../../payments/sending/sender.ts";
export { type Patience, WalletSender } from "../../payments/sending/wallet-sender.ts";
export {
  decodeTerms,
  encodeTerms,
  type PaymentSchedule,
  type PaymentTerms,
  paymentId,
} from "../../payments/terms.ts";
export {
  type CallIntent,
  nextNonce,
  signedCallTransaction,
  type Transaction,
  unusedNonce,
  type VaultCall,
  vaultCallIntent,
  vaultCallTransaction,
} from "../../payments/vault-call.ts";
