import type { TypedText } from "../../custody/typed-text.ts";
import { MAX_AMOUNT } from "../../governance/parameters.ts";
import { capacityOf, type Margin, NOTICE } from "../netting/margin.ts";
import { readMargins } from "../netting/netting-contract.ts";
import { nettingDomain } from "../netting/netting-domain.ts";
import { obligationText } from "../netting/obligation.ts";
import type { Reason } from "../sending/reason.ts";
import { chainTime, type Deployment, type Draft, tried, vaultOf } from "./deployment.ts";
import { payeeLimits, payerLimits } from "./ledger-limits.ts";
import { positionLimits } from "./position-limits.ts";
import { closed, type RouteSource } from "./route.ts";

/** The next cycle of an asset, as whoever solves it has announced it. */
export interface AnnouncedCycle {
  /** Unix seconds until which it takes obligations. */
  readonly closes: bigint;
  /** Unix seconds by which it is settled. */
  readonly settles: bigint;
  /** What it asks of the debtor, micro-USD. */
  readonly fee: bigint;
}

/** Whoever gathers obligations for a cycle. It is trusted with nothing: who isn't content with a cycle doesn't sign it. */
export interface CycleOperator {
  next(asset: bigint): Promise<AnnouncedCycle | undefined>;
  /** Takes a signed obligation; again is harmless. Throws a TerminalError only where it surely doesn't take it. */
  submit(text: TypedText, signature: string): Promise<void>;
}

const NO_MARGIN: Margin = { balance: 0n, cap: MAX_AMOUNT, nonce: 0n, withdrawal: 0n, from: 0n };

/**
 * An obligation for the next cycle, backed by the payer's margin, which is filled up where it is short. The payee withdraws what
 * a cycle credits it after the contract's notice. Until the obligation is due no other route may be taken.
 */
export function nettingCycle(d: Deployment, operator: CycleOperator, route = "netting cycle"): RouteSource {
  return {
    route,
    quote: async (wish) => {
      const { id, payer, payee, asset, amount } = wish;
      const { chainId } = await d.provider.getNetwork();
      const domain = nettingDomain(chainId, d.netting);
      const [now, cycle, margins] = await Promise.all([
        chainTime(d),
        operator.next(asset),
        readMargins(d.provider, domain, asset, [payer, payee]),
      ]);
      const margin = margins.get(payer.toLowerCase()) ?? NO_MARGIN;
      const payees = margins.get(payee.toLowerCase()) ?? NO_MARGIN;
      // What can leave before the cycle settles can't be counted on.
      const backed = capacityOf({ ...margin, cap: MAX_AMOUNT }, cycle?.settles ?? now);
      const short = amount > backed ? amount - backed : 0n;
      const reasons: Reason[] = await payeeLimits(d, wish);
      if (short > 0n) {
        reasons.push(...(await payerLimits(d, wish, short, now)));
        reasons.push(...(await positionLimits(d, wish, short, ["PAY", "NETTING"])));
      }
      if (margin.cap < amount) reasons.push({ code: "CAP", text: "the payer's cap for a cycle is lower" });
      if (payees.balance + amount > MAX_AMOUNT)
        reasons.push({ code: "ROOM", text: "the payee's margin is full" });
      if (cycle === undefined || cycle.closes < now) {
        reasons.push({ code: "NO_CYCLE", text: "no cycle takes the asset's obligations" });
        return closed(route, reasons);
      }
      if (reasons.length > 0) return closed(route, reasons);
      const push = [d.netting, [asset], [short], "0x"] as [string, bigint[], bigint[], string];
      const fund: Draft = {
        what: "filling the margin up",
        commits: false,
        to: d.vault,
        data: vaultOf(d).interface.encodeFunctionData("callWith", push),
      };
      const trial = await tried(d, payer, short > 0n ? [fund] : []);
      if ("reasons" in trial) return closed(route, trial.reasons);
      const owed = { debtor: payer, creditor: payee, asset, amount };
      const text = obligationText(domain, { ...owed, ref: id, dueBy: cycle.settles, salt: BigInt(id) });
      const place = { chain: d.chain, in: "ledger" } as const;
      const owing = { what: "signing the obligation", commits: true, sign: text };
      return {
        ...{ state: "open", route, place, cost: trial.cost + cycle.fee, steps: [...trial.steps, owing] },
        ...{ arrives: cycle.settles + NOTICE, risk: "others", binds: false, notes: [] },
      };
    },
    deliver: async (_wish, text, signature) => operator.submit(text, signature),
  };
}
