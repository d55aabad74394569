import { getAddress, type Result } from "ethers";

/** A log of a grant or a revocation: the role first, the account second. */
export interface MembershipLog {
  readonly args: Result;
  readonly blockNumber: number;
  readonly index: number;
}

/** Members of each role by replaying grants and revocations; roles as their contract gives them, as text. */
export function replayMembers(
  granted: readonly MembershipLog[],
  revoked: readonly MembershipLog[],
): ReadonlyMap<string, ReadonlySet<string>> {
  const members = new Map<string, Set<string>>();
  const inOrder = [
    ...granted.map((log) => ({ log, add: true })),
    ...revoked.map((log) => ({ log, add: false })),
  ].sort((a, b) => a.log.blockNumber - b.log.blockNumber || a.log.index - b.log.index);
  for (const { log, add } of inOrder) {
    const role = String(log.args[0]);
    const account = getAddress(String(log.args[1]));
    const set = members.get(role) ?? new Set<string>();
    if (add) set.add(account);
    else set.delete(account);
    members.set(role, set);
  }
  return members;
}
