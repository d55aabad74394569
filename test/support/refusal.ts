import { expect } from "chai";
import { StrongroomError, TerminalError } from "../../src/core/errors.ts";

/** What may be refused: under way, or still to be done. */
type Action = Promise<unknown> | (() => unknown);

/** What an action is refused with; undefined if it isn't. Any other error goes on as it is. */
async function refusedWith(action: Action): Promise<StrongroomError | undefined> {
  try {
    await (typeof action === "function" ? action() : action);
  } catch (error) {
    if (error instanceof StrongroomError) return error;
    throw error;
  }
  return undefined;
}

/**
 * The error that an action is refused with; fails the test where there is none.
 *
 * @example
 * const { facts } = await refusal(() => openProposal(folder));
 */
export async function refusal(action: Action): Promise<StrongroomError> {
  const error = await refusedWith(action);
  if (error === undefined) throw new Error("nothing was refused");
  return error;
}

/** The same where repeating the action would change nothing. */
export async function terminalRefusal(action: Action): Promise<TerminalError> {
  const error = await refusal(action);
  expect(error).to.be.instanceOf(TerminalError);
  return error as TerminalError;
}

/** The code that an action is refused with; "accepted" if it isn't. */
export async function refusalOf(action: Action): Promise<string> {
  return (await refusedWith(action))?.code ?? "accepted";
}

/**
 * Expects an action to be refused with a code and an advice, and gives the error for more questions.
 *
 * @example
 * const error = await refuses("SIGNATURE_MALFORMED", () => parseSignature("0x12"));
 */
export async function refuses(code: string, action: Action): Promise<StrongroomError> {
  const error = await refusal(action);
  expect(error.code, error.message).to.equal(code);
  expect(error.advice ?? "", `${code} must say what to do`).not.to.equal("");
  return error;
}
