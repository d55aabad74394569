import { z } from "zod";
import { SEATS } from "../../role-graph.ts";
import { ROLES, type RoleName } from "../../roles.ts";
import { callOf, resolve } from "../context.ts";
import { intent } from "../intent.ts";
import { domainField, reference } from "../quantities.ts";

const fields = {
  role: z.enum(Object.keys(ROLES) as [RoleName, ...RoleName[]]),
  account: reference,
  domain: domainField("Which AccessManager: the suite's or the reserve's"),
};

/** Gives an account a role of the AccessManager. */
export const grantRole = intent(
  "grant-role",
  z.strictObject({ kind: z.literal("grant-role"), ...fields }),
  async ({ role, account, domain }, context) => ({
    // No execution delay: the timelock is the only one.
    calls: [callOf(context, SEATS[domain].manager, "grantRole", [ROLES[role], resolve(context, account), 0])],
    says: {
      en: `Grant ${role} of the ${domain}'s access manager to ${account}`,
      zh: `将 ${domain} 权限管理器的 ${role} 角色授予 ${account}`,
    },
  }),
);

/** Takes a role of the AccessManager from an account. */
export const revokeRole = intent(
  "revoke-role",
  z.strictObject({ kind: z.literal("revoke-role"), ...fields }),
  async ({ role, account, domain }, context) => ({
    calls: [callOf(context, SEATS[domain].manager, "revokeRole", [ROLES[role], resolve(context, account)])],
    says: {
      en: `Revoke ${role} of the ${domain}'s access manager from ${account}`,
      zh: `撤销 ${account} 在 ${domain} 权限管理器中的 ${role} 角色`,
    },
  }),
);
