import { id, ZeroAddress, ZeroHash } from "ethers";
import { TimelockController__factory } from "../../typechain-types/factories/@openzeppelin/contracts/governance/TimelockController__factory.ts";
import type { SuiteAddresses } from "../addresses.ts";
import type { SuiteConfig } from "../config/schema.ts";
import { type Chain, type Findings, replayMembers } from "./chain.ts";

/** Roles of the timelock: AccessControl's, by hash. */
const TIMELOCK_ROLES = {
  DEFAULT_ADMIN: ZeroHash,
  PROPOSER: id("PROPOSER_ROLE"),
  CANCELLER: id("CANCELLER_ROLE"),
  EXECUTOR: id("EXECUTOR_ROLE"),
} as const;

/** The timelock's delay and roles: two traps of its constructor each have a check by name. */
export async function checkTimelock(
  chain: Chain,
  addresses: SuiteAddresses,
  config: SuiteConfig,
  f: Findings,
): Promise<void> {
  const timelock = chain.at(addresses.timelock, TimelockController__factory.createInterface());
  f.equal(
    "timelock.delay",
    "the timelock waits as long as declared, seconds",
    await chain.view<bigint>(timelock, "getMinDelay"),
    config.timelock.delaySeconds,
  );
  const members = replayMembers(
    await chain.logs(timelock, "RoleGranted"),
    await chain.logs(timelock, "RoleRevoked"),
  );
  const of = (role: keyof typeof TIMELOCK_ROLES) => [...(members.get(TIMELOCK_ROLES[role]) ?? [])];
  f.sameSet("timelock.proposers", "the council's Safe alone proposes", of("PROPOSER"), [
    addresses.safes.council,
  ]);
  f.sameSet(
    "timelock.cancellers",
    "the canceller's Safe alone cancels: proposers did not become cancellers by the way",
    of("CANCELLER"),
    [addresses.safes.canceller],
  );
  f.sameSet("timelock.executors", "anyone executes what is ready", of("EXECUTOR"), [ZeroAddress]);
  f.sameSet(
    "timelock.no-retained-admin",
    "nobody but the timelock itself is its admin: a retained one would bypass the delay",
    of("DEFAULT_ADMIN"),
    [addresses.timelock],
  );
  const known = new Set<string>(Object.values(TIMELOCK_ROLES));
  const others = [...members].filter(([role, set]) => !known.has(role) && set.size > 0).map(([role]) => role);
  f.none("timelock.undeclared-roles", "no other role of the timelock has members", others);
  for (const [name, role] of Object.entries(TIMELOCK_ROLES)) {
    f.equal(
      `timelock.role-admin.${name}`,
      `${name} of the timelock is granted by its admin alone`,
      await chain.view<string>(timelock, "getRoleAdmin", role),
      TIMELOCK_ROLES.DEFAULT_ADMIN,
    );
    for (const account of members.get(role) ?? []) {
      f.equal(
        `timelock.has-role.${name}.${account}`,
        `${name}: the chain agrees with the logs about ${account}`,
        await chain.view<boolean>(timelock, "hasRole", role, account),
        true,
      );
    }
  }
}
