/** The Safes of a deployment. The risk officer may be an account instead. */
export const SAFES = [
  "council",
  "guardian",
  "canceller",
  "reviewer",
  "rollback",
  "reserve",
  "riskOfficer",
] as const;
export type SafeName = (typeof SAFES)[number];
