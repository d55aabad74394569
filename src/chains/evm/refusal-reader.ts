import type { Interface } from "ethers";
import type { ReadRefusal } from "./estimate-gas.ts";

/** Solidity's own: a message, and a code of what the compiler checks. */
const BUILT_IN: ReadonlyMap<string, string> = new Map([
  ["Error", "an error with a message"],
  ["Panic", "a check of the compiler's"],
]);

/**
 * Reads why a contract refuses a call.
 *
 * @param face where the errors stand
 * @param waiting names of those that pass by themselves; what isn't known at all may pass too, all other known ones don't
 */
export function refusalReader(face: Interface, waiting: ReadonlySet<string>): ReadRefusal {
  return (revert) => {
    const parsed = revert.length < 10 ? null : face.parseError(revert);
    if (parsed === null) return { reason: revert.slice(0, 74), waits: true };
    const values = parsed.args.toArray().map(String).join(", ");
    const said = BUILT_IN.get(parsed.name);
    const reason = said === undefined ? parsed.name : said;
    return { reason: values === "" ? reason : `${reason} (${values})`, waits: waiting.has(parsed.name) };
  };
}
