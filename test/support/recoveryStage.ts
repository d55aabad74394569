import type { HardhatEthersSigner } from "@nomicfoundation/hardhat-ethers/types";
import type { TypedDataDomain } from "ethers";
import type { Recovery } from "../../typechain-types/index.ts";
import { DAY, ROLES } from "./deployCore.ts";
import { restrict } from "./restrict.ts";
import { type Connection, type Exit, type Party, type Stage, setStage } from "./stage.ts";

/** `Path` of contracts/custody/interfaces/IRecovery.sol. */
export const PATH = { NONE: 0n, AGENTS: 1n, OFFICE: 2n } as const;

/** `Stage` of contracts/custody/interfaces/IRecovery.sol. */
export const STAGE = { NONE: 0n, DELAY: 1n, OPEN: 2n } as const;

/** The constants of contracts/custody/Recovery.sol, seconds. */
export const APPOINTMENT_WAIT = 30n * DAY;
export const SHORTEST_DELAY = 3n * DAY;
export const LONGEST_DELAY = 30n * DAY;
export const VOTE_TERM = 14n * DAY;
export const PROPOSAL_TERM = 7n * DAY;
export const OFFICE_DELAY = 14n * DAY;
export const PEACE = 30n * DAY;
export const WINDOW = 14n * DAY;

/** From approval to recovery with anna's agents: a guardian's hold of 7 days lasts as long. */
export const DELAY = 5n * DAY;

/** What an agent signs. */
export const VOTE_TYPES = {
  Vote: [
    { name: "owner", type: "address" },
    { name: "to", type: "address" },
    { name: "round", type: "uint256" },
    { name: "nonce", type: "uint256" },
    { name: "deadline", type: "uint40" },
  ],
};

export interface RecoveryStage extends Stage {
  readonly recovery: Recovery;
  readonly domain: TypedDataDomain;
  /** Three, ascending by address: two of them are anna's threshold. */
  readonly agents: readonly [HardhatEthersSigner, HardhatEthersSigner, HardhatEthersSigner];
  /** Where anna wants everything to go. */
  readonly haven: HardhatEthersSigner;
  /** The next transaction's time. */
  at(time: bigint): Promise<void>;
  /** Anna's agents, two of three, after `DELAY`; not yet in force. */
  appoint(closed?: boolean): Promise<void>;
  /** Anna's agents in force. */
  appointed(closed?: boolean): Promise<void>;
  /** Two agents vote. Gives the time from which it may be executed. */
  approve(to: Party): Promise<bigint>;
  /** An attestor proposes and the reviewer confirms. Gives the time from which it may be executed. */
  confirm(to: Party): Promise<bigint>;
  /** Executes by a stranger. */
  execute(assets: readonly bigint[], exits?: readonly Exit[]): ReturnType<Recovery["execute"]>;
  /** Where anna's recovery stands. */
  stage(): Promise<bigint>;
  /** Signs a vote of this round with the agent's nonce. */
  signVote(
    agent: HardhatEthersSigner,
    to: string,
    deadline: bigint,
    change?: { round?: bigint; nonce?: bigint; owner?: string; signer?: HardhatEthersSigner },
    over?: TypedDataDomain,
  ): Promise<{ agent: string; signature: string }>;
}

/** The core with Recovery, which alone holds RECOVERY. */
export async function setRecoveryStage(connection: Connection): Promise<RecoveryStage> {
  const s = await setStage(connection);
  const { ethers, networkHelpers } = connection;
  const { anna, manager, vault, attestor, reviewer } = s;
  const [first, second, third, haven, passer] = s.crowd;
  if (!first || !second || !third || !haven || !passer) throw new Error("the network has too few signers");
  const agents = [first, second, third].sort((a, b) => (BigInt(a.address) < BigInt(b.address) ? -1 : 1));
  const [a, b, c] = agents;
  if (!a || !b || !c) throw new Error("three agents are three");

  const recovery = (await ethers.deployContract("Recovery", [manager, vault])) as unknown as Recovery;
  await restrict(manager, "recovery", recovery);
  await manager.grantRole(ROLES.RECOVERY, recovery, 0);
  const domain = {
    name: "Strongroom Recovery",
    version: "1",
    chainId: s.chainId,
    verifyingContract: await recovery.getAddress(),
  };
  const appoint: RecoveryStage["appoint"] = async (closed = false) => {
    await recovery.connect(anna).appoint([a, b, c], 2, DELAY, closed);
  };

  return {
    ...s,
    recovery,
    domain,
    agents: [a, b, c],
    haven,
    at: (time) => networkHelpers.time.setNextBlockTimestamp(time),
    appoint,
    async appointed(closed) {
      await appoint(closed);
      await s.wait(APPOINTMENT_WAIT);
    },
    async approve(to) {
      await recovery.connect(a).vote(anna, to);
      await recovery.connect(b).vote(anna, to);
      return (await recovery.recoveryOf(anna)).from;
    },
    async confirm(to) {
      await recovery.connect(attestor).propose(anna, to, ethers.id("passport"));
      await recovery.connect(reviewer).confirm(anna, to);
      return (await recovery.recoveryOf(anna)).from;
    },
    execute: (assets, exits = []) => recovery.connect(passer).execute(anna, [...assets], [...exits]),
    async stage() {
      return (await recovery.recoveryOf(anna)).stage;
    },
    async signVote(agent, to, deadline, change = {}, over = domain) {
      const owner = change.owner ?? anna.address;
      const text = {
        owner,
        to,
        round: change.round ?? (await recovery.recoveryOf(owner)).round,
        nonce: change.nonce ?? (await recovery.voteOf(owner, agent)).nonce,
        deadline,
      };
      const signature = await (change.signer ?? agent).signTypedData(over, VOTE_TYPES, text);
      return { agent: agent.address, signature };
    },
  };
}
