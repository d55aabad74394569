import { expect } from "chai";
import { StrongroomError } from "../../src/core/errors.ts";

/**
 * Expects an action to be refused with a code and an advice, and gives the error for more questions.
 *
 * @example
 * const error = await refuses("SIGNATURE_MALFORMED", () => parseSignature("0x12"));
 */
export async function refuses(code: string, action: () => unknown): Promise<StrongroomError> {
  let error: unknown;
  try {
    await action();
  } catch (caught) {
    error = caught;
  }
  expect(error, `${code} was expected`).to.be.instanceOf(StrongroomError);
  const refused = error as StrongroomError;
  expect(refused.code, refused.message).to.equal(code);
  expect(refused.advice ?? "", `${code} must say what to do`).not.to.equal("");
  return refused;
}
