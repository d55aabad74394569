import { z } from "zod";
import { SEATS } from "../../role-graph.ts";
import { SAFES } from "../../safe-names.ts";
import { assetOf, callOf, resolve } from "../context.ts";
import { intent } from "../intent.ts";
import { bytes32, domainField, symbol } from "../quantities.ts";

/** Vetoes a scheduled operation for good: the canceller's act, at once. */
export const veto = intent(
  "veto",
  z.strictObject({
    kind: z.literal("veto"),
    operation: bytes32.describe("The operation's id in the timelock"),
    domain: domainField("Whose timelock: the suite's or the reserve's"),
  }),
  async (entry, context) => ({
    calls: [callOf(context, SEATS[entry.domain].gate, "veto", [entry.operation])],
    says: { en: `Veto the operation ${entry.operation}`, zh: `否决操作 ${entry.operation}` },
  }),
);

/** Rolls a release back, inside its window: the rollback Safe's act, at once. */
export const rollBack = intent(
  "roll-back",
  z.strictObject({ kind: z.literal("roll-back"), release: bytes32.describe("The release's id") }),
  async ({ release }, context) => ({
    calls: [callOf(context, "upgradeController", "rollback", [release])],
    says: {
      en: `Roll the release ${release} back; nothing is instant until governance opens it again`,
      zh: `回滚版本 ${release}；在治理重新开放之前不再即时出款`,
    },
  }),
);

/** Lets a queued exit mature at its earlier time: the reviewer's act. */
export const endorse = intent(
  "endorse",
  z.strictObject({ kind: z.literal("endorse"), exit: bytes32.describe("The exit's id") }),
  async ({ exit }, context) => ({
    calls: [callOf(context, "vault", "endorse", [exit])],
    says: { en: `Endorse the exit ${exit}`, zh: `核准出款 ${exit}` },
  }),
);

/** Lets nothing of an asset be instant, for some UTC days: the risk officer's act on prices. */
export const haltPrice = intent(
  "halt-price",
  z.strictObject({ kind: z.literal("halt-price"), asset: symbol }),
  async (entry, context) => {
    const { id } = await assetOf(context, entry.asset);
    return {
      calls: [callOf(context, "router", "halt", [id])],
      says: { en: `Halt the price of ${entry.asset} at once`, zh: `立即停用 ${entry.asset} 的价格` },
    };
  },
);

/** Ends a halt of a price early. */
export const liftHalt = intent(
  "lift-halt",
  z.strictObject({
    kind: z.literal("lift-halt"),
    asset: symbol,
    haltedUntil: z
      .int()
      .min(1)
      .describe("The end of the halt that is meant, Unix seconds: docs/operations/halt.md"),
  }),
  async (entry, context) => {
    const { id } = await assetOf(context, entry.asset);
    return {
      calls: [callOf(context, "router", "liftHalt", [id, entry.haltedUntil])],
      says: { en: `Lift the halt of ${entry.asset}'s price`, zh: `解除 ${entry.asset} 价格的停用` },
    };
  },
);

/** Lets exits be instant again after a rollback. */
export const openInstant = intent(
  "open-instant",
  z.strictObject({ kind: z.literal("open-instant") }),
  async (_entry, context) => ({
    calls: [callOf(context, "vault", "openInstant", [context.validUntil])],
    says: { en: "Let exits be instant again", zh: "重新开放即时出款" },
  }),
);

/** Ends the winding down of an asset. */
export const revive = intent(
  "revive",
  z.strictObject({ kind: z.literal("revive"), asset: symbol }),
  async (entry, context) => {
    const { id } = await assetOf(context, entry.asset);
    return {
      calls: [callOf(context, "vault", "revive", [id])],
      says: { en: `End the winding down of ${entry.asset}`, zh: `终止 ${entry.asset} 的清退` },
    };
  },
);

/** Tells the Vault that governance is there. */
export const heartbeat = intent(
  "heartbeat",
  z.strictObject({ kind: z.literal("heartbeat") }),
  async (_entry, context) => ({
    calls: [callOf(context, "vault", "heartbeat", [])],
    says: { en: "Show that governance is alive", zh: "证明治理仍在运作" },
  }),
);

/** Takes a Safe's nonce with a transaction that does nothing, so that another one under it can't be sent. */
export const reject = intent(
  "reject",
  z.strictObject({
    kind: z.literal("reject"),
    safe: z.enum(SAFES),
  }),
  async ({ safe }, context) => ({
    calls: [{ to: resolve(context, `$safes.${safe}`), data: "0x" }],
    says: {
      en: `Take a nonce of the ${safe} Safe with a transaction that does nothing`,
      zh: `以一笔空交易占用 ${safe} Safe 的 nonce`,
    },
  }),
);
