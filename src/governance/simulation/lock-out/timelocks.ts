import { id, ZeroAddress, ZeroHash } from "ethers";
import { TimelockController__factory } from "../../../../typechain-types/factories/@openzeppelin/contracts/governance/TimelockController__factory.ts";
import { DAY } from "../../../core/time.ts";
import { type DomainName, SEATS } from "../../role-graph.ts";
import type { Tried } from "./tried.ts";

/** What deployment allows too (deploy/config/schema.ts): shorter is no warning, longer no governance. */
const SHORTEST_DELAY = DAY;
const LONGEST_DELAY = 30n * DAY;

/** That it still delays, listens to its Safe, can be vetoed by its gate and changed by itself alone. */
export async function checkTimelock(tried: Tried, domain: DomainName): Promise<void> {
  const names = SEATS[domain];
  const address = tried.addresses[names.timelock];
  const timelock = TimelockController__factory.connect(address, tried.provider);
  const delay = await timelock.getMinDelay();
  if (delay < SHORTEST_DELAY || delay > LONGEST_DELAY) {
    tried.say(
      "LOCKOUT_DELAY",
      `The ${names.timelock} would wait ${delay} s; it must be between 1 and 30 days`,
    );
  }
  const has = (role: string, account: string) => timelock.hasRole(role, account);
  const proposer = id("PROPOSER_ROLE");
  const safe = tried.addresses.safes[names.safe];
  if (!(await has(proposer, safe))) {
    tried.say("LOCKOUT_PROPOSER", `The ${names.safe} Safe could no longer propose to the ${names.timelock}`);
  }
  if (!(await has(ZeroHash, address))) {
    tried.say(
      "LOCKOUT_ADMIN",
      `The ${names.timelock} would no longer be its own admin: its roles could never change again`,
    );
  }
  if (!(await has(id("EXECUTOR_ROLE"), ZeroAddress))) {
    tried.say("LOCKOUT_EXECUTOR", `Not everyone could execute what is ready on the ${names.timelock}`);
  }
  if (!(await has(id("CANCELLER_ROLE"), tried.addresses[names.gate]))) {
    tried.say(
      "LOCKOUT_VETO",
      `The ${names.gate} could no longer cancel on the ${names.timelock}: nobody could veto`,
    );
  }
  // An admin would act without the delay; a canceller would cancel whatever takes its role from it.
  const gate = tried.addresses[names.gate];
  for (const { role, account } of await tried.events(timelock, "RoleGranted")) {
    if (role === ZeroHash && account !== address && (await has(role, account))) {
      tried.say("LOCKOUT_ADMIN", `${account} would be an admin of the ${names.timelock}, beside its delay`);
    }
    if (role === id("CANCELLER_ROLE") && account !== gate && (await has(role, account))) {
      tried.say(
        "LOCKOUT_VETO",
        `${account} could cancel everything on the ${names.timelock}, its own removal too`,
      );
    }
  }
}
