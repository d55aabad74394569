import { Interface, ZeroAddress } from "ethers";
import { TerminalError } from "../../core/errors.ts";
import { PAYMENTS_ABI } from "../abi.ts";
import { createPayments } from "../create-payment.ts";
import { UNCONDITIONAL } from "../question.ts";
import type { PaymentFeature } from "../read-payment.ts";
import type { Reason } from "../sending/reason.ts";
import type { PaymentTerms } from "../terms.ts";
import { type VaultCall, vaultCallTransaction } from "../vault-call.ts";
import { chainTime, type Deployment, tried } from "./deployment.ts";
import { payeeLimits, payerLimits } from "./ledger-limits.ts";
import { positionLimits } from "./position-limits.ts";
import { closed, type RouteSource } from "./route.ts";
import type { Bond, Wish } from "./wish.ts";

const FACE = new Interface([...PAYMENTS_ABI]);
/** What a release may use: it can't be tried before the payment stands. */
const RELEASE_GAS = 150_000n;

/** No bond: a lump that is the payee's as soon as it is made. */
const UNBOUND: Bond = {
  schedule: { start: 0n, duration: 0n, step: 0n, cliff: 0n },
  ...{ capture: false, condition: UNCONDITIONAL, latchBy: 0n, expiry: 0n },
  ...{ arbiter: ZeroAddress, feeBps: 0n, feeTo: ZeroAddress },
};

/** The terms that a wish comes to: its id is both their reference and their salt, so that it is created once. */
export function termsOf({ id, payer, payee, asset, amount, bond = UNBOUND }: Wish): PaymentTerms {
  return { payer, payee, asset, amount, ...bond, ref: id, salt: BigInt(id) };
}

function featuresOf({ schedule, condition, capture, arbiter }: PaymentTerms): PaymentFeature[] {
  const used: readonly (readonly [PaymentFeature, boolean])[] = [
    ["PAY", true],
    ["SCHEDULE", schedule.duration !== 0n],
    ["CONDITION", condition !== UNCONDITIONAL],
    ["CAPTURE", capture],
    ["ARBITER", arbiter !== ZeroAddress],
  ];
  return used.flatMap(([name, yes]) => (yes ? [name] : []));
}

/** The call that creates the payment, or what is wrong with its terms. */
function creation(d: Deployment, chainId: bigint, terms: PaymentTerms, now: bigint): VaultCall | Reason {
  try {
    return createPayments({ chainId, vault: d.vault, payments: d.payments }, [terms], now).call;
  } catch (error) {
    if (!(error instanceof TerminalError)) throw error;
    return { code: error.code, text: error.message };
  }
}

/** A payment in escrow, under the wish's bond or none; released by the payer where nothing is to be waited for. */
export function escrow(d: Deployment, route = "escrow"): RouteSource {
  return {
    route,
    quote: async (wish) => {
      const { payer, amount } = wish;
      const terms = termsOf(wish);
      const [now, { chainId }] = await Promise.all([chainTime(d), d.provider.getNetwork()]);
      const reasons = [
        ...(await payeeLimits(d, wish)),
        ...(await payerLimits(d, wish, amount, now)),
        ...(await positionLimits(d, wish, amount, featuresOf(terms))),
      ];
      if (reasons.length > 0) return closed(route, reasons);
      const created = creation(d, chainId, terms, now);
      if ("code" in created) return closed(route, [created]);
      const { start, duration } = terms.schedule;
      const end = start + duration;
      const conditional = terms.condition !== UNCONDITIONAL;
      const releasable = !conditional && !terms.capture && end <= now;
      const release = {
        what: "releasing it",
        commits: false,
        to: d.payments,
        data: FACE.encodeFunctionData("release", [terms]),
        gas: RELEASE_GAS,
      };
      const trial = await tried(d, payer, [
        { what: "paying into escrow", commits: true, ...vaultCallTransaction(d.vault, created) },
        ...(releasable ? [release] : []),
      ]);
      if ("reasons" in trial) return closed(route, trial.reasons);
      const latest = conditional && terms.latchBy > end ? terms.latchBy : end;
      const place = { chain: d.chain, in: "ledger" } as const;
      const binds = wish.bond !== undefined;
      return {
        ...{ state: "open", route, place, ...trial },
        ...{ arrives: latest, risk: "final", binds, notes: [] },
      };
    },
  };
}
