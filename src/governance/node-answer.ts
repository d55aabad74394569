import { isError } from "ethers";
import { RetryableError, StrongroomError, TerminalError } from "../core/errors.ts";
import { revertDataOf } from "./revert-data.ts";

/** Whether a contract, not the node, is why a question failed: it reverted, or answered something else. */
export function isOfContract(error: unknown): boolean {
  return isError(error, "CALL_EXCEPTION") || isError(error, "BAD_DATA") || revertDataOf(error) !== undefined;
}

/**
 * A node's answer, or an error that says whose fault it is.
 *
 * @param what is asked, for people
 * @throws TerminalError `VARIABLE_UNREADABLE` if a contract answers with a revert or with what its face doesn't know
 * @throws RetryableError `NODE_UNREACHABLE` for whatever else goes wrong
 */
export async function nodeAnswer<T>(
  what: string,
  facts: Readonly<Record<string, string | number>>,
  ask: () => Promise<T>,
): Promise<T> {
  try {
    return await ask();
  } catch (cause) {
    if (cause instanceof StrongroomError) throw cause;
    if (isOfContract(cause)) {
      throw new TerminalError("VARIABLE_UNREADABLE", `A contract doesn't answer ${what} as it should`, {
        facts,
        cause,
        advice: "Check the deployment's record and the block: there may be other code at that address.",
      });
    }
    throw new RetryableError("NODE_UNREACHABLE", `The node doesn't answer ${what}`, { facts, cause });
  }
}

/**
 * An answer, or what stands in for it where a contract doesn't answer as it should: its code may be broken, which is when
 * governance is needed most.
 */
export async function orWhereUnreadable<T>(answer: Promise<T>, instead: T): Promise<T> {
  try {
    return await answer;
  } catch (error) {
    if (error instanceof TerminalError && error.code === "VARIABLE_UNREADABLE") return instead;
    throw error;
  }
}
