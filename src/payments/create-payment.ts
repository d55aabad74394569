import { AbiCoder } from "ethers";
import { TerminalError } from "../core/errors.ts";
import { MAX_AMOUNT } from "../governance/parameters.ts";
import { TERMS } from "./abi.ts";
import { checkTerms, type PaymentsPlace } from "./check-terms.ts";
import { type PaymentTerms, paymentId } from "./terms.ts";
import type { VaultCall } from "./vault-call.ts";

/** `Purpose` of IPayments. */
const PURPOSE = { CREATE: 0, REFUND: 1 } as const;

/** Payments about to be created. */
export interface Creation {
  readonly call: VaultCall;
  /** In the order of their ids. */
  readonly terms: readonly PaymentTerms[];
  readonly ids: readonly string[];
}

/** A payment, and what of it is given back, raw units. */
export interface Refund {
  readonly terms: PaymentTerms;
  readonly amount: bigint;
}

function encoded(purpose: number, terms: readonly PaymentTerms[]): string {
  return AbiCoder.defaultAbiCoder().encode(["uint8", `${TERMS}[]`], [purpose, terms]);
}

function nothing(): TerminalError {
  const advice = "Name at least one payment.";
  return new TerminalError("PAYMENTS_NONE", "There is no payment in it", { advice });
}

/**
 * What the payer calls, or signs, to create payments and to fund them whole. Those in one asset are put together, in the order
 * in which they came, and paid for by one push.
 *
 * @param now the chain's time, Unix seconds
 * @throws TerminalError as `checkTerms` does; `PAYMENTS_NONE`, `PAYMENTS_OF_SEVERAL_PAYERS`, `PAYMENT_TWICE`
 * @example
 * const { call, ids } = createPayments(place, [terms], now);
 * await payer.sendTransaction(vaultCallTransaction(place.vault, call));
 */
export function createPayments(place: PaymentsPlace, all: readonly PaymentTerms[], now: bigint): Creation {
  const [first, ...others] = all.map((each) => checkTerms(place, each, now));
  if (first === undefined) throw nothing();
  const stranger = others.find(({ payer }) => payer !== first.payer);
  if (stranger !== undefined) {
    throw new TerminalError("PAYMENTS_OF_SEVERAL_PAYERS", "One call has one payer", {
      facts: { payer: first.payer, other: stranger.payer },
      advice: "Create the payments of each payer by a call of its own.",
    });
  }
  const checked = [first, ...others];
  const terms = [...new Set(checked.map(({ asset }) => asset))].flatMap((asset) =>
    checked.filter((each) => each.asset === asset),
  );
  const ids = terms.map((each) => paymentId(place.chainId, place.payments, each));
  const twice = ids.find((id, i) => ids.indexOf(id) !== i);
  if (twice !== undefined) {
    throw new TerminalError("PAYMENT_TWICE", "Two of these payments are one", {
      facts: { id: twice },
      advice: "Give each its own salt: builders do, unless told otherwise.",
    });
  }
  const pushes: { asset: bigint; amount: bigint }[] = [];
  for (const { asset, amount } of terms) {
    const run = pushes.at(-1);
    if (run?.asset === asset && run.amount + amount <= MAX_AMOUNT) run.amount += amount;
    else pushes.push({ asset, amount });
  }
  return {
    call: {
      app: place.payments,
      assets: pushes.map(({ asset }) => asset),
      amounts: pushes.map(({ amount }) => amount),
      data: encoded(PURPOSE.CREATE, terms),
    },
    terms,
    ids,
  };
}

/**
 * What the payee calls, or signs, to give back of what it was paid. The fee that was taken is the payee's to bear.
 *
 * @throws TerminalError `PAYMENTS_NONE`, `REFUND_ZERO`
 */
export function refundPayments(place: PaymentsPlace, refunds: readonly Refund[]): VaultCall {
  if (refunds.length === 0) throw nothing();
  if (refunds.some(({ amount }) => amount <= 0n)) {
    throw new TerminalError("REFUND_ZERO", "A refund gives nothing back", {
      advice: "Give an amount above zero.",
    });
  }
  return {
    app: place.payments,
    assets: refunds.map(({ terms }) => terms.asset),
    amounts: refunds.map(({ amount }) => amount),
    data: encoded(
      PURPOSE.REFUND,
      refunds.map(({ terms }) => terms),
    ),
  };
}
