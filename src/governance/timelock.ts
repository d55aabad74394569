import { AbiCoder, type ContractTransactionReceipt, keccak256, type Signer, ZeroHash } from "ethers";
import type { TimelockController } from "../../typechain-types/@openzeppelin/contracts/governance/TimelockController.ts";
import { TerminalError } from "../core/errors.ts";
import type { Call, Safe } from "./safe.ts";

/** What is scheduled and later executed: the same words both times, or it is another operation. */
export interface TimelockOperation {
  readonly calls: readonly Call[];
  /** The operation that must be done before; zero = none. */
  readonly predecessor: string;
  /** Tells operations with the same calls apart. */
  readonly salt: string;
}

/** The calls as the timelock's batches take them: targets, values, payloads. */
export function columnsOf(calls: readonly Call[]): [string[], bigint[], string[]] {
  return [calls.map(({ to }) => to), calls.map(({ value = 0n }) => value), calls.map(({ data }) => data)];
}

/** An operation; without a salt, one that was not used before is drawn from `random`. */
export function operationOf(
  calls: readonly Call[],
  salt: string,
  predecessor: string = ZeroHash,
): TimelockOperation {
  if (calls.length === 0) throw new TerminalError("TIMELOCK_EMPTY", "An operation needs at least one call");
  return { calls, salt, predecessor };
}

/** The operation's id, as `hashOperationBatch` computes it. */
export function operationId({ calls, predecessor, salt }: TimelockOperation): string {
  return keccak256(
    AbiCoder.defaultAbiCoder().encode(
      ["address[]", "uint256[]", "bytes[]", "bytes32", "bytes32"],
      [...columnsOf(calls), predecessor, salt],
    ),
  );
}

/** The call that the council's Safe makes to schedule. Seconds: the timelock's own delay unless a longer one is given. */
export async function scheduleCall(
  timelock: TimelockController,
  operation: TimelockOperation,
  delaySeconds?: bigint,
): Promise<Call> {
  const delay = delaySeconds ?? (await timelock.getMinDelay());
  const [targets, values, payloads] = columnsOf(operation.calls);
  const data = timelock.interface.encodeFunctionData("scheduleBatch", [
    targets,
    values,
    payloads,
    operation.predecessor,
    operation.salt,
    delay,
  ]);
  return { to: await timelock.getAddress(), data };
}

/** Schedules through the council's Safe, with the signatures of `owners`. */
export async function schedule(
  timelock: TimelockController,
  council: Safe,
  operation: TimelockOperation,
  owners: readonly Signer[],
): Promise<ContractTransactionReceipt> {
  return council.send(await scheduleCall(timelock, operation), owners);
}

/** Executes a ready operation; anyone may. */
export async function execute(
  timelock: TimelockController,
  operation: TimelockOperation,
): Promise<ContractTransactionReceipt> {
  const [targets, values, payloads] = columnsOf(operation.calls);
  const sent = await timelock.executeBatch(targets, values, payloads, operation.predecessor, operation.salt);
  const receipt = await sent.wait();
  if (receipt === null) {
    throw new TerminalError("TIMELOCK_UNKNOWN_OUTCOME", "The execution was replaced", {
      facts: { hash: sent.hash },
    });
  }
  return receipt;
}
