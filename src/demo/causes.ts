import type { CauseClass } from "./incidents.ts";

/** What the thief holds in the replay. */
export const POWERS = ["user-key", "app", "operator-key", "governance-quorum"] as const;
export type Power = (typeof POWERS)[number];

/** What a cause means for a system of limits and delays. */
export interface Cause {
  readonly title: string;
  /** The power that the replay gives the thief for this cause. */
  readonly power: Power;
  /** What the thief can do with it here. */
  readonly can: string;
  /** Whether limits on what leaves stop it by themselves. */
  readonly limitsStopIt: boolean;
  /** What stops it, in one sentence. */
  readonly stopped: string;
  /** What is not stopped, in one sentence. */
  readonly remains: string;
}

/** One plain answer for each class of cause. */
export const CAUSES: Readonly<Record<CauseClass, Cause>> = {
  "user-key": {
    title: "Stolen user key",
    power: "user-key",
    can: "The thief signs as one customer, so every verb of that customer's account is open and no other account's is.",
    limitsStopIt: true,
    stopped:
      "The new destination, the tier's limit and freshness send the money to the queue, where a hold stops it.",
    remains:
      "Nobody noticing before the queue matures loses that customer's money, at the speed of the lane.",
  },
  app: {
    title: "Stolen app",
    power: "app",
    can: "The thief lets a registered app pay its pooled balance to accounts of the ledger, and to nowhere else.",
    limitsStopIt: true,
    stopped:
      "Whatever an app pays lands fresh on accounts with little standing, so it waits and can be held before it leaves.",
    remains:
      "A theft that stays unnoticed beyond the delays leaks through the unverified pool and the lanes.",
  },
  "operator-key": {
    title: "Stolen operator key",
    power: "operator-key",
    can: "The thief signs as the operator, whose account holds the pool and has the highest tier.",
    limitsStopIt: true,
    stopped:
      "No tier makes a new destination instant, and a daily limit, the asset's breaker and the queue bound the rest.",
    remains:
      "With detection later than the delays the daily limit and the lane leak until someone holds the account.",
  },
  "governance-quorum": {
    title: "Signers approved what they could not read",
    power: "governance-quorum",
    can: "The thief has enough signatures of the governing Safe to propose replacing the rules themselves.",
    limitsStopIt: false,
    stopped:
      "Limits alone do not stop it: the timelock's delay does, if anyone reads the decoded proposal and the canceller vetoes it.",
    remains:
      "If nobody notices within the delay, or the canceller's keys are stolen too, everything can be lost.",
  },
  "contract-bug": {
    title: "Bug in a contract",
    power: "app",
    can: "The bug is taken to sit in an app or a gateway, which then credits accounts with money that is not theirs.",
    limitsStopIt: true,
    stopped:
      "The door does not ask how a balance came about: fresh credits wait, windows count them, and a hold stops them.",
    remains:
      "A bug in the vault's own door would bypass its limits: against that stand proofs, the small core and rollback.",
  },
};
