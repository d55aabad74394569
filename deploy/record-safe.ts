import { id, type Provider } from "ethers";
import { TerminalError } from "../src/core/errors.ts";
import { adoptSafe } from "../src/treasury/adopt-safe.ts";
import { TimelockController__factory } from "../typechain-types/factories/@openzeppelin/contracts/governance/TimelockController__factory.ts";
import { officeTerms } from "./adopted.ts";
import { loadRecord, writeRecord } from "./record.ts";

/** Which Safe proposes since a succession. */
export interface Successor {
  readonly office: "council" | "reserve";
  readonly safe: string;
}

/**
 * Writes into a deployment's record which Safe its timelock listens to since a succession, once the chain says so too. What
 * was declared stays: `deploy verify` goes on to list the owners as a difference until it is declared.
 *
 * @returns the record's file
 * @throws TerminalError `NOT_ITS_PROPOSER` unless the timelock listens to it alone of the two; `ADOPT_UNFIT` if it isn't under its
 *   guard; what `adoptSafe` and `loadRecord` throw
 */
export async function recordSafe(
  provider: Provider,
  chainId: bigint,
  { office, safe }: Successor,
  folder?: string,
): Promise<string> {
  const { format: _, digest: __, ...record } = loadRecord(chainId, folder);
  const { addresses } = record;
  const timelock = TimelockController__factory.connect(
    office === "council" ? addresses.timelock : addresses.reserveTimelock,
    provider,
  );
  const proposer = id("PROPOSER_ROLE");
  const before = addresses.safes[office];
  if (!(await timelock.hasRole(proposer, safe)) || (await timelock.hasRole(proposer, before))) {
    throw new TerminalError(
      "NOT_ITS_PROPOSER",
      "The timelock doesn't listen to this Safe in the place of the other",
      {
        facts: { office, safe, recorded: before },
        advice: "Execute the succession first: docs/runbooks/signers-lost.md.",
      },
    );
  }
  const { fit, findings } = await adoptSafe(provider, safe, officeTerms(office, addresses));
  if (!fit) {
    throw new TerminalError("ADOPT_UNFIT", `The ${office} office can't be given to this Safe`, {
      facts: {
        safe,
        why: findings.flatMap(({ severity, what }) => (severity === "must" ? [what] : [])).join("; "),
      },
      advice: "Run ./strongroom gov adopt for it: it says what must change.",
    });
  }
  const safes = { ...addresses.safes, [office]: safe };
  return writeRecord({ ...record, addresses: { ...addresses, safes } }, folder);
}
