import type { Interface } from "ethers";
import { revertDataOf } from "../governance/revert-data.ts";
import { explainRefusal } from "./refusals.ts";

/**
 * Why a call was refused, with the error's values; what isn't a contract's refusal, by its own message.
 *
 * @param face where the errors stand
 */
export function explainRevert(face: Interface, error: unknown): string {
  const data = revertDataOf(error);
  const parsed = data === undefined || data.length < 10 ? null : face.parseError(data);
  if (parsed === null) return error instanceof Error ? error.message : String(error);
  const told = explainRefusal(parsed.name);
  const values = parsed.args.map(String).join(", ");
  return values === "" ? told : `${told} (${values})`;
}
