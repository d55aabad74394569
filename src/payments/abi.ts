/**
 * The faces of the payments' contracts as human-readable fragments, as far as those who pay and are paid use them. A test
 * compares each with the compiled contracts.
 */

const SCHEDULE = "tuple(uint40 start, uint40 duration, uint40 step, uint112 cliff)";

/** `Terms` of IPayments. */
export const TERMS = `tuple(address payer, address payee, uint256 asset, uint112 amount, ${SCHEDULE} schedule, bool capture, bytes32 condition, uint40 latchBy, uint40 expiry, address arbiter, uint16 feeBps, address feeTo, bytes32 ref, uint256 salt)`;

/** `Question` of IPayments. */
export const QUESTION = "tuple(address condition, bytes terms)";

/** What Payments says. */
export const PAYMENT_EVENTS = [
  `event PaymentCreated(bytes32 indexed id, address indexed payer, address indexed payee, ${TERMS} terms, uint256 slot)`,
  "event PaymentLatched(bytes32 indexed id, uint256 slot)",
  "event PaymentPaid(bytes32 indexed id, uint112 amount, uint112 fee, uint256 slot)",
  "event PaymentReturned(bytes32 indexed id, uint8 cause, uint112 amount, uint256 slot)",
  "event PaymentRefunded(bytes32 indexed id, uint112 amount, uint256 slot)",
] as const;

/** Payments. */
export const PAYMENTS_ABI = [
  ...PAYMENT_EVENTS,
  `function latch(${TERMS} terms, ${QUESTION} question, bytes witness)`,
  `function release(${TERMS} terms) returns (uint112 paid)`,
  `function releaseBatch(${TERMS}[] terms) returns (uint256 count)`,
  `function capture(${TERMS} terms, uint112 amount)`,
  `function accept(${TERMS} terms)`,
  `function void(${TERMS} terms)`,
  `function rollback(${TERMS} terms)`,
  `function rollbackBatch(${TERMS}[] terms) returns (uint256 count)`,
  `function split(${TERMS} terms, uint112 toPayee)`,
  "function multicall(bytes[] data) returns (bytes[] results)",
  `function idOf(${TERMS} terms) view returns (bytes32)`,
  `function hashOf(${QUESTION} question) pure returns (bytes32)`,
  "function paymentOf(bytes32 id) view returns (tuple(uint112 paid, uint112 refunded, bool created, bool latched, bool closed))",
  "function slotOf(bytes32 id) view returns (uint256)",
  `function dueOf(${TERMS} terms) view returns (uint256)`,
  "function rules() view returns (address)",
  "function vault() view returns (address)",
  "error Payments_AboveDue(bytes32 id, uint256 amount, uint256 due)",
  "error Payments_AbovePaid(bytes32 id, uint256 amount, uint256 refundable)",
  "error Payments_BadData()",
  "error Payments_BadDeadlines(uint40 latchBy, uint40 expiry)",
  "error Payments_BadFee(uint16 feeBps, address feeTo)",
  "error Payments_BadFunding(uint256 place)",
  "error Payments_BadParty(address party)",
  "error Payments_BelowDue(bytes32 id, uint256 amount, uint256 due)",
  "error Payments_ByCaptureOnly(bytes32 id)",
  "error Payments_ByReleaseOnly(bytes32 id)",
  "error Payments_CreatedAlready(bytes32 id)",
  "error Payments_Lapsed(bytes32 id, uint40 expiry)",
  "error Payments_LatchedAlready(bytes32 id)",
  "error Payments_NeverLapses(bytes32 id)",
  "error Payments_NotLapsed(bytes32 id, uint40 expiry)",
  "error Payments_NotLatched(bytes32 id)",
  "error Payments_NotMet(bytes32 id)",
  "error Payments_NotOpen(bytes32 id)",
  "error Payments_NotTheArbiter(address caller, address arbiter)",
  "error Payments_NotThePayee(address caller, address payee)",
  "error Payments_NotThePayer(address caller, address payer)",
  "error Payments_NothingDue(bytes32 id)",
  "error Payments_OtherQuestion(bytes32 hash, bytes32 agreed)",
  "error Payments_TooFar(uint256 time, uint256 latest)",
  "error Payments_TooLate(bytes32 id, uint40 latchBy)",
  "error Payments_Unconditional(bytes32 id)",
  "error Payments_ZeroAmount()",
  "error Questions_NotEnoughGas(uint256 left, uint256 needed)",
  "error Schedules_CliffAboveAmount(uint112 cliff, uint112 amount)",
  "error Schedules_EndsTooLate(uint256 end)",
  "error Schedules_NoStep()",
  "error Schedules_StepBeyondDuration(uint40 step, uint40 duration)",
] as const;

const INTENT =
  "tuple(address owner, uint8 verb, uint256 asset, uint112 amount, address to, bytes32 ref, uint256 nonce, uint40 deadline)";

/** The Vault, as far as payments come in through it. */
export const PAYING_VAULT_ABI = [
  "function callWith(address app, uint256[] assets, uint112[] amounts, bytes data)",
  `function bySig(${INTENT} intent, bytes data, bytes signature)`,
  "function nonces(address owner, uint192 key) view returns (uint256)",
  "function standingOf(address account) view returns (address subject, uint8 tier)",
  "function balanceOf(address owner, uint256 id) view returns (uint256)",
  "error ERC6909InsufficientBalance(address sender, uint256 balance, uint256 needed, uint256 id)",
  "error InvalidAccountNonce(address account, uint256 currentNonce)",
  "error Vault_AppTakesNoPositions(address app)",
  "error Vault_AppsCannot(address app)",
  "error Vault_BadIntent(uint8 verb)",
  "error Vault_BadSignature(address owner)",
  "error Vault_DeadlinePassed(uint40 deadline)",
  "error Vault_Held(address subject, uint40 until)",
  "error Vault_LengthsDiffer(uint256 assets, uint256 amounts)",
  "error Vault_Listed(address subject)",
  "error Vault_NotAnApp(address app)",
] as const;

/** `IAppRelease`, as far as it refuses payers. */
export const APP_RELEASE_ABI = [
  "function deploymentFor(address account, uint256[] assets, uint112[] amounts) view returns (address)",
  "error AppRelease_CanaryFull(uint256 asset, uint256 held, uint256 cap)",
  "error AppRelease_WrongDeployment(address account, address deployment)",
] as const;

/** PaymentRules, as far as payers ask it. */
export const PAYMENT_RULES_ABI = [
  "function allowanceOf(address account) view returns (address subject, uint8 tier, uint256 features, uint256 room)",
  "function limitsOf(uint8 tier) view returns (uint256 features, uint256 volume)",
  "error PaymentRules_FeatureClosed(address subject, uint8 tier, uint256 features)",
  "error PaymentRules_NoPrice(uint256 asset)",
  "error PaymentRules_NotAnApp(address caller)",
  "error PaymentRules_VolumeReached(address subject, uint256 cents, uint256 room, uint256 fitsFrom)",
] as const;

/** SecretRegistry. */
export const SECRET_REGISTRY_ABI = [
  "event SecretRegistered(bytes32 indexed hash, bytes32 secret, uint40 time)",
  "function register(bytes32 secret) returns (bytes32)",
  "function registerBatch(bytes32[] secrets)",
  "function shownAt(bytes32 hash) view returns (uint40)",
] as const;

/** `ICondition`. */
export const CONDITION_ABI = [
  "function check(bytes32 id, bytes terms, bytes witness) view returns (bool met)",
] as const;
