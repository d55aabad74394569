import { Contract } from "ethers";
import { z } from "zod";
import { KINDS, paramKey } from "../../parameters.ts";
import { FACES, SEATS, selectorsByRole } from "../../role-graph.ts";
import { ROLES } from "../../roles.ts";
import type { Call } from "../../safe.ts";
import { type ChangeContext, callOf, resolve, view } from "../context.ts";
import { intent } from "../intent.ts";
import { domainField, duration, reference } from "../quantities.ts";

/** Every row of the policy in force, as calls that give it to the next one; a row that the next has set already stays. */
async function carriedRows(context: ChangeContext, from: string, to: string): Promise<readonly Call[]> {
  const face = FACES.policy;
  const tiers = [KINDS.TIER_WINDOW, KINDS.TIER_SINGLE, KINDS.TIER_SOON, KINDS.TIER_LATE].flatMap((kind) =>
    [0n, 1n, 2n, 3n].map((tier) => paramKey(kind, tier)),
  );
  const assets = [...(await view<readonly bigint[]>(context, "vault", "listedAssets"))];
  const keys = [
    ...tiers,
    paramKey(KINDS.UNVERIFIED_POOL),
    ...assets.map((asset) => paramKey(KINDS.ASSET_BREAKER, asset)),
  ];
  const [old, next] = [from, to].map((address) => new Contract(address, face, context.provider));
  const rows = await Promise.all(
    keys.map(async (key) => {
      const [was, is] = await Promise.all(
        [old, next].map((policy) => policy?.getFunction("param").staticCall(key)),
      );
      return { key, was: was as Row, is: is as Row };
    }),
  );
  return rows
    .filter(({ was, is }) => was.version !== 0n && is.version === 0n)
    .map(({ key, was }) => ({
      to,
      data: face.encodeFunctionData("set", [key, 0, context.validUntil, was.base]),
    }));
}

/** The exit policy in force and its revision: the next one is named against it. */
const currentPolicy = async (context: ChangeContext) => ({
  policy: await view<string>(context, "vault", "policy"),
  revision: await view<bigint>(context, "policy", "revision"),
});

interface Row {
  readonly base: bigint;
  readonly version: bigint;
}

/** Replaces the exit policy; void if the old one was tightened or set since. The next one obeys the same roles and takes over the numbers. */
export const setPolicy = intent(
  "set-policy",
  z.strictObject({ kind: z.literal("set-policy"), policy: reference }),
  async (entry, context) => {
    const { policy, revision } = await currentPolicy(context);
    const next = resolve(context, entry.policy);
    const roles = [...selectorsByRole("policy")].map(([role, selectors]) =>
      callOf(context, "manager", "setTargetFunctionRole", [next, [...selectors], ROLES[role]]),
    );
    return {
      calls: [
        ...(await carriedRows(context, policy, next)),
        ...roles,
        callOf(context, "vault", "setPolicy", [policy, revision, context.validUntil, next]),
      ],
      says: {
        en: `Replace the exit policy by ${entry.policy}, with the numbers and roles of the one in force`,
        zh: `将出款策略替换为 ${entry.policy}，沿用现行数值与角色`,
      },
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

/** Lets an app take no new positions: what is inside settles. For good. */
export const retireApp = intent(
  "retire-app",
  z.strictObject({ kind: z.literal("retire-app"), app: reference }),
  async ({ app }, context) => ({
    calls: [callOf(context, "vault", "setKind", [resolve(context, app), 2n])],
    says: {
      en: `Retire the app ${app}: no new positions, for good`,
      zh: `停用应用 ${app}：不再接受新头寸（不可撤销）`,
    },
  }),
);

/** The delay of a timelock. */
export const setDelay = intent(
  "set-delay",
  z.strictObject({
    kind: z.literal("set-delay"),
    delay: duration,
    domain: domainField("Whose timelock"),
  }),
  async ({ delay, domain }, context) => ({
    calls: [callOf(context, SEATS[domain].timelock, "updateDelay", [delay])],
    says: {
      en: `Let the ${domain}'s timelock wait ${delay} s`,
      zh: `将 ${domain} 时间锁的延迟设为 ${delay} 秒`,
    },
  }),
);
