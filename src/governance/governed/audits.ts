import { assetName } from "./assets.ts";
import { type GovernedKind, whole } from "./kind.ts";
import { SMALLER, UNORDERED } from "./order.ts";
import { ticksShown, untilShown } from "./shown.ts";
import { wording } from "./wording.ts";

const AUDIT = "(bytes32,address,uint40,bytes32[])";

/** What an asset may come to while no audit covers the code that runs. */
const UNVERIFIED_CAP: GovernedKind = {
  name: "unverifiedCap",
  label: wording("cap while unverified", "未验证时的上限"),
  contracts: ["auditRecord"],
  argument: wording("asset", "资产"),
  unit: wording("ticks of the asset", "资产刻度"),
  bounds: wording("declared once, for good; 0 lets nothing in", "仅可声明一次，不可更改；0 表示不得存入"),
  order: SMALLER,
  setters: [{ contract: "auditRecord", signature: "declareCap(uint256,uint64)", effect: "loosens" }],
  events: { UnverifiedCapDeclared: ({ asset }) => [assetName(asset as bigint)] },
  async read(at, record) {
    return Promise.all(
      at.assets.map(async (asset) => {
        const ticks = await at.of<bigint>(record, "unverifiedCap", [asset.id]);
        return {
          argument: asset.name,
          of: wording(asset.symbol),
          value: ticks.toString(),
          shown: ticksShown(ticks, asset),
        };
      }),
    );
  },
};

/** Whether audits cover the code that runs. */
const VERIFIED: GovernedKind = {
  name: "verifiedUntil",
  label: wording("code covered by audits", "代码受审计覆盖"),
  contracts: ["auditRecord"],
  unit: wording("Unix seconds", "Unix 秒"),
  bounds: wording(
    "an auditor's signature for this chain and record; ends by itself with other code",
    "须有审计方针对本链本记录的签名；代码更换即自动失效",
  ),
  order: SMALLER,
  setters: [
    { contract: "auditRecord", signature: `record(${AUDIT},uint32,bytes)`, effect: "loosens" },
    { contract: "auditRecord", signature: "revoke(bytes32)", effect: "tightens" },
    { contract: "auditRecord", signature: `withdraw(${AUDIT})`, effect: "tightens", by: "holder" },
    { contract: "auditRecord", signature: "check()", effect: "either", by: "anyone" },
  ],
  events: {
    AuditRecorded: whole,
    AuditRevoked: whole,
    AuditWithdrawn: whole,
    CodeVerified: whole,
    CodeNotVerified: whole,
    VerdictEnded: whole,
  },
  async read(at, record) {
    const until = await at.of<bigint>(record, "verifiedUntil");
    const shown =
      until > at.time
        ? untilShown(until, at.time)
        : wording("UNVERIFIED: the caps apply", "未验证：适用上限");
    return [{ argument: "", value: (until > at.time ? until : 0n).toString(), shown }];
  },
};

/** Which deployments of an app take new positions. */
const CANARY: GovernedKind = {
  name: "deployments",
  label: wording("stable deployment and canary", "稳定部署与灰度部署"),
  contracts: ["appRelease"],
  unit: wording("addresses", "地址"),
  bounds: wording("registered apps; a canary begins without a share", "须为已登记应用；灰度初始比例为零"),
  order: UNORDERED,
  setters: [
    { contract: "appRelease", signature: "nameCanary(address)", effect: "either" },
    { contract: "appRelease", signature: "promote(address)", effect: "either" },
    { contract: "appRelease", signature: "retire(address)", effect: "either" },
  ],
  events: { CanaryNamed: whole, CanaryPromoted: whole, CanaryRetired: whole },
  async read(at, release) {
    const [stable, canary] = await Promise.all([
      at.of<string>(release, "stable"),
      at.of<string>(release, "canary"),
    ]);
    const [one, other] = [at.account(stable), at.account(canary)];
    return [
      {
        argument: "",
        value: `${stable},${canary}`,
        shown: wording(`${one.en}, canary ${other.en}`, `${one.zh}，灰度 ${other.zh}`),
      },
    ];
  },
};

/** What governance decides about audited code and about releases of apps. */
export const AUDIT_KINDS: readonly GovernedKind[] = [UNVERIFIED_CAP, VERIFIED, CANARY];
