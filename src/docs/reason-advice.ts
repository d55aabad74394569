import type { ReasonName } from "../custody/reasons.ts";

/** What makes each reason go away, as a sentence. */
export const REASON_ADVICE: Readonly<Record<ReasonName, string>> = {
  ABOVE_SINGLE_LIMIT: "Ask for less at once, or let an attestor lift the tier (works after 24 hours).",
  NEW_DESTINATION: "Name the recipient with `setDestination`; it counts after T.",
  DESTINATION_WAITING: "Wait until T after `setDestination`; `destinationOf` has the time.",
  MOVED: "Wait until 2T after the link or unlink; `accountOf` has the time.",
  FRESH: "Wait until the credit has seasoned, T to 2T after it came; `VaultLens.holdingOf` has the time.",
  LISTED: "Nothing until the list changes; then anyone may call `screen`. Cancelling stays possible.",
  SCREENING_DOWN: "Wait until the list answers. A release waits at most until 72 hours after `late`.",
  PRICE_NOT_NORMAL: "Wait until enough sources agree again; anyone may `poke`. A queued exit needs no price.",
  SUBJECT_LIMIT: "Ask for less, or wait: `VaultLens.explain` says how much fits now and when more does.",
  ASSET_LIMIT: "Ask for less, or wait: everybody's instant exits of the asset share this window.",
  POOL_LIMIT: "Ask for less, wait, or get verified: verified customers aren't charged to the pool.",
  EVERYONE_HELD: "Wait until the hold ends, at most 7 days in any 90 unless governance extends it in public.",
  IMPAIRED:
    "Wait until the shortfall is made good, or take a share of what is there with the owner's own `release`.",
  NOT_IN_HOT:
    "Ask for less (`VaultLens.explain` says how much), or let it queue and have the reserve refill it: anyone may `announce`.",
  INSTANT_CLOSED: "Wait until governance calls `openInstant`; what is queued matures as ever.",
  QUOTE_FAILED: "Tell the operators: the policy must be replaced. The exit matures in 30 days in any case.",
};
