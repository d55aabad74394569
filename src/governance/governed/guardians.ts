import type { GovernedKind } from "./kind.ts";
import { type Order, UNORDERED } from "./order.ts";
import { secondsShown, timeShown } from "./shown.ts";
import { wording } from "./wording.ts";

/** More power to hold is neither tighter nor looser for money: it stops, and never takes. */
const POWER_TO_HOLD: Order = UNORDERED;

/** Keys that may hold, with what they may. */
export const GUARDIAN_KINDS: readonly GovernedKind[] = [
  {
    name: "key",
    label: wording("guardian key", "守护者密钥"),
    contracts: ["guardian"],
    argument: wording("key", "密钥"),
    unit: wording("Unix seconds of its expiry", "到期时间，Unix 秒"),
    bounds: wording(
      "expires within 365 days; any budget for single customers, 7 days in any 90 for everyone",
      "365 天内到期；对单个客户的额度不限，对全体为任意 90 天内 7 天",
    ),
    order: POWER_TO_HOLD,
    parts: { budget: POWER_TO_HOLD },
    setters: [
      { contract: "guardian", signature: "setKey(address,uint40,uint32)", effect: "either" },
      { contract: "guardian", signature: "removeKey(address)", effect: "either" },
    ],
    events: { KeySet: ({ key }) => [String(key)], KeyRemoved: ({ key }) => [String(key)] },
    async read(at, guardian) {
      const keys = [...new Set(at.logsOf(guardian, "KeySet").map(({ args }) => String(args.key)))];
      const rows = await Promise.all(
        keys.map(async (key) => ({
          key,
          ...(await at.of<{ expiry: bigint; budget: bigint }>(guardian, "keyOf", [key]).then((row) => ({
            expiry: row.expiry,
            budget: row.budget,
          }))),
        })),
      );
      return rows
        .filter(({ expiry }) => expiry !== 0n)
        .map(({ key, expiry, budget }) => {
          const [until, holds] = [timeShown(expiry), secondsShown(budget)];
          const over = expiry <= at.time;
          return {
            argument: key,
            of: at.account(key),
            value: expiry.toString(),
            parts: { budget: budget.toString() },
            shown: wording(
              `${over ? "expired" : "expires"} ${until.en}, may hold customers for ${holds.en} in 90 days`,
              `${over ? "已于" : "有效至"} ${until.zh}${over ? " 失效" : ""}，90 天内可冻结客户共 ${holds.zh}`,
            ),
          };
        });
    },
  },
];
