import { TerminalError } from "../core/errors.ts";
import { constants } from "./solidity-text.ts";

/** A kind of parameter as contracts/shared/ParamKeys.sol lists it. */
export interface ParameterKey {
  readonly name: string;
  /** The kind's byte. */
  readonly number: bigint;
  /** The contract under whose heading it stands. */
  readonly contract: string;
  /** Unit and meaning, the comment on its line. */
  readonly meaning: string;
}

/**
 * Kinds of parameters, each with its contract.
 *
 * @throws TerminalError `PARAMETER_WITHOUT_UNIT` for a kind without a comment.
 */
export function parameterKeys(source: string): readonly ParameterKey[] {
  const keys: ParameterKey[] = [];
  let contract: string | undefined;
  for (const line of source.split("\n")) {
    const heading = line.match(/^\s*\/\/ ([A-Z]\w*)$/)?.[1];
    if (heading !== undefined) contract = heading;
    const constant = /\bpublic\b|\binternal\b/.test(line) ? constants(line)[0] : undefined;
    if (constant === undefined || contract === undefined) continue;
    if (constant.comment === "") {
      throw new TerminalError(
        "PARAMETER_WITHOUT_UNIT",
        `ParamKeys.${constant.name} has no comment with its unit`,
      );
    }
    keys.push({ name: constant.name, number: BigInt(constant.value), contract, meaning: constant.comment });
  }
  return keys;
}
