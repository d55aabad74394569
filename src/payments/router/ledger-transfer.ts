import { chainTime, type Deployment, tried, vaultOf } from "./deployment.ts";
import { payeeLimits, payerLimits } from "./ledger-limits.ts";
import { closed, type RouteSource } from "./route.ts";

/** A transfer in the ledger: one debit, one credit, there at once. */
export function ledgerTransfer(d: Deployment, route = "ledger transfer"): RouteSource {
  return {
    route,
    quote: async (wish) => {
      const { payer, payee, asset, amount } = wish;
      const now = await chainTime(d);
      const reasons = [...(await payeeLimits(d, wish)), ...(await payerLimits(d, wish, amount, now))];
      if (reasons.length > 0) return closed(route, reasons);
      const data = vaultOf(d).interface.encodeFunctionData("transfer", [payee, asset, amount]);
      const what = "transferring in the ledger";
      const trial = await tried(d, payer, [{ what, commits: true, to: d.vault, data }]);
      if ("reasons" in trial) return closed(route, trial.reasons);
      const place = { chain: d.chain, in: "ledger" } as const;
      return {
        ...{ state: "open", route, place, ...trial },
        ...{ arrives: now, risk: "final", binds: false, notes: [] },
      };
    },
  };
}
