import { config as local } from "../../deploy/config/local.ts";
import { parseConfig } from "../../deploy/config/schema.ts";
import { canonicalJson } from "../core/canonical-json.ts";

/** Who takes part: three owners of the council, and two of the rollback Safe. */
export const PEOPLE = ["anna", "bert", "carl", "dora", "emil"] as const;
export type Person = (typeof PEOPLE)[number];

const COUNCIL_THRESHOLD = 3;
const ROLLBACK_THRESHOLD = 2;

/** A customer whose money an upgrade is rehearsed with: accounts that every development node has. */
export const CUSTOMERS = [
  "0x70997970C51812dc3A010C7d01b50e0d17dc79C8",
  "0x3C44CdDdB6a900fa2b585dd299e03d12FA4293BC",
] as const;

/** Owners who never sign here: they let a Safe outlive a lost key. */
const others = (office: "council" | "rollback", count: number): readonly string[] =>
  local.safes[office].owners.slice(0, count);

/** The development chain's parameters with owners of one's own, as a file for `deploy --config`. */
export function parameterFile(
  network: string,
  chainId: bigint,
  owners: Readonly<Record<Person, string>>,
): string {
  const config = parseConfig({
    ...local,
    network,
    chainId,
    safes: {
      ...local.safes,
      council: {
        owners: [owners.anna, owners.bert, owners.carl, ...others("council", 2)],
        threshold: COUNCIL_THRESHOLD,
      },
      rollback: {
        owners: [owners.dora, owners.emil, ...others("rollback", 1)],
        threshold: ROLLBACK_THRESHOLD,
      },
    },
  });
  return `${JSON.stringify(JSON.parse(canonicalJson(config)), null, 2)}\n`;
}

/** Opening balances for `migrate import`. */
export const BALANCES = `account,asset,amount
${CUSTOMERS[0]},eth,5
${CUSTOMERS[1]},eth,2.5`;

/** A change that loosens a limit and gives a role. */
export const RAISE = `format: strongroom/change@1
title: Raise tier 1 and let reviewers attest
reason: Verified persons asked for more; the risk committee agreed on it.
changes:
  - kind: set-tier-limits
    tier: 1
    perDay: "$20,000"
    single: "$5,000"
  - kind: grant-role
    role: ATTESTOR
    account: $safes.reviewer`;

/** A change that puts a new implementation behind the Vault. */
export const UPGRADE = `format: strongroom/change@1
title: Upgrade the Vault
reason: The release of this checkout, as the auditors have read it.
deploy:
  half:
    contract: VaultAdmin
    arguments: [$auditRecord]
  next:
    contract: Vault
    arguments: [$half]
changes:
  - kind: upgrade
    contract: vault
    to: $next
    pins: [$half]
    sample:
      accounts: ["${CUSTOMERS[0]}"]`;
