import { z } from "zod";
import { callOf, resolve } from "../context.ts";
import { intent } from "../intent.ts";
import { duration, reference } from "../quantities.ts";
import { currentPolicy } from "./offices.ts";

/** Replaces the exit policy; void if the old one was tightened or set since. */
export const setPolicy = intent(
  "set-policy",
  z.strictObject({ kind: z.literal("set-policy"), policy: reference }),
  async (entry, context) => {
    const { policy, revision } = await currentPolicy(context);
    return {
      calls: [
        callOf(context, "vault", "setPolicy", [
          policy,
          revision,
          context.validUntil,
          resolve(context, entry.policy),
        ]),
      ],
      says: { en: `Replace the exit policy by ${entry.policy}`, zh: `将出款策略替换为 ${entry.policy}` },
    };
  },
);

/** Registers an app, which `callWith` may then push to. For good: an app never becomes a user again (ADR 13). */
export const registerApp = intent(
  "register-app",
  z.strictObject({ kind: z.literal("register-app"), app: reference }),
  async ({ app }, context) => ({
    calls: [callOf(context, "vault", "setKind", [resolve(context, app), 1n])],
    says: { en: `Register the app ${app}, for good`, zh: `登记应用 ${app}（不可撤销）` },
  }),
);

/** The delay of a timelock. */
export const setDelay = intent(
  "set-delay",
  z.strictObject({
    kind: z.literal("set-delay"),
    delay: duration,
    domain: z.enum(["suite", "reserve"]).default("suite").describe("Whose timelock"),
  }),
  async ({ delay, domain }, context) => ({
    calls: [callOf(context, domain === "suite" ? "timelock" : "reserveTimelock", "updateDelay", [delay])],
    says: {
      en: `Let the ${domain}'s timelock wait ${delay} s`,
      zh: `将 ${domain} 时间锁的延迟设为 ${delay} 秒`,
    },
  }),
);
