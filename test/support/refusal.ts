import { StrongroomError } from "../../src/core/errors.ts";

/** The code with which something is refused; "accepted" if it isn't, and any other error as it is. */
export async function refusalOf(what: () => unknown): Promise<string> {
  try {
    await what();
    return "accepted";
  } catch (error) {
    if (error instanceof StrongroomError) return error.code;
    throw error;
  }
}
