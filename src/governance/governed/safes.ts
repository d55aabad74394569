import { SAFE_SLOTS, SENTINEL } from "../safe-settings.ts";
import { type GovernedKind, type Setter, whole } from "./kind.ts";
import { FEWER, GUARDED, LARGER, type Order, setValue, UNORDERED } from "./order.ts";
import { listShown } from "./shown.ts";
import { wording } from "./wording.ts";

const MOST_MODULES = 50;
const ADDRESS = wording("address", "地址");
const THROUGH_GUARD = wording(
  "never by its owners alone: the guard lets only its timelock change a Safe",
  "所有者不能自行更改：守卫只允许时间锁更改 Safe",
);

function byItself(signature: string, effect: Setter["effect"]): Setter {
  return { contract: "safe", signature, effect, by: "itself" };
}

const ADD = byItself("addOwnerWithThreshold(address,uint256)", "either");
const REMOVE = byItself("removeOwner(address,address,uint256)", "either");

const OWNERS: GovernedKind = {
  name: "owners",
  label: wording("owners", "所有者"),
  contracts: ["safe"],
  unit: wording("addresses", "地址列表"),
  bounds: wording("at least as many as the threshold", "不少于门槛数"),
  order: UNORDERED,
  setters: [ADD, REMOVE, byItself("swapOwner(address,address,address)", "either")],
  events: { SafeSetup: whole, AddedOwner: whole, RemovedOwner: whole },
  async read(at, safe) {
    const owners = await at.of<readonly string[]>(safe, "getOwners");
    const list = listShown([...owners].sort().map((owner) => at.account(owner)));
    return [
      {
        argument: "",
        value: setValue(owners),
        shown: wording(`${owners.length}: ${list.en}`, `${owners.length} 人：${list.zh}`),
      },
    ];
  },
};

const THRESHOLD: GovernedKind = {
  name: "threshold",
  label: wording("signatures needed", "所需签名数"),
  contracts: ["safe"],
  unit: wording("owners", "名所有者"),
  bounds: wording("1 to the number of owners", "1 至所有者人数"),
  order: LARGER,
  setters: [ADD, REMOVE, byItself("changeThreshold(uint256)", "either")],
  events: { SafeSetup: whole, ChangedThreshold: whole },
  async read(at, safe) {
    const [threshold, owners] = await Promise.all([
      at.of<bigint>(safe, "getThreshold"),
      at.of<readonly string[]>(safe, "getOwners"),
    ]);
    return [
      {
        argument: "",
        value: threshold.toString(),
        shown: wording(`${threshold} of ${owners.length}`, `${owners.length} 人中的 ${threshold} 人`),
      },
    ];
  },
};

const MODULES: GovernedKind = {
  name: "modules",
  label: wording("modules", "模块"),
  contracts: ["safe"],
  unit: wording("addresses", "地址列表"),
  bounds: wording("the module guard lets its timelock act alone", "模块守卫只放行其时间锁"),
  order: FEWER,
  setters: [
    byItself("enableModule(address)", "loosens"),
    byItself("disableModule(address,address)", "tightens"),
  ],
  events: { EnabledModule: whole, DisabledModule: whole },
  async read(at, safe) {
    const [modules, next] = await at.of<[readonly string[], string]>(safe, "getModulesPaginated", [
      SENTINEL,
      MOST_MODULES,
    ]);
    const more = next === SENTINEL ? [] : ["more"];
    return [
      {
        argument: "",
        value: setValue([...modules, ...more]),
        shown: listShown([
          ...modules.map((module) => at.account(module)),
          ...more.map(() => wording(`and more than ${MOST_MODULES}`, `以及超过 ${MOST_MODULES} 个`)),
        ]),
      },
    ];
  },
};

function slotKind(
  name: keyof typeof SAFE_SLOTS,
  en: string,
  zh: string,
  signature: string,
  event: string,
  rest: { readonly order: Order; readonly atSetup?: boolean },
): GovernedKind {
  return {
    name,
    label: wording(en, zh),
    contracts: ["safe"],
    unit: ADDRESS,
    bounds: THROUGH_GUARD,
    order: rest.order,
    setters: [byItself(signature, "either")],
    events: { ...(rest.atSetup ? { SafeSetup: whole } : {}), [event]: whole },
    async read(at, safe) {
      const value = await at.addressIn(safe.address, SAFE_SLOTS[name]);
      return [{ argument: "", value, shown: at.account(value) }];
    },
  };
}

const SINGLETON: GovernedKind = {
  name: "singleton",
  label: wording("code of the Safe", "Safe 的代码"),
  contracts: ["safe"],
  unit: ADDRESS,
  bounds: wording(
    "the guard refuses delegatecalls, which alone could change it",
    "仅 delegatecall 可改，守卫一律拒绝",
  ),
  order: UNORDERED,
  setters: [],
  events: {},
  fixed: wording("nothing changes it while the guard stands", "守卫在位时不可更改"),
  async read(at, safe) {
    const value = await at.addressIn(safe.address, SAFE_SLOTS.singleton);
    return [{ argument: "", value, shown: at.account(value) }];
  },
};

const NONCE: GovernedKind = {
  name: "nonce",
  label: wording("next transaction's number", "下一笔交易序号"),
  contracts: ["safe"],
  unit: wording("transactions", "笔交易"),
  bounds: wording("rises by one with each transaction of its owners", "每笔所有者交易加一"),
  order: UNORDERED,
  setters: [
    {
      contract: "safe",
      signature: "execTransaction(address,uint256,bytes,uint8,uint256,uint256,uint256,address,address,bytes)",
      effect: "either",
      by: "owners",
    },
  ],
  events: { ExecutionSuccess: whole, ExecutionFailure: whole },
  async read(at, safe) {
    const nonce = await at.of<bigint>(safe, "nonce");
    return [{ argument: "", value: nonce.toString(), shown: wording(nonce.toString()) }];
  },
};

/** The Safes' own settings. */
export const SAFE_KINDS: readonly GovernedKind[] = [
  OWNERS,
  THRESHOLD,
  MODULES,
  slotKind(
    "guard",
    "guard of its owners' transactions",
    "所有者交易守卫",
    "setGuard(address)",
    "ChangedGuard",
    { order: GUARDED },
  ),
  slotKind(
    "moduleGuard",
    "guard of its modules' transactions",
    "模块交易守卫",
    "setModuleGuard(address)",
    "ChangedModuleGuard",
    { order: GUARDED },
  ),
  slotKind(
    "fallbackHandler",
    "fallback handler",
    "回退处理合约",
    "setFallbackHandler(address)",
    "ChangedFallbackHandler",
    { order: UNORDERED, atSetup: true },
  ),
  SINGLETON,
  NONCE,
];
