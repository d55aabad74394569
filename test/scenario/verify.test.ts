import { expect } from "chai";
import { type HDNodeWallet, id, ZeroAddress, ZeroHash } from "ethers";
import type { SuiteAddresses } from "../../deploy/addresses.ts";
import type { SuiteConfig } from "../../deploy/config/schema.ts";
import { verifyDeployment } from "../../deploy/verify.ts";
import { KINDS, paramKey } from "../../src/governance/parameters.ts";
import { selectorOf } from "../../src/governance/role-graph.ts";
import { ROLES } from "../../src/governance/roles.ts";
import { callOf, creationCode, DAY, ethers, networkHelpers, type Scene, scene } from "./scene.ts";

const CANCELLER = id("CANCELLER_ROLE");
const PROPOSER = id("PROPOSER_ROLE");
const IMPLEMENTATION_SLOT = "0x360894a13ba1a3210667c828492db98dca3e2076cc3735a920a3ca505d382bbc";
const GUARD_SLOT = id("guard_manager.guard.address");

/** Ids of the checks that fail. */
async function failures(
  s: Scene,
  change: { addresses?: Partial<SuiteAddresses>; config?: Partial<SuiteConfig> } = {},
): Promise<string[]> {
  const results = await verifyDeployment(
    ethers.provider,
    { ...s.addresses, ...change.addresses },
    { ...s.config, ...change.config },
    creationCode,
  );
  return results.filter(({ ok }) => !ok).map((result) => result.id);
}

/** Acts as a contract: breaks what no key can break. */
async function as(address: string) {
  await networkHelpers.setBalance(address, 10n ** 18n);
  return ethers.getImpersonatedSigner(address);
}

const word = (address: string) => ethers.zeroPadValue(address, 32);

describe("verifyDeployment", () => {
  describe("given a suite as deployed", () => {
    it("finds every property true, and looks at each kind of them", async () => {
      const s = await scene();
      const results = await verifyDeployment(ethers.provider, s.addresses, s.config, creationCode);
      expect(results.filter(({ ok }) => !ok)).to.deep.equal([]);
      const kinds = new Set(results.map((result) => result.id.split(".")[0]));
      expect([...kinds]).to.include.members([
        "code",
        "timelock",
        "manager",
        "safe",
        "proxy",
        "vault",
        "asset",
        "parameter",
        "guardian",
        "deployer",
      ]);
      expect(results.length).to.be.greaterThan(200);
      expect(new Set(results.map((result) => result.id)).size).to.equal(results.length);
    });
  });

  describe("given another AccessManager state than declared", () => {
    it("sees that the deployer keeps admin", async () => {
      const s = await scene();
      await s.contracts.manager
        .connect(await as(s.addresses.timelock))
        .grantRole(ROLES.ADMIN, s.addresses.deployer, 0);
      expect(await failures(s)).to.include.members(["manager.members.ADMIN", "deployer.powerless"]);
    });

    it("sees an extra member of any role", async () => {
      const s = await scene();
      await s.contracts.manager
        .connect(await as(s.addresses.timelock))
        .grantRole(ROLES.GUARDIAN, s.mallory, 0);
      expect(await failures(s)).to.include("manager.members.GUARDIAN");
    });

    it("sees a member of a role that nobody declared", async () => {
      const s = await scene();
      await s.contracts.manager.connect(await as(s.addresses.timelock)).grantRole(77n, s.mallory, 0);
      expect(await failures(s)).to.deep.equal(["manager.undeclared-roles"]);
    });

    it("sees a role that was taken away", async () => {
      const s = await scene();
      const timelock = await as(s.addresses.timelock);
      await s.contracts.manager.connect(timelock).revokeRole(ROLES.REGISTRY, s.addresses.registry);
      expect(await failures(s)).to.include("manager.members.REGISTRY");
    });

    it("sees an execution delay beside the timelock's", async () => {
      const s = await scene();
      const { manager } = s.contracts;
      const timelock = await as(s.addresses.timelock);
      await manager.connect(timelock).grantRole(ROLES.REVIEWER, s.addresses.safes.reviewer, DAY);
      expect(await failures(s)).to.deep.equal([
        `manager.execution-delay.REVIEWER.${s.addresses.safes.reviewer}`,
      ]);
    });

    it("sees a grant delay and a target's admin delay before they take effect", async () => {
      const s = await scene();
      const manager = s.contracts.manager.connect(await as(s.addresses.timelock));
      await manager.setGrantDelay(ROLES.GUARDIAN, DAY);
      await manager.setTargetAdminDelay(s.addresses.vault, DAY);
      expect(await failures(s)).to.deep.equal(["manager.pending-delays"]);
      await networkHelpers.time.increase(6n * DAY);
      expect(await failures(s)).to.include.members([
        "manager.pending-delays",
        "manager.grant-delay.GUARDIAN",
        "manager.target-admin-delay.vault",
      ]);
    });

    it("sees another admin or guardian of a role", async () => {
      const s = await scene();
      const manager = s.contracts.manager.connect(await as(s.addresses.timelock));
      await manager.setRoleAdmin(ROLES.GUARDIAN, ROLES.REVIEWER);
      await manager.setRoleGuardian(ROLES.PARAMETERS, ROLES.REVIEWER);
      expect(await failures(s)).to.deep.equal([
        "manager.role-guardian.PARAMETERS",
        "manager.role-admin.GUARDIAN",
        "manager.role-settings",
      ]);
    });

    it("sees a restricted function left to ADMIN", async () => {
      const s = await scene();
      const selector = selectorOf("endorse(bytes32)");
      await s.contracts.manager
        .connect(await as(s.addresses.timelock))
        .setTargetFunctionRole(s.addresses.vault, [selector], ROLES.ADMIN);
      expect(await failures(s)).to.deep.equal([
        "manager.unmapped.vault",
        "manager.function.vault.endorse(bytes32)",
      ]);
    });

    it("sees a function opened to everyone, and a permission on something undeclared", async () => {
      const s = await scene();
      const manager = s.contracts.manager.connect(await as(s.addresses.timelock));
      await manager.setTargetFunctionRole(s.addresses.vault, [selectorOf("lift(address)")], (1n << 64n) - 1n);
      await manager.setTargetFunctionRole(s.addresses.factory, ["0x12345678"], ROLES.GUARDIAN);
      expect(await failures(s)).to.deep.equal([
        "manager.restricted.vault",
        "manager.function.vault.lift(address)",
        "manager.stray",
      ]);
    });

    it("sees a closed target", async () => {
      const s = await scene();
      const manager = s.contracts.manager.connect(await as(s.addresses.timelock));
      await manager.setTargetClosed(s.addresses.policy, true);
      expect(await failures(s)).to.deep.equal(["manager.closed.policy"]);
    });

    it("sees a contract that obeys another AccessManager", async () => {
      const s = await scene();
      const other = await ethers.deployContract("AccessManager", [s.mallory]);
      await s.contracts.manager
        .connect(await as(s.addresses.timelock))
        .updateAuthority(s.addresses.guardian, await other.getAddress());
      expect(await failures(s)).to.include("manager.authority.guardian");
    });
  });

  describe("given another timelock than declared", () => {
    it("sees another delay", async () => {
      const s = await scene();
      await s.contracts.timelock.connect(await as(s.addresses.timelock)).updateDelay(0);
      expect(await failures(s)).to.deep.equal(["timelock.delay"]);
    });

    it("sees a proposer that is a canceller too", async () => {
      const s = await scene();
      await s.contracts.timelock
        .connect(await as(s.addresses.timelock))
        .grantRole(CANCELLER, s.addresses.safes.council);
      expect(await failures(s)).to.deep.equal(["timelock.cancellers"]);
    });

    it("sees a retained admin", async () => {
      const s = await scene();
      await s.contracts.timelock
        .connect(await as(s.addresses.timelock))
        .grantRole(ZeroHash, s.addresses.deployer);
      expect(await failures(s)).to.deep.equal(["timelock.no-retained-admin", "deployer.powerless"]);
    });

    it("sees what was scheduled while somebody else was its admin", async () => {
      const s = await scene();
      const timelock = s.contracts.timelock.connect(await as(s.addresses.timelock));
      const his = s.contracts.timelock.connect(s.mallory);
      const late = [
        s.mallory.address,
        0n,
        "0x",
        ZeroHash,
        id("late"),
        2n * (await timelock.getMinDelay()),
      ] as const;
      await timelock.grantRole(ZeroHash, s.mallory);
      await his.grantRole(PROPOSER, s.mallory);
      await his.schedule(...late);
      await his.renounceRole(PROPOSER, s.mallory);
      await his.renounceRole(ZeroHash, s.mallory);
      expect(await failures(s)).to.deep.equal(["timelock.nothing-scheduled-early"]);
    });

    it("sees an executor beside everyone, and execution closed to everyone", async () => {
      const s = await scene();
      const timelock = s.contracts.timelock.connect(await as(s.addresses.timelock));
      await timelock.grantRole(id("EXECUTOR_ROLE"), s.mallory);
      await timelock.revokeRole(id("EXECUTOR_ROLE"), ZeroAddress);
      expect(await failures(s)).to.deep.equal(["timelock.executors"]);
    });
  });

  describe("given another Safe than declared", () => {
    it("sees another owner and another threshold", async () => {
      const s = await scene();
      const { council } = s.safes;
      const self = await as(council.address);
      await council.contract.connect(self).getFunction("addOwnerWithThreshold").send(s.mallory.address, 1n);
      expect(await failures(s)).to.deep.equal(["safe.council.owners", "safe.council.threshold"]);
    });

    it("sees a module and another fallback handler", async () => {
      const s = await scene();
      const { guardian } = s.safes;
      const self = guardian.contract.connect(await as(guardian.address));
      await self.getFunction("enableModule").send(s.mallory.address);
      await self.getFunction("setFallbackHandler").send(s.mallory.address);
      expect(await failures(s)).to.deep.equal(["safe.guardian.modules", "safe.guardian.fallback-handler"]);
    });

    it("sees a guard and a foreign singleton", async () => {
      const s = await scene();
      await networkHelpers.setStorageAt(s.addresses.safes.canceller, GUARD_SLOT, word(s.mallory.address));
      expect(await failures(s)).to.deep.equal(["safe.canceller.guard"]);
      const copy = await ethers.deployContract("MockERC20", ["Not a Safe", 18]);
      const code = await ethers.provider.getCode(s.addresses.safeContracts.singleton);
      await networkHelpers.setCode(await copy.getAddress(), code);
      await networkHelpers.setStorageAt(s.addresses.safes.reviewer, 0, word(await copy.getAddress()));
      expect(await failures(s)).to.deep.equal(["safe.canceller.guard", "safe.reviewer.singleton"]);
    });

    it("sees that the singleton is not the canonical code", async () => {
      const s = await scene();
      const singleton = s.addresses.safeContracts.singleton;
      await networkHelpers.setCode(singleton, `${await ethers.provider.getCode(singleton)}00`);
      expect(await failures(s)).to.deep.equal(["safe.code.singleton"]);
    });
  });

  describe("given another Vault than declared", () => {
    it("sees another implementation", async () => {
      const s = await scene();
      const half = await ethers.deployContract("VaultAdmin", [s.contracts.auditRecord]);
      const other = await ethers.deployContract("Vault", [half]);
      await s.contracts.proxyAdmin
        .connect(await as(s.addresses.upgradeController))
        .upgradeAndCall(s.addresses.vault, other, "0x");
      expect(await failures(s)).to.deep.equal(["proxy.implementation"]);
      // Declaring the new one is not enough: its immutable half is another.
      const changed = { vaultImplementation: await other.getAddress() };
      expect(await failures(s, { addresses: changed })).to.deep.equal([
        "code.vaultImplementation",
        "controller.vault",
      ]);
    });

    it("sees a slot that was written behind the proxy's back", async () => {
      const s = await scene();
      await networkHelpers.setStorageAt(s.addresses.vault, IMPLEMENTATION_SLOT, word(s.addresses.vaultAdmin));
      expect(await failures(s)).to.include("proxy.implementation");
    });

    it("sees another owner of the ProxyAdmin", async () => {
      const s = await scene();
      const controller = await as(s.addresses.upgradeController);
      await s.contracts.proxyAdmin.connect(controller).transferOwnership(s.addresses.deployer);
      expect(await failures(s)).to.deep.equal(["proxy.admin-owner", "deployer.powerless"]);
    });

    it("sees another policy, and with it another sanctions list", async () => {
      const s = await scene();
      const next = await ethers.deployContract("ExitPolicy", [
        s.addresses.manager,
        s.addresses.router,
        ZeroAddress,
      ]);
      const { vault, policy } = s.contracts;
      const revision = await policy.revision();
      await vault.connect(await as(s.addresses.timelock)).setPolicy(policy, revision, (1n << 40n) - 1n, next);
      expect(await failures(s)).to.deep.equal(["vault.policy", "vault.sanctions"]);
    });

    it("sees another number, an overlay, and a number nobody declared", async () => {
      const s = await scene();
      const key = paramKey(KINDS.TIER_WINDOW, 1n);
      const { policy, vault } = s.contracts;
      const timelock = await as(s.addresses.timelock);
      await policy.connect(timelock).set(key, 1, (1n << 40n) - 1n, 999_999n);
      await vault.connect(timelock).set(paramKey(KINDS.HOLDINGS_CAP, 5n), 0, (1n << 40n) - 1n, 1n);
      expect(await failures(s)).to.deep.equal([
        `parameter.policy.${key}`,
        `in-force.policy.${key}`,
        "parameters.vault",
      ]);
      const pool = paramKey(KINDS.UNVERIFIED_POOL);
      const { riskOfficer } = s.safes;
      await riskOfficer?.send(callOf(policy, "tighten", [pool, 1n]), s.keys.riskOfficer.slice(0, 2));
      expect(await failures(s)).to.include.members([`overlay.policy.${pool}`, `in-force.policy.${pool}`]);
    });

    it("sees another committee, a halted chain, a successor and a foreign asset that nobody declared", async () => {
      const s = await scene();
      const { gateway, committee, manager, vault } = s.contracts;
      const timelock = await as(s.addresses.timelock);
      const [one] = s.keys.committee;
      if (one === undefined) throw new Error("the local configuration has a committee");
      const next = await ethers.deployContract("MultisigVerifier", [[await one.getAddress()], 1]);
      await committee.connect(timelock).rotate(1, next, 0, (1n << 40n) - 1n);
      expect(await failures(s)).to.deep.equal(["committee.epoch", "committee.verifier"]);
      const [{ chain: name } = { chain: "" }] = s.config.gateway.chains;
      const chain = ethers.id(name);
      const say = async (content: string) => {
        const statement = { chain, messageId: ethers.id("message"), content };
        const digest = await committee.digestOf(statement);
        const { serialized } = (one as unknown as HDNodeWallet).signingKey.sign(digest);
        return ethers.AbiCoder.defaultAbiCoder().encode(["uint32", "bytes"], [2, serialized]);
      };
      const [a, b] = [ethers.id("A"), ethers.id("B")];
      await gateway.proveEquivocation(chain, ethers.id("message"), a, await say(a), b, await say(b));
      expect(await failures(s)).to.include(`gateway.halt.${name}`);
      const successor = await ethers.deployContract("Gateway", [manager, vault, committee, gateway]);
      await gateway.connect(timelock).succeed(successor);
      expect(await failures(s)).to.include.members(["gateway.successor", "foreign.ltc.gateway"]);
      expect(
        await failures(s, { config: { assets: s.config.assets.filter(({ symbol }) => symbol !== "ltc") } }),
      ).to.include("gateway.assets");
    });

    it("S26: sees another cap of unverified code, one that nobody declared, another record, and an auditor", async () => {
      const s = await scene();
      const [first, ...others] = s.config.assets;
      if (!first) throw new Error("an asset is configured");
      const assets = [{ ...first, unverifiedCapTicks: first.unverifiedCapTicks + 1n }, ...others];
      expect(await failures(s, { config: { assets } })).to.deep.equal([`audit.cap.${first.symbol}`]);
      const timelock = await as(s.addresses.timelock);
      await s.contracts.auditRecord.connect(timelock).declareCap(7n, 1n);
      await s.contracts.manager.connect(timelock).grantRole(ROLES.AUDITOR, s.mallory, 0);
      expect(await failures(s)).to.include.members(["audit.caps", "manager.members.AUDITOR"]);
      // One that serves another Vault, whatever its caps.
      const record = await ethers.deployContract("AuditRecord", [s.addresses.manager, [], []]);
      const auditRecord = await record.getAddress();
      expect(await failures(s, { addresses: { auditRecord } })).to.include.members([
        "code.vaultAdmin",
        "vault.audit-record",
        "auditRecord.vault",
      ]);
    });

    it("sees another feed set and a halted price", async () => {
      const s = await scene();
      const { router } = s.contracts;
      const [eth, btc] = s.addresses.assets;
      if (!eth || !btc) throw new Error("two assets are listed");
      await router.connect(await as(s.addresses.timelock)).setFeedSet(eth.id, eth.feedSet, btc.feedSet);
      await router.connect(await as(s.safes.riskOfficer?.address ?? "")).halt(btc.id);
      expect(await failures(s)).to.deep.equal(["asset.eth.feed-set", "asset.btc.no-halt"]);
    });

    it("sees a source with other bounds than declared", async () => {
      const s = await scene();
      const assets = s.config.assets.map((asset) => ({
        ...asset,
        feeds: asset.feeds.map((feed) =>
          feed.upstream === "first" ? { ...feed, maxAgeSeconds: 60n } : feed,
        ),
      }));
      expect(await failures(s, { config: { assets } })).to.deep.equal([
        "code.source.eth.first",
        "code.source.btc.first",
        "code.source.usd.first",
        "code.source.ltc.first",
      ]);
    });

    it("sees another guardian key, budget and expiry", async () => {
      const s = await scene();
      const { guardian } = s.contracts;
      const timelock = guardian.connect(await as(s.addresses.timelock));
      const until = BigInt(await networkHelpers.time.latest()) + 30n * DAY;
      await timelock.setKey(s.mallory, until, 1n);
      expect(await failures(s)).to.deep.equal(["guardian.keys"]);
      await timelock.setKey(s.addresses.safes.guardian, until, 2n);
      expect(await failures(s)).to.deep.equal([
        "guardian.keys",
        `guardian.budget.${s.addresses.safes.guardian}`,
        `guardian.expiry.${s.addresses.safes.guardian}`,
      ]);
    });

    it("sees code that is not ours at a declared address", async () => {
      const s = await scene();
      const code = await ethers.provider.getCode(s.addresses.lens);
      await networkHelpers.setCode(s.addresses.lens, `${code}00`);
      expect(await failures(s)).to.deep.equal(["code.lens"]);
    });

    it("sees code that differs where a contract keeps what follows from its own address", async () => {
      const s = await scene();
      for (const [address, kept] of [
        [s.addresses.registry, s.addresses.registry],
        [s.addresses.vault, s.addresses.proxyAdmin],
      ] as const) {
        const code = (await ethers.provider.getCode(address)).toLowerCase();
        const [there, here] = [kept, s.mallory.address].map((text) => text.slice(2).toLowerCase());
        expect(code).to.include(there);
        await networkHelpers.setCode(address, code.replaceAll(there ?? "", here ?? ""));
      }
      expect(await failures(s)).to.deep.equal(["code.registry", "code.proxy"]);
    });
  });

  describe("given a deployer who kept something small", () => {
    it("sees a key of the Guardian", async () => {
      const s = await scene();
      const until = BigInt(await networkHelpers.time.latest()) + 30n * DAY;
      await s.contracts.guardian
        .connect(await as(s.addresses.timelock))
        .setKey(s.addresses.deployer, until, 1n);
      expect(await failures(s)).to.deep.equal(["guardian.keys", "deployer.powerless"]);
    });
  });
});
