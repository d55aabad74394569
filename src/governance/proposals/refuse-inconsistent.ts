import { TimelockController__factory } from "../../../typechain-types/factories/@openzeppelin/contracts/governance/TimelockController__factory.ts";
import { TerminalError } from "../../core/errors.ts";
import { changeDigest } from "../changes/change-file.ts";
import { columnsOf, operationId } from "../timelock.ts";
import { safeHashes } from "../wallets/safe-hashes.ts";
import type { Proposal } from "./proposal.ts";
import { transactionOf } from "./propose.ts";

const TIMELOCK = TimelockController__factory.createInterface();

/** The parts of a proposal that don't follow from each other. */
function contradictions(proposal: Proposal): readonly string[] {
  const { change, title, reason, path, operation, safe } = proposal;
  const wrong: string[] = [];
  if (changeDigest(change) !== change.digest) wrong.push("change.digest");
  if (change.stated.title !== title) wrong.push("title");
  if (change.stated.reason !== reason) wrong.push("reason");
  const transaction = transactionOf(proposal);
  if (safe === undefined || transaction === undefined) return wrong;
  const hashes = safeHashes(transaction, { chainId: BigInt(proposal.chainId), safe: safe.address });
  if (Object.entries(hashes).some(([name, found]) => safe.hashes[name as keyof typeof hashes] !== found)) {
    wrong.push("safe.hashes");
  }
  const calls = proposal.calls.map(({ to, data, value }) => ({ to, data, value: BigInt(value) }));
  const [only] = calls;
  if (operation === undefined) {
    const isIt =
      only?.to === transaction.to && only.data === transaction.data && only.value === transaction.value;
    if (path.by === "timelock" || calls.length !== 1 || !isIt) wrong.push("safe.transaction");
    return wrong;
  }
  const { predecessor, salt, delaySeconds, timelock } = operation;
  if (operationId({ calls, predecessor, salt }) !== operation.id) wrong.push("operation.id");
  const words = [...columnsOf(calls), predecessor, salt, BigInt(delaySeconds)];
  const data = TIMELOCK.encodeFunctionData("scheduleBatch", words as never);
  if (transaction.to !== timelock || transaction.data !== data || transaction.value !== 0n) {
    wrong.push("safe.transaction");
  }
  return wrong;
}

/**
 * Refuses a proposal that says one thing and has another one signed, as far as that shows without a chain: its hashes, its
 * transaction, its operation and its calls must follow from each other. That the calls are the change's own, `review` shows.
 *
 * @throws TerminalError `PROPOSAL_INCONSISTENT`
 */
export function refuseInconsistent(proposal: Proposal): void {
  const wrong = contradictions(proposal);
  if (wrong.length === 0) return;
  throw new TerminalError("PROPOSAL_INCONSISTENT", "The proposal says one thing and has another one signed", {
    facts: { fields: wrong.join(", ") },
    advice: "Don't sign, and don't execute. Somebody has changed it: ask whoever proposed it for the file.",
  });
}
