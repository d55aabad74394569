import { id } from "ethers";
import { TerminalError } from "../core/errors.ts";
import type { Call, Safe } from "./safe.ts";

/** Both ends of a Safe's linked lists. */
export const SENTINEL = "0x0000000000000000000000000000000000000001";

/** Slots of a Safe's settings that have no view. */
export const SAFE_SLOTS = {
  singleton: "0x0",
  guard: id("guard_manager.guard.address"),
  moduleGuard: id("module_manager.module_guard.address"),
  fallbackHandler: id("fallback_manager.handler.address"),
} as const;

/** The call of a Safe to itself, as its settings ask for. */
export function selfCall(safe: Safe, name: string, args: readonly unknown[]): Call {
  return { to: safe.address, data: safe.contract.interface.encodeFunctionData(name, [...args]) };
}

/**
 * A call made as the Safe by a module of it: by the timelock, under `SafeGuard`. The guard makes it revert if the call
 * inside fails; a Safe without the guard only answers `false`, and the operation counts as done.
 *
 * @example
 * await throughGovernance(suite, [asModule(safe, selfCall(safe, "changeThreshold", [3]))]);
 */
export function asModule(safe: Safe, { to, data, value = 0n }: Call): Call {
  return selfCall(safe, "execTransactionFromModule", [to, value, data, 0]);
}

/**
 * The Safe's calls to itself by which it comes under the guard, in the one order that never locks it out: the module that
 * can change it, the guard of modules, the guard of owners.
 */
export function guardCalls(safe: Safe, timelock: string, guard: string): readonly Call[] {
  return [
    selfCall(safe, "enableModule", [timelock]),
    selfCall(safe, "setModuleGuard", [guard]),
    selfCall(safe, "setGuard", [guard]),
  ];
}

/**
 * The Safe's calls to itself that leave it with these owners and this threshold. New owners come before old ones go, and the
 * threshold falls on the way only as far as it must. Owners that stay keep their place.
 *
 * @throws TerminalError `SAFE_OWNERS` if fewer owners are named than signatures are asked for, or one twice.
 * @example
 * const calls = await replaceOwners(safe, [anna, bert, carl], 2);
 * await throughGovernance(suite, calls.map((call) => asModule(safe, call)));
 */
export async function replaceOwners(
  safe: Safe,
  owners: readonly string[],
  threshold: number,
): Promise<readonly Call[]> {
  if (threshold < 1 || owners.length < threshold || new Set(owners.map(BigInt)).size !== owners.length) {
    throw new TerminalError("SAFE_OWNERS", "A Safe needs as many different owners as signatures", {
      facts: { owners: owners.length, threshold },
    });
  }
  const list = (await safe.owners()).map(BigInt);
  const wanted = new Set(owners.map(BigInt));
  let signatures = await safe.threshold();
  const calls: Call[] = [];
  for (const owner of owners) {
    if (list.includes(BigInt(owner))) continue;
    calls.push(selfCall(safe, "addOwnerWithThreshold", [owner, signatures]));
    list.unshift(BigInt(owner));
  }
  for (const owner of [...list]) {
    if (wanted.has(owner)) continue;
    const place = list.indexOf(owner);
    const before = list[place - 1];
    signatures = Math.min(signatures, list.length - 1);
    calls.push(
      selfCall(safe, "removeOwner", [
        before === undefined ? SENTINEL : addressOf(before),
        addressOf(owner),
        signatures,
      ]),
    );
    list.splice(place, 1);
  }
  if (signatures !== threshold) calls.push(selfCall(safe, "changeThreshold", [threshold]));
  return calls;
}

function addressOf(word: bigint): string {
  return `0x${word.toString(16).padStart(40, "0")}`;
}
