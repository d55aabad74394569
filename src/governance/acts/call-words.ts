import { getAddress, type ParamType } from "ethers";
import { TerminalError } from "../../core/errors.ts";

/** What words on a command line may stand for. */
export interface WordMeanings {
  /** An address, or the address of `$name`. */
  address(word: string): string;
  /** An asset's id by its symbol; undefined for a word that is none. */
  asset(word: string): bigint | undefined;
  /** The terms of an open exit by its id. */
  exit(id: string): readonly unknown[];
}

const NONE = "none";
const EXIT = "(address,address,uint256,uint112,uint40,uint40,uint32)";

function wrong(word: string, { name, type }: ParamType, want: string): never {
  throw new TerminalError("CALL_ARGUMENTS", `${name || "An argument"} can't be "${word.slice(0, 80)}"`, {
    facts: { type },
    advice: `Write ${want}.`,
  });
}

/**
 * One argument of a function from one word.
 *
 * - addresses: with their checksum, or `$name` of the deployment's record
 * - assets: their symbol; other numbers: digits in the contract's own unit
 * - exits: their id; several of anything: with commas between, `none` for no one
 *
 * @throws TerminalError `CALL_ARGUMENTS`, and what the meanings throw
 */
export function argumentOf(word: string, type: ParamType, meanings: WordMeanings): unknown {
  if (type.baseType === "array" && type.arrayChildren !== null) {
    const inner = type.arrayChildren;
    const words = word === NONE ? [] : word.split(",");
    return words.map((part) => argumentOf(part.trim(), inner, meanings));
  }
  if (type.baseType === "tuple") {
    if (type.format("sighash") !== EXIT) wrong(word, type, "such a call as a change file: kind call");
    if (!/^0x[0-9a-fA-F]{64}$/.test(word))
      wrong(word, type, "the id of an open exit: ./strongroom exits has them");
    return meanings.exit(word.toLowerCase());
  }
  if (type.type === "address") {
    if (word.startsWith("$")) return meanings.address(word);
    try {
      const address = getAddress(word);
      if (address === word) return address;
    } catch {
      // Said below.
    }
    return wrong(word, type, "an address with its checksum (EIP-55), or $name of the deployment's record");
  }
  if (type.type === "bool") {
    return word === "true" || word === "false" ? word === "true" : wrong(word, type, "true or false");
  }
  if (/^u?int/.test(type.type)) {
    if (/^\d{1,78}$/.test(word)) return BigInt(word);
    return (
      (type.type === "uint256" ? meanings.asset(word) : undefined) ??
      wrong(word, type, "digits in the contract's own unit, or an asset's symbol where one is meant")
    );
  }
  if (type.type.startsWith("bytes")) {
    return /^0x([0-9a-fA-F]{2})*$/.test(word) ? word : wrong(word, type, "0x and hexadecimal digits");
  }
  return word;
}
