import { getAddress, isAddress } from "ethers";
import { UsageError } from "../core/errors.ts";
import type { PasswordSource } from "../governance/wallets/password.ts";

/** An address that was typed: its checksum is there to find mistakes. */
export function checkedAddress(text: string, option: string): string {
  if (isAddress(text) && getAddress(text) === text) return text;
  throw new UsageError(`${option} takes addresses with their checksums`, {
    facts: { found: text.slice(0, 50) },
  });
}

/** A whole number that was typed. */
export function wholeNumber(text: string, option: string, least = 0): number {
  const value = /^\d{1,9}$/.test(text) ? Number(text) : -1;
  if (value >= least) return value;
  throw new UsageError(`${option} takes a whole number, ${least} or more`, {
    facts: { found: text.slice(0, 50) },
  });
}

/** Pairs begin with a network's name, addresses with a protocol. */
const PAIRS = /^[a-z0-9-]+=/;

/** The node that `name=address`, with commas between, has for a network; undefined where it has none. */
export function pairedNode(rpc: string | undefined, network: string): string | undefined {
  if (rpc === undefined || !PAIRS.test(rpc)) return undefined;
  const pairs = rpc
    .split(",")
    .map((pair) => [pair.slice(0, pair.indexOf("=")), pair.slice(pair.indexOf("=") + 1)]);
  return pairs.find(([name]) => name === network)?.[1];
}

/** A network's node as the command line names it: one address, or `name=address` with commas between. */
export function nodeOf(rpc: string | undefined, network: string, several: boolean): string | undefined {
  if (rpc === undefined || PAIRS.test(rpc)) return pairedNode(rpc, network);
  if (!several) return rpc;
  throw new UsageError("--rpc is one node's address, and several networks are named", {
    advice: `Write --rpc ${network}=URL, and so on, a comma between.`,
  });
}

/** How a keystore's password is given. */
export interface PasswordOptions {
  readonly passwordEnv?: string;
  readonly passwordFd?: string;
}

/** Where the password of a keystore comes from. */
export function passwordSource({ passwordEnv, passwordFd }: PasswordOptions, file: string): PasswordSource {
  if (passwordEnv !== undefined && passwordFd !== undefined) {
    throw new UsageError("Give the password one way", { advice: "Either --password-env or --password-fd." });
  }
  if (passwordEnv !== undefined) return { from: "env", name: passwordEnv };
  if (passwordFd !== undefined) {
    const fd = Number(passwordFd);
    if (!Number.isInteger(fd) || fd < 0) throw new UsageError(`${passwordFd} is no file descriptor`);
    return { from: "fd", fd };
  }
  return { from: "prompt", message: `Password of ${file}` };
}
