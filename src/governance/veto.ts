import type { ContractTransactionReceipt, Signer } from "ethers";
import type { VetoGate } from "../../typechain-types/contracts/governance/VetoGate.ts";
import type { Call, Safe } from "./safe.ts";
import { operationId, type TimelockOperation } from "./timelock.ts";

/** The call of the gate that vetoes an operation. */
export async function vetoCall(gate: VetoGate, operation: TimelockOperation): Promise<Call> {
  const data = gate.interface.encodeFunctionData("veto", [operationId(operation)]);
  return { to: await gate.getAddress(), data };
}

/**
 * Vetoes operations through the canceller's Safe, all of them in one transaction of it.
 *
 * @example
 * await veto(gate, canceller, [operation], owners.slice(0, 2));
 */
export async function veto(
  gate: VetoGate,
  canceller: Safe,
  operations: readonly TimelockOperation[],
  owners: readonly Signer[],
): Promise<ContractTransactionReceipt> {
  const calls = await Promise.all(operations.map((operation) => vetoCall(gate, operation)));
  const [only] = calls;
  if (only !== undefined && calls.length === 1) return canceller.send(only, owners);
  const data = gate.interface.encodeFunctionData("multicall", [calls.map((call) => call.data)]);
  return canceller.send({ to: await gate.getAddress(), data }, owners);
}
