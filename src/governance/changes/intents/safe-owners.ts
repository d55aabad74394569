import { z } from "zod";
import { TerminalError } from "../../../core/errors.ts";
import { Safe } from "../../safe.ts";
import { SAFES } from "../../safe-names.ts";
import { asModule, replaceOwners } from "../../safe-settings.ts";
import { intent } from "../intent.ts";
import { address } from "../quantities.ts";

/** The owners and the threshold that a Safe shall have; owners that stay keep their place. */
export const setSafeOwners = intent(
  "set-safe-owners",
  z
    .strictObject({
      kind: z.literal("set-safe-owners"),
      safe: z.enum(SAFES),
      owners: z.array(address).min(1).describe("All of them, those that stay too"),
      threshold: z.int().min(1),
    })
    .refine(({ owners }) => new Set(owners).size === owners.length, {
      path: ["owners"],
      message: "one is named twice",
    })
    .refine(({ owners, threshold }) => threshold <= owners.length, {
      path: ["threshold"],
      message: "more signatures than owners",
    }),
  async ({ safe: office, owners, threshold }, context) => {
    const where = context.addresses.safes[office];
    if (where === undefined) {
      throw new TerminalError("UNKNOWN_SAFE", `This deployment has no ${office} Safe`, {
        advice: "Its risk officer is an account: grant and revoke RISK_OFFICER instead.",
      });
    }
    const safe = new Safe(where, BigInt(context.addresses.chainId), context.provider);
    const calls = await replaceOwners(safe, owners, threshold);
    return {
      calls: calls.map((call) => asModule(safe, call)),
      says: {
        en: `Give the ${office} Safe ${owners.length} owners, ${threshold} of whom sign: ${owners.join(", ")}`,
        zh: `将 ${office} Safe 的所有者设为 ${owners.length} 个，签名门槛 ${threshold}：${owners.join("、")}`,
      },
    };
  },
);
