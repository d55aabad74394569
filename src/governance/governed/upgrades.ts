import { ZeroAddress, ZeroHash } from "ethers";
import { type GovernedKind, whole } from "./kind.ts";
import { UNANNOUNCED, UNORDERED } from "./order.ts";
import type { Reading } from "./reading.ts";
import { secondsShown, timeShown, untilShown } from "./shown.ts";
import { wording } from "./wording.ts";

/** EIP-1967. */
const IMPLEMENTATION_SLOT = "0x360894a13ba1a3210667c828492db98dca3e2076cc3735a920a3ca505d382bbc";

interface Governed {
  readonly proxyAdmin: string;
  readonly revision: bigint;
  readonly implementation: string;
  readonly release: string;
}

/** How ids name a proxy: as the deployment does, else by its address. */
function proxyName(at: Reading, proxy: string): string {
  return proxy.toLowerCase() === at.addresses.vault.toLowerCase() ? "vault" : proxy;
}

const IMPLEMENTATION: GovernedKind = {
  name: "implementation",
  label: wording("code in force", "现行代码"),
  contracts: ["upgradeController"],
  argument: wording("proxy", "代理合约"),
  unit: wording("address of the implementation", "实现合约地址"),
  bounds: wording(
    "rehearsed; code hash and revision as scheduled; at most 32 proxies",
    "须经演练；代码哈希与修订号与排程一致；至多 32 个代理",
  ),
  order: UNORDERED,
  parts: { release: UNORDERED, proxyAdmin: UNORDERED, rollbackUntil: UNORDERED },
  setters: [
    {
      contract: "upgradeController",
      signature:
        "upgrade(((address,uint32,address,address,bytes32,bytes)[],(address,bytes32)[],(address,bytes,uint8)[],bool,uint40,bytes32))",
      effect: "either",
    },
    {
      contract: "upgradeController",
      signature: "adopt(address,address,address,(address,bytes,uint8)[])",
      effect: "either",
    },
    {
      contract: "upgradeController",
      signature: "rollback(bytes32)",
      effect: "tightens",
      when: wording("inside the release's window", "在该版本的回滚期内"),
    },
    {
      contract: "proxyAdmin",
      signature: "upgradeAndCall(address,address,bytes)",
      effect: "either",
      by: "owner",
    },
  ],
  events: {
    Adopted: ({ proxy }, at) => [proxyName(at, String(proxy))],
    Switched: ({ proxy }, at) => [proxyName(at, String(proxy))],
  },
  async read(at, controller) {
    // After a hand-over the controller governs nothing, and the Vault still runs some code.
    const governed = await at.of<readonly string[]>(controller, "proxies");
    const proxies = [...new Set([at.addresses.vault, ...governed])];
    return Promise.all(
      proxies.map(async (proxy) => {
        const [value, record] = await Promise.all([
          at.addressIn(proxy, IMPLEMENTATION_SLOT),
          at.of<Governed>(controller, "governedOf", [proxy]),
        ]);
        const end = await windowEnd(at, controller.address, record.release);
        const until = untilShown(end, at.time);
        const { en, zh } = at.account(value);
        return {
          argument: proxyName(at, proxy),
          of: at.account(proxy),
          value,
          parts: {
            release: record.release,
            proxyAdmin: record.proxyAdmin,
            revision: record.revision.toString(),
            ...(end > at.time ? { rollbackUntil: end.toString() } : {}),
          },
          shown:
            end > at.time
              ? wording(`${en} (rollback ${until.en})`, `${zh}（可回滚${until.zh}）`)
              : wording(en, zh),
        };
      }),
    );
  },
};

async function windowEnd(at: Reading, controller: string, release: string): Promise<bigint> {
  if (release === ZeroHash) return 0n;
  const executed = await at.view<{ windowEnd: bigint }>(controller, "upgradeController", "releaseOf", [
    release,
  ]);
  return executed.windowEnd;
}

const WINDOW: GovernedKind = {
  name: "WINDOW",
  label: wording("rollback window", "回滚期"),
  contracts: ["upgradeController"],
  unit: wording("seconds", "秒"),
  bounds: wording("1 to 30 days", "1 至 30 天"),
  order: UNORDERED,
  setters: [],
  events: {},
  fixed: wording(
    "fixed in the controller: a hand-over to another one replaces it",
    "控制合约内不可变；移交给新控制合约时更换",
  ),
  async read(at, controller) {
    const value = await at.of<bigint>(controller, "WINDOW");
    return [{ argument: "", value: value.toString(), shown: secondsShown(value) }];
  },
};

const HAND_OVER: GovernedKind = {
  name: "handOver",
  label: wording("announced hand-over of all proxies", "已公告的代理移交"),
  contracts: ["upgradeController"],
  unit: wording("address of the successor", "接任合约地址"),
  bounds: wording(
    "a contract; waits for the timelock's delay once more, at least the rollback window; lapses 60 days later",
    "必须是合约；再等一次时间锁延迟且不少于回滚期；60 天后失效",
  ),
  order: UNANNOUNCED,
  parts: { readyAt: UNORDERED },
  setters: [
    { contract: "upgradeController", signature: "announceHandOver(address)", effect: "loosens" },
    { contract: "upgradeController", signature: "cancelHandOver()", effect: "tightens" },
    {
      contract: "upgradeController",
      signature: "handOver()",
      effect: "either",
      by: "anyone",
      when: wording(
        "once the announcement is ready and no release's window is open",
        "公告生效且无版本处于回滚期",
      ),
    },
  ],
  events: { HandOverAnnounced: whole, HandOverCancelled: whole, HandedOver: whole },
  async read(at, controller) {
    const [successor, readyAt] = await at.of<[string, bigint]>(controller, "announced");
    const { en, zh } = at.account(successor);
    const ready = timeShown(readyAt);
    return [
      {
        argument: "",
        value: successor,
        parts: { readyAt: readyAt.toString() },
        shown:
          successor === ZeroAddress
            ? wording(en, zh)
            : wording(`${en} from ${ready.en}`, `${zh}，自 ${ready.zh} 起`),
      },
    ];
  },
};

const OWNER: GovernedKind = {
  name: "owner",
  label: wording("owner of the Vault's proxy", "金库代理的所有者"),
  contracts: ["proxyAdmin"],
  unit: wording("address", "地址"),
  bounds: wording("the upgrade controller calls it in a hand-over alone", "仅升级控制合约在移交时调用"),
  order: UNORDERED,
  setters: [
    { contract: "proxyAdmin", signature: "transferOwnership(address)", effect: "either", by: "owner" },
    { contract: "proxyAdmin", signature: "renounceOwnership()", effect: "either", by: "owner" },
  ],
  events: { OwnershipTransferred: whole },
  async read(at, proxyAdmin) {
    const value = await at.of<string>(proxyAdmin, "owner");
    return [{ argument: "", value, shown: at.account(value) }];
  },
};

/** Code, and who may change it. */
export const UPGRADE_KINDS: readonly GovernedKind[] = [IMPLEMENTATION, WINDOW, HAND_OVER, OWNER];
