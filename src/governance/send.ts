import { isError, type Signer, type TransactionReceipt } from "ethers";
import { TerminalError } from "../core/errors.ts";

/** A call of the signer's own; its value in wei. */
export interface OwnCall {
  readonly to: string;
  readonly data: string;
  readonly value?: bigint;
}

/**
 * Gas over the estimate. Whoever comes first may leave this transaction more to do, as a vote does that turns the next one into
 * the threshold's last, which begins the recovery. What isn't used isn't paid.
 */
const ROOM = 500_000n;

/**
 * The estimate and some room, as far as the account can pay for it: nobody with little money is kept from an urgent call. The
 * price is the one that the room was counted at.
 */
async function gasOf(signer: Signer, call: OwnCall) {
  const { provider } = signer;
  if (provider === null) return {};
  const [estimate, balance, { maxFeePerGas, maxPriorityFeePerGas, gasPrice }] = await Promise.all([
    signer.estimateGas(call),
    provider.getBalance(signer),
    provider.getFeeData(),
  ]);
  const fees =
    maxFeePerGas === null || maxPriorityFeePerGas === null
      ? { gasPrice }
      : { maxFeePerGas, maxPriorityFeePerGas };
  const price = maxFeePerGas ?? gasPrice ?? 0n;
  const wanted = estimate + ROOM;
  const payable = price === 0n ? wanted : (balance - (call.value ?? 0n)) / price;
  return { ...fees, gasLimit: payable < estimate ? estimate : payable < wanted ? payable : wanted };
}

/**
 * Sends a call of the signer's own and waits for its block.
 *
 * @throws TerminalError `TRANSACTION_FAILED` if it was mined and failed, or another one took its place; ethers' own error if the
 * node refuses it
 * @example
 * const { hash } = await send(owner, { to: vault, data: face.encodeFunctionData("setCap", [0n]) });
 */
export async function send(signer: Signer, call: OwnCall): Promise<TransactionReceipt> {
  const sent = await signer.sendTransaction({ ...call, ...(await gasOf(signer, call)) });
  const failed = (cause?: unknown) =>
    new TerminalError("TRANSACTION_FAILED", "The transaction was mined and failed, or was replaced", {
      facts: { transaction: sent.hash },
      cause,
      advice: "Look at the state, and run the command again if it is still needed.",
    });
  try {
    const receipt = await sent.wait();
    if (receipt !== null) return receipt;
  } catch (error) {
    if (isError(error, "CALL_EXCEPTION") || isError(error, "TRANSACTION_REPLACED")) throw failed(error);
    throw error;
  }
  throw failed();
}
