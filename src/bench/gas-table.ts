import type { GatewayGas } from "./gateway.ts";
import type { CareGas } from "./governance.ts";
import type { PaymentGas } from "./payments.ts";
import type { LimiterGas, RecordedGas } from "./peers.ts";
import type { MixedExitGas, VerbGas } from "./verbs.ts";

/** One comparison. Gas of whole transactions, steady state; windows without the call around them. */
export interface GasRow {
  readonly id: string;
  readonly ours: number;
  readonly peer: string;
  readonly peerGas: number;
  /** Whether the peer ran in this run, or its figure was recorded before (data/gas/peers.json). */
  readonly peerFrom: "measured" | "recorded";
  /** ours / peerGas. */
  readonly ratio: number;
  /** The most that `ours` may be; null where nothing was promised. */
  readonly goal: number | null;
  /** The goal is met, or there is none. */
  readonly ok: boolean;
}

/** What was measured in the run besides our own verbs. */
export interface PeerGas {
  readonly limiters: LimiterGas;
  readonly ozTransfer: number;
  readonly ozDeposit: number;
  readonly safeTransfer: number;
  readonly recorded: RecordedGas;
}

/** Promised gas, and promised shares of a peer's. */
const GOALS = { window: 5_500, instantWarm: 110_000, instantCold: 145_000, mixedCold: 150_000 } as const;
const SHARES = { transfer: 1.25, queue: 0.6, release: 0.85, cancel: 0.7 } as const;

/** Sets all comparisons. */
export function gasRows(verbs: VerbGas, mixed: MixedExitGas, peers: PeerGas): GasRow[] {
  const { limiters, recorded, ozTransfer, ozDeposit, safeTransfer } = peers;
  const measured = rowsOf("measured");
  const written = rowsOf("recorded");
  const share = (of: number, part: number) => Math.floor(of * part);
  const ntt = "Wormhole NTT";
  const delay = "Zodiac Delay on a Safe";
  const safe = "Safe, ERC-20 transfer by 2 of 3 signatures";
  return [
    measured(
      "window/oz-exact",
      limiters.ours,
      "OZ RateLimiter.SlidingWindow, 21st use",
      limiters.ozExact,
      GOALS.window,
    ),
    measured(
      "window/oz-bucket",
      limiters.ours,
      "OZ RateLimiter.RefillingBucket (loose)",
      limiters.ozBucket,
      GOALS.window,
    ),
    written("window/ccip", limiters.ours, "CCIP RateLimiter (loose)", recorded.ccipNet, GOALS.window),
    measured(
      "window-stored-limit/oz-exact",
      limiters.oursStored,
      "OZ RateLimiter.SlidingWindow, 21st use",
      limiters.ozExact,
    ),
    measured(
      "window-stored-limit/oz-bucket",
      limiters.oursStored,
      "OZ RateLimiter.RefillingBucket (loose)",
      limiters.ozBucket,
    ),
    measured("deposit", verbs.deposit.gas, "OZ ERC-4626 deposit behind the same proxy", ozDeposit),
    measured(
      "transfer",
      verbs.transfer.gas,
      "OZ ERC-6909 transfer behind the same proxy",
      ozTransfer,
      share(ozTransfer, SHARES.transfer),
    ),
    written(
      "instant-warm/ntt",
      verbs.instantWarm.gas,
      `${ntt}, transfer within its limit`,
      recorded.nttInstant,
      GOALS.instantWarm,
    ),
    measured("instant-warm/safe", verbs.instantWarm.gas, safe, safeTransfer, GOALS.instantWarm),
    written(
      "instant-cold/ntt",
      verbs.instantCold.gas,
      `${ntt}, transfer within its limit`,
      recorded.nttInstant,
      GOALS.instantCold,
    ),
    measured("instant-cold/safe", verbs.instantCold.gas, safe, safeTransfer, GOALS.instantCold),
    measured("instant-warm-mixed/safe", mixed.warm.gas, safe, safeTransfer, GOALS.instantWarm),
    measured("instant-cold-mixed/safe", mixed.cold.gas, safe, safeTransfer, GOALS.mixedCold),
    written(
      "queue/ntt",
      verbs.queue.gas,
      `${ntt}, transfer over its limit`,
      recorded.nttQueue,
      share(recorded.nttQueue, SHARES.queue),
    ),
    written("queue/delay", verbs.queue.gas, `${delay}, enqueue`, recorded.delayQueue),
    written("queue-cold/ntt", verbs.queueCold.gas, `${ntt}, transfer over its limit`, recorded.nttQueue),
    written(
      "release/ntt",
      verbs.release.gas,
      `${ntt}, complete a queued transfer`,
      recorded.nttRelease,
      share(recorded.nttRelease, SHARES.release),
    ),
    written("release/delay", verbs.release.gas, `${delay}, execute the next`, recorded.delayRelease),
    written(
      "cancel/ntt",
      verbs.cancel.gas,
      `${ntt}, cancel a queued transfer`,
      recorded.nttCancel,
      share(recorded.nttCancel, SHARES.cancel),
    ),
  ];
}

/** Payments beside an escrow and a streaming protocol, both of which move tokens. */
export function paymentRows(ours: PaymentGas, { commerce, flow }: RecordedGas): GasRow[] {
  const row = rowsOf("recorded");
  const share = (of: number, part: number) => Math.floor(of * part);
  const escrow = "commerce-payments";
  const opened = flow.create + flow.deposit;
  const { authorize, capture } = commerce;
  return [
    row("payment-create", ours.create.gas, `${escrow}, authorize`, authorize, share(authorize, 0.9)),
    row("payment-create-counted", ours.createCounted.gas, `${escrow}, authorize`, authorize),
    row("payment-create-each-of-20", ours.createEachOf20, `${escrow}, authorize`, authorize),
    row("payment-release", ours.release.gas, `${escrow}, capture`, capture, share(capture, 0.75)),
    row(
      "payment-release-each-of-20",
      ours.releaseEachOf20,
      `${escrow}, capture`,
      capture,
      share(capture, 0.4),
    ),
    row("payment-capture", ours.capture.gas, `${escrow}, capture`, capture),
    row(
      "payment-capture-with-fee",
      ours.captureWithFee.gas,
      `${escrow}, capture, 1 % fee`,
      commerce.captureWithFee,
    ),
    row("payment-void", ours.void.gas, `${escrow}, void`, commerce.void),
    row("payment-rollback", ours.rollback.gas, `${escrow}, reclaim`, commerce.reclaim),
    row("payment-refund", ours.refund.gas, `${escrow}, refund`, commerce.refund),
    row(
      "stream-create",
      ours.streamCreate.gas,
      "Sablier Flow, create and deposit",
      opened,
      share(opened, 0.5),
    ),
    row(
      "stream-withdraw",
      ours.streamWithdraw.gas,
      "Sablier Flow, withdraw",
      flow.withdraw,
      share(flow.withdraw, 0.7),
    ),
  ];
}

/** The gateway's checks beside one bare signature, and its verbs beside a transfer that a Safe's owners sign. */
export function gatewayRows(ours: GatewayGas, safeTransfer: number): GasRow[] {
  const row = rowsOf("measured");
  const bare = "one bare ecrecover";
  const safe = "Safe, ERC-20 transfer by 2 of 3 signatures";
  return [
    row("schnorr-verify", ours.schnorr, bare, ours.ecrecover),
    row("schnorr-verify-short", ours.schnorrShort, bare, ours.ecrecover),
    row("multisig-verify-2-of-3", ours.multisig, bare, ours.ecrecover),
    row("foreign-credit", ours.credit.gas, safe, safeTransfer),
    row("foreign-credit-by-group", ours.creditByGroup.gas, safe, safeTransfer),
    row("payout-authorise", ours.authorise.gas, safe, safeTransfer),
    row("payout-settle", ours.settle.gas, safe, safeTransfer),
    row("payout-refund", ours.refund.gas, safe, safeTransfer),
  ];
}

/** What governance, reserves and upgrades cost; nothing was promised of them. */
export function careRows(care: readonly CareGas[]): GasRow[] {
  const measured = rowsOf("measured");
  return care.map(({ id, ours, peer, peerGas }) => measured(id, ours.gas, peer, peerGas));
}

function rowsOf(peerFrom: GasRow["peerFrom"]) {
  return (id: string, ours: number, peer: string, peerGas: number, goal: number | null = null): GasRow => ({
    id,
    ours,
    peer,
    peerGas,
    peerFrom,
    ratio: Math.round((ours / peerGas) * 1_000) / 1_000,
    goal,
    ok: goal === null || ours <= goal,
  });
}
