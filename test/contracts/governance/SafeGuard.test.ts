import { createRequire } from "node:module";
import { expect } from "chai";
import { concat, type InterfaceAbi, Wallet, ZeroAddress, ZeroHash } from "ethers";
import hre from "hardhat";
import type { Call, Safe } from "../../../src/governance/safe.ts";
import { asModule, replaceOwners, SENTINEL, selfCall } from "../../../src/governance/safe-settings.ts";
import { execute, operationOf, schedule } from "../../../src/governance/timelock.ts";
import type { MockERC20, SafeGuard, SafeSetup, TimelockController } from "../../../typechain-types/index.ts";
import { deployAs } from "../../support/deployAs.ts";
import { installGuard, realSafes, SAFE_SLOTS, sendOdd, slotOf } from "../../support/realSafes.ts";

const { ethers, networkHelpers } = await hre.network.create();
const { time } = networkHelpers;

const DELAY = 2n * 86_400n;
const load = createRequire(import.meta.url);
const BASE = "@safe-global/safe-smart-account/build/artifacts/contracts/base";

/** The ERC-165 id of an interface, from its own authors' ABI: all selectors but ERC-165's own. */
function interfaceId(file: string): string {
  const { abi } = load(`${BASE}/${file}`) as { abi: InterfaceAbi };
  let id = 0n;
  new ethers.Interface(abi).forEachFunction(({ name, selector }) => {
    if (name !== "supportsInterface") id ^= BigInt(selector);
  });
  return ethers.toBeHex(id, 4);
}

async function deployed() {
  const [relayer, mallory] = await ethers.getSigners();
  if (!relayer || !mallory) throw new Error("too few signers");
  const safes = await realSafes(ethers, relayer);
  const timelock = await deployAs<TimelockController>(ethers, "TimelockController", [
    DELAY,
    [],
    [ZeroAddress],
    relayer,
  ]);
  const guard = await deployAs<SafeGuard>(ethers, "SafeGuard", [timelock]);
  const setUp = await deployAs<SafeSetup>(ethers, "SafeSetup");
  const owners = [0, 1, 2].map(() => Wallet.createRandom());
  const quorum = owners.slice(0, 2);
  const guarded = {
    to: String(setUp.target),
    data: setUp.interface.encodeFunctionData("setUp", [String(timelock.target), String(guard.target)]),
  };
  const safe = await safes.make(owners, 2, guarded);
  const bare = await safes.make(owners, 2);
  await timelock.grantRole(ethers.id("PROPOSER_ROLE"), safe.address);
  await timelock.renounceRole(ZeroHash, relayer);
  const token = await deployAs<MockERC20>(ethers, "MockERC20", ["Token", 18]);

  let salt = 0;
  /** The Safe's owners propose, the timelock waits, anyone executes. */
  const govern = async (...calls: Call[]) => {
    const operation = operationOf(calls, ethers.zeroPadValue(ethers.toBeHex(++salt), 32));
    await schedule(timelock, safe, operation, quorum);
    await time.increase(DELAY);
    return execute(timelock, operation);
  };
  const guards = async (of: Safe) => [
    await slotOf(ethers, of, SAFE_SLOTS.guard),
    await slotOf(ethers, of, SAFE_SLOTS.moduleGuard),
  ];
  const modules = async (of: Safe) =>
    (await of.contract.getFunction("getModulesPaginated").staticCall(SENTINEL, 10))[0] as string[];
  return {
    ...{ safes, timelock, guard, setUp, owners, quorum, guarded, safe, bare, token },
    ...{ relayer, mallory, govern, guards, modules },
  };
}

describe("SafeGuard", () => {
  const setup = () => networkHelpers.loadFixture(deployed);

  it("names its timelock and refuses zero", async () => {
    const d = await setup();
    expect(await d.guard.timelock()).to.equal(d.timelock.target);
    await expect(ethers.deployContract("SafeGuard", [ZeroAddress])).to.be.revertedWithCustomError(
      d.guard,
      "SafeGuard_ZeroAddress",
    );
  });

  it("has the ERC-165 ids of Safe's own artifacts, and no others", async () => {
    const { guard } = await setup();
    const ids = [
      interfaceId("GuardManager.sol/ITransactionGuard.json"),
      interfaceId("ModuleManager.sol/IModuleGuard.json"),
    ];
    expect(ids).to.deep.equal(["0xe6d7a83a", "0x58401ed8"]);
    for (const id of [...ids, "0x01ffc9a7"]) expect(await guard.supportsInterface(id)).to.equal(true);
    for (const id of ["0xffffffff", "0x00000000", "0x12345678"])
      expect(await guard.supportsInterface(id)).to.equal(false);
  });

  describe("SafeSetup", () => {
    it("gives a new Safe its module and both guards in the transaction that makes it", async () => {
      const d = await setup();
      expect(await d.modules(d.safe)).to.deep.equal([d.timelock.target]);
      expect(await d.guards(d.safe)).to.deep.equal([d.guard.target, d.guard.target]);
      expect(await slotOf(ethers, d.safe, SAFE_SLOTS.fallbackHandler)).to.equal(
        d.safes.fallbackHandler.target,
      );
      expect(await d.safe.threshold()).to.equal(2);
    });

    it("works by delegatecall only, and installs contracts only", async () => {
      const d = await setup();
      const args = [d.timelock.target, d.guard.target] as const;
      await expect(d.setUp.setUp(...args)).to.be.revertedWithCustomError(
        d.setUp,
        "SafeSetup_DelegatecallOnly",
      );
      // A Safe's set-up swallows the reason (GS000); owners who delegate by hand see it.
      for (const [timelock, guard, bad] of [
        [d.mallory.address, args[1], d.mallory.address],
        [args[0], d.mallory.address, d.mallory.address],
      ] as const) {
        const data = d.setUp.interface.encodeFunctionData("setUp", [timelock, guard]);
        await expect(d.safes.make(d.owners, 2, { to: String(d.setUp.target), data })).to.be.revert(ethers);
        const delegated = { to: String(d.setUp.target), data };
        await expect(sendOdd(d.bare, delegated, d.quorum, { operation: 1 }))
          .to.be.revertedWithCustomError(d.setUp, "SafeSetup_NotAContract")
          .withArgs(bad);
      }
    });
  });

  describe("owners' transactions", () => {
    it("let a quorum do the Safe's work: calls with data and value", async () => {
      const d = await setup();
      await d.relayer.sendTransaction({ to: d.safe.address, value: 10n });
      const to = Wallet.createRandom().address;
      await d.safe.send({ to, data: "0x", value: 7n }, d.quorum);
      expect(await ethers.provider.getBalance(to)).to.equal(7n);
      const data = d.token.interface.encodeFunctionData("approve", [d.mallory.address, 5n]);
      await d.safe.send({ to: String(d.token.target), data }, d.quorum);
      expect(await d.token.allowance(d.safe.address, d.mallory)).to.equal(5n);
    });

    it("REVIEW 10: refuse every call of the Safe to itself, by which it would change itself", async () => {
      const d = await setup();
      const [first, second, third] = d.owners;
      if (!first || !second || !third) throw new Error("three owners");
      const stranger = d.mallory.address;
      const changes: readonly (readonly [string, readonly unknown[]])[] = [
        ["setGuard", [ZeroAddress]],
        ["setModuleGuard", [ZeroAddress]],
        ["enableModule", [stranger]],
        ["disableModule", [SENTINEL, d.timelock.target]],
        ["setFallbackHandler", [stranger]],
        ["addOwnerWithThreshold", [stranger, 1]],
        ["removeOwner", [SENTINEL, first.address, 1]],
        ["swapOwner", [SENTINEL, first.address, stranger]],
        ["changeThreshold", [1]],
        ["nonce", []],
      ];
      for (const [name, args] of changes) {
        await expect(d.safe.send(selfCall(d.safe, name, args), d.owners), name)
          .to.be.revertedWithCustomError(d.guard, "SafeGuard_SelfCall")
          .withArgs(d.safe.address);
      }
      await expect(d.safe.send({ to: d.safe.address, data: "0x00" }, d.owners)).to.be.revertedWithCustomError(
        d.guard,
        "SafeGuard_SelfCall",
      );
      expect(await d.guards(d.safe)).to.deep.equal([d.guard.target, d.guard.target]);
      expect(await d.safe.owners()).to.deep.equal(d.owners.map(({ address }) => address));
    });

    it("REVIEW 10: refuse delegatecalls: MultiSend would hide calls of the Safe to itself", async () => {
      const d = await setup();
      const inner = selfCall(d.safe, "setGuard", [ZeroAddress]).data;
      const packed = concat([
        "0x00",
        d.safe.address,
        ethers.toBeHex(0n, 32),
        ethers.toBeHex((inner.length - 2) / 2, 32),
        inner,
      ]);
      const data = d.safes.multiSend.interface.encodeFunctionData("multiSend", [packed]);
      const to = String(d.safes.multiSend.target);
      await expect(sendOdd(d.safe, { to, data }, d.owners, { operation: 1 }))
        .to.be.revertedWithCustomError(d.guard, "SafeGuard_Delegatecall")
        .withArgs(to);
      expect((await d.guards(d.safe))[0]).to.equal(d.guard.target);
    });

    it("refuse a refund of gas, in any of its three fields", async () => {
      const d = await setup();
      await d.relayer.sendTransaction({ to: d.safe.address, value: 10n ** 18n });
      const call = { to: d.mallory.address, data: "0x" };
      for (const odd of [
        { gasPrice: 1n },
        { gasToken: d.token.target },
        { refundReceiver: d.mallory.address },
      ]) {
        const { gasPrice = 0n, gasToken = ZeroAddress, refundReceiver = ZeroAddress } = odd;
        await expect(sendOdd(d.safe, call, d.owners, odd))
          .to.be.revertedWithCustomError(d.guard, "SafeGuard_Refund")
          .withArgs(gasPrice, gasToken, refundReceiver);
      }
      expect(await ethers.provider.getBalance(d.safe.address)).to.equal(10n ** 18n);
    });

    it("let a quorum spend a nonce by the empty call to itself, which changes nothing", async () => {
      const d = await setup();
      const nonce = await d.safe.nonce();
      await d.safe.send({ to: d.safe.address, data: "0x" }, d.quorum);
      expect(await d.safe.nonce()).to.equal(nonce + 1n);
    });
  });

  describe("modules' transactions", () => {
    it("pass from the timelock: owners, threshold, handler and guards change in public only", async () => {
      const d = await setup();
      const [first] = d.owners;
      if (!first) throw new Error("three owners");
      await d.govern(
        asModule(d.safe, selfCall(d.safe, "swapOwner", [SENTINEL, first.address, d.mallory.address])),
        asModule(d.safe, selfCall(d.safe, "setFallbackHandler", [d.token.target])),
      );
      expect(await d.safe.owners()).to.include(d.mallory.address);
      expect(await d.safe.owners()).to.not.include(first.address);
      expect(await slotOf(ethers, d.safe, SAFE_SLOTS.fallbackHandler)).to.equal(d.token.target);
    });

    it("replace a quorum by another, larger, smaller or overlapping", async () => {
      const d = await setup();
      const fresh = [0, 1, 2, 3].map(() => Wallet.createRandom().address);
      const [a = "", b = "", c = "", e = ""] = fresh;
      const [kept] = d.owners;
      if (!kept) throw new Error("three owners");
      const become = async (owners: string[], threshold: number) => {
        for (const call of await replaceOwners(d.bare, owners, threshold)) {
          await d.bare.contract.getFunction("execTransactionFromModule").send(call.to, 0, call.data, 0);
        }
        expect(new Set(await d.bare.owners())).to.deep.equal(new Set(owners));
        expect(await d.bare.threshold()).to.equal(threshold);
      };
      await d.bare.send(selfCall(d.bare, "enableModule", [d.relayer.address]), d.quorum);
      await become([a, kept.address, b, c, e], 4);
      await become([kept.address], 1);
      await become([a, b], 2);
      await become([b, a], 1);
      expect(await replaceOwners(d.bare, [a, b], 1)).to.deep.equal([]);
      for (const [owners, threshold] of [
        [[a, a], 2],
        [[a], 2],
        [[a], 0],
      ] as const) {
        const refusal = await replaceOwners(d.bare, owners, threshold).then(
          () => undefined,
          (error: unknown) => (error as { code?: string }).code,
        );
        expect(refusal).to.equal("SAFE_OWNERS");
      }
    });

    it("ANCHORS 3.7: refuse other modules, enabled before the guard or hidden while the Safe was made", async () => {
      const d = await setup();
      // A module that was there before the guard.
      await d.bare.send(selfCall(d.bare, "enableModule", [d.mallory.address]), d.quorum);
      await installGuard(d.bare, d.quorum, String(d.timelock.target), String(d.guard.target));
      const hidden = await hiddenModule(d.safe, d.mallory.address);
      expect(await d.modules(d.safe)).to.deep.equal([d.timelock.target]);
      expect(hidden).to.equal(true);
      for (const safe of [d.bare, d.safe]) {
        const contract = safe.contract.connect(d.mallory) as typeof safe.contract;
        const args = [d.mallory.address, 0n, "0x", 0];
        for (const name of ["execTransactionFromModule", "execTransactionFromModuleReturnData"]) {
          await expect(contract.getFunction(name).send(...args))
            .to.be.revertedWithCustomError(d.guard, "SafeGuard_ForeignModule")
            .withArgs(d.mallory.address);
        }
      }
    });

    it("refuse the timelock's delegatecalls", async () => {
      const d = await setup();
      const call = { to: String(d.setUp.target), data: "0x" };
      const delegated = selfCall(d.safe, "execTransactionFromModule", [call.to, 0n, call.data, 1]);
      await expect(d.govern(delegated))
        .to.be.revertedWithCustomError(d.guard, "SafeGuard_Delegatecall")
        .withArgs(call.to);
    });

    it("fail loudly: an operation whose call failed inside the Safe isn't done", async () => {
      const d = await setup();
      const bad = selfCall(d.safe, "changeThreshold", [9]);
      await expect(d.govern(asModule(d.safe, bad))).to.be.revertedWithCustomError(
        d.guard,
        "SafeGuard_ModuleCallFailed",
      );
      // A Safe without the guard answers false, which the timelock doesn't read: done, and nothing has happened.
      await d.bare.send(selfCall(d.bare, "enableModule", [d.timelock.target]), d.quorum);
      await d.govern(asModule(d.bare, selfCall(d.bare, "changeThreshold", [9])));
      expect(await d.bare.threshold()).to.equal(2);
    });

    it("REVIEW 10: never leave owners guarded without the timelock's way in", async () => {
      const d = await setup();
      const out = selfCall(d.safe, "disableModule", [SENTINEL, d.timelock.target]);
      const away = selfCall(d.safe, "setModuleGuard", [ZeroAddress]);
      const other = selfCall(d.safe, "setModuleGuard", [
        (await deployAs<SafeGuard>(ethers, "SafeGuard", [d.mallory])).target,
      ]);
      for (const call of [out, away, other]) {
        await expect(d.govern(asModule(d.safe, call)))
          .to.be.revertedWithCustomError(d.guard, "SafeGuard_LocksOut")
          .withArgs(d.safe.address);
      }
      // The other way round it goes: owners first, modules then, the module last.
      await d.govern(
        asModule(d.safe, selfCall(d.safe, "setGuard", [ZeroAddress])),
        asModule(d.safe, away),
        asModule(d.safe, out),
      );
      expect(await d.guards(d.safe)).to.deep.equal([ZeroAddress, ZeroAddress]);
      expect(await d.modules(d.safe)).to.deep.equal([]);
      await d.safe.send(selfCall(d.safe, "changeThreshold", [1]), d.quorum);
      expect(await d.safe.threshold()).to.equal(1);
    });

    it("let one guard be replaced by another in one operation", async () => {
      const d = await setup();
      const next = await deployAs<SafeGuard>(ethers, "SafeGuard", [d.timelock]);
      await d.govern(
        asModule(d.safe, selfCall(d.safe, "setGuard", [next.target])),
        asModule(d.safe, selfCall(d.safe, "setModuleGuard", [next.target])),
      );
      expect(await d.guards(d.safe)).to.deep.equal([next.target, next.target]);
    });
  });

  it("installs by signatures, too, the module first: at no moment is a Safe locked out", async () => {
    const d = await setup();
    await installGuard(d.bare, d.quorum, String(d.timelock.target), String(d.guard.target));
    await expect(
      d.bare.send(selfCall(d.bare, "setGuard", [ZeroAddress]), d.owners),
    ).to.be.revertedWithCustomError(d.guard, "SafeGuard_SelfCall");
    await d.govern(asModule(d.bare, selfCall(d.bare, "setGuard", [ZeroAddress])));
    await d.bare.send(selfCall(d.bare, "changeThreshold", [1]), d.quorum);
    expect(await d.bare.threshold()).to.equal(1);
  });
});

/** Writes a module into the Safe's mapping beside its list, as code delegated to at set-up could have done. */
async function hiddenModule(safe: Safe, module: string): Promise<boolean> {
  // `modules` is the second slot of a Safe.
  const slot = ethers.keccak256(
    ethers.AbiCoder.defaultAbiCoder().encode(["address", "uint256"], [module, 1]),
  );
  await networkHelpers.setStorageAt(safe.address, slot, ethers.zeroPadValue(SENTINEL, 32));
  return safe.contract.getFunction("isModuleEnabled").staticCall(module) as Promise<boolean>;
}
