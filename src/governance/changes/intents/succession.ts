import { z } from "zod";
import { SEATS } from "../../role-graph.ts";
import { callOf, resolve } from "../context.ts";
import { intent } from "../intent.ts";
import { domainField, reference } from "../quantities.ts";

const domain = domainField("Whose timelock is without its proposer: the suite's or the reserve's");

const office = z.enum(["guardian", "canceller", "reviewer"]).describe("Which office's Safe says so");

/** An office's word that another Safe shall propose in the place of one whose keys are lost: at once; two of three announce it. */
export const supportSuccession = intent(
  "support-succession",
  z.strictObject({
    kind: z.literal("support-succession"),
    office,
    successor: reference.describe("The new Safe"),
    domain,
  }),
  async (entry, context) => {
    const lost = SEATS[entry.domain].safe;
    const args = [resolve(context, `$safes.${lost}`), resolve(context, entry.successor)];
    return {
      calls: [{ ...callOf(context, SEATS[entry.domain].succession, "support", args), office: entry.office }],
      says: {
        en: `Let ${entry.successor} propose in the place of the ${lost} Safe, says the ${entry.office} Safe`,
        zh: `${entry.office} Safe 支持由 ${entry.successor} 接替 ${lost} Safe 的提案权`,
      },
    };
  },
);

/** An office takes its word back: at once; without a quorum the announcement ends. */
export const withdrawSuccessionSupport = intent(
  "withdraw-succession-support",
  z.strictObject({ kind: z.literal("withdraw-succession-support"), office, domain }),
  async (entry, context) => ({
    calls: [
      { ...callOf(context, SEATS[entry.domain].succession, "withdrawSupport", []), office: entry.office },
    ],
    says: {
      en: `Take back the ${entry.office} Safe's support of a succession`,
      zh: `撤回 ${entry.office} Safe 对接替的支持`,
    },
  }),
);

/** The proposer shows that it lives, and ends the succession: at once. */
export const objectToSuccession = intent(
  "object-to-succession",
  z.strictObject({ kind: z.literal("object-to-succession"), domain }),
  async (entry, context) => ({
    calls: [callOf(context, SEATS[entry.domain].succession, "object", [])],
    says: {
      en: `Object to the succession of the ${SEATS[entry.domain].safe} Safe: it lives`,
      zh: `反对接替 ${SEATS[entry.domain].safe} Safe：其密钥仍在`,
    },
  }),
);
