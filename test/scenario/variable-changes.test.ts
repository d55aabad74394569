import { expect } from "chai";
import { type ContractTransactionReceipt, Wallet, ZeroHash } from "ethers";
import type { Direction } from "../../src/governance/governed/order.ts";
import { erc20Asset, KINDS, NEVER, paramKey } from "../../src/governance/parameters.ts";
import { propose, throughGovernance } from "../../src/governance/proposal.ts";
import { ROLES } from "../../src/governance/roles.ts";
import type { Call } from "../../src/governance/safe.ts";
import { asModule, replaceOwners, selfCall } from "../../src/governance/safe-settings.ts";
import { type Change, diffVariables } from "../../src/governance/variable-changes.ts";
import { readVariables } from "../../src/governance/variables.ts";
import { veto } from "../../src/governance/veto.ts";
import { releaseVault } from "../support/release.ts";
import { callOf, DAY, depositByAddress, ETHER, eth, ethers, now, type Scene, scene } from "./scene.ts";

/** What an act changed, and what it was read from. */
interface Seen {
  readonly changes: readonly Change[];
  readonly directions: Readonly<Record<string, Direction>>;
  /** The variable's last change lies in this block, by this event. */
  expectLast(id: string, event: string, block: number): void;
}

async function seen(s: Scene, act: () => Promise<unknown>): Promise<Seen> {
  const before = await readVariables(ethers.provider, s.addresses);
  await act();
  const after = await readVariables(ethers.provider, s.addresses, { withHistory: true });
  const changes = diffVariables(before, after);
  return {
    changes,
    directions: Object.fromEntries(changes.map(({ id, direction }) => [id, direction])),
    expectLast(id, event, block) {
      const { lastChange } = after.find((variable) => variable.id === id) ?? {};
      expect([lastChange?.event, lastChange?.block], id).to.deep.equal([event, block]);
    },
  };
}

/** A decision of the council: the change, and the Safe's own number. */
function byCouncil(directions: Readonly<Record<string, Direction>>): Readonly<Record<string, Direction>> {
  return { ...directions, "safe.council.nonce": "neutral" };
}

function changeOf({ changes }: Seen, id: string): Change {
  const found = changes.find((change) => change.id === id);
  if (found === undefined) throw new Error(`${id} didn't change`);
  return found;
}

/** A decision, and the block that executed it. */
async function decide(s: Scene, calls: readonly Call[]): Promise<number> {
  const { executed } = await throughGovernance(s, calls);
  return executed.blockNumber;
}

async function byRiskOfficer(s: Scene, call: Call): Promise<ContractTransactionReceipt> {
  const safe = s.safes.riskOfficer;
  if (safe === undefined) throw new Error("the local configuration has a risk officer's Safe");
  return safe.send(call, s.keys.riskOfficer.slice(0, 2));
}

const WINDOW_OF_TOP = paramKey(KINDS.TIER_WINDOW, 3n);

describe("Changes of variables in the deployed suite", () => {
  it("given nothing but time, nothing differs", async () => {
    const s = await scene();
    const { changes } = await seen(s, () => s.wait(30n * DAY));
    expect(changes).to.deep.equal([]);
  });

  describe("a number", () => {
    it("when tightened, tightens its own and what it is the bound of: lower tiers with a higher limit", async () => {
      const s = await scene();
      let block = 0;
      const found = await seen(s, async () => {
        const call = callOf(s.contracts.policy, "tighten", [WINDOW_OF_TOP, 5_000_000n]);
        block = (await byRiskOfficer(s, call)).blockNumber;
      });
      expect(found.directions).to.deep.equal({
        "policy.TIER_WINDOW.2": "tightens",
        "policy.TIER_WINDOW.3": "tightens",
        "safe.riskOfficer.nonce": "neutral",
      });
      const own = changeOf(found, "policy.TIER_WINDOW.3");
      expect([own.derived, own.before?.value, own.after?.value]).to.deep.equal([
        false,
        "200000000",
        "5000000",
      ]);
      expect(own.after?.parts.base).to.equal("200000000");
      expect(own.after?.parts.tightened).to.equal("5000000");
      expect(own.after?.shown.en).to.match(
        /^\$50,000 a day \(tightened until .* UTC, then \$2,000,000 a day\)$/,
      );
      const lower = changeOf(found, "policy.TIER_WINDOW.2");
      expect([lower.derived, lower.after?.value]).to.deep.equal([true, "5000000"]);
      expect(lower.after?.shown.en).to.equal(
        "$50,000 a day (by a higher tier; its own row says $100,000 a day)",
      );
      found.expectLast("policy.TIER_WINDOW.3", "ParamTightened", block);
      // The policy itself goes by the same number.
      expect(await s.contracts.policy.inForce(WINDOW_OF_TOP)).to.equal(5_000_000n);
    });

    it("when a tightening lapses, loosens by itself", async () => {
      const s = await scene();
      await byRiskOfficer(s, callOf(s.contracts.policy, "tighten", [WINDOW_OF_TOP, 5_000_000n]));
      const { directions } = await seen(s, () => s.wait(15n * DAY));
      expect(directions).to.deep.equal({
        "policy.TIER_WINDOW.2": "loosens",
        "policy.TIER_WINDOW.3": "loosens",
      });
    });

    it("when its base is raised, loosens; with its last change in the block that executed it", async () => {
      const s = await scene();
      const key = paramKey(KINDS.TIER_WINDOW, 0n);
      const { base, version } = await s.contracts.policy.param(key);
      let block = 0;
      const found = await seen(s, async () => {
        block = await decide(s, [callOf(s.contracts.policy, "set", [key, version, NEVER, base * 2n])]);
      });
      expect(found.directions).to.deep.equal(byCouncil({ "policy.TIER_WINDOW.0": "loosens" }));
      found.expectLast("policy.TIER_WINDOW.0", "ParamSet", block);
    });

    it("when a longer delay is set, tightens; one without order is neutral", async () => {
      const s = await scene();
      const late = paramKey(KINDS.TIER_LATE, 0n);
      const fresh = paramKey(KINDS.FRESH_PERIOD);
      const { directions } = await seen(s, () =>
        decide(s, [
          callOf(s.contracts.policy, "set", [late, 1, NEVER, 20n * DAY]),
          callOf(s.contracts.vault, "set", [fresh, 1, NEVER, 48n]),
        ]),
      );
      expect(directions).to.deep.equal(
        byCouncil({ "policy.TIER_LATE.0": "tightens", "vault.FRESH_PERIOD": "neutral" }),
      );
    });

    it("of the reserve changes by the reserve's own council and is nobody else's", async () => {
      const s = await scene();
      const { directions } = await seen(s, () =>
        s.safes.reserve.send(
          callOf(s.contracts.reserve, "tighten", [paramKey(KINDS.REFILL_DELAY), 2n * DAY]),
          s.keys.reserve.slice(0, 2),
        ),
      );
      expect(directions).to.deep.equal({
        "reserve.REFILL_DELAY": "tightens",
        "safe.reserve.nonce": "neutral",
      });
    });
  });

  describe("prices", () => {
    it("when a feed set is replaced, its address and parts differ, in no order", async () => {
      const s = await scene();
      const { router } = s.contracts;
      const old = await router.feedSetOf(eth(s));
      const sources = s.addresses.assets.find(({ symbol }) => symbol === "eth")?.sources ?? [];
      const next = await ethers.deployContract("FeedSet", [sources.map(({ address }) => address), 300n]);
      const found = await seen(s, () =>
        decide(s, [callOf(router, "setFeedSet", [eth(s), old, next.target])]),
      );
      expect(found.directions).to.deep.equal(byCouncil({ "router.feedSet.native": "neutral" }));
      const { before, after } = changeOf(found, "router.feedSet.native");
      expect([before?.parts.deltaBps, after?.parts.deltaBps]).to.deep.equal(["200", "300"]);
      expect(after?.parts.sources).to.equal(before?.parts.sources);
    });

    it("when the risk officer halts one, it tightens; lifted, it loosens", async () => {
      const s = await scene();
      const { router } = s.contracts;
      const halted = await seen(s, () => byRiskOfficer(s, callOf(router, "halt", [eth(s)])));
      expect(halted.directions).to.deep.equal({
        "router.halt.native": "tightens",
        "safe.riskOfficer.nonce": "neutral",
      });
      const until = changeOf(halted, "router.halt.native").after?.value;
      const lifted = await seen(s, () => decide(s, [callOf(router, "liftHalt", [eth(s), until])]));
      expect(lifted.directions).to.deep.equal(byCouncil({ "router.halt.native": "loosens" }));
    });
  });

  describe("people", () => {
    it("when an owner is replaced, says who came and who left", async () => {
      const s = await scene();
      const [first = "", second = ""] = s.config.safes.guardian.owners;
      const next = Wallet.createRandom().address;
      const calls = await replaceOwners(s.safes.guardian, [first, second, next], 2);
      const found = await seen(s, () =>
        decide(
          s,
          calls.map((call) => asModule(s.safes.guardian, call)),
        ),
      );
      expect(found.directions).to.deep.equal(byCouncil({ "safe.guardian.owners": "neutral" }));
      const { added, removed } = changeOf(found, "safe.guardian.owners");
      expect([added, removed]).to.deep.equal([[next], [s.config.safes.guardian.owners[2]]]);
    });

    it("when fewer signatures are asked for, loosens", async () => {
      const s = await scene();
      const lower = asModule(s.safes.council, selfCall(s.safes.council, "changeThreshold", [2]));
      const { directions } = await seen(s, () => decide(s, [lower]));
      expect(directions).to.deep.equal(byCouncil({ "safe.council.threshold": "loosens" }));
    });

    it("when a guard is taken away, loosens", async () => {
      const s = await scene();
      const off = asModule(s.safes.reviewer, selfCall(s.safes.reviewer, "setGuard", [`0x${"0".repeat(40)}`]));
      const { directions } = await seen(s, () => decide(s, [off]));
      expect(directions).to.deep.equal(byCouncil({ "safe.reviewer.guard": "loosens" }));
    });

    it("when a role is granted it loosens, revoked it tightens, with the account", async () => {
      const s = await scene();
      const { manager } = s.contracts;
      const granted = await seen(s, () =>
        decide(s, [callOf(manager, "grantRole", [ROLES.REVIEWER, s.mallory.address, 0])]),
      );
      expect(granted.directions).to.deep.equal(byCouncil({ "manager.role.REVIEWER": "loosens" }));
      expect(changeOf(granted, "manager.role.REVIEWER").added).to.deep.equal([s.mallory.address]);
      const revoked = await seen(s, () =>
        decide(s, [callOf(manager, "revokeRole", [ROLES.REVIEWER, s.mallory.address])]),
      );
      expect(revoked.directions).to.deep.equal(byCouncil({ "manager.role.REVIEWER": "tightens" }));
      expect(changeOf(revoked, "manager.role.REVIEWER").removed).to.deep.equal([s.mallory.address]);
    });

    it("when a role without a name gets a member, it shows as a variable", async () => {
      const s = await scene();
      const { changes } = await seen(s, () =>
        decide(s, [callOf(s.contracts.manager, "grantRole", [77n, s.mallory.address, 60])]),
      );
      const role = changes.find(({ id }) => id === "manager.role.role 77");
      expect(role?.after?.value).to.equal(`${s.mallory.address}:60s`);
      expect(role?.direction).to.equal("loosens");
    });

    it("when a function's role passes from the timelock to one that acts at once, loosens", async () => {
      const s = await scene();
      const { manager, vault } = s.contracts;
      const selector = vault.interface.getFunction("setKind").selector;
      const { directions } = await seen(s, () =>
        decide(s, [
          callOf(manager, "setTargetFunctionRole", [vault.target, [selector], ROLES.RISK_OFFICER]),
          callOf(manager, "setTargetClosed", [s.addresses.recovery, true]),
        ]),
      );
      expect(directions).to.deep.equal(
        byCouncil({
          "manager.function.vault.setKind(address,uint8)": "loosens",
          "manager.closed.recovery": "tightens",
        }),
      );
    });

    it("when a delay of the access manager is set, shows it while it waits", async () => {
      const s = await scene();
      const { manager } = s.contracts;
      const { changes, directions } = await seen(s, () =>
        decide(s, [
          callOf(manager, "setGrantDelay", [ROLES.REVIEWER, DAY]),
          callOf(manager, "setTargetAdminDelay", [s.addresses.vault, DAY]),
        ]),
      );
      expect(directions).to.deep.equal(
        byCouncil({
          "manager.grantDelay.REVIEWER": "tightens",
          "manager.targetAdminDelay.vault": "tightens",
        }),
      );
      expect(changes[0]?.after?.shown.en).to.match(/^0 s, 1 d 0 h from .* UTC$/);
      const later = await seen(s, () => s.wait(6n * DAY));
      expect(Object.keys(later.directions)).to.deep.equal([
        "manager.targetAdminDelay.vault",
        "manager.grantDelay.REVIEWER",
      ]);
    });

    it("when a guardian key is named and removed, comes and goes", async () => {
      const s = await scene();
      const { guardian } = s.contracts;
      const key = Wallet.createRandom().address;
      const named = await seen(s, async () =>
        decide(s, [callOf(guardian, "setKey", [key, (await now()) + 100n * DAY, 3_600])]),
      );
      expect(named.directions).to.deep.equal(byCouncil({ [`guardian.key.${key}`]: "neutral" }));
      expect(changeOf(named, `guardian.key.${key}`).before).to.equal(undefined);
      const removed = await seen(s, () => byRiskOfficer(s, callOf(guardian, "removeKey", [key])));
      expect(removed.directions).to.deep.equal({
        [`guardian.key.${key}`]: "neutral",
        "safe.riskOfficer.nonce": "neutral",
      });
      expect(changeOf(removed, `guardian.key.${key}`).after).to.equal(undefined);
    });

    it("when the delay of decisions is cut, loosens, and that is told of everyone who waits for it", async () => {
      const s = await scene();
      const { timelock } = s.contracts;
      const found = await seen(s, () => decide(s, [callOf(timelock, "updateDelay", [DAY])]));
      expect(found.directions).to.deep.equal(byCouncil({ "timelock.minDelay": "loosens" }));
      const [policy] = (await readVariables(ethers.provider, s.addresses)).filter(
        ({ id }) => id === "vault.policy",
      );
      expect(policy?.loosenedBy[0]?.delaySeconds).to.equal(DAY);
    });
  });

  describe("custody", () => {
    it("when an app is registered it loosens, retired it tightens", async () => {
      const s = await scene();
      const { vault } = s.contracts;
      const id = `vault.kind.${s.addresses.lens}`;
      const on = await seen(s, () => decide(s, [callOf(vault, "setKind", [s.addresses.lens, 1])]));
      expect(on.directions).to.deep.equal(byCouncil({ [id]: "loosens" }));
      const off = await seen(s, () => decide(s, [callOf(vault, "setKind", [s.addresses.lens, 2])]));
      expect(off.directions).to.deep.equal(byCouncil({ [id]: "tightens" }));
    });

    it("when a guardian holds everyone and a customer, tightens; lifted, loosens", async () => {
      const s = await scene();
      const { guardian } = s.contracts;
      const by = (call: Call) => s.safes.guardian.send(call, s.keys.guardian.slice(0, 2));
      const subject = `vault.heldUntil.${s.anna.address}`;
      const held = await seen(s, async () => {
        await by(callOf(guardian, "hold", [`0x${"0".repeat(40)}`, DAY]));
        await by(callOf(guardian, "hold", [s.anna.address, DAY]));
      });
      expect(held.directions).to.deep.equal({
        "vault.heldUntil.everyone": "tightens",
        [subject]: "tightens",
        "safe.guardian.nonce": "neutral",
      });
      const lifted = await seen(s, () => by(callOf(guardian, "lift", [s.anna.address])));
      expect(lifted.directions).to.deep.equal({ [subject]: "loosens", "safe.guardian.nonce": "neutral" });
    });

    it("when the reserve's Safe vetoes everything, tightens", async () => {
      const s = await scene();
      const { directions } = await seen(s, () =>
        s.safes.reserve.send(callOf(s.contracts.reserve, "vetoAll", []), s.keys.reserve.slice(0, 2)),
      );
      expect(directions).to.deep.equal({
        "reserve.allVetoedUntil": "tightens",
        "safe.reserve.nonce": "neutral",
      });
    });

    it("when a second reserve counts, its place shows", async () => {
      const s = await scene();
      const { vault } = s.contracts;
      const args = [s.addresses.reserveManager, s.addresses.vault, s.addresses.reserve];
      const second = await ethers.deployContract("Reserve", args);
      const found = await seen(s, () => decide(s, [callOf(vault, "addReserve", [second.target])]));
      expect(found.directions).to.deep.equal(byCouncil({ "vault.reserves": "neutral" }));
      expect(changeOf(found, "vault.reserves").added).to.deep.equal([second.target]);
      expect(changeOf(found, "vault.reserves").after?.value).to.equal(
        `${s.addresses.reserve},${second.target}`,
      );
    });

    it("when an asset is listed, it and all its numbers come to be", async () => {
      const s = await scene();
      const { vault, policy } = s.contracts;
      const token = await ethers.deployContract("MockERC20", ["New token", 6]);
      const asset = erc20Asset(String(token.target));
      const set = (contract: typeof vault | typeof policy, kind: bigint, value: bigint) =>
        callOf(contract, "set", [paramKey(kind, asset), 0, NEVER, value]);
      const { changes } = await seen(s, () =>
        decide(s, [
          set(vault, KINDS.HOLDINGS_CAP, 1_000n),
          set(vault, KINDS.SMALL_LANE_RATE, 200n),
          set(vault, KINDS.LARGE_LANE_RATE, 200n),
          set(policy, KINDS.ASSET_BREAKER, 10n),
          callOf(vault, "list", [asset, 2, 6]),
        ]),
      );
      const of = changes.filter(({ id }) => id.endsWith(`.${token.target}`));
      expect(of.every(({ before }) => before === undefined)).to.equal(true);
      expect(of.map(({ kind }) => kind)).to.include.members([
        "vault.asset",
        "vault.HOLDINGS_CAP",
        "policy.ASSET_BREAKER",
        "router.feedSet",
        "reserve.KEEP",
      ]);
      expect(changes.length).to.equal(of.length + 1);
      // The token's own word for itself is shown beside its address, never in its place.
      expect(of[0]?.label.en).to.contain(String(token.target));
    });

    it("when the policy is replaced, the numbers that count are the new one's", async () => {
      const s = await scene();
      const { policy, vault } = s.contracts;
      const args = [s.addresses.manager, s.addresses.router, s.addresses.sanctionsList];
      const next = await ethers.deployContract("ExitPolicy", args);
      const replaced = [policy.target, await policy.revision(), NEVER, next.target];
      const found = await seen(s, () => decide(s, [callOf(vault, "setPolicy", replaced)]));
      expect(found.directions["vault.policy"]).to.equal("neutral");
      // Nothing was set in it: no limit, the longest delays.
      expect(found.directions["policy.TIER_WINDOW.2"]).to.equal("tightens");
      expect(found.directions["policy.TIER_LATE.2"]).to.equal("tightens");
      expect(changeOf(found, "policy.TIER_WINDOW.2").after?.contract.address).to.equal(next.target);
      // And nobody but ADMIN could set it: its functions have no role.
      expect(changeOf(found, "manager.function.policy.tighten(bytes32,uint64)").after?.value).to.equal(
        "ADMIN",
      );
    });
  });

  describe("code", () => {
    it("when a release runs and is rolled back, the code and its window show, and that instant exits closed", async () => {
      const s = await scene();
      await depositByAddress(s, s.anna, ETHER);
      const old = s.addresses.vaultImplementation;
      let release = "";
      const upgraded = await seen(s, async () => {
        release = await releaseVault(s);
      });
      const id = "upgradeController.implementation.vault";
      expect(upgraded.directions).to.deep.equal(byCouncil({ [id]: "neutral" }));
      const { before, after } = changeOf(upgraded, id);
      expect(before?.value).to.equal(old);
      expect(after?.parts.release).to.equal(release);
      expect(after?.shown.en).to.match(/ \(rollback until .* UTC\)$/);
      const back = await seen(s, () =>
        s.safes.rollback.send(
          callOf(s.contracts.upgradeController, "rollback", [release]),
          s.keys.rollback.slice(0, 2),
        ),
      );
      expect(back.directions).to.deep.equal({
        [id]: "neutral",
        "vault.instantClosed": "tightens",
        "safe.rollback.nonce": "neutral",
      });
      expect(changeOf(back, id).after?.value).to.equal(old);
    });
  });

  describe("what waits", () => {
    it("when a hand-over is announced it loosens, cancelled it tightens", async () => {
      const s = await scene();
      const { upgradeController } = s.contracts;
      const announced = await seen(s, () =>
        decide(s, [callOf(upgradeController, "announceHandOver", [s.addresses.lens])]),
      );
      expect(announced.directions).to.deep.equal(byCouncil({ "upgradeController.handOver": "loosens" }));
      const cancelled = await seen(s, () => decide(s, [callOf(upgradeController, "cancelHandOver", [])]));
      expect(cancelled.directions).to.deep.equal(byCouncil({ "upgradeController.handOver": "tightens" }));
    });

    it("when the canceller vetoes, the operation is named", async () => {
      const s = await scene();
      const { operation } = await propose(s, [callOf(s.contracts.vault, "heartbeat", [])], ZeroHash);
      const { vetoGate } = s.contracts;
      const found = await seen(s, () =>
        veto(vetoGate, s.safes.canceller, [operation], s.keys.canceller.slice(0, 2)),
      );
      expect(found.directions).to.deep.equal({
        "vetoGate.vetoed": "tightens",
        "safe.canceller.nonce": "neutral",
      });
      expect(changeOf(found, "vetoGate.vetoed").added).to.have.length(1);
    });

    it("when offices name a successor for a lost council, both words and the announcement show", async () => {
      const s = await scene();
      const { succession } = s.contracts;
      const support = callOf(succession, "support", [s.addresses.safes.council, s.addresses.lens]);
      const { directions } = await seen(s, async () => {
        await s.safes.guardian.send(support, s.keys.guardian.slice(0, 2));
        await s.safes.reviewer.send(support, s.keys.reviewer.slice(0, 2));
      });
      expect(directions).to.deep.equal({
        [`succession.choice.${s.addresses.safes.guardian}`]: "loosens",
        [`succession.choice.${s.addresses.safes.reviewer}`]: "loosens",
        "succession.announced": "loosens",
        "safe.guardian.nonce": "neutral",
        "safe.reviewer.nonce": "neutral",
      });
    });

    it("when the council announces the gate's replacement, it loosens", async () => {
      const s = await scene();
      const announce = callOf(s.contracts.vetoGate, "announceReplacement", [s.addresses.lens, ZeroHash]);
      const { directions } = await seen(s, () => s.safes.council.send(announce, s.keys.council.slice(0, 3)));
      expect(directions).to.deep.equal(byCouncil({ "vetoGate.replacement": "loosens" }));
    });
  });
});
