import { isError, type Signer, type TransactionReceipt } from "ethers";
import { TerminalError } from "../core/errors.ts";

/**
 * Gas over the estimate. Whoever comes first may leave this transaction more to do, as a vote does that turns the next one into
 * the threshold's last, which begins the recovery. What isn't used isn't paid.
 */
const ROOM = 500_000n;

/**
 * Sends a call of the signer's own and waits for its block.
 *
 * @param call its value in wei
 * @throws TerminalError `TRANSACTION_FAILED` if it was mined and failed, or another one took its place; ethers' own error if the
 * node refuses it
 * @example
 * const { hash } = await send(owner, { to: vault, data: face.encodeFunctionData("setCap", [0n]) });
 */
export async function send(
  signer: Signer,
  call: { readonly to: string; readonly data: string; readonly value?: bigint },
): Promise<TransactionReceipt> {
  const gasLimit = (await signer.estimateGas(call)) + ROOM;
  const sent = await signer.sendTransaction({ ...call, gasLimit });
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
