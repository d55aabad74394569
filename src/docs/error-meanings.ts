/** What an error of the contracts means to the one who meets it, and what there is to do. */
export interface ErrorMeaning {
  /** When it is raised, as a clause. */
  readonly when: string;
  /** What to do about it, as an instruction. */
  readonly remedy: string;
}

const starved: ErrorMeaning = {
  when: "the transaction has too little gas left to give a nested call what it is promised; a starved call would look like a failed one",
  remedy: "Send it again with more gas. Nothing has changed.",
};

const zeroAmount: ErrorMeaning = { when: "an amount is zero", remedy: "Give an amount above zero." };

const zeroAddress = (what: string): ErrorMeaning => ({
  when: `${what} is the zero address`,
  remedy: "Give the address that was meant.",
});

const deadline: ErrorMeaning = {
  when: "the signed text's deadline has passed",
  remedy: "Sign a new text with a later deadline.",
};

/**
 * One entry for each error that a contract of ours can raise, inherited ones included. docs/errors.md is generated from
 * this table and the compiled contracts; an error without an entry, or an entry without an error, fails the build.
 */
export const ERROR_MEANINGS: Readonly<Record<string, ErrorMeaning>> = {
  // ---- Vault ----
  Vault_ZeroAddress: zeroAddress("an account, an authority, the audit record or the other half of the code"),
  Vault_ZeroAmount: {
    when: "an amount, or a hold's duration, is zero",
    remedy: "Give an amount above zero.",
  },
  Vault_UseDeposit: {
    when: "native currency was sent to the Vault without a call",
    remedy: "Call `deposit`, or send to the account's deposit address.",
  },
  Vault_NotListed: {
    when: "the asset isn't listed, so the Vault neither takes nor pays it",
    remedy:
      "Check the asset id. What was sent to a deposit address is recovered with `DepositAddress.recover`; listing is the timelock's act.",
  },
  Vault_ListedAlready: {
    when: "the asset is listed; class and tick never change",
    remedy: "Nothing to do. Its limits are parameters: see docs/variables.md.",
  },
  Vault_TooManyAssets: {
    when: "as many assets are listed as a change of T can reach in one transaction",
    remedy: "List no more in this Vault. Another deployment takes others.",
  },
  Vault_ClassDoesNotFit: {
    when: "the token class doesn't fit the asset id: NATIVE is for the chain's own currency, EXACT and FEE_TAKING for ERC-20s",
    remedy: "List it with the class that fits. Assets of other chains can't be listed yet.",
  },
  Vault_TokenUnreadable: {
    when: "the token doesn't answer `decimals`, `totalSupply` or `balanceOf` with one word",
    remedy:
      "The ledger can't count it: don't list it. If it is listed, it has stopped working; claims on it stay, and move again when it answers.",
  },
  Vault_TokenTooLarge: {
    when: "the token has more than 30 decimals, or a supply of 2^112 or more raw units",
    remedy: "The ledger can't count it. Don't list it; a wrapper with fewer decimals may fit.",
  },
  Vault_BadTick: {
    when: "the tick exponent is above 30",
    remedy: "Choose a tick that is worth about a cent to a dollar.",
  },
  Vault_ParameterMissing: {
    when: "a parameter that the call needs was never set: fresh period, holdings cap or one of the lane rates for listing, HOT_MAX for a sweep, WIND_DOWN_AFTER for a winding down",
    remedy: "Set the row named in the error first, in the same proposal.",
  },
  Vault_WrongValue: {
    when: "the native currency sent along isn't what the call needs: the amount for a native deposit, else nothing",
    remedy: "Send exactly the expected value.",
  },
  Vault_ReceivedDiffers: {
    when: "a token delivered another amount than it was asked for, to the Vault or in a sweep: less or more for class EXACT, more for FEE_TAKING",
    remedy:
      "The deposit or sweep is undone. If the token takes fees it was listed in the wrong class: stop deposits with its holdings cap.",
  },
  Vault_NothingReceived: {
    when: "the token said yes and moved nothing",
    remedy: "Check the token's fee and whether it is paused.",
  },
  Vault_CapReached: {
    when: "the deposit would bring the asset's liabilities above its holdings cap, or above the lower cap of code that no audit covers",
    remedy:
      "Deposit at most `room`, or wait until others withdraw. VaultLens `intakeOf` says which cap binds: governance raises the one, an audit lifts the other.",
  },
  Vault_PaidDiffers: {
    when: "a push took another amount out of the Vault than it should; it was undone",
    remedy:
      "An exit stays payable and its owner can cancel it. The token behaves unlike its class: see docs/risks.md.",
  },
  Vault_PushFailed: {
    when: "the recipient didn't accept the native currency",
    remedy:
      "Let the recipient accept it and release again, or cancel the exit and ask for another recipient.",
  },
  Vault_BadRecipient: {
    when: "the recipient is the zero address or the Vault itself",
    remedy: "Name another recipient. To move value inside the ledger use `transfer`.",
  },
  Vault_LengthsDiffer: {
    when: "`callWith` got more assets than amounts or the other way round",
    remedy: "Give one amount for each asset.",
  },
  Vault_NotAnApp: {
    when: "the target of `callWith` isn't a registered app",
    remedy: "Check the address. Unregistered contracts are users like anyone: `transfer` to them.",
  },
  Vault_AppTakesNoPositions: {
    when: "the app is retired: it pays out, and takes nothing new",
    remedy: "Close what you have there, and use its successor.",
  },
  Vault_AppsCannot: {
    when: "the account is an app, and apps only receive and transfer",
    remedy: "An app pays ledger accounts; those withdraw.",
  },
  Vault_Held: {
    when: "a guardian holds the customer: no own debits, releases or moves until the time given",
    remedy:
      "Wait, or ask the guardian to lift. Clocks of queued exits go on running, and cancelling stays possible.",
  },
  Vault_Listed: {
    when: "an account of the customer is on the sanctions list as last screened",
    remedy: "If the list has changed, call `screen` for that account. Cancelling stays possible.",
  },
  Vault_EveryoneHeld: {
    when: "a guardian holds all exits until the time given",
    remedy: "Wait: the hold ends by itself. Transfers, requests and cancelling stay possible.",
  },
  Vault_OnlyOwner: {
    when: "only the exit's owner may do this: cancel it, or release it while the asset is impaired",
    remedy:
      "Call as the owner, or send the owner's signed intent (for cancelling). Check the exit's terms: a changed term is another exit.",
  },
  Vault_NotOpen: {
    when: "there is no open exit with this id: it was paid, cancelled, or the terms sent aren't the queued ones",
    remedy: "Take the terms from the `Queued` event, unchanged.",
  },
  Vault_EndorsedAlready: {
    when: "the exit was endorsed before",
    remedy: "Nothing to do: it matures at `soon`.",
  },
  Vault_NotMature: {
    when: "the exit hasn't matured yet",
    remedy: "Release it from the time given. A reviewer's endorsement brings `late` forward to `soon`.",
  },
  Vault_SlotAhead: {
    when: "the exit has a slot in its asset's lane that hasn't come yet",
    remedy: "Release it from the time given; anyone may.",
  },
  Vault_RecipientListed: {
    when: "the recipient is on the sanctions list as last screened",
    remedy: "Cancel and ask for another recipient, or call `screen` if the list has changed.",
  },
  Vault_ScreeningDown: {
    when: "the sanctions list gives no answer; a release waits for it until 72 hours after `late`",
    remedy: "Try again later. From the time given (0 for `screen`) the last record is trusted.",
  },
  Vault_NotEnoughGas: starved,
  Vault_BadSignature: {
    when: "the owner didn't sign this very intent for this chain and this Vault, or its ERC-1271 contract says no",
    remedy: "Sign the EIP-712 text again, with the fields as they are sent.",
  },
  Vault_DeadlinePassed: deadline,
  Vault_BadIntent: {
    when: "the intent uses a field that its verb doesn't, or `ref` isn't the hash of `data`",
    remedy: "Zero the unused fields: one text has one signature. See docs/operations/by-sig.md.",
  },
  Vault_Unchanged: {
    when: "the call would change nothing",
    remedy: "Nothing to do. A hold can only be made longer: lift it to end it.",
  },
  Vault_HoldTooLong: {
    when: "a hold is longer than 7 days, or an extension longer than 30",
    remedy: "Ask for at most the number of seconds given.",
  },
  Vault_HoldBudgetSpent: {
    when: "guardians have used the 7 days in any 90 that they have for this subject (zero address: for everyone)",
    remedy: "Hold for at most the room given, or let the timelock extend.",
  },
  Vault_NotHeld: {
    when: "there is no hold to lift",
    remedy: "Nothing to do.",
  },
  Vault_BadTier: {
    when: "the tier is above 15, or would begin more than 30 days ahead",
    remedy:
      "Only the TierRegistry writes tiers, and it keeps both bounds: check which contract holds REGISTRY.",
  },
  Vault_NotPrimary: {
    when: "the account is linked to another; holds, tiers and links go to the primary account",
    remedy: "Use `subjectOf` of the account, or unlink it first.",
  },
  Vault_HasMembers: {
    when: "other accounts are linked to this one; links are one level deep",
    remedy: "Unlink them first.",
  },
  Vault_BadApp: {
    when: "the account can't become an app: it has no code, has asked for exits, has links, or an app should become a user again",
    remedy: "Register a contract that was never a user. Apps are retired, never made users.",
  },
  Vault_NotTheExpected: {
    when: "the policy in force isn't the one that the proposal names",
    remedy: "Look at what has changed since, and propose again.",
  },
  Vault_StalePolicy: {
    when: "a number of the policy in force was tightened or set after the proposal was made",
    remedy: "Look at what has changed, carry it over to the new policy, and propose again.",
  },
  Vault_Expired: {
    when: "the proposal was executed after the time until which it was valid",
    remedy: "Propose again if it is still wanted.",
  },
  Vault_BadPolicy: {
    when: "there is no contract at the new policy's address",
    remedy: "Deploy the policy first, and check the address.",
  },
  Vault_NotFunded: {
    when: "the Vault itself holds less than the exit needs: the rest is in its reserves",
    remedy:
      "Call the reserve's `announce` and, after its delay, `refill`, which pays the exit in the same transaction.",
  },
  Vault_NotSweepable: {
    when: "the asset's token takes a fee on each move, or the asset is impaired or being wound down",
    remedy: "Nothing to do: what there is of it stays in the Vault.",
  },
  Vault_NothingToSweep: {
    when: "the Vault holds no more of the asset than its ceiling",
    remedy: "Nothing to do; `hotCeiling` says from where on there is.",
  },
  Vault_NoReserve: {
    when: "no reserve is registered to sweep to",
    remedy: "Governance adds one with `addReserve`.",
  },
  Vault_NotAReserve: {
    when: "the account is not a registered reserve, or is no reserve of this Vault",
    remedy: "Check the address; `reserves` lists those that count.",
  },
  Vault_TooManyReserves: {
    when: "as many reserves are registered as the Vault counts",
    remedy: "Empty one and remove it first.",
  },
  Vault_WindingDown: {
    when: "the asset is being wound down, as governance has been silent for too long: nothing more is taken in",
    remedy:
      "Use another asset or Vault. What is in this one can be withdrawn; governance may end this with `revive`.",
  },
  Vault_GovernanceAlive: {
    when: "governance has acted within WIND_DOWN_AFTER",
    remedy: "Wait until the time given in the error, which moves with each act of governance.",
  },

  // ---- numbers ----
  Params_UnknownKey: {
    when: "the contract has no parameter of this kind",
    remedy: "Check kind and contract: see docs/variables.md.",
  },
  Params_OutOfBounds: {
    when: "the value is outside the bounds fixed in code",
    remedy: "Choose a value from min to max. The bounds change with the code only.",
  },
  Params_HasNoOrder: {
    when: "the parameter has no tighter side, so it can't be tightened",
    remedy: "Use `set`, through the timelock.",
  },
  Params_NotSet: {
    when: "the parameter was never set, so there is nothing to tighten",
    remedy: "Let governance set it first.",
  },
  Params_NotTighter: {
    when: "the value isn't tighter than the one in force",
    remedy: "Choose a tighter one. Loosening is `set`, through the timelock.",
  },
  Params_TooSoonToTighten: {
    when: "a tightening of this parameter ended less than 14 days ago",
    remedy: "Wait until the time given, or propose the change to governance.",
  },
  Params_StaleVersion: {
    when: "the parameter was written since the proposal was made, for instance tightened in an emergency",
    remedy: "Look at the value in force, and propose again with the new version.",
  },
  Params_Expired: {
    when: "the change was executed after the time until which it was valid",
    remedy: "Propose again if it is still wanted.",
  },

  // ---- libraries ----
  Balances_TooLarge: {
    when: "a balance would reach 2^112 raw units",
    remedy: "Listing and the holdings cap keep real assets below that: check the token's supply.",
  },
  SlidingWindow_TimeWentBack: {
    when: "the block's time lies before the window's last charge",
    remedy: "The chain's clock is broken: stop and find out why. No limit is given back.",
  },
  Screening_NotEnoughGas: starved,

  // ---- policy and registry ----
  ExitPolicy_ZeroAddress: zeroAddress("the authority or the price router"),
  TierRegistry_ZeroAddress: zeroAddress("the authority or the Vault"),
  TierRegistry_BadTier: {
    when: "the attested tier isn't 1, 2 or 3",
    remedy: "Attest a tier that exists. To take one away use `revoke`.",
  },
  TierRegistry_UntilTooSoon: {
    when: "the evidence lapses before the tier would begin to work",
    remedy: "A lift works after 24 hours: attest for longer.",
  },
  TierRegistry_UntilTooFar: {
    when: "the evidence would hold for more than 730 days",
    remedy: "Attest for at most that long, and renew.",
  },
  TierRegistry_DeadlinePassed: deadline,
  TierRegistry_BadNonce: {
    when: "the attestation carries another nonce than the subject's next: it was used, or voided by a revocation or a link",
    remedy: "Sign it again with `attestationNonce`.",
  },
  TierRegistry_NotAnAttestor: {
    when: "the signer doesn't hold ATTESTOR",
    remedy: "Let an attestor sign, or let the timelock grant the role.",
  },
  TierRegistry_NotARevoker: {
    when: "the caller holds neither ATTESTOR nor RISK_OFFICER",
    remedy: "Ask someone who does.",
  },
  TierRegistry_BadSignature: {
    when: "the signer named didn't sign this very text for this chain and this registry",
    remedy: "Sign it again with the current nonces.",
  },
  TierRegistry_LiftsSpent: {
    when: "the attestor has lifted as many subjects today as one attestor may",
    remedy: "Wait until the time given, or let another attestor sign.",
  },
  TierRegistry_NotPrimary: {
    when: "the account is linked to the subject given, which alone has a tier",
    remedy: "Use the subject, or unlink the account first.",
  },
  TierRegistry_LinkToItself: {
    when: "an account was to be linked to itself",
    remedy: "Name two accounts. To end a link use `unlink`.",
  },
  TierRegistry_HasMembers: {
    when: "other accounts are linked to this one; links are one level deep",
    remedy: "Unlink them first.",
  },
  TierRegistry_NotLinked: {
    when: "the account isn't linked to another",
    remedy: "Nothing to do.",
  },
  TierRegistry_NotAParty: {
    when: "the one who unlinks is neither the account nor its subject",
    remedy: "Let one of the two call or sign.",
  },

  // ---- guardian ----
  Guardian_ZeroAddress: zeroAddress("the authority, the Vault or the key"),
  Guardian_ExpiryTooSoon: {
    when: "the key would have expired already",
    remedy: "Name a time ahead.",
  },
  Guardian_ExpiryTooFar: {
    when: "the key would live for more than 365 days",
    remedy: "Name an earlier time, and renew.",
  },
  Guardian_NotAKey: {
    when: "the account isn't a guardian key",
    remedy: "Use a guardian's key; the timelock names them.",
  },
  Guardian_KeyExpired: {
    when: "the guardian key has expired",
    remedy: "Use another key, or let the timelock renew this one.",
  },
  Guardian_ZeroSeconds: {
    when: "a hold of zero seconds was asked for",
    remedy: "Give a duration. To end a hold use `lift`.",
  },
  Guardian_BudgetSpent: {
    when: "the key has used its seconds for single subjects in the last 90 days",
    remedy: "Hold for at most the room given, or use another key.",
  },
  Guardian_BudgetForEveryoneSpent: {
    when: "the key has used its 7 days for everyone in the last 90",
    remedy: "Hold for at most the room given, or use another key.",
  },

  // ---- AuditRecord ----
  AuditRecord_ZeroAddress: zeroAddress("the authority"),
  AuditRecord_LengthsDiffer: {
    when: "there isn't one cap for each asset",
    remedy: "Give as many caps as assets.",
  },
  AuditRecord_ZeroCap: {
    when: "a cap of zero was declared, which is what an asset without a cap has",
    remedy: "Declare a cap of one tick or more, or none yet.",
  },
  AuditRecord_DeclaredAlready: {
    when: "the asset's cap while unverified is declared, for good",
    remedy: "Nothing changes it. What lifts it is an audit that covers all the code that runs.",
  },
  AuditRecord_ServesAlready: {
    when: "the record serves a Vault, for good",
    remedy: "Deploy another record for another Vault.",
  },
  AuditRecord_NotItsRecord: {
    when: "the account is no Vault whose code asks this record",
    remedy: "Name the proxy of the Vault that was deployed with this record.",
  },
  AuditRecord_ServesNoVault: {
    when: "the record hasn't been told which Vault it serves",
    remedy: "Let the timelock call `serve` first; a deployment does.",
  },
  AuditRecord_StaleRevision: {
    when: "an audit was recorded, revoked or withdrawn since this call was proposed",
    remedy: "Look at what has changed, and propose it anew with the revision of now.",
  },
  AuditRecord_Expired: {
    when: "the audit is over",
    remedy: "Have the auditor sign one with a later end.",
  },
  AuditRecord_BadCount: {
    when: "the audit covers no code, or more than 64 contracts",
    remedy: "Have the auditor sign one for 1 to 64 code hashes; several audits add up.",
  },
  AuditRecord_NoCode: {
    when: "a code hash of the audit is that of an account without code",
    remedy: "Have the auditor sign the hashes of deployed code.",
  },
  AuditRecord_NotAnAuditor: {
    when: "the account doesn't hold AUDITOR",
    remedy: "Let the timelock grant it the role first, if it is the auditor that is meant.",
  },
  AuditRecord_BadSignature: {
    when: "the signature isn't the auditor's for this audit, on this chain, for this record",
    remedy: "Compare what was signed with what is sent: `idOf` gives the hash that must have been signed.",
  },
  AuditRecord_Withdrawn: {
    when: "its auditor has withdrawn the audit, for good",
    remedy: "Ask the auditor why. Only another audit helps.",
  },
  AuditRecord_NotInForce: {
    when: "no audit with this id is recorded, or it has ended",
    remedy: "Take the id from `AuditRecorded`.",
  },
  AuditRecord_NotTheAuditor: {
    when: "someone else than its auditor wants to withdraw an audit",
    remedy: "Call as the auditor; the risk officer has `revoke`.",
  },

  // ---- AppRelease ----
  AppRelease_ZeroAddress: zeroAddress("the authority or the Vault"),
  AppRelease_NotAnApp: {
    when: "the account isn't registered in the Vault as an app that takes positions",
    remedy: "Register it with `setKind` first.",
  },
  AppRelease_CanaryAlready: {
    when: "there is a canary already",
    remedy: "Promote or retire it first.",
  },
  AppRelease_StableAlready: {
    when: "the deployment is the stable one",
    remedy: "Name another deployment.",
  },
  AppRelease_ShareLeft: {
    when: "the deployment was a canary before, and its share was never set back to 0",
    remedy: "Set its CANARY_SHARE to 0, name it, then raise the share.",
  },
  AppRelease_NotTheCanary: {
    when: "the deployment isn't the canary, or there is none",
    remedy: "Look at `canary`, and propose it anew.",
  },
  AppRelease_NotADeployment: {
    when: "a deployment that is neither the stable one nor the canary was to open a position",
    remedy:
      "Open it in the deployment that `deploymentFor` gives. What stands in this one can be settled here.",
  },
  AppRelease_WrongDeployment: {
    when: "the account opens positions in the app's other deployment",
    remedy: "Open it in the deployment given. What stands in this one can be settled here.",
  },
  AppRelease_CanaryFull: {
    when: "the canary would hold more of the asset than its cap",
    remedy: "Open the position in the stable deployment: `deploymentFor` with these amounts gives it.",
  },
  ReleasedApp_OtherVault: {
    when: "the app's release is for another Vault",
    remedy: "Deploy the app with a release of its own Vault.",
  },
  ReleasedApp_NotTheVault: {
    when: "someone else than the Vault calls an app's hook",
    remedy: "Use the Vault's `callWith`.",
  },

  // ---- UpgradeController ----
  UpgradeController_NotAContract: {
    when: "an account that must be a contract has no code, or a delegation (EIP-7702) in its place",
    remedy: "Check the address, and that it is deployed on this chain.",
  },
  UpgradeController_BadWindow: {
    when: "the window for rollbacks is shorter than a day or longer than 30 days",
    remedy: "Deploy with a window inside these bounds.",
  },
  UpgradeController_NotItsOwner: {
    when: "the ProxyAdmin belongs to somebody else, so the controller couldn't switch its proxy",
    remedy: "Transfer the ProxyAdmin's ownership to the controller first.",
  },
  UpgradeController_GovernedAlready: {
    when: "the proxy is governed by this controller already",
    remedy: "Nothing to do.",
  },
  UpgradeController_TooManyProxies: {
    when: "the controller governs as many proxies as a release and a hand-over can reach in one transaction",
    remedy: "Deploy another controller for further proxies.",
  },
  UpgradeController_NotTheImplementation: {
    when: "a probe answers differently under the implementation that was named: it isn't the one in force",
    remedy: "Read the proxy's ERC-1967 slot and name what stands there.",
  },
  UpgradeController_Expired: {
    when: "the release's `validUntil` has passed",
    remedy: "Look at the release again and schedule it with a later time.",
  },
  UpgradeController_ExecutedAlready: {
    when: "this very release was executed before",
    remedy: "Nothing to do. To release the same code again after a rollback, schedule it with another salt.",
  },
  UpgradeController_NoSteps: {
    when: "the release changes no proxy",
    remedy: "Give it at least one step.",
  },
  UpgradeController_NotGoverned: {
    when: "a step's proxy isn't governed by this controller",
    remedy: "Adopt it first; after a hand-over turn to the successor.",
  },
  UpgradeController_Twice: {
    when: "two steps of one release change the same proxy",
    remedy: "Schedule two releases.",
  },
  UpgradeController_Unchanged: {
    when: "a step's new code is the one in force",
    remedy: "Leave the step out.",
  },
  UpgradeController_NotTheExpected: {
    when: "another implementation is in force than the step starts from",
    remedy: "The release is stale: rehearse it against the code in force and schedule it anew.",
  },
  UpgradeController_StaleRevision: {
    when: "the proxy was upgraded or rolled back since the release was scheduled",
    remedy: "The release is stale: rehearse it against what is in force and schedule it anew.",
  },
  UpgradeController_WrongCode: {
    when: "the code of an implementation or of a pinned account isn't what was scheduled",
    remedy: "Don't retry. Find out who deployed what stands there, and schedule what was reviewed.",
  },
  UpgradeController_Unprobed: {
    when: "no probe asks a proxy of the release; one that can be rolled back must be asked under the old code too",
    remedy: "Add probes of its balances, windows and exits.",
  },
  UpgradeController_ProbeFailed: {
    when: "a probe reverts, burns its gas, answers less than a word or more than 8 kB",
    remedy: "Correct the probe of that number, or the code that it asks.",
  },
  UpgradeController_DataChanged: {
    when: "after the migrations the old code reads something else than before: a rollback would find bad data",
    remedy: "Make the migration append-only. Nothing has changed.",
  },
  UpgradeController_AnswerChanged: {
    when: "the new code answers something else than the old one where the release says that it must not",
    remedy: "Correct the code; if the difference is meant, schedule the probe as CHANGED.",
  },
  UpgradeController_EtherMoved: {
    when: "a proxy holds less ether after its migration",
    remedy: "Migrations move no money. Use a verb of the new code instead.",
  },
  UpgradeController_NotEnoughGas: starved,
  UpgradeController_UnknownRelease: {
    when: "no release with this id was executed",
    remedy: "Compute the id with `idOf`, or read it from `ReleaseExecuted`.",
  },
  UpgradeController_NoRollback: {
    when: "the release was scheduled with `noRollback`",
    remedy: "Hold everyone by a guardian key, and schedule a release that corrects it.",
  },
  UpgradeController_RolledBackAlready: {
    when: "the release was rolled back before",
    remedy: "Nothing to do.",
  },
  UpgradeController_WindowClosed: {
    when: "the window in which the release could be rolled back is over",
    remedy: "Schedule a release of the old code; guardians can hold everyone until then.",
  },
  UpgradeController_NotRunning: {
    when: "a proxy of the release runs another release since, or was handed over",
    remedy: "Roll the newer release back first.",
  },
  UpgradeController_BadSuccessor: {
    when: "the successor has no code, or is this controller",
    remedy: "Name the contract that is to own the ProxyAdmins.",
  },
  UpgradeController_AnnouncedAlready: {
    when: "a hand-over is announced that hasn't lapsed",
    remedy: "Make it, or cancel it first.",
  },
  UpgradeController_BadDelay: {
    when: "the timelock's delay ends after the last time that the record holds",
    remedy: "Set the timelock's delay to something that people live to see.",
  },
  UpgradeController_NothingAnnounced: {
    when: "no hand-over is announced",
    remedy: "Schedule `announceHandOver`.",
  },
  UpgradeController_TooSoon: {
    when: "the announced hand-over's delay hasn't passed",
    remedy: "Wait until the time given.",
  },
  UpgradeController_Lapsed: {
    when: "the announced hand-over wasn't made within 60 days",
    remedy: "Schedule a new announcement.",
  },
  UpgradeController_WindowOpen: {
    when: "a release can still be rolled back: who hands over then would take the way back away",
    remedy: "Wait until the time given.",
  },

  // ---- recovery ----
  Recovery_ZeroAddress: zeroAddress("the authority, the Vault, an agent or the recipient"),
  Recovery_TooManyAgents: {
    when: "more than 16 agents were to be appointed",
    remedy: "Appoint fewer; an agent may be a Safe with owners of its own.",
  },
  Recovery_BadThreshold: {
    when: "the threshold is zero with agents, or above their number",
    remedy: "Give 1 to the number of agents; 0 with none.",
  },
  Recovery_BadDelay: {
    when: "the delay is under 3 or over 30 days, or isn't zero without agents",
    remedy:
      "Give a delay within the bounds shown. Guardians can hold an account for 7 days; what is longer needs governance.",
  },
  Recovery_OwnAgent: {
    when: "an owner was to be its own agent: whoever has the key would be",
    remedy: "Appoint others.",
  },
  Recovery_NotSorted: {
    when: "the agents aren't in ascending order, or one is named twice",
    remedy: "Sort them by address and name each once.",
  },
  Recovery_NothingWaits: {
    when: "no appointment of the caller waits: it was dropped, or is in force",
    remedy: "Nothing to drop. To change what is in force, appoint again.",
  },
  Recovery_NoAgents: {
    when: "the owner has no agents in force; those appointed wait for 30 days",
    remedy: "Wait for them, or ask the operator for the office's recovery.",
  },
  Recovery_NotAnAgent: {
    when: "the voter isn't one of the owner's agents in force",
    remedy: "Let an agent vote: see `agentsOf`.",
  },
  Recovery_DeadlinePassed: deadline,
  Recovery_BadSignature: {
    when: "the agent named didn't sign this very vote for this chain, contract, owner, recipient, round and nonce",
    remedy: "Sign it again with the round of `recoveryOf` and the nonce of `voteOf`.",
  },
  Recovery_BadRecipient: {
    when: "the recipient is the owner itself, the Vault, Recovery, or an app",
    remedy: "Name an account of the owner's whose key is safe.",
  },
  Recovery_RecipientListed: {
    when: "the recipient is on record as listed by the sanctions list",
    remedy: "Name another. If the list has changed its answer, call the Vault's `screen` first.",
  },
  Recovery_AppsCannot: {
    when: "the account to recover is an app's, which holds other people's money",
    remedy: "Its users settle with the app.",
  },
  Recovery_Running: {
    when: "a recovery of this owner runs already",
    remedy: "Wait for its end, or let a threshold of agents withdraw it, or veto the office's.",
  },
  Recovery_NotRunning: {
    when: "no recovery of this owner runs: none was started, or it was withdrawn or vetoed, or its window is over",
    remedy: "Start one.",
  },
  Recovery_TooSoon: {
    when: "the recovery's delay isn't over",
    remedy: "Execute it from the time given.",
  },
  Recovery_OfficeClosed: {
    when: "the owner has left its recovery to its agents alone, or to nobody",
    remedy: "Ask its agents.",
  },
  Recovery_VetoedUntil: {
    when: "the owner or an agent has vetoed the office's recovery in the last 30 days",
    remedy: "The key is alive: ask its owner. Otherwise propose from the time given.",
  },
  Recovery_NotProposed: {
    when: "no attestor has proposed this recovery in the last 7 days, or a veto has voided it, or its attestor no longer is one",
    remedy: "Let an attestor propose it.",
  },
  Recovery_SameParty: {
    when: "the one who confirms is the one who proposed",
    remedy: "Let another attestor propose.",
  },
  Recovery_ConfirmationsSpent: {
    when: "the office has started as many recoveries in the last 7 days as it may",
    remedy: "Wait until the time given, or let agents act.",
  },
  Recovery_NothingToVeto: {
    when: "no recovery by the office runs; against agents there is no veto",
    remedy: "If the agents are rogue, move the money within their delay.",
  },
  Recovery_NotAVetoer: {
    when: "the caller is neither the owner, nor one of its agents in force, nor REVIEWER, nor RISK_OFFICER",
    remedy: "Ask one of them.",
  },

  // ---- deposit addresses ----
  DepositFactory_ZeroAddress: zeroAddress("the account or the Vault"),
  DepositAddress_OnlyAccount: {
    when: "the caller isn't the account that the address belongs to",
    remedy: "Let that account call. Anyone may `forward` into the Vault.",
  },
  DepositAddress_ZeroAddress: zeroAddress("the recipient"),
  DepositAddress_ZeroAmount: zeroAmount,
  DepositAddress_NothingHere: {
    when: "the deposit address has none of the asset",
    remedy: "Wait until the transfer has arrived, and check the asset id.",
  },
  DepositAddress_NotEnough: {
    when: "more was asked for than the deposit address has",
    remedy: "Ask for at most the balance given.",
  },
  DepositAddress_NotOnThisChain: {
    when: "the asset id is neither the native currency nor an ERC-20",
    remedy: "Check the asset id.",
  },
  DepositAddress_TheVaultTakesIt: {
    when: "the Vault would take this much, so it has no second door",
    remedy: "Recover at most what the Vault refuses, the last number; `forward` the rest.",
  },
  DepositAddress_NotSent: {
    when: "the recipient didn't accept the native currency",
    remedy: "Name a recipient that does.",
  },

  // ---- payments ----
  HashLock_ZeroRegistry: zeroAddress("the secret registry"),
  PriceLimit_ZeroRouter: zeroAddress("the price router"),
  PaymentRules_ZeroAddress: zeroAddress("the authority, the Vault or the price router"),
  PaymentRules_NotAnApp: {
    when: "someone else than a registered app of the Vault wants to count a customer's new payments",
    remedy: "Open the payment through its app.",
  },
  PaymentRules_FeatureClosed: {
    when: "the payer's tier may not use a feature of the payment; the last number has a bit for each such feature",
    remedy:
      "Leave the feature out, or have the payer verified for a higher tier. `allowanceOf` says what is open.",
  },
  PaymentRules_NoPrice: {
    when: "the payer's new payments are counted in dollars, and the asset's price can't be trusted now",
    remedy: "Wait for the price, or pay in another asset. A transfer inside the ledger needs no price.",
  },
  PaymentRules_VolumeReached: {
    when: "the customer's new payments in the trailing day would be worth more than its tier allows",
    remedy: "Pay less, or from the time given on; the room is in the error, in cents.",
  },
  Payments_BadData: {
    when: "what was pushed to the app isn't spelled as `abi.encode(Purpose, Terms[])`",
    remedy: "Build the call with `strongroom/payments`.",
  },
  Payments_NotThePayer: {
    when: "someone else than the payer wants to create, or accept, the payment",
    remedy: "Act as the payer, or bring the payer's signed intent.",
  },
  Payments_NotThePayee: {
    when: "someone else than the payee wants to capture, void or refund",
    remedy: "Act as the payee.",
  },
  Payments_NotTheArbiter: {
    when: "someone else than the arbiter named in the terms wants to split the payment",
    remedy: "Act as the arbiter. A payment without one can't be split.",
  },
  Payments_BadParty: {
    when: "the payee or the fee's recipient could not be paid: nobody, the Vault, the app itself, or the payer as its own payee",
    remedy: "Name an account of the ledger.",
  },
  Payments_ZeroAmount: zeroAmount,
  Payments_BadDeadlines: {
    when: "a conditional or captured payment needs a deadline that isn't past and an expiry after it; another has neither",
    remedy: "Set `latchBy` and a later `expiry`, or leave both zero.",
  },
  Payments_TooFar: {
    when: "the payment would end more than 50 years ahead",
    remedy: "Choose an earlier end; times are Unix seconds, not milliseconds.",
  },
  Payments_BadFee: {
    when: "the fee is above the most that is allowed, or has a recipient without a share",
    remedy: "Lower it to `MAX_FEE_BPS`; name a recipient if and only if there is a fee.",
  },
  Payments_BadFunding: {
    when: "what was pushed doesn't pay for the payments, to the unit, in their order of assets",
    remedy: "Push the sum of each run of payments in one asset; for refunds one amount for each payment.",
  },
  Payments_CreatedAlready: {
    when: "a payment of exactly these terms exists, or existed",
    remedy: "Choose another salt.",
  },
  Payments_NotOpen: {
    when: "no payment of these terms was created, or what was left of it has gone back",
    remedy: "Check the terms field by field: the id is their hash.",
  },
  Payments_Unconditional: {
    when: "the payment depends on nothing, so there is nothing to latch",
    remedy: "Release it.",
  },
  Payments_LatchedAlready: { when: "its condition was met and latched before", remedy: "Release it." },
  Payments_NotLatched: {
    when: "its condition hasn't been latched",
    remedy: "Latch it first, with what the condition asks for.",
  },
  Payments_TooLate: {
    when: "the last second for latching or capturing is past",
    remedy: "From the expiry on anyone rolls it back.",
  },
  Payments_OtherQuestion: {
    when: "the question isn't the one that payer and payee agreed on",
    remedy: "Bring the condition and the terms whose `hashOf` stands in the payment's terms.",
  },
  Payments_NotMet: {
    when: "the condition says no, reverts, or needs more gas than a condition may use",
    remedy: "Ask its `check` with the same arguments; bring what it asks for.",
  },
  Payments_ByCaptureOnly: {
    when: "the payment is taken by its payee, not released by anyone",
    remedy: "The payee captures.",
  },
  Payments_ByReleaseOnly: {
    when: "the payment isn't one that its payee captures",
    remedy: "Release it.",
  },
  Payments_NothingDue: {
    when: "nothing has vested that wasn't paid, or nothing is left",
    remedy: "Ask `dueOf`; wait for the next step of the schedule.",
  },
  Payments_AboveDue: {
    when: "more is asked for than is due, or left",
    remedy: "Take at most the last number.",
  },
  Payments_BelowDue: {
    when: "the arbiter would give the payee less than it has earned",
    remedy: "Give it at least the last number.",
  },
  Payments_NeverLapses: {
    when: "the payment was latched or depends on nothing: what is left is the payee's in time",
    remedy: "Release it. Its payee can void it, its arbiter split what isn't earned.",
  },
  Payments_NotLapsed: {
    when: "the payment hasn't expired",
    remedy: "Wait for the time given, or ask its payee to void it.",
  },
  Payments_Lapsed: {
    when: "the payment has expired: only its roll-back is left",
    remedy: "Roll it back.",
  },
  Payments_AbovePaid: {
    when: "more would be refunded than was paid and not yet refunded",
    remedy: "Refund at most the last number.",
  },
  Questions_NotEnoughGas: {
    when: "the call has too little gas to ask the condition: a starved one would look like one that says no",
    remedy: "Send more gas.",
  },
  Netting_BadData: {
    when: "a push to the app brings data, or no asset: it can only fund the caller's margin",
    remedy: "Call with assets, amounts and no data.",
  },
  Netting_ZeroAmount: zeroAmount,
  Netting_NotAnnounced: {
    when: "the party has announced nothing of the kind",
    remedy: "The party announces it first, and waits for `NOTICE`.",
  },
  Netting_TooSoon: {
    when: "the notice isn't over: whoever collects signatures counts on the margin until then",
    remedy: "Wait for the time given.",
  },
  Netting_NothingToWithdraw: {
    when: "the party's margin is empty: a cycle has taken what was announced",
    remedy: "Nothing to do.",
  },
  Netting_Unchanged: { when: "the cap is the one in force", remedy: "Nothing to do." },
  Netting_TooLate: { when: "the cycle's deadline is past", remedy: "Solve and sign another cycle." },
  Netting_DeadlineTooFar: {
    when: "the cycle could be settled after its parties' notices are over",
    remedy: "Choose a deadline within `NOTICE`.",
  },
  Netting_NoParties: { when: "the cycle has no parties", remedy: "Name all whose obligations it clears." },
  Netting_NotAscending: {
    when: "the cycle's parties don't ascend by address, one is named twice, or one is the zero address",
    remedy: "Sort the entries by address and name each party once.",
  },
  Netting_NotZeroSum: {
    when: "what parties give and get doesn't cancel out",
    remedy: "Compute the vector from the obligations again.",
  },
  Netting_BadSignature: {
    when: "the party hasn't signed this net in this cycle under its present nonce",
    remedy: "Ask `marginOf` for its nonce, and have it sign `positionDigest`.",
  },
  Netting_AboveCap: {
    when: "the cycle would take more of the party than its cap",
    remedy: "Solve again with the cap, or have the party raise it.",
  },
  Netting_AboveBalance: {
    when: "the cycle would take more of the party than its margin",
    remedy: "Solve again with the balance, or have the party fund it.",
  },
  Netting_TooLarge: {
    when: "the party's margin would not fit its 112 bits",
    remedy: "Withdraw first.",
  },
  Schedules_CliffAboveAmount: {
    when: "more would be vested at the start than the payment has",
    remedy: "Lower the cliff.",
  },
  Schedules_NoStep: {
    when: "the payment vests over time, and no step is named",
    remedy: "Name one: a second for a stream, a month for monthly instalments.",
  },
  Schedules_StepBeyondDuration: {
    when: "a step is longer than the whole, or a payment without duration has one",
    remedy: "Shorten it, or leave it out of a lump.",
  },
  Schedules_EndsTooLate: {
    when: "the schedule would end after what 40 bits of seconds hold",
    remedy: "Choose an earlier start or a shorter duration.",
  },

  // ---- prices ----
  PriceRouter_ZeroAuthority: zeroAddress("the authority"),
  PriceRouter_WarmForTooLong: {
    when: "stored prices would be used for more than 15 minutes",
    remedy: "Choose a shorter time.",
  },
  PriceRouter_NoFeedSet: {
    when: "the asset has no price sources",
    remedy: "Let the timelock set a feed set. Until then its exits queue.",
  },
  PriceRouter_NotAFeedSet: {
    when: "the new feed set doesn't answer as one must",
    remedy: "Check the address. Its sources may be sick, but it must answer.",
  },
  PriceRouter_NotTheExpected: {
    when: "the feed set in force isn't the one that the proposal names",
    remedy: "Look at what has changed since, and propose again.",
  },
  PriceRouter_Unchanged: { when: "the feed set is in force already", remedy: "Nothing to do." },
  PriceRouter_HaltedAlready: {
    when: "the asset's price is halted until the time given",
    remedy: "Nothing to do.",
  },
  PriceRouter_TooSoonToRenew: {
    when: "the last halt ended less than 14 days ago",
    remedy: "Wait until the time given; tighten the asset's limit meanwhile.",
  },
  PriceRouter_AnotherHalt: {
    when: "the halt in force is another than the one to lift",
    remedy:
      "Name the time in the error, if that one is meant; scheduled for an earlier halt the call is void.",
  },
  PriceRouter_NotHalted: { when: "there is no halt to lift", remedy: "Nothing to do." },
  PriceRouter_NotEnoughGas: starved,
  FeedSet_SourceCount: { when: "a feed set has no source or more than five", remedy: "Name one to five." },
  FeedSet_NoCode: { when: "there is no contract at a source's address", remedy: "Check the address." },
  FeedSet_NoUpstream: {
    when: "a source doesn't name who stands behind its data",
    remedy: "Deploy it with an upstream.",
  },
  FeedSet_SameUpstream: {
    when: "two sources have the same upstream and would fail together",
    remedy: "Replace one of them by a source with another upstream.",
  },
  FeedSet_DeltaOutOfBounds: {
    when: "the distance within which sources agree isn't from 0.01 % to 10 %",
    remedy: "Choose one inside the bounds.",
  },
  FeedSet_NotEnoughGas: starved,
  Source_NoCode: {
    when: "there is no contract at the address of a feed, a Pyth contract or a sequencer's uptime feed",
    remedy: "Check the address.",
  },
  Source_NoUpstream: {
    when: "no upstream was named",
    remedy: "Name who stands behind the data, not the feed's address.",
  },
  Source_MaxAgeOutOfBounds: {
    when: "the greatest age of an answer isn't from 1 second to 3 days, or to 1 hour for Pyth and RedStone",
    remedy:
      "For a push feed choose its heartbeat and some slack; for a pull feed a minute or so, since users pick the time.",
  },
  Source_PriceBounds: {
    when: "the least price is zero or not below the greatest",
    remedy: "Give bounds with 12 decimals that the asset can't leave in sanity.",
  },
  Source_GraceOutOfBounds: {
    when: "a sequencer feed comes without a grace time, a grace time without a feed, or it is above a day",
    remedy: "Give both or neither.",
  },
  Source_DecimalsOutOfBounds: {
    when: "the feed has more than 24 decimals",
    remedy: "Use another feed.",
  },
  Feeds_NotEnoughGas: starved,
  PythSource_NoPriceId: { when: "the price id is zero", remedy: "Take the id from Pyth's list of feeds." },
  PythSource_ConfOutOfBounds: {
    when: "the widest confidence isn't from 1 to 1,000 basis points of the price",
    remedy: "Choose what the feed states on a bad day, and no more.",
  },
  PythSource_SigmasOutOfBounds: {
    when: "the spread isn't from 1 to 10 confidences",
    remedy: "Choose 2 or 3.",
  },
  PythSource_ExpoBounds: {
    when: "the exponents aren't an ascending range within -24 to 0",
    remedy: "Give the feed's own exponent for both, -8 mostly.",
  },
  RedStoneSource_NoFeedId: { when: "the feed's name is empty", remedy: "Name the feed as RedStone does." },
  RedStoneSource_SignerCount: {
    when: "there are fewer than two signers or more than eight",
    remedy: "Name the signers of the data service that serves the feed.",
  },
  RedStoneSource_ZeroSigner: { when: "a signer is the zero address", remedy: "Check the list." },
  RedStoneSource_SignerTwice: { when: "a signer is named twice", remedy: "Check the list." },
  RedStoneSource_ThresholdOutOfBounds: {
    when: "the threshold isn't more than half of the signers, or more than all of them, or one",
    remedy: "Take the data service's own threshold, 3 of 5 mostly.",
  },
  RedStoneSource_NoPackages: { when: "the payload has no packages", remedy: "Fetch another payload." },
  RedStoneSource_TimestampsDiffer: {
    when: "the packages of a payload are of different times",
    remedy: "Fetch one payload whose packages share a time; don't join two.",
  },
  RedStoneSource_FromTheFuture: {
    when: "the packages are more than a minute ahead of the block",
    remedy: "Wait, and look at your clock.",
  },
  RedStoneSource_TooFewSigners: {
    when: "fewer signers of the source's set than its threshold have signed a value of its feed",
    remedy:
      "Ask the gateway for more packages. If RedStone has rotated its signers, the asset needs a feed set with a new source.",
  },
  RedStoneSource_LeftOver: {
    when: "bytes precede the first package",
    remedy: "Send the payload alone, as RedStone's package makes it.",
  },
  RedStonePayload_NoMarker: {
    when: "the payload doesn't end with RedStone's marker",
    remedy: "Send the payload whole, as RedStone's package makes it.",
  },
  RedStonePayload_Truncated: {
    when: "the payload is shorter than what it says of itself",
    remedy: "Send the payload whole, as RedStone's package makes it.",
  },
  RedStonePayload_ValueSize: {
    when: "a package's values have no bytes or more than 32",
    remedy: "Only numeric feeds can be read.",
  },
  PullPrices_NoCode: {
    when: "there is no contract at the address of Pyth or of the Vault",
    remedy: "Check the addresses; give zero where a network has no Pyth.",
  },
  PullPrices_NotEnoughGas: starved,
  PullPrices_RefundFailed: {
    when: "the caller can't be given back what it sent beyond the fee",
    remedy: "Send exactly the fee, or call from an account that takes money.",
  },

  // ---- gateway ----
  Gateway_ZeroAddress: zeroAddress("the Vault, the committee, or the account"),
  Gateway_NobodysAccount: {
    when: "the account is the Vault, the gateway or a foreign asset's token: nobody could spend its balance",
    remedy: "Name the account of whoever is to have the money.",
  },
  Gateway_NotThePredecessorsVault: {
    when: "the gateway to be replaced serves another Vault, so that it knows none of this one's deposits",
    remedy: "Name the gateway of this Vault as the predecessor.",
  },
  Gateway_Succeeded: {
    when: "another gateway serves the assets now",
    remedy:
      "Go to the successor, whose address is in the error. What is authorised here still ends here; anything else can be cancelled by anyone.",
  },
  Gateway_NotASuccessor: {
    when: "the contract doesn't name this gateway as its predecessor, or serves another Vault",
    remedy: "Deploy the successor with this gateway and this Vault.",
  },
  Gateway_UnknownAsset: {
    when: "the gateway serves no such asset",
    remedy: "Use an asset of `foreignAssets`; governance adds others by `addAsset`.",
  },
  Gateway_KnownAsset: { when: "the asset is served already", remedy: "Nothing to do." },
  Gateway_TooManyAssets: {
    when: "the gateway serves as many assets as it may",
    remedy: "Serve the asset by another gateway.",
  },
  Gateway_NotListed: {
    when: "the Vault doesn't list the asset as a token that moves exactly",
    remedy: "List it first, with class EXACT.",
  },
  Gateway_NotOurs: {
    when: "the token names another gateway or another Vault",
    remedy: "Deploy a `ForeignAsset` for this gateway and this Vault.",
  },
  Gateway_ParameterMissing: {
    when: "a number of the asset or of its chain was never set",
    remedy: "Set the number whose key is in the error; docs/variables.md lists them.",
  },
  Gateway_UnknownChain: {
    when: "no asset of the chain is served",
    remedy: "Check the chain's CAIP-2 name: the error has its keccak256.",
  },
  Gateway_OtherChain: {
    when: "the asset is of another chain than the deposit or the handle says",
    remedy: "Name the asset's own chain, the last word of the error. To exit, register a destination on it.",
  },
  Gateway_ChainHeld: {
    when: "guardians or governance hold the chain: nothing is credited or authorised on it",
    remedy: "Wait for the time in the error. Settling, voiding, cancelling and refunding go on.",
  },
  Gateway_ChainHalted: {
    when: "two contradicting statements of the committee were shown, so that nothing is credited or authorised on the chain",
    remedy:
      "Wait for governance, which replaces the committee and resumes the chain. Settling, voiding, cancelling and refunding go on.",
  },
  Gateway_NotHalted: {
    when: "the chain isn't halted, or by another message",
    remedy: "Ask `haltOf`: what was decided for one halt ends no other.",
  },
  Gateway_ShownAlready: {
    when: "this message has halted the chain before",
    remedy: "Nothing to do: a message halts once. Another contradiction halts again.",
  },
  Gateway_NoEquivocation: {
    when: "the two contents are the same, or the message is zero",
    remedy: "Bring two different contents that were signed for one message.",
  },
  Gateway_ZeroAmount: zeroAmount,
  Gateway_Consumed: {
    when: "the deposit was credited or refused before, here or by a former gateway",
    remedy: "Nothing to do: each deposit counts once.",
  },
  Gateway_Delayed: {
    when: "the deposit waits until the time in the error, as more came in the trailing day than is credited at once",
    remedy: "Call `mature` from then on.",
  },
  Gateway_NotDelayed: {
    when: "no such deposit waits here: it was never stated, or is credited or refused",
    remedy: "Ask `depositOf`; state a new one by `credit`.",
  },
  Gateway_OtherContent: {
    when: "the deposit waits with another account, asset or amount",
    remedy: "Bring it as its `DepositDelayed` says.",
  },
  Gateway_CommitteeRevoked: {
    when: "the committee that stated the deposit was revoked since, so that its word counts for nothing",
    remedy: "Have the committee in office state it: `credit` takes it as a new one.",
  },
  Gateway_NoRoom: {
    when: "the asset's supply would pass its cap, or leave the Vault too little room for payouts that may come back",
    remedy: "Try again later: what leaves makes room. `roomOf` says how much there is.",
  },
  Gateway_BadScript: {
    when: "the script is empty or longer than what is kept",
    remedy: "Give the destination's script, or address, in bytes.",
  },
  Gateway_HandleTaken: {
    when: "another text has this handle: a collision that somebody has searched for",
    remedy: "Don't use the handle. Register a text that differs in any way.",
  },
  Gateway_UnknownHandle: {
    when: "the recipient of the exit is no registered destination",
    remedy: "Register the destination, then release again; or cancel the exit.",
  },
  Gateway_BelowLeast: {
    when: "the payout would carry less than its chain takes",
    remedy: "Exit at least the last number, in raw units, or cancel the exit.",
  },
  Gateway_NotIn: {
    when: "the payout stands where this can't follow; the last number is its status",
    remedy:
      "Ask `payoutOf`. Statuses: 0 none, 1 requested, 2 authorised, 3 settled, 4 voided, 5 refunded, 6 cancelled.",
  },
  Gateway_NotTheAccount: {
    when: "someone else than the payout's account wants to cancel or retry it",
    remedy: "Act as the account of its destination.",
  },
  Gateway_ZeroToken: {
    when: "no conflict token is named",
    remedy: "Name the token that the committee has reserved.",
  },
  Gateway_AccountHeld: {
    when: "the customer of the payout's account is held",
    remedy: "Wait for the time in the error; its account may cancel meanwhile.",
  },
  Gateway_AccountListed: {
    when: "the customer of the payout's account is on the sanctions list, by the Vault's record or as the list answers now",
    remedy: "Have it screened again once the list has changed; its account may cancel meanwhile.",
  },
  Gateway_EveryoneHeld: { when: "guardians hold all exits", remedy: "Wait for the time in the error." },
  Gateway_ChainLimitReached: {
    when: "the chain's payouts of the trailing day would be worth more than its limit",
    remedy:
      "Try again from the last number on, Unix seconds; the room is in the error, in cents. The largest number: never, unless the limit is raised.",
  },
  Committee_ZeroAddress: zeroAddress("the authority"),
  Committee_NotAVerifier: {
    when: "there is no contract at the verifier's address",
    remedy: "Deploy the verifier first.",
  },
  Committee_KnownVerifier: {
    when: "the verifier has been in office before, in the epoch given",
    remedy: "Deploy a new one, even for the same keys.",
  },
  Committee_NotTheExpected: {
    when: "another epoch is in office than the one to be replaced",
    remedy: "Propose again for the epoch in office: `current`.",
  },
  Committee_OverlapTooLong: {
    when: "the former epoch would count for longer than is allowed",
    remedy: "Choose an overlap up to `MAX_OVERLAP`.",
  },
  Committee_Expired: { when: "the call was scheduled for an earlier time", remedy: "Propose it again." },
  Committee_UnknownEpoch: {
    when: "there was never such an epoch",
    remedy: "Use `current`, or one before it.",
  },
  Committee_InOffice: {
    when: "the epoch is in office: it is replaced before it is revoked, so that somebody can say how payouts ended",
    remedy: "Have governance `rotate`; a guardian holds the chains meanwhile.",
  },
  Committee_EpochRevoked: {
    when: "the epoch was revoked: nothing that it has said counts",
    remedy: "Have the epoch in office sign the statement.",
  },
  Committee_EpochEnded: {
    when: "the epoch's time is over",
    remedy: "Have the epoch in office sign the statement.",
  },
  Committee_BadSignature: {
    when: "the epoch's verifier doesn't take the signature for this statement",
    remedy: "Check what was signed (`digestOf`), by whom, and in which order.",
  },
  ForeignAsset_ZeroAddress: zeroAddress("the Vault or the gateway"),
  ForeignAsset_BadName: {
    when: "the text is no asset's name by CAIP-19",
    remedy: "Name it like `bip122:12a765e31ffd4059bada1e25190f6e98/slip44:2`.",
  },
  ForeignAsset_BadDecimals: {
    when: "the asset has more decimals than the Vault counts",
    remedy: "Use at most 30.",
  },
  ForeignAsset_NotTheGateway: {
    when: "someone else than the gateway wants to mint or to name the next gateway",
    remedy: "Nothing to do: only the gateway may.",
  },
  ForeignAsset_NeverAGateway: {
    when: "someone who never was the gateway wants to burn",
    remedy: "Nothing to do: only gateways hold what can be burnt.",
  },
  ForeignAsset_GatewayAlready: {
    when: "the next gateway is or was the gateway: it wouldn't know what later ones have credited",
    remedy: "Deploy a new one.",
  },
  ForeignAsset_NotAGateway: {
    when: "the next gateway doesn't name this one as its predecessor",
    remedy: "Deploy it with this gateway as its predecessor.",
  },
  ForeignAsset_NoWay: {
    when: "the token would move on a way that it doesn't have",
    remedy: "Foreign assets move inside the Vault's ledger, and out to registered destinations.",
  },
  MultisigVerifier_BadThreshold: {
    when: "the threshold isn't more than half of the signers, or more than all",
    remedy: "Choose one between.",
  },
  MultisigVerifier_TooManySigners: {
    when: "there are more signers than are taken",
    remedy: "Name at most `MAX_SIGNERS`.",
  },
  MultisigVerifier_NotAscending: {
    when: "a signer is zero, named twice, or not in ascending order",
    remedy: "Sort them by their addresses.",
  },
  SchnorrVerifier_NotAKey: {
    when: "the number is no key by BIP-340: no point of the curve has it as its x",
    remedy: "Give the group's key, x only.",
  },

  ERC20InsufficientAllowance: {
    when: "someone moves a token without its holder's allowance",
    remedy: "Foreign assets move through the Vault: withdraw, or transfer inside the ledger.",
  },
  ERC20InsufficientBalance: {
    when: "more of a token would move than its holder has",
    remedy: "Move at most the balance in the error.",
  },
  ERC20InvalidApprover: zeroAddress("who gives an allowance"),
  ERC20InvalidReceiver: zeroAddress("the token's recipient"),
  ERC20InvalidSender: zeroAddress("the token's sender"),
  ERC20InvalidSpender: zeroAddress("who is allowed to spend"),

  // ---- Reserve ----
  Reserve_ZeroAddress: zeroAddress("the authority or the Vault"),
  Reserve_ZeroAmount: zeroAmount,
  Reserve_ServesAnother: {
    when: "the colder level serves another Vault",
    remedy: "Name a reserve of the same Vault, or none.",
  },
  Reserve_NotOpen: {
    when: "the exit isn't open: paid, cancelled, or its terms aren't those of `Queued`",
    remedy: "Look for its `Released` or `Cancelled`; give the terms as the event has them.",
  },
  Reserve_AnnouncedAlready: {
    when: "the exit's announcement stands at this level: its delay runs, or ended less than 90 days ago",
    remedy: "Call `refill` from the time in the error on.",
  },
  Reserve_NotAnnounced: {
    when: "nobody has announced the exit at this level, or a refill has spent the announcement",
    remedy: "Call `announce` here, at every level, and come back after the delay.",
  },
  Reserve_AnnouncementLapsed: {
    when: "the exit's announcement was ready 90 days ago or longer",
    remedy: "Call `announce` again, at every level, and come back after the delay.",
  },
  Reserve_StillOpen: {
    when: "the exit is open, so its announcement stands",
    remedy: "Nothing to do: only what is paid or cancelled is forgotten.",
  },
  Reserve_NotReady: {
    when: "the refill delay of this level isn't over",
    remedy: "Call again from the time in the error on.",
  },
  Reserve_NotMature: {
    when: "the Vault wouldn't pay the exit yet: it hasn't matured, or its slot lies ahead",
    remedy: "Call again from the time in the error on.",
  },
  Reserve_IsVetoed: {
    when: "the level's Safe has vetoed the exit; a veto ends after 30 days and can't be repeated",
    remedy: "Ask the Safe to lift it, call another level that has enough, or wait.",
  },
  Reserve_VetoedBefore: {
    when: "the exit was vetoed here before; each level has one veto for each exit",
    remedy: "Nothing to do here. A guardian may still hold the owner.",
  },
  Reserve_NotVetoed: { when: "no veto of the exit is in force here", remedy: "Nothing to do." },
  Reserve_OnlyOwner: {
    when: "the asset is impaired, and someone else than the exit's owner calls: its share is brought at its own wish",
    remedy: "Let the owner call `refill`, then `release`.",
  },
  Reserve_OwnerStopped: {
    when: "the asset is impaired and the owner, or everyone, is held or listed: the Vault wouldn't pay",
    remedy: "Wait for the hold's end, or clear the listing.",
  },
  Reserve_OnlyReserves: {
    when: "`cover` was called by something else than one of the Vault's reserves, or a sweep would lead to a level that isn't one",
    remedy: "Call `refill`. For a sweep the timelock must first add the colder level to the Vault.",
  },
  Reserve_TooLittle: {
    when: "what is here, or at all levels that are ready for the exit, isn't enough by the amount in the error",
    remedy:
      "Announce the exit at the other levels, and call again when they are ready. `send`: ask for less.",
  },
  Reserve_NotReleased: {
    when: "the Vault has taken the exit's lane slot, which lies ahead, or has just found an end on the sanctions list; nothing was moved or recorded",
    remedy: "Call the Vault's `release`, which records it, and `refill` again when the slot has come.",
  },
  Reserve_NotListed: { when: "the Vault doesn't list the asset", remedy: "Check the asset id." },
  Reserve_NothingColder: {
    when: "this level is the coldest",
    remedy: "Nothing to do.",
  },
  Reserve_NothingToSweep: {
    when: "the level has no more than it keeps: KEEP, and what the Vault lacks for all that is queued",
    remedy: "Nothing to do.",
  },
  Reserve_NothingHere: { when: "the level has none of the asset", remedy: "Nothing to do." },
  Reserve_NotWindingDown: {
    when: "the asset isn't being wound down",
    remedy:
      "Use `refill`. Winding down begins with the Vault's `windDown`, when governance has been silent for long.",
  },
  Reserve_WindingDown: {
    when: "the asset is being wound down: what goes to a colder level would have to come back",
    remedy: "Nothing to do. `announceReturn` and `returnAll` bring it to the Vault.",
  },
  Reserve_VetoedAllBefore: {
    when: "everything was vetoed not long ago: a veto of everything rests for 60 days after its end",
    remedy: "Veto single exits, or wait until the time in the error.",
  },
  Reserve_NothingVetoed: {
    when: "no veto of everything is in force",
    remedy: "Nothing to do.",
  },
  Reserve_AllVetoed: {
    when: "the reserve's Safe has vetoed everything, as it may for 30 days",
    remedy: "Wait until the time in the error; nothing is lost meanwhile, and cancelling stays possible.",
  },
  Reserve_ReturnAnnounced: {
    when: "the asset's return was announced, and is ready or will be",
    remedy: "Call `returnAll` from the time in the error on.",
  },
  Reserve_ReturnNotReady: {
    when: "the asset's return wasn't announced, its delay isn't over, or the announcement has lapsed",
    remedy: "Announce it (`announceReturn`), and call again within 30 days of the time in the error.",
  },
  Reserve_PushFailed: {
    when: "the colder level didn't take the native currency",
    remedy: "Verify the deployment: that address isn't a reserve.",
  },
  Reserve_SentDiffers: {
    when: "the token took another amount from the reserve than it was asked to",
    remedy:
      "The move is undone. The token doesn't behave as its class says: stop deposits with its holdings cap.",
  },
  Reserve_ArrivedDiffers: {
    when: "another amount than was sent has arrived: the token takes a fee",
    remedy:
      "The move is undone. The level's Safe can `send`, which bears the fee; then the exit is released as usual.",
  },

  // ---- inherited from OpenZeppelin ----
  AccessManagedUnauthorized: {
    when: "the caller doesn't hold the role that the function needs",
    remedy: "Call through the role's holder: docs/operations names it for each verb.",
  },
  AccessManagedRequiredDelay: {
    when: "the caller's role has an execution delay; a correct deployment has none",
    remedy: "Verify the deployment: the timelock must be the only delay.",
  },
  AccessManagedInvalidAuthority: {
    when: "the new authority has no code",
    remedy: "Name the AccessManager.",
  },
  ERC6909InsufficientBalance: {
    when: "the account has less of the asset than asked for",
    remedy: "Ask for at most the balance. What is queued isn't part of it: cancel the exit first.",
  },
  ERC6909InsufficientAllowance: {
    when: "the spender has neither been made an operator nor been allowed this much",
    remedy: "Let the owner approve it.",
  },
  ERC6909InvalidApprover: zeroAddress("the approving account"),
  ERC6909InvalidReceiver: zeroAddress("the recipient"),
  ERC6909InvalidSender: zeroAddress("the sender"),
  ERC6909InvalidSpender: zeroAddress("the spender"),
  InvalidAccountNonce: {
    when: "the intent carries another nonce than the next of its key",
    remedy:
      "Sign it again with `nonces(owner, key)`. It may have been carried out already: look for its events.",
  },
  InvalidInitialization: {
    when: "the contract was initialised before, or is an implementation, which never is",
    remedy: "Call the proxy; nothing is left to initialise.",
  },
  NotInitializing: {
    when: "an initialiser was called outside of initialisation",
    remedy: "Unreachable from outside; report it.",
  },
  ReentrancyGuardReentrantCall: {
    when: "a token or a recipient called back into a verb that moves tokens",
    remedy: "Don't call `deposit`, `withdraw`, `release` or `checkImpairment` from inside a transfer.",
  },
  SafeERC20FailedOperation: {
    when: "the token refused the transfer or answered false",
    remedy: "Check balance, allowance, and whether the token is paused or lists an address.",
  },
  InvalidShortString: {
    when: "a short string is malformed",
    remedy: "Unreachable: the registry's name and version are constants.",
  },
  StringTooLong: {
    when: "a short string is too long",
    remedy: "Unreachable: the registry's name and version are constants.",
  },
  // ---- VetoGate ----
  VetoGate_ZeroAddress: zeroAddress("the timelock or the Safe"),
  VetoGate_NotTheSafe: {
    when: "somebody other than the canceller Safe vetoes",
    remedy: "Send it through the Safe. What was vetoed once, anyone may `enforce`.",
  },
  VetoGate_NotAProposer: {
    when: "an account that doesn't propose on the timelock announces or withdraws a replacement",
    remedy: "Send it from the council's Safe itself, not through the timelock.",
  },
  VetoGate_NotPending: {
    when: "the timelock has no such operation waiting or ready: never scheduled, cancelled or done",
    remedy: "Compare the id with that of `CallScheduled`.",
  },
  VetoGate_NotVetoed: {
    when: "the operation to cancel again was never vetoed",
    remedy: "Only the Safe stops what it hasn't vetoed yet.",
  },
  VetoGate_OwnReplacement: {
    when: "the operation is the gate's own replacement, announced 30 days ago or more",
    remedy: "It can't be vetoed. Proposers may withdraw the announcement.",
  },
  VetoGate_BadSuccessor: {
    when: "the successor is the gate itself or has no code",
    remedy: "Deploy the successor first, so that everyone can read it.",
  },
  VetoGate_VetoedBefore: {
    when: "the replacement was scheduled and vetoed before it was due: anyone would cancel it again",
    remedy: "Announce it with another salt, and schedule it when it is due.",
  },
  VetoGate_AnnouncedAlready: {
    when: "an announcement of this replacement stands",
    remedy: "Wait until it is due. Withdrawn and announced again, it waits again.",
  },
  VetoGate_NotAnnounced: {
    when: "this replacement isn't announced",
    remedy: "Check the id: `replacementOf` the successor and the salt of the announcement.",
  },
  VetoGate_OtherTimelock: {
    when: "the former gate serves another timelock",
    remedy: "Name the gate that holds CANCELLER now, or zero for the first.",
  },
  AddressEmptyCode: {
    when: "a call was delegated to an address without code",
    remedy: "It can't happen: a gate's `multicall` delegates to itself.",
  },
  FailedCall: {
    when: "a call inside a `multicall` failed without saying why",
    remedy: "Send it with more gas, or send its calls one by one to see which fails.",
  },
  // ---- SafeGuard, SafeSetup ----
  SafeGuard_ZeroAddress: zeroAddress("the timelock"),
  SafeGuard_Delegatecall: {
    when: "a Safe was to delegate, to MultiSend perhaps; that would hide calls of the Safe to itself",
    remedy: "Send plain calls, one a transaction.",
  },
  SafeGuard_SelfCall: {
    when: "owners were to change their Safe by themselves",
    remedy:
      "Propose the change to the timelock, which is a module of the Safe: see operations/safe-guard.md.",
  },
  SafeGuard_Refund: {
    when: "the Safe was to refund gas",
    remedy: "Set gas price, gas token and refund receiver to zero. Whoever executes pays.",
  },
  SafeGuard_ForeignModule: {
    when: "a module other than the timelock acted",
    remedy: "Only the timelock does. Find out who enabled the module, and disable it through the timelock.",
  },
  SafeGuard_ModuleCallFailed: {
    when: "the call that the timelock made through the Safe failed; the operation isn't done",
    remedy: "Execute with more gas. If it fails by itself, correct it and schedule it anew.",
  },
  SafeGuard_LocksOut: {
    when: "the operation would leave owners guarded and take the timelock's way into the Safe",
    remedy: "Remove in this order: guard, module guard, module.",
  },
  SafeSetup_DelegatecallOnly: {
    when: "the set-up was called instead of delegated to",
    remedy: "Name it as `to` of a new Safe's `setup`.",
  },
  SafeSetup_NotAContract: {
    when: "the timelock or the guard has no code",
    remedy: "Deploy them before the Safes.",
  },
  // ---- Succession ----
  Succession_ZeroAddress: zeroAddress("the timelock or an office"),
  Succession_BadQuorum: {
    when: "the quorum is below two, not more than half of the offices or more than all, or there are more than nine",
    remedy: "Name a majority, two of three say.",
  },
  Succession_OfficeTwice: { when: "an office is named twice", remedy: "Name each office once." },
  Succession_OfficeProposes: {
    when: "an office proposes on the timelock already",
    remedy: "Name offices that watch the council, not the council.",
  },
  Succession_NotAnOffice: {
    when: "an account that isn't one of the offices speaks for a successor",
    remedy: "Send it from an office's Safe.",
  },
  Succession_NotAProposer: {
    when: "the account doesn't propose on the timelock, or is the succession itself",
    remedy:
      "Name the council in office, or object from it. If it was replaced meanwhile there is nothing to do.",
  },
  Succession_BadSuccessor: {
    when: "the successor is who it should succeed, the succession itself, or has no code",
    remedy: "Make the new Safe first.",
  },
  Succession_SupportedAlready: {
    when: "the office stands behind this announcement already",
    remedy: "Nothing to do. The clock doesn't start anew.",
  },
  Succession_NothingToWithdraw: {
    when: "the office has given no word",
    remedy: "Nothing to do.",
  },
  Succession_NothingAnnounced: {
    when: "no succession is announced: too few offices agree, or it was objected to, withdrawn or scheduled",
    remedy: "A quorum of offices calls `support` with the same two addresses within 30 days.",
  },
  Succession_TooEarly: {
    when: "a living council can still object",
    remedy: "Wait until the time given.",
  },
  Succession_Lapsed: {
    when: "the succession was announced too long ago",
    remedy: "The offices call `support` anew.",
  },
};
