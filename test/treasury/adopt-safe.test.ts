import { createRequire } from "node:module";
import { expect } from "chai";
import { getCreateAddress, keccak256, Wallet, ZeroAddress, ZeroHash } from "ethers";
import hre from "hardhat";
import type { Safe, SafeTransaction } from "../../src/governance/safe.ts";
import { safeArtifact } from "../../src/governance/safe-contracts.ts";
import { selfCall } from "../../src/governance/safe-settings.ts";
import { execute, operationOf, schedule } from "../../src/governance/timelock.ts";
import { type Adoption, adoptSafe } from "../../src/treasury/adopt-safe.ts";
import { judgeSafe } from "../../src/treasury/judge-safe.ts";
import { proxyVersion } from "../../src/treasury/safe-editions.ts";
import { readSafe } from "../../src/treasury/safe-facts.ts";
import type { SafeGuard, TimelockController } from "../../typechain-types/index.ts";
import { deployAs } from "../support/deployAs.ts";
import {
  deployCode,
  deployOldSingleton,
  makeOldSafe,
  type OldSafe,
  safeTestArtifact,
} from "../support/oldSafes.ts";
import { realSafes, sendOdd } from "../support/realSafes.ts";
import { terminalRefusal } from "../support/refusal.ts";

const { ethers, networkHelpers } = await hre.network.create();
const DELAY = 2n * 86_400n;

async function deployed() {
  const [relayer, mallory] = await ethers.getSigners();
  if (!relayer || !mallory) throw new Error("too few signers");
  const safes = await realSafes(ethers, relayer);
  const timelockOf = () =>
    deployAs<TimelockController>(ethers, "TimelockController", [DELAY, [], [ZeroAddress], relayer]);
  const [timelock, other] = [await timelockOf(), await timelockOf()];
  const guard = await deployAs<SafeGuard>(ethers, "SafeGuard", [timelock]);
  const foreignGuard = await deployAs<SafeGuard>(ethers, "SafeGuard", [other]);
  const owners = [0, 1, 2].map(() => Wallet.createRandom());
  const quorum = owners.slice(0, 2);
  const safe = await safes.make(owners, 2);
  const suite = {
    timelock: String(timelock.target),
    guard: String(guard.target),
    fallbackHandler: String(safes.fallbackHandler.target),
  };
  const terms = { owners: owners.map(({ address }) => address), threshold: 2, suite };
  /** Its owners sign what the list says, and anyone sends it. */
  const carryOut = async (of: Safe, transactions: readonly SafeTransaction[], signers = quorum) => {
    for (const transaction of transactions) {
      const signatures = [];
      for (const owner of signers) signatures.push(await of.sign(transaction, owner));
      await of.execute(transaction, signatures);
    }
  };
  return {
    ...{ relayer, mallory, safes, timelock, other, guard, foreignGuard, owners, quorum, safe, terms },
    carryOut,
    look: (of: Safe, more: object = {}, since?: number) =>
      adoptSafe(ethers.provider, of.address, { ...terms, ...more }, since),
  };
}

const musts = ({ findings }: Adoption): string[] =>
  findings.filter(({ severity }) => severity === "must").map(({ id }) => id);

describe("adoptSafe", () => {
  const setup = () => networkHelpers.loadFixture(deployed);

  describe("given a Safe 1.5 that its owners made for themselves", () => {
    it("asks for module and guards only, and after the owners' own transactions for nothing", async () => {
      const d = await setup();
      const before = await d.look(d.safe, {}, 0);
      expect(musts(before)).to.deep.equal(["timelock", "module-guard", "guard"]);
      expect([before.underGuard, before.mendable, before.by]).to.deep.equal([false, true, "owners"]);
      expect(before.transactions.map(({ nonce, operation }) => [nonce, operation])).to.deep.equal([
        [0n, 0],
        [1n, 0],
        [2n, 0],
      ]);
      await d.carryOut(d.safe, before.transactions);
      const after = await d.look(d.safe, {}, 0);
      expect(after.findings.map(({ severity }) => severity)).to.deep.equal(
        after.findings.map(() => "fine"),
        JSON.stringify(after.findings.filter(({ severity }) => severity !== "fine")),
      );
      expect([after.underGuard, after.transactions.length, after.calls.length]).to.deep.equal([true, 0, 0]);
      expect(after.findings.find(({ id }) => id === "timelock")?.what).to.equal("the timelock is its module");
    });

    it("says that nobody looked at how it was made, unless a block is named", async () => {
      const d = await setup();
      const making = async (since?: number) =>
        (await d.look(d.safe, {}, since)).findings.find(({ id }) => id === "making");
      expect((await making())?.severity).to.equal("should");
      expect((await making(0))?.what).to.equal("it was made without delegating to anything");
      const setUp = await ethers.deployContract("SafeSetup");
      const data = setUp.interface.encodeFunctionData("setUp", [
        String(d.timelock.target),
        String(d.guard.target),
      ]);
      const strange = await d.safes.make(d.owners, 2, { to: String(setUp.target), data });
      const found = (await d.look(strange, {}, 0)).findings.find(({ id }) => id === "making");
      expect(found?.severity).to.equal("should");
      expect(found?.what).to.include(String(setUp.target));
    });
  });

  describe("given no deployment yet", () => {
    it("judges the Safe alone: modules and foreign guards are to go, ours is not missed", async () => {
      const d = await setup();
      const bare = await d.look(d.safe, { suite: undefined });
      expect([musts(bare), bare.fit, bare.underGuard, bare.by]).to.deep.equal([[], true, false, "owners"]);
      await d.safe.send(selfCall(d.safe, "enableModule", [d.mallory.address]), d.quorum);
      await d.safe.send(selfCall(d.safe, "setFallbackHandler", [ZeroAddress]), d.quorum);
      await d.safe.send(selfCall(d.safe, "setGuard", [d.foreignGuard.target]), d.quorum);
      const found = await d.look(d.safe, { suite: undefined });
      expect(musts(found)).to.deep.equal(["modules", "fallback-handler"]);
      const guard = found.findings.find(({ id }) => id === "guard");
      expect([guard?.severity, guard?.what]).to.deep.equal([
        "should",
        `it has guards: ${d.foreignGuard.target}`,
      ]);
      // The authors' handler is on no development chain.
      expect([found.fit, found.mendable]).to.deep.equal([false, false]);
    });
  });

  describe("given a Safe with settings that don't fit", () => {
    it("removes every unknown module, by calls that hold as the list shrinks", async () => {
      const d = await setup();
      const modules = [1, 2, 3].map(() => Wallet.createRandom().address);
      for (const module of modules) await d.safe.send(selfCall(d.safe, "enableModule", [module]), d.quorum);
      const found = await d.look(d.safe);
      expect(musts(found)).to.deep.equal(["modules", "timelock", "module-guard", "guard"]);
      for (const module of modules)
        expect(found.findings.find(({ id }) => id === "modules")?.what).to.include(module);
      await d.carryOut(d.safe, found.transactions);
      expect((await d.look(d.safe)).underGuard).to.equal(true);
      expect((await readSafe(ethers.provider, d.safe.address)).modules).to.deep.equal([d.timelock.target]);
    });

    it("replaces a foreign guard, and says that it may refuse that", async () => {
      const d = await setup();
      for (const name of ["setModuleGuard"] as const)
        await d.safe.send(selfCall(d.safe, name, [d.foreignGuard.target]), d.quorum);
      const found = await d.look(d.safe);
      const moduleGuard = found.findings.find(({ id }) => id === "module-guard");
      expect(moduleGuard?.what).to.include(String(d.foreignGuard.target)).and.to.include("may refuse");
      await d.carryOut(d.safe, found.transactions);
      expect((await d.look(d.safe)).underGuard).to.equal(true);
      // One that does refuse: the guard of another timelock, over the owners.
      const stuck = await d.safes.make(d.owners, 2);
      await stuck.send(selfCall(stuck, "setGuard", [d.foreignGuard.target]), d.quorum);
      const seen = await d.look(stuck);
      expect(seen.findings.find(({ id }) => id === "guard")?.what).to.include(String(d.foreignGuard.target));
      await expect(d.carryOut(stuck, seen.transactions)).to.be.revertedWithCustomError(
        d.foreignGuard,
        "SafeGuard_SelfCall",
      );
    });

    it("raises a threshold of one, to what is declared or to two", async () => {
      const d = await setup();
      const single = await d.safes.make(d.owners, 1);
      const declared = await d.look(single);
      expect(musts(declared)).to.include("threshold");
      const undeclared = await adoptSafe(ethers.provider, single.address, { suite: d.terms.suite });
      const call = selfCall(single, "changeThreshold", [2]);
      for (const { findings } of [declared, undeclared])
        expect(findings.find(({ id }) => id === "threshold")?.calls).to.deep.equal([call]);
      // The first transaction needs one signature only.
      await d.carryOut(single, declared.transactions.slice(0, 1), d.owners.slice(0, 1));
      expect(await single.threshold()).to.equal(2);
      const lonely = await d.safes.make(d.owners.slice(0, 1), 1);
      const alone = await d.look(lonely, { owners: undefined, threshold: undefined });
      expect([musts(alone)[0], alone.mendable]).to.deep.equal(["threshold", false]);
    });

    it("names owners that are undeclared or missing, and replaces them", async () => {
      const d = await setup();
      const [first, second] = d.owners;
      const stranger = Wallet.createRandom();
      if (!first || !second) throw new Error("three owners");
      const wanted = { owners: [first.address, second.address, stranger.address], threshold: 2 };
      const found = await d.look(d.safe, wanted);
      const owners = found.findings.find(({ id }) => id === "owners");
      expect(owners?.what).to.include(`undeclared: ${d.owners[2]?.address}; missing: ${stranger.address}`);
      await d.carryOut(d.safe, found.transactions);
      expect([...(await d.safe.owners())].sort()).to.deep.equal([...wanted.owners].sort());
      expect((await d.look(d.safe, wanted)).underGuard).to.equal(true);
    });

    it("asks for fewer signatures than owners, and for a second look at owners that are contracts", async () => {
      const d = await setup();
      const all = await d.safes.make(d.owners, 3);
      const found = await d.look(all, { threshold: 3 });
      expect(found.findings.find(({ id }) => id === "threshold")?.severity).to.equal("should");
      await d.safe.send(selfCall(d.safe, "addOwnerWithThreshold", [d.timelock.target, 2]), d.quorum);
      const mixed = await d.look(d.safe, { owners: undefined });
      expect(mixed.findings.find(({ id }) => id === "contract-owners")?.what).to.include(
        String(d.timelock.target),
      );
    });

    it("replaces a fallback handler that is none of Safe's, and sets one where there is none", async () => {
      const d = await setup();
      for (const handler of [String(d.timelock.target), ZeroAddress]) {
        await d.safe.send(selfCall(d.safe, "setFallbackHandler", [handler]), d.quorum);
        expect(musts(await d.look(d.safe))).to.include("fallback-handler");
      }
      await d.carryOut(d.safe, (await d.look(d.safe)).transactions);
      expect((await readSafe(ethers.provider, d.safe.address)).handler).to.equal(
        d.terms.suite.fallbackHandler,
      );
    });
  });

  describe("given a Safe that is under the guard already", () => {
    async function guarded() {
      const d = await setup();
      await d.carryOut(d.safe, (await d.look(d.safe)).transactions);
      return d;
    }

    it("mends what is wrong through the timelock, whose calls it gives", async () => {
      const d = await guarded();
      await d.timelock.grantRole(ethers.id("PROPOSER_ROLE"), d.safe.address);
      const found = await d.look(d.safe, { threshold: 3 });
      expect([found.by, found.transactions.length, found.mendable]).to.deep.equal(["timelock", 0, true]);
      const operation = operationOf(found.calls, ZeroHash);
      await schedule(d.timelock, d.safe, operation, d.quorum);
      await networkHelpers.time.increase(DELAY);
      await execute(d.timelock, operation);
      expect((await d.look(d.safe, { threshold: 3 })).underGuard).to.equal(true);
    });

    it("says that one whose timelock is no module can't be mended by anybody", async () => {
      const d = await setup();
      for (const name of ["setModuleGuard", "setGuard"])
        await d.safe.send(selfCall(d.safe, name, [d.guard.target]), d.quorum);
      const found = await d.look(d.safe);
      expect([musts(found), found.mendable]).to.deep.equal([["timelock"], false]);
    });
  });

  describe("given an older Safe, in its authors' own code", () => {
    const old: readonly (readonly [OldSafe, "1.3.0" | "1.4.1", string, string])[] = [
      ["safe130", "1.3.0", "Safe 1.3.0", "migrateWithFallbackHandler"],
      ["safe130l2", "1.3.0", "SafeL2 1.3.0", "migrateL2WithFallbackHandler"],
      ["safe141", "1.4.1", "Safe 1.4.1", "migrateWithFallbackHandler"],
      ["safe141l2", "1.4.1", "SafeL2 1.4.1", "migrateL2WithFallbackHandler"],
    ];
    for (const [which, proxy, name, verb] of old) {
      it(`refuses ${name}, and takes it once its owners have migrated it`, async () => {
        const d = await setup();
        const singleton = await deployOldSingleton(which, d.relayer);
        const safe = await makeOldSafe(d.relayer, singleton, proxy, d.terms.owners, 2);
        const before = await d.look(safe);
        expect([before.underGuard, before.mendable]).to.deep.equal([false, false]);
        expect(before.findings.slice(0, 2).map(({ what }) => what)).to.deep.equal([
          `the proxy is Safe ${proxy}'s own`,
          `it runs the canonical ${name}, not 1.5.0`,
        ]);
        expect(before.findings[1]?.remedy).to.include("SafeMigration is not on chain 31337");
        // Where the authors' migration stands, the list names it and its verb.
        const facts = { ...(await readSafe(ethers.provider, safe.address)), chainId: 11_155_111n };
        const elsewhere = (await judgeSafe(safe, facts, d.terms))[1]?.remedy;
        expect(elsewhere)
          .to.include("0x6439e7ABD8Bb915A5263094784C5CF561c4172AC")
          .and.to.include(`${verb}()`);
        const l2 = safeTestArtifact("SafeL2.sol/SafeL2.json");
        const migration = safeTestArtifact("libraries/SafeMigration.sol/SafeMigration.json");
        const { target } = await new ethers.ContractFactory(
          migration.abi,
          migration.bytecode,
          d.relayer,
        ).deploy(
          d.safes.singleton.target,
          await deployCode(l2.bytecode, d.relayer),
          d.terms.suite.fallbackHandler,
        );
        const data = ethers.id(`${verb}()`).slice(0, 10);
        await sendOdd(safe, { to: String(target), data }, d.quorum, { operation: 1 });
        const migrated = await d.look(safe);
        expect(musts(migrated)).to.deep.equal(["timelock", "module-guard", "guard"]);
        await d.carryOut(safe, migrated.transactions);
        expect((await d.look(safe)).underGuard).to.equal(true);
      });
    }

    it("sends those before 1.3 to a new Safe", async () => {
      const d = await setup();
      const singleton = await deployOldSingleton("safe120", d.relayer);
      const safe = await makeOldSafe(d.relayer, singleton, "1.3.0", d.terms.owners, 2);
      expect((await d.look(safe)).findings[1]?.remedy).to.include("make a new Safe");
    });

    it("knows the proxies by the hashes of their published code", () => {
      const load = createRequire(import.meta.url);
      const { proxies } = load("../vectors/safe-proxies.json") as { proxies: Record<string, string> };
      for (const [version, creation] of Object.entries(proxies)) {
        // What the constructor returns: the code between its own end and its one message.
        const runtime = `0x${creation.slice(creation.indexOf("6000f3fe") + 8, -2 * 34)}`;
        expect(proxyVersion(keccak256(runtime)), version).to.equal(version);
      }
    });
  });

  describe("given something that is no Safe", () => {
    it("believes nothing that code with a Safe's face says", async () => {
      const d = await setup();
      const { bytecode } = safeArtifact("singleton");
      const fake = await deployCode(bytecode.replace(/.$/, "0"), d.relayer);
      const safe = await makeOldSafe(d.relayer, fake, "1.4.1", d.terms.owners, 2);
      const found = await d.look(safe);
      expect(found.findings.map(({ id, severity }) => [id, severity])).to.deep.equal([
        ["proxy", "fine"],
        ["singleton", "must"],
      ]);
      expect([found.underGuard, found.mendable, found.transactions.length]).to.deep.equal([false, false, 0]);
    });

    it("refuses a singleton used without a proxy", async () => {
      const d = await setup();
      const error = await terminalRefusal(
        adoptSafe(ethers.provider, String(d.safes.singleton.target), d.terms),
      );
      expect(error.code).to.equal("ADOPT_NOT_A_SAFE");
    });

    it("refuses a key's account, an account that delegates, and an empty address", async () => {
      const d = await setup();
      for (const address of [d.mallory.address, getCreateAddress({ from: d.mallory.address, nonce: 9 })]) {
        const error = await terminalRefusal(adoptSafe(ethers.provider, address, d.terms));
        expect(error.code).to.equal("ADOPT_NO_CONTRACT");
      }
      await networkHelpers.setCode(d.mallory.address, `0xef0100${d.safe.address.slice(2)}`);
      const error = await terminalRefusal(adoptSafe(ethers.provider, d.mallory.address, d.terms));
      expect(error.code).to.equal("ADOPT_NO_CONTRACT");
      expect(error.facts.delegatesTo).to.equal(d.safe.address);
    });

    it("refuses another contract", async () => {
      const d = await setup();
      const error = await terminalRefusal(adoptSafe(ethers.provider, String(d.timelock.target), d.terms));
      expect(error.code).to.equal("ADOPT_NOT_A_SAFE");
    });

    it("refuses a guard that serves another timelock, or none", async () => {
      const d = await setup();
      for (const guard of [d.foreignGuard.target, d.timelock.target, d.mallory.address]) {
        const error = await terminalRefusal(
          d.look(d.safe, { suite: { ...d.terms.suite, guard: String(guard) } }),
        );
        expect(error.code).to.equal("ADOPT_WRONG_GUARD");
      }
    });
  });
});
