import { DEPLOYMENTS } from "../../../../deploy/record.ts";
import { recordSafe } from "../../../../deploy/record-safe.ts";
import { UsageError } from "../../../core/errors.ts";
import { ExitCode } from "../../exit-code.ts";
import { checkedAddress } from "../../option-values.ts";
import { print } from "../../output.ts";
import { type GovOptions, openSession } from "./session.ts";

/** What `gov record-safe` is told. */
export interface RecordSafeCommand extends GovOptions {
  readonly office: string;
  readonly safe: string;
}

/** `gov record-safe`: the record names the Safe that the timelock listens to. */
export async function govRecordSafe(options: RecordSafeCommand): Promise<number> {
  const { office, deployments = DEPLOYMENTS } = options;
  if (office !== "council" && office !== "reserve") {
    throw new UsageError("Only the council and the reserve's Safe are succeeded", {
      advice: "Every other Safe gets new owners: a change of kind set-safe-owners.",
    });
  }
  const safe = checkedAddress(options.safe, "--safe");
  const session = await openSession(options);
  try {
    const { provider, addresses } = session.governance;
    const file = await recordSafe(provider, BigInt(addresses.chainId), { office, safe }, deployments);
    print(options.json, { file, office, safe }, `${file} names ${safe} as the ${office} Safe.\n`);
    return ExitCode.done;
  } finally {
    await session.close();
  }
}
