import { id, ZeroAddress } from "ethers";
import { z } from "zod";
import { iso } from "../../../core/time.ts";
import { type ChangeContext, callOf, resolve } from "../context.ts";
import { intent } from "../intent.ts";
import { duration, moment, reference } from "../quantities.ts";

/** Gives or renews a guardian key. */
export const setGuardianKey = intent(
  "set-guardian-key",
  z.strictObject({
    kind: z.literal("set-guardian-key"),
    key: reference,
    expires: moment.describe("When the key dies unless governance renews it; at most a year ahead"),
    budget: duration.describe("How long it may hold customers for, in any 90 days together"),
  }),
  async ({ key, expires, budget }, context) => ({
    calls: [callOf(context, "guardian", "setKey", [resolve(context, key), expires, budget])],
    says: {
      en: `Let ${key} hold customers, ${budget} s in any 90 days, until ${iso(expires)}`,
      zh: `允许 ${key} 冻结客户：任意 90 天内共 ${budget} 秒，有效期至 ${iso(expires)}`,
    },
  }),
);

/** Takes a guardian key away: the risk officer's act, at once. */
export const removeGuardianKey = intent(
  "remove-guardian-key",
  z.strictObject({ kind: z.literal("remove-guardian-key"), key: reference }),
  async ({ key }, context) => ({
    calls: [callOf(context, "guardian", "removeKey", [resolve(context, key)])],
    says: { en: `Take the guardian key ${key} away at once`, zh: `立即移除守护密钥 ${key}` },
  }),
);

const subject = z
  .union([z.literal("everyone"), reference])
  .describe("A customer's primary account, or everyone");

/** Subject 0 is everyone. */
const subjectOf = (context: ChangeContext, name: string): string =>
  name === "everyone" ? ZeroAddress : resolve(context, name);

/** Holds a customer, or everyone: a guardian's act, at once, inside its budgets. */
export const hold = intent(
  "hold",
  z.strictObject({ kind: z.literal("hold"), subject, for: duration }),
  async (entry, context) => ({
    calls: [callOf(context, "guardian", "hold", [subjectOf(context, entry.subject), entry.for])],
    says: { en: `Hold ${entry.subject} for ${entry.for} s`, zh: `冻结 ${entry.subject}，${entry.for} 秒` },
  }),
);

/** Ends a hold: a guardian's act, at once. */
export const lift = intent(
  "lift",
  z.strictObject({ kind: z.literal("lift"), subject }),
  async (entry, context) => ({
    calls: [callOf(context, "guardian", "lift", [subjectOf(context, entry.subject)])],
    says: { en: `Lift the hold on ${entry.subject}`, zh: `解除对 ${entry.subject} 的冻结` },
  }),
);

/** Prolongs a hold beyond what guardians may, at most 30 days an act: the timelock's. */
export const extendHold = intent(
  "extend-hold",
  z.strictObject({ kind: z.literal("extend-hold"), subject, for: duration }),
  async (entry, context) => ({
    calls: [callOf(context, "vault", "extend", [subjectOf(context, entry.subject), entry.for])],
    says: {
      en: `Extend the hold on ${entry.subject} by ${entry.for} s`,
      zh: `将对 ${entry.subject} 的冻结延长 ${entry.for} 秒`,
    },
  }),
);

/** Makes a customer unverified: the risk officer's act, at once. Limits fall to the lowest, and what was attested so far is void. */
export const revokeTier = intent(
  "revoke-tier",
  z.strictObject({
    kind: z.literal("revoke-tier"),
    subject: reference.describe("A customer's primary account"),
    because: z.string().min(5).max(200).describe("Its keccak-256 is the reason in the event"),
  }),
  async (entry, context) => ({
    calls: [callOf(context, "registry", "revoke", [resolve(context, entry.subject), id(entry.because)])],
    says: {
      en: `Make ${entry.subject} unverified at once: ${entry.because}`,
      zh: `立即将 ${entry.subject} 降为未认证：${entry.because}`,
    },
  }),
);
