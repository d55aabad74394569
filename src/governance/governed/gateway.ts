import { id as hashOf, type Result, ZeroHash } from "ethers";
import { assetName } from "./assets.ts";
import type { Instance } from "./contracts.ts";
import { type GovernedKind, whole } from "./kind.ts";
import { SMALLER, UNORDERED, UP } from "./order.ts";
import type { Reading } from "./reading.ts";
import { flagShown, untilShown } from "./shown.ts";
import { wording } from "./wording.ts";

const CHAIN = wording("chain", "链");

/** The chains of the assets that are served, by CAIP-2. */
function chainsOf({ assets }: Reading): readonly string[] {
  return [...new Set(assets.flatMap(({ chain }) => chain ?? []))];
}

/** Which assets of other chains are served. */
const SERVED: GovernedKind = {
  name: "foreignAsset",
  label: wording("asset of another chain", "外链资产"),
  contracts: ["gateway"],
  argument: wording("asset", "资产"),
  unit: wording("chain", "链"),
  bounds: wording(
    "at most 256, listed, with all numbers set; never removed",
    "至多 256 种，须已上架且参数齐全；不可移除",
  ),
  order: UNORDERED,
  setters: [{ contract: "gateway", signature: "addAsset(uint256)", effect: "loosens" }],
  events: { ForeignAssetAdded: ({ asset }) => [assetName(asset as bigint)] },
  async read(at) {
    return at.assets.flatMap(({ name, symbol, chain }) =>
      chain === undefined
        ? []
        : [{ argument: name, of: wording(symbol), value: chain, shown: wording(chain) }],
    );
  },
};

/** Which chains are halted by a committee's contradiction. */
const HALTED: GovernedKind = {
  name: "halted",
  label: wording("halted by contradicting statements", "因陈述矛盾而停止"),
  contracts: ["gateway"],
  argument: CHAIN,
  unit: wording("yes or no", "是或否"),
  bounds: wording(
    "two signed statements for one message, each message once",
    "须有对同一消息的两份签名陈述，每条消息仅一次",
  ),
  order: UP,
  setters: [
    {
      contract: "gateway",
      signature: "proveEquivocation(bytes32,bytes32,bytes32,bytes,bytes32,bytes)",
      effect: "tightens",
      by: "anyone",
    },
    { contract: "gateway", signature: "resume(bytes32,bytes32)", effect: "loosens" },
  ],
  events: { EquivocationProven: chainNamed, ChainResumed: chainNamed },
  async read(at, gateway) {
    return Promise.all(
      chainsOf(at).map(async (chain) => {
        const message = await at.of<string>(gateway, "haltOf", [hashOf(chain)]);
        const halted = message !== ZeroHash;
        return {
          argument: chain,
          value: String(halted),
          ...(halted ? { parts: { message } } : {}),
          shown: flagShown(halted),
        };
      }),
    );
  },
};

function chainNamed({ chain: hash }: Result, at: Reading): readonly string[] {
  return chainsOf(at).filter((chain) => hashOf(chain) === hash);
}

/** Which gateway serves the assets from now on. */
const SUCCESSOR: GovernedKind = {
  name: "successor",
  label: wording("gateway after this one", "后继网关"),
  contracts: ["gateway"],
  unit: wording("address", "地址"),
  bounds: wording("names this one as its predecessor; once, for good", "须以本网关为前任；仅一次，不可撤回"),
  order: UNORDERED,
  setters: [{ contract: "gateway", signature: "succeed(address)", effect: "either" }],
  events: { GatewaySucceeded: whole },
  async read(at, gateway) {
    const successor = await at.of<string>(gateway, "successor");
    return [{ argument: "", value: successor, shown: at.account(successor) }];
  },
};

/** Whose word counts about other chains. */
const EPOCHS: GovernedKind = {
  name: "epoch",
  label: wording("committee whose word counts", "有效的委员会"),
  contracts: ["committee"],
  argument: wording("epoch", "届次"),
  unit: wording("Unix seconds, the largest for the one in office", "Unix 秒；现任为最大值"),
  bounds: wording(
    "one in office; a former one for 7 days at most, and never again once revoked",
    "现任一届；前届至多再有效 7 天，撤销后永久失效",
  ),
  order: SMALLER,
  setters: [
    { contract: "committee", signature: "rotate(uint32,address,uint40,uint40)", effect: "either" },
    { contract: "committee", signature: "revoke(uint32)", effect: "tightens" },
  ],
  events: {
    CommitteeRotated: ({ epoch }) => [String(epoch), String((epoch as bigint) - 1n)],
    EpochRevoked: ({ epoch }) => [String(epoch)],
  },
  async read(at, committee) {
    const current = await at.of<bigint>(committee, "current");
    const epochs = Array.from({ length: Number(current) }, (_, index) => BigInt(index) + 1n);
    return Promise.all(epochs.map((epoch) => readEpoch(at, committee, epoch, current)));
  },
};

async function readEpoch(at: Reading, committee: Instance, epoch: bigint, current: bigint) {
  const { verifier, until, revoked } = await at.of<{ verifier: string; until: bigint; revoked: boolean }>(
    committee,
    "epochOf",
    [epoch],
  );
  const who = at.account(verifier);
  const state = revoked
    ? wording("revoked", "已撤销")
    : epoch === current
      ? wording("in office", "现任")
      : until > at.time
        ? untilShown(until, at.time)
        : wording("over", "已结束");
  return {
    argument: epoch.toString(),
    value: (revoked ? 0n : until).toString(),
    parts: { verifier },
    shown: wording(`${who.en}, ${state.en}`, `${who.zh}，${state.zh}`),
  };
}

/** What governance decides about other chains, beside numbers and holds. */
export const GATEWAY_KINDS: readonly GovernedKind[] = [SERVED, HALTED, SUCCESSOR, EPOCHS];
