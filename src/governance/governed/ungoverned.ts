import type { GovernedContract } from "./contracts.ts";

/** Functions that change state and no variable, and why: each by its name, which must be the only one in its contract. */
export interface Ungoverned {
  /** Absent: all that have such a function. */
  readonly contract?: GovernedContract;
  readonly functions: readonly string[];
  readonly why: string;
}

/** What the table leaves out on purpose. A function that is neither here nor in a row fails the build. */
export const UNGOVERNED: readonly Ungoverned[] = [
  {
    functions: ["setAuthority"],
    why: "only the AccessManager in force can call it: `updateAuthority` is the setter",
  },
  {
    contract: "vault",
    functions: [
      "approve",
      "bySig",
      "callWith",
      "cancel",
      "deposit",
      "release",
      "setCap",
      "setDestination",
      "setOperator",
      "transfer",
      "transferFrom",
      "withdraw",
    ],
    why: "an owner's own verb, or anyone's on an owner's behalf",
  },
  {
    contract: "vault",
    functions: ["checkImpairment", "screen", "sweep", "refill"],
    why: "keeps records and money where code says that they belong; nobody decides",
  },
  {
    contract: "vault",
    functions: ["endorse", "recover", "setSubject", "setTier"],
    why: "one customer's exit or record, by an officer of the day's work; bounded by the numbers here",
  },
  {
    contract: "vault",
    functions: ["heartbeat"],
    why: "shows that governance is alive, and changes nothing else",
  },
  { contract: "vault", functions: ["initialize"], why: "once, in the transaction that made the proxy" },
  {
    contract: "registry",
    functions: ["attest", "link", "revoke", "unlink", "unlinkBySig", "useLinkNonce"],
    why: "one customer's tier or accounts, by attestors and customers; bounded by the numbers here",
  },
  {
    contract: "paymentRules",
    functions: ["admit"],
    why: "counts a customer's new payments when an app asks; bounded by the numbers here",
  },
  {
    contract: "gateway",
    functions: ["credit", "mature", "authorise", "settle", "voided"],
    why: "one deposit or payout, by the committee's word; bounded by the numbers here",
  },
  {
    contract: "gateway",
    functions: ["cancel", "onPayout", "refund", "registerDestination", "retry"],
    why: "an account's own verb, or anyone's where code says what happens",
  },
  {
    contract: "gateway",
    functions: ["recall", "refuse"],
    why: "one payout or deposit, back to its account or not credited, before it has gone on",
  },
  {
    contract: "auditRecord",
    functions: ["serve"],
    why: "once, at deployment: names the Vault whose code names this record",
  },
  {
    contract: "auditRecord",
    functions: ["lapse"],
    why: "the Vault's own call when what a verdict rests on changes: `check` says what is so then",
  },
  { contract: "router", functions: ["poke"], why: "stores what the sources say now, by anyone" },
  {
    contract: "recovery",
    functions: ["appoint", "confirm", "dropAppointment", "execute", "propose", "veto", "vote", "voteBySig"],
    why: "one account's recovery, by its owner, its agents or the office",
  },
  {
    contract: "reserve",
    functions: ["announce", "announceReturn", "cover", "forget", "refill", "returnAll", "sweep"],
    why: "brings the Vault what it lacks, as code says; nobody decides",
  },
  { contract: "reserve", functions: ["send"], why: "moves money to the Vault and to nobody else" },
  {
    contract: "manager",
    functions: ["cancel", "consumeScheduledOp", "execute", "schedule"],
    why: "its own queue, which stays empty: all execution delays are 0",
  },
  { contract: "manager", functions: ["labelRole"], why: "a name for explorers, in a log alone" },
  { contract: "manager", functions: ["multicall"], why: "several calls of the setters here at once" },
  {
    contract: "timelock",
    functions: ["cancel", "execute", "executeBatch", "schedule", "scheduleBatch"],
    why: "the queue of decisions: `gov status` shows it",
  },
  {
    contract: "timelock",
    functions: ["onERC1155BatchReceived", "onERC1155Received", "onERC721Received"],
    why: "answers a token's question, and stores nothing",
  },
  { contract: "vetoGate", functions: ["enforce"], why: "cancels again what is vetoed already, by anyone" },
  { contract: "vetoGate", functions: ["multicall"], why: "several calls of the setters here at once" },
  { contract: "safe", functions: ["setup"], why: "once, in the transaction that made the Safe" },
  {
    contract: "safe",
    functions: ["approveHash"],
    why: "an owner's signature of one transaction, given by a transaction",
  },
  {
    contract: "safe",
    functions: ["execTransactionFromModule", "execTransactionFromModuleReturnData"],
    why: "how the timelock calls the setters here",
  },
  { contract: "safe", functions: ["simulateAndRevert"], why: "always reverts" },
];

/** Contracts of ours that have state and no variable, and why. One that is neither here nor governed fails the build. */
export const UNGOVERNED_CONTRACTS: Readonly<Record<string, string>> = {
  DepositAddress: "forwards what it gets to the Vault, and gives nobody else anything",
  DepositFactory: "makes deposit addresses, by anyone",
  PullPrices: "brings signed prices, by anyone",
  RedStoneSource: "stores prices that its signers have signed, by anyone; signers are fixed in it",
  SafeSetup: "runs once in a new Safe's own setup",
  ForeignAsset: "moves, is made and burnt by its gateway alone, which is governed",
  Netting: "keeps what parties push to it, and moves it by their signatures; its rules are governed",
  Payments:
    "keeps what payers push to it, and moves it by the terms that they agreed on; its rules are governed",
  SecretRegistry: "keeps when a secret was first shown, by anyone",
};
