import { IVaultLens__factory } from "../../../typechain-types/factories/contracts/custody/interfaces/IVaultLens__factory.ts";
import { LANE_ONE, laneSeconds } from "../../audit/slots.ts";
import { divUp } from "../../core/money.ts";
import { DAY } from "../../core/time.ts";
import { payoutRefusal } from "../../custody/payout-refusal.ts";
import { explainReasons, reasonsOf } from "../../custody/reasons.ts";
import { KINDS, paramKey } from "../../governance/parameters.ts";
import type { Call, MinedLog } from "../sending/call.ts";
import type { Reason } from "../sending/reason.ts";
import { revertReason } from "../sending/revert-reason.ts";
import { chainTime, type Deployment, tried, vaultOf } from "./deployment.ts";
import { payeeLimits } from "./ledger-limits.ts";
import { closed, type Landing, type RouteSource } from "./route.ts";
import { RISKS, type Wish } from "./wish.ts";

/** `Verdict` of contracts/custody/interfaces/IVaultLens.sol. */
const VERDICT = { INSTANT: 0n, QUEUED: 1n, REFUSED: 2n } as const;
/** What the release of a queued exit costs whoever calls it; the payer, for all that it knows. */
const RELEASE_GAS = 150_000n;
const CANCEL_GAS = 150_000n;

/** `Lanes` and `Units.laneTimeUp`. */
const SMALL_SHARE = 1_000n;
const ALL_BPS = 10_000n;

const later = (a: bigint, b: bigint) => (a > b ? a : b);

/** When an exit that matures at `late` has its turn, if nobody takes one before: Unix seconds. */
async function turnOf(d: Deployment, asset: bigint, amount: bigint, late: bigint): Promise<bigint> {
  const vault = vaultOf(d);
  const { liabilities, smallLane, largeLane } = await vault.assetOf(asset);
  const large = amount * SMALL_SHARE > liabilities;
  const kind = large ? KINDS.LARGE_LANE_RATE : KINDS.SMALL_LANE_RATE;
  const rate = await vault.inForce(paramKey(kind, asset));
  const clock = large ? largeLane : smallLane;
  const floor = (late - DAY) * LANE_ONE;
  const slot = later(clock, floor) + divUp(amount * DAY * ALL_BPS * LANE_ONE, liabilities * rate);
  const turn = laneSeconds(slot);
  return later(turn, late);
}

/**
 * Out of the Vault to the payee's wallet: at once where every limit has room, else queued until its turn comes. One that was to
 * be instant and was queued is cancelled again, unless its turn comes in time and the payer takes that risk.
 */
export function vaultExit(d: Deployment, route = "vault exit"): RouteSource {
  const lens = IVaultLens__factory.connect(d.lens, d.provider);
  return {
    route,
    quote: async (wish) => {
      const { payer, payee, asset, amount } = wish;
      const limits = await payeeLimits(d, wish);
      // Apps and the payer itself have wallets as others do.
      const reasons = limits.filter(({ code }) => code === "AMOUNT" || code === "UNLISTED");
      if (reasons.length > 0) return closed(route, reasons);
      const [now, verdict, unpayable] = await Promise.all([
        chainTime(d),
        lens.explain(payer, asset, amount, payee),
        payoutRefusal(d.provider, d.vault, { asset, amount, to: payee }),
      ]);
      if (verdict.verdict === VERDICT.REFUSED) return closed(route, [revertReason(verdict.refusal)]);
      if (unpayable !== undefined)
        return closed(route, [
          { code: "UNPAYABLE", text: `the token can't be paid to the payee: ${unpayable}` },
        ]);
      const instant = verdict.verdict === VERDICT.INSTANT;
      const data = vaultOf(d).interface.encodeFunctionData("withdraw", [asset, amount, payee]);
      const what = instant ? "leaving the vault" : "queueing an exit";
      const trial = await tried(
        d,
        payer,
        [{ what, commits: true, to: d.vault, data }],
        instant ? 0n : RELEASE_GAS,
      );
      if ("reasons" in trial) return closed(route, trial.reasons);
      const notes: Reason[] = reasonsOf(verdict.reasons).map(({ name, sentence }) => ({
        code: name,
        text: sentence,
      }));
      const arrives = instant ? now : await turnOf(d, asset, amount, verdict.late);
      const place = { chain: d.chain, in: "wallet" } as const;
      return {
        ...{ state: "open", route, place, ...trial },
        ...{ arrives, risk: instant ? "final" : "time", binds: false, notes },
      };
    },
    landed: async (wish, logs) => landingOf(d, wish, logs),
  };
}

async function landingOf(d: Deployment, wish: Wish, logs: readonly MinedLog[]): Promise<Landing> {
  const vault = vaultOf(d);
  const queued = logs
    .filter(({ address }) => address.toLowerCase() === d.vault.toLowerCase())
    .map((log) => vault.interface.parseLog({ topics: [...log.topics], data: log.data }))
    .find((log) => log?.name === "Queued");
  if (queued === undefined || queued === null) return { as: "wished" };
  const { exit, reasons } = queued.args;
  const { owner, to, asset, amount, soon, late, seq } = exit;
  const turn = await turnOf(d, wish.asset, wish.amount, late);
  if (turn <= wish.deadline && RISKS.indexOf(wish.risk) >= RISKS.indexOf("time")) return { as: "wished" };
  const data = vault.interface.encodeFunctionData("cancel", [{ owner, to, asset, amount, soon, late, seq }]);
  const undo: Call = { chain: d.chain, to: d.vault, data, value: 0n, gas: CANCEL_GAS };
  return {
    as: "otherwise",
    reason: { code: "QUEUED", text: `it was queued: ${explainReasons(reasons)}` },
    undo,
  };
}
