import { z } from "zod";
import { TerminalError } from "../../../core/errors.ts";
import { assetOf, callOf, resolve } from "../context.ts";
import { intent } from "../intent.ts";
import { amount, rawUnits, reference, symbol } from "../quantities.ts";

/** Brings the Vault money from its cold reserve: the reserve's own Safe acts, at once. */
export const refillFromReserve = intent(
  "refill-from-reserve",
  z.strictObject({ kind: z.literal("refill-from-reserve"), asset: symbol, amount }),
  async (entry, context) => {
    const asset = await assetOf(context, entry.asset);
    const raw = rawUnits(entry.amount, asset.decimals);
    if (raw === undefined || raw === 0n) {
      throw new TerminalError("CHANGE_PRECISION", `${entry.amount} ${entry.asset} can't be sent`, {
        facts: { decimals: asset.decimals },
        advice: "Send more than nothing, with no more places than the asset has.",
      });
    }
    return {
      calls: [callOf(context, "reserve", "send", [asset.id, raw])],
      says: {
        en: `Bring ${entry.amount} ${entry.asset} from the reserve to the Vault`,
        zh: `从储备向金库调入 ${entry.amount} ${entry.asset}`,
      },
    };
  },
);

/** Counts a further reserve's holdings as the Vault's. */
export const addReserve = intent(
  "add-reserve",
  z.strictObject({ kind: z.literal("add-reserve"), reserve: reference }),
  async ({ reserve }, context) => ({
    calls: [callOf(context, "vault", "addReserve", [resolve(context, reserve)])],
    says: {
      en: `Count the reserve ${reserve} among the Vault's holdings`,
      zh: `将储备 ${reserve} 计入金库资产`,
    },
  }),
);

/** Counts it no more. */
export const removeReserve = intent(
  "remove-reserve",
  z.strictObject({ kind: z.literal("remove-reserve"), reserve: reference }),
  async ({ reserve }, context) => ({
    calls: [callOf(context, "vault", "removeReserve", [resolve(context, reserve)])],
    says: { en: `Count the reserve ${reserve} no more`, zh: `不再将储备 ${reserve} 计入金库资产` },
  }),
);
