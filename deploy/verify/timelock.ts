import { type EventLog, ZeroAddress } from "ethers";
import { TIMELOCK_ROLES } from "../../src/governance/governed/timelocks.ts";
import { replayMembers } from "../../src/governance/members.ts";
import { TimelockController__factory } from "../../typechain-types/factories/@openzeppelin/contracts/governance/TimelockController__factory.ts";
import type { SuiteAddresses } from "../addresses.ts";
import type { SuiteConfig } from "../config/schema.ts";
import { SUCCESSION_QUORUM } from "../modules/governance.ts";
import type { Chain, Findings } from "./chain.ts";

/** What a timelock was declared to be. */
interface Declared {
  /** How findings name it. */
  readonly name: string;
  readonly address: string;
  readonly delaySeconds: bigint;
  readonly proposers: readonly string[];
  readonly cancellers: readonly string[];
}

/** Delay and roles of the suite's timelock and of the reserve's. */
export async function checkTimelocks(
  chain: Chain,
  a: SuiteAddresses,
  config: SuiteConfig,
  f: Findings,
): Promise<void> {
  await checkTimelock(chain, f, {
    name: "timelock",
    address: a.timelock,
    delaySeconds: config.timelock.delaySeconds,
    proposers: [a.safes.council, a.succession],
    cancellers: [a.vetoGate],
  });
  await checkTimelock(chain, f, {
    name: "reserve-timelock",
    address: a.reserveTimelock,
    delaySeconds: config.reserve.delaySeconds,
    proposers: [a.safes.reserve, a.reserveSuccession],
    cancellers: [a.reserveVetoGate],
  });
  await checkGates(chain, a, f);
}

/** Gates, successions and guards serve the declared timelocks and Safes. */
async function checkGates(chain: Chain, a: SuiteAddresses, f: Findings): Promise<void> {
  const face = [
    "function timelock() view returns (address)",
    "function safe() view returns (address)",
    "function offices() view returns (address[])",
    "function quorum() view returns (uint256)",
  ];
  const serves = async (name: string, address: string, timelock: string) =>
    f.equal(
      `${name}.timelock`,
      `the ${name} serves its timelock`,
      await chain.view<string>(chain.at(address, face), "timelock"),
      timelock,
    );
  await serves("veto-gate", a.vetoGate, a.timelock);
  await serves("reserve-veto-gate", a.reserveVetoGate, a.reserveTimelock);
  await serves("succession", a.succession, a.timelock);
  await serves("reserve-succession", a.reserveSuccession, a.reserveTimelock);
  await serves("safe-guard", a.safeGuard, a.timelock);
  await serves("reserve-safe-guard", a.reserveSafeGuard, a.reserveTimelock);
  for (const [name, address] of [
    ["veto-gate", a.vetoGate],
    ["reserve-veto-gate", a.reserveVetoGate],
  ] as const) {
    f.equal(
      `${name}.safe`,
      `the ${name} vetoes for the canceller Safe alone`,
      await chain.view<string>(chain.at(address, face), "safe"),
      a.safes.canceller,
    );
  }
  for (const [name, address, lost] of [
    ["succession", a.succession, "council"],
    ["reserve-succession", a.reserveSuccession, "reserve's Safe"],
  ] as const) {
    const succession = chain.at(address, face);
    f.sameSet(
      `${name}.offices`,
      `three offices can pass a lost ${lost}'s powers on`,
      await chain.view<string[]>(succession, "offices"),
      [a.safes.guardian, a.safes.canceller, a.safes.reviewer],
    );
    f.equal(
      `${name}.quorum`,
      "two of them at least",
      await chain.view<bigint>(succession, "quorum"),
      SUCCESSION_QUORUM,
    );
  }
}

/** Whether a log came before another one. */
function isBefore(log: EventLog, other: EventLog): boolean {
  return (
    log.blockNumber < other.blockNumber || (log.blockNumber === other.blockNumber && log.index < other.index)
  );
}

/** A timelock's delay and roles: two traps of its constructor each have a check by name. */
async function checkTimelock(chain: Chain, f: Findings, declared: Declared): Promise<void> {
  const { name } = declared;
  const timelock = chain.at(declared.address, TimelockController__factory.createInterface());
  f.equal(
    `${name}.delay`,
    "the timelock waits as long as declared, seconds",
    await chain.view<bigint>(timelock, "getMinDelay"),
    declared.delaySeconds,
  );
  const granted = await chain.logs(timelock, "RoleGranted");
  const revoked = await chain.logs(timelock, "RoleRevoked");
  const members = replayMembers(granted, revoked);
  const of = (role: keyof typeof TIMELOCK_ROLES) => [...(members.get(TIMELOCK_ROLES[role]) ?? [])];
  f.sameSet(
    `${name}.proposers`,
    "its Safe and its succession alone propose",
    of("PROPOSER"),
    declared.proposers,
  );
  f.sameSet(
    `${name}.cancellers`,
    "its gate alone cancels: proposers did not become cancellers by the way",
    of("CANCELLER"),
    declared.cancellers,
  );
  f.sameSet(`${name}.executors`, "anyone executes what is ready", of("EXECUTOR"), [ZeroAddress]);
  f.sameSet(
    `${name}.no-retained-admin`,
    "nobody but the timelock itself is its admin: a retained one would bypass the delay",
    of("DEFAULT_ADMIN"),
    [declared.address],
  );
  // Whoever was its admin could propose and take the proof away again: what he scheduled would wait, and count.
  const handedOver = revoked.filter(({ args }) => args.role === TIMELOCK_ROLES.DEFAULT_ADMIN).at(-1);
  const early = (await chain.logs(timelock, "CallScheduled")).filter(
    (log) => handedOver !== undefined && isBefore(log, handedOver),
  );
  f.none(`${name}.nothing-scheduled-early`, "nothing was scheduled while somebody else was its admin", [
    ...new Set(early.map(({ args }) => String(args.id))),
  ]);
  const known = new Set<string>(Object.values(TIMELOCK_ROLES));
  const others = [...members].filter(([role, set]) => !known.has(role) && set.size > 0).map(([role]) => role);
  f.none(`${name}.undeclared-roles`, "no other role of the timelock has members", others);
  for (const [title, role] of Object.entries(TIMELOCK_ROLES)) {
    f.equal(
      `${name}.role-admin.${title}`,
      `${title} of the timelock is granted by its admin alone`,
      await chain.view<string>(timelock, "getRoleAdmin", role),
      TIMELOCK_ROLES.DEFAULT_ADMIN,
    );
    for (const account of members.get(role) ?? []) {
      f.equal(
        `${name}.has-role.${title}.${account}`,
        `${title}: the chain agrees with the logs about ${account}`,
        await chain.view<boolean>(timelock, "hasRole", role, account),
        true,
      );
    }
  }
}
