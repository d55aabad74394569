import { type ContractTransactionReceipt, hexlify, randomBytes, type Signer } from "ethers";
import type { TimelockController } from "../../typechain-types/@openzeppelin/contracts/governance/TimelockController.ts";
import type { Call, Safe } from "./safe.ts";
import { execute, operationOf, schedule, type TimelockOperation } from "./timelock.ts";

/** What governing needs of a deployment. */
export interface Governed {
  readonly contracts: { readonly timelock: TimelockController };
  readonly safes: { readonly council: Safe };
  /** The council's keys that are at hand. */
  readonly keys: { readonly council: readonly Signer[] };
  /** Lets this many seconds pass: sleeps on a real chain, moves the clock of an embedded one. */
  wait(seconds: bigint): Promise<void>;
}

/** What a proposal went through. */
export interface Governing {
  readonly operation: TimelockOperation;
  readonly scheduled: ContractTransactionReceipt;
  readonly executed: ContractTransactionReceipt;
}

/** Schedules calls with as many council signatures as the Safe asks for. */
export async function propose(
  suite: Governed,
  calls: readonly Call[],
  salt: string = hexlify(randomBytes(32)),
): Promise<Omit<Governing, "executed">> {
  const operation = operationOf(calls, salt);
  const threshold = await suite.safes.council.threshold();
  const signers = suite.keys.council.slice(0, threshold);
  const scheduled = await schedule(suite.contracts.timelock, suite.safes.council, operation, signers);
  return { operation, scheduled };
}

/**
 * The whole way of a decision: the council signs, the timelock waits, anyone executes.
 *
 * @example
 * await throughGovernance(suite, [{ to: vault, data: vault.interface.encodeFunctionData("setKind", [app, 1n]) }]);
 */
export async function throughGovernance(
  suite: Governed,
  calls: readonly Call[],
  salt?: string,
): Promise<Governing> {
  const { operation, scheduled } = await propose(suite, calls, salt);
  await suite.wait(await suite.contracts.timelock.getMinDelay());
  const executed = await execute(suite.contracts.timelock, operation);
  return { operation, scheduled, executed };
}
