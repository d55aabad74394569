import { id, ZeroAddress, ZeroHash } from "ethers";
import { replayMembers } from "../members.ts";
import type { Instance } from "./contracts.ts";
import { type GovernedKind, whole } from "./kind.ts";
import { FEWER, LARGER, MORE, setValue, UNANNOUNCED, UNORDERED } from "./order.ts";
import type { Reading } from "./reading.ts";
import { listShown, NONE, secondsShown, timeShown } from "./shown.ts";
import { wording } from "./wording.ts";

/** Roles of a timelock: AccessControl's, by hash. */
export const TIMELOCK_ROLES = {
  DEFAULT_ADMIN: ZeroHash,
  PROPOSER: id("PROPOSER_ROLE"),
  CANCELLER: id("CANCELLER_ROLE"),
  EXECUTOR: id("EXECUTOR_ROLE"),
} as const;

/** A month: how far ahead a replacement or a succession is announced, and for how long it is good. */
const NOTICE = 2_592_000n;
const ANYONE = wording("anyone", "任何人");

function timelockRole(role: string): string {
  return Object.entries(TIMELOCK_ROLES).find(([, hash]) => hash === role)?.[0] ?? role;
}

/** Who holds a role of a timelock, by its logs. */
export function timelockHolders(
  at: Reading,
  timelock: Instance,
  role: keyof typeof TIMELOCK_ROLES,
): readonly string[] {
  return [...(membersOfTimelock(at, timelock).get(TIMELOCK_ROLES[role]) ?? [])];
}

function membersOfTimelock(at: Reading, timelock: Instance): ReadonlyMap<string, ReadonlySet<string>> {
  return replayMembers(at.logsOf(timelock, "RoleGranted"), at.logsOf(timelock, "RoleRevoked"));
}

const MIN_DELAY: GovernedKind = {
  name: "minDelay",
  label: wording("delay of every decision", "每项决议的延迟"),
  contracts: ["timelock"],
  unit: wording("seconds", "秒"),
  bounds: wording("no bound in code; a change waits for the old delay", "代码不设限；变更须等待原延迟"),
  order: LARGER,
  setters: [{ contract: "timelock", signature: "updateDelay(uint256)", effect: "either", by: "itself" }],
  events: { MinDelayChange: whole },
  async read(at, timelock) {
    const delay = await at.of<bigint>(timelock, "getMinDelay");
    return [{ argument: "", value: delay.toString(), shown: secondsShown(delay) }];
  },
};

const MEMBERS: GovernedKind = {
  name: "role",
  label: wording("who holds the role", "角色持有者"),
  contracts: ["timelock"],
  argument: wording("role", "角色"),
  unit: wording("addresses", "地址列表"),
  bounds: wording(
    "no bound in code; only the timelock itself is its admin",
    "代码不设限；仅时间锁自身为管理员",
  ),
  order: FEWER,
  setters: [
    { contract: "timelock", signature: "grantRole(bytes32,address)", effect: "loosens", by: "itself" },
    { contract: "timelock", signature: "revokeRole(bytes32,address)", effect: "tightens", by: "itself" },
    { contract: "timelock", signature: "renounceRole(bytes32,address)", effect: "tightens", by: "holder" },
  ],
  events: {
    RoleGranted: ({ role }) => [timelockRole(String(role))],
    RoleRevoked: ({ role }) => [timelockRole(String(role))],
  },
  async read(at, timelock) {
    const members = membersOfTimelock(at, timelock);
    const roles = [...new Set([...Object.values(TIMELOCK_ROLES), ...members.keys()])];
    return roles.map((role) => {
      const accounts = [...(members.get(role) ?? [])].sort();
      return {
        argument: timelockRole(role),
        value: setValue(accounts),
        // EXECUTOR of nobody is EXECUTOR of everybody.
        shown: listShown(accounts.map((account) => (account === ZeroAddress ? ANYONE : at.account(account)))),
      };
    });
  },
};

const VETOED: GovernedKind = {
  name: "vetoed",
  label: wording("operations vetoed for ever", "被永久否决的操作"),
  contracts: ["vetoGate"],
  unit: wording("ids of operations", "操作编号"),
  bounds: wording(
    "any pending operation but the gate's own replacement, due",
    "任何待执行操作，已到期的自身更换除外",
  ),
  order: MORE,
  setters: [{ contract: "vetoGate", signature: "veto(bytes32)", effect: "tightens", by: "canceller" }],
  events: { OperationVetoed: whole },
  async read(at, gate) {
    const ids = at.logsOf(gate, "OperationVetoed").map(({ args }) => String(args.id));
    return [{ argument: "", value: setValue(ids), shown: listShown(ids.map((one) => wording(one))) }];
  },
};

const REPLACEMENT: GovernedKind = {
  name: "replacement",
  label: wording("announced replacements of the gate", "已公告的否决闸更换"),
  contracts: ["vetoGate"],
  unit: wording("ids of operations", "操作编号"),
  bounds: wording(
    "30 days of notice, then good for 30 days and the timelock's delay",
    "预告 30 天，其后 30 天加时间锁延迟内有效",
  ),
  order: UNANNOUNCED,
  setters: [
    {
      contract: "vetoGate",
      signature: "announceReplacement(address,bytes32)",
      effect: "loosens",
      by: "proposers",
      when: wording("30 days of notice", "预告 30 天"),
    },
    { contract: "vetoGate", signature: "withdrawReplacement(bytes32)", effect: "tightens", by: "proposers" },
  ],
  events: { ReplacementAnnounced: whole, ReplacementWithdrawn: whole },
  async read(at, gate) {
    const timelock = at.governing(gate, "timelock");
    const announced = new Map(
      at.logsOf(gate, "ReplacementAnnounced").map(({ args }) => [String(args.id), String(args.successor)]),
    );
    const delay = await at.of<bigint>(timelock, "getMinDelay");
    const since = await Promise.all(
      [...announced.keys()].map((one) => at.of<bigint>(gate, "announcedAt", [one])),
    );
    const standing = [...announced].flatMap(([operation, successor], index) => {
      const time = since[index] ?? 0n;
      // Past its notice, its term and the delay of what was scheduled in it, an announcement means nothing.
      if (time === 0n || at.time > time + 2n * NOTICE + delay) return [];
      return [{ operation, successor, due: time + NOTICE }];
    });
    return [
      {
        argument: "",
        value: setValue(standing.map(({ operation }) => operation)),
        shown: listShown(
          standing.map(({ successor, due }) => {
            const [who, from] = [at.account(successor), timeShown(due)];
            return wording(`${who.en} from ${from.en}`, `${who.zh}，自 ${from.zh} 起`);
          }),
        ),
      },
    ];
  },
};

const ANNOUNCED: GovernedKind = {
  name: "announced",
  label: wording("announced succession of a lost proposer", "已公告的提案人继任"),
  contracts: ["succession"],
  unit: wording("lost proposer and its successor", "失联提案人与继任者"),
  bounds: wording(
    "a quorum of offices, 30 days of notice, good for 30 days",
    "法定席位数支持，预告 30 天，30 天内有效",
  ),
  order: UNANNOUNCED,
  setters: [
    { contract: "succession", signature: "support(address,address)", effect: "loosens", by: "offices" },
    { contract: "succession", signature: "withdrawSupport()", effect: "tightens", by: "offices" },
    { contract: "succession", signature: "object()", effect: "tightens", by: "proposers" },
    {
      contract: "succession",
      signature: "schedule()",
      effect: "either",
      by: "anyone",
      when: wording("after 30 days of notice; then the timelock's delay", "预告 30 天之后；再经时间锁延迟"),
    },
  ],
  events: {
    SuccessionAnnounced: whole,
    SuccessionEnded: whole,
    SuccessionObjected: whole,
    SuccessionScheduled: whole,
  },
  async read(at, succession) {
    const { from, since, to } = await at.of<{ from: string; since: bigint; to: string }>(
      succession,
      "announced",
    );
    // A lapsed announcement is none: INV-GOV-4 asks for a new one.
    if (since === 0n || at.time > since + 2n * NOTICE) return [{ argument: "", value: "", shown: NONE }];
    const [lost, next, ready] = [at.account(from), at.account(to), timeShown(since + NOTICE)];
    return [
      {
        argument: "",
        value: `${from}>${to}`,
        parts: { since: since.toString() },
        shown: wording(
          `${next.en} for ${lost.en}, from ${ready.en}`,
          `${next.zh} 接替 ${lost.zh}，自 ${ready.zh} 起`,
        ),
      },
    ];
  },
};

const CHOICES: GovernedKind = {
  name: "choice",
  label: wording("an office's word in a succession", "席位对继任的表态"),
  contracts: ["succession"],
  argument: wording("office", "席位"),
  unit: wording("lost proposer and its successor", "失联提案人与继任者"),
  bounds: wording("good for 30 days; the successor has code", "30 天内有效；继任者必须是合约"),
  order: UNANNOUNCED,
  setters: ANNOUNCED.setters,
  events: {
    SuccessionSupported: ({ office }) => [String(office)],
    SupportWithdrawn: ({ office }) => [String(office)],
    // An objection and a scheduled succession end every office's word.
    SuccessionObjected: everyOffice,
    SuccessionScheduled: everyOffice,
  },
  async read(at, succession) {
    const offices = await at.of<readonly string[]>(succession, "offices");
    return Promise.all(
      offices.map(async (office) => {
        // By place: `at` is a method of what ethers answers.
        const [from, since, to] = await at.of<[string, bigint, string]>(succession, "choiceOf", [office]);
        const stands = since !== 0n && at.time <= since + NOTICE;
        const [lost, next] = [at.account(from), at.account(to)];
        return {
          argument: office,
          of: at.account(office),
          value: stands ? `${from}>${to}` : "",
          shown: stands ? wording(`${next.en} for ${lost.en}`, `${next.zh} 接替 ${lost.zh}`) : NONE,
        };
      }),
    );
  },
};

function everyOffice(_: unknown, at: Reading, succession: Instance): readonly string[] {
  return at.logsOf(succession, "SuccessionSupported").map(({ args }) => String(args.office));
}

const CANCELLER: GovernedKind = {
  name: "safe",
  label: wording("Safe that vetoes", "行使否决的 Safe"),
  contracts: ["vetoGate"],
  unit: wording("address", "地址"),
  bounds: wording("the gate's own, as it was made", "否决闸创建时确定"),
  order: UNORDERED,
  setters: [],
  events: {},
  fixed: wording("fixed in the gate: replaced with it", "否决闸内不可变；随否决闸更换"),
  async read(at, gate) {
    const value = await at.of<string>(gate, "safe");
    return [{ argument: "", value, shown: at.account(value) }];
  },
};

const OFFICES: GovernedKind = {
  name: "offices",
  label: wording("offices, and how many it takes", "席位与法定人数"),
  contracts: ["succession"],
  unit: wording("addresses", "地址列表"),
  bounds: wording("at most 9; the succession's own, as it was made", "至多 9 个；继任合约创建时确定"),
  order: UNORDERED,
  parts: { quorum: LARGER },
  setters: [],
  events: {},
  fixed: wording(
    "fixed in the succession: PROPOSER passes to another one",
    "继任合约内不可变；将 PROPOSER 授予新合约以更换",
  ),
  async read(at, succession) {
    const [offices, quorum] = await Promise.all([
      at.of<readonly string[]>(succession, "offices"),
      at.of<bigint>(succession, "quorum"),
    ]);
    const list = listShown(offices.map((office) => at.account(office)));
    return [
      {
        argument: "",
        value: setValue(offices),
        parts: { quorum: quorum.toString() },
        shown: wording(`${quorum} of ${list.en}`, `${quorum} 票：${list.zh}`),
      },
    ];
  },
};

/** How decisions wait, and who can stop them or take a lost proposer's place. */
export const TIMELOCK_KINDS: readonly GovernedKind[] = [
  MIN_DELAY,
  MEMBERS,
  VETOED,
  REPLACEMENT,
  CANCELLER,
  ANNOUNCED,
  CHOICES,
  OFFICES,
];
