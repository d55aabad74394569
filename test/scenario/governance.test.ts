import { expect } from "chai";
import { id, keccak256, Wallet, ZeroAddress, ZeroHash } from "ethers";
import { declaredHolders } from "../../deploy/verify/access-manager.ts";
import { Chain } from "../../deploy/verify/chain.ts";
import { KINDS, NEVER, parameterRows, paramKey } from "../../src/governance/parameters.ts";
import { propose, throughGovernance } from "../../src/governance/proposal.ts";
import { PERMISSIONS, selectorOf, selectorsByRole } from "../../src/governance/role-graph.ts";
import { ROLES } from "../../src/governance/roles.ts";
import type { Call } from "../../src/governance/safe.ts";
import { execute, operationId, operationOf, scheduleCall } from "../../src/governance/timelock.ts";
import { veto } from "../../src/governance/veto.ts";
import type { ExitPolicy } from "../../typechain-types/index.ts";
import { refusalOf } from "../support/refusal.ts";
import { callOf, DAY, ETHER, ethers, HOUR, REASON, type Scene, scene, season, withdraw } from "./scene.ts";

const POOL = paramKey(KINDS.UNVERIFIED_POOL);
/** AccessManagedUnauthorized(address), ProxyDeniedAdminAccess(). */
const REFUSED = id("AccessManagedUnauthorized(address)").slice(0, 10);
const PROXY_REFUSED = id("ProxyDeniedAdminAccess()").slice(0, 10);

/** A loosening: twice the pool of the unverified. */
async function looser(s: Scene): Promise<{ call: Call; base: bigint; next: bigint }> {
  const { policy } = s.contracts;
  const { base, version } = await policy.param(POOL);
  return { base, next: base * 2n, call: callOf(policy, "set", [POOL, version, NEVER, base * 2n]) };
}

async function tighten(s: Scene, key: string, value: bigint): Promise<void> {
  await s.safes.riskOfficer?.send(
    callOf(s.contracts.policy, "tighten", [key, value]),
    s.keys.riskOfficer.slice(0, 2),
  );
}

/** A policy with all the numbers of the one in force, and the calls that put it in its place. */
async function replacement(s: Scene): Promise<{ next: ExitPolicy; calls: Call[] }> {
  const { manager, policy, vault } = s.contracts;
  const args = [s.addresses.manager, s.addresses.router, s.addresses.sanctionsList];
  const next = (await ethers.deployContract("ExitPolicy", args)) as unknown as ExitPolicy;
  const assets = s.config.assets.map((asset) => ({ ...asset, id: s.assets[asset.symbol] ?? 0n }));
  const rows = parameterRows(s.config, assets).filter(({ target }) => target === "policy");
  const calls = [
    ...rows.map(({ key, value }) => callOf(next, "set", [key, 0, NEVER, value])),
    ...[...selectorsByRole("policy")].map(([role, selectors]) =>
      callOf(manager, "setTargetFunctionRole", [next.target, selectors, ROLES[role]]),
    ),
    callOf(vault, "setPolicy", [policy.target, await policy.revision(), NEVER, next.target]),
  ];
  return { next, calls };
}

describe("Governance through the deployed suite", () => {
  it("INV-GOV-1: loosens by three signatures and the timelock, and at no moment before its delay", async () => {
    const s = await scene();
    const { policy, timelock } = s.contracts;
    const { call, base, next } = await looser(s);
    const { operation } = await propose(s, [call]);
    const delay = await timelock.getMinDelay();
    for (const part of [0n, delay / 2n, delay / 2n - HOUR]) {
      if (part > 0n) await s.wait(part);
      await expect(execute(timelock, operation)).to.be.revertedWithCustomError(
        timelock,
        "TimelockUnexpectedOperationState",
      );
      expect(await policy.inForce(POOL)).to.equal(base);
    }
    await s.wait(HOUR);
    await execute(timelock, operation);
    expect(await policy.inForce(POOL)).to.equal(next);
  });

  it("INV-GOV-1: refuses to schedule with less than the delay", async () => {
    const s = await scene();
    const { timelock } = s.contracts;
    const { call } = await looser(s);
    const operation = operationOf([call], ZeroHash);
    const short = await scheduleCall(timelock, operation, (await timelock.getMinDelay()) - 1n);
    await expect(s.safes.council.send(short, s.keys.council.slice(0, 3))).to.be.revert(ethers);
    expect(await timelock.isOperation(operationId(operation))).to.equal(false);
  });

  it("tightens at once, and a stale loosening cannot undo it; it lapses after 14 days", async () => {
    const s = await scene();
    const { policy, timelock } = s.contracts;
    const { call, base } = await looser(s);
    const { operation } = await propose(s, [call]);
    await s.wait(DAY);
    await tighten(s, POOL, base / 2n);
    expect(await policy.inForce(POOL)).to.equal(base / 2n);
    await s.wait(DAY);
    await expect(execute(timelock, operation)).to.be.revertedWithCustomError(policy, "Params_StaleVersion");
    expect(await policy.inForce(POOL)).to.equal(base / 2n);
    await s.wait(12n * DAY);
    expect((await policy.param(POOL)).until).to.be.greaterThan(0n);
    await s.wait(DAY);
    expect(await policy.inForce(POOL)).to.equal(base);
  });

  it("does not let the risk officer loosen", async () => {
    const s = await scene();
    const { policy } = s.contracts;
    const before = await policy.param(POOL);
    await expect(tighten(s, POOL, before.base * 2n)).to.be.revert(ethers);
    expect(await policy.param(POOL)).to.deep.equal(before);
  });

  it("replaces the policy, and what was used stays used", async () => {
    const s = await scene();
    const home = Wallet.createRandom().address;
    const { vault, timelock } = s.contracts;
    await season(s, s.anna, 10n * ETHER, home);
    const { next, calls } = await replacement(s);
    const { operation } = await propose(s, calls);
    await s.wait((await timelock.getMinDelay()) - HOUR);
    await s.mocks.refreshPrices();
    // 800 of the 1,000 dollars that the unverified have a day.
    expect((await withdraw(s, s.anna, (4n * ETHER) / 10n, home)).paid).to.equal(true);
    await s.wait(HOUR);
    await execute(timelock, operation);
    expect(await vault.policy()).to.equal(next.target);
    await s.mocks.refreshPrices();
    const again = await withdraw(s, s.anna, (4n * ETHER) / 10n, home);
    expect([again.paid, again.reasons]).to.deep.equal([false, REASON.SUBJECT_LIMIT]);
    expect((await withdraw(s, s.anna, ETHER / 20n, home)).paid).to.equal(true);
  });

  it("does not replace a policy that was tightened since it was looked at", async () => {
    const s = await scene();
    const { vault, policy, timelock } = s.contracts;
    const { calls } = await replacement(s);
    const { operation } = await propose(s, calls);
    await tighten(s, POOL, 1n);
    await s.wait(await timelock.getMinDelay());
    await expect(execute(timelock, operation)).to.be.revertedWithCustomError(vault, "Vault_StalePolicy");
    expect(await vault.policy()).to.equal(policy.target);
  });

  it("INV-GOV-2: never executes what the canceller's Safe has vetoed, which neither it nor the council cancels alone", async () => {
    const s = await scene();
    const { policy, timelock, vetoGate } = s.contracts;
    const { call, base } = await looser(s);
    const { operation } = await propose(s, [call]);
    const byCouncil = callOf(timelock, "cancel", [operationId(operation)]);
    await expect(s.safes.council.send(byCouncil, s.keys.council.slice(0, 3))).to.be.revert(ethers);
    await expect(s.safes.canceller.send(byCouncil, s.keys.canceller.slice(0, 2))).to.be.revert(ethers);
    expect(await timelock.isOperationPending(operationId(operation))).to.equal(true);
    await veto(vetoGate, s.safes.canceller, [operation], s.keys.canceller.slice(0, 2));
    expect(await timelock.isOperation(operationId(operation))).to.equal(false);
    // Scheduled again, anyone stops it again.
    await s.safes.council.send(await scheduleCall(timelock, operation), s.keys.council.slice(0, 3));
    await vetoGate.connect(s.mallory).enforce(operationId(operation));
    for (let day = 0; day < 5; day++) {
      await expect(execute(timelock, operation)).to.be.revertedWithCustomError(
        timelock,
        "TimelockUnexpectedOperationState",
      );
      await s.wait(DAY);
    }
    expect(await policy.inForce(POOL)).to.equal(base);
  });

  it("INV-GOV-4: fewer signatures than a Safe's threshold change nothing", async () => {
    const s = await scene();
    const { timelock } = s.contracts;
    const { call } = await looser(s);
    const operation = operationOf([call], ZeroHash);
    const words = await scheduleCall(timelock, operation);
    const { council } = s.safes;
    const [first, second, third] = s.keys.council;
    const [stranger] = s.keys.guardian;
    if (!first || !second || !third || !stranger) throw new Error("the local configuration has these keys");
    const nonce = await council.nonce();
    for (const signers of [[], [first], [first, second], [first, second, stranger]]) {
      await expect(council.send(words, signers)).to.be.revert(ethers);
    }
    // The tool itself refuses to pack one signature twice; the Safe does too.
    const twice = await council.build(words);
    const two = [await council.sign(twice, first), await council.sign(twice, second)];
    expect(await refusalOf(() => council.execute(twice, [...two, ...two.slice(1)]))).to.equal(
      "SIGNATURE_DUPLICATED",
    );
    const face = council.contract.interface;
    const honest = council.executionOf(twice, two);
    const fields = [...face.decodeFunctionData("execTransaction", honest.data)];
    const doubled = face.encodeFunctionData("execTransaction", [
      ...fields.slice(0, -1),
      ethers.concat([String(fields.at(-1)), ethers.dataSlice(String(fields.at(-1)), 65)]),
    ]);
    const [relayer] = await ethers.getSigners();
    await expect(relayer?.sendTransaction({ to: council.address, data: doubled })).to.be.revert(ethers);
    // Signed for another nonce, for another chain and for other words.
    const later = await council.build(words, nonce + 1n);
    const signatures = [];
    for (const owner of [first, second, third]) signatures.push(await council.sign(later, owner));
    await expect(council.execute({ ...later, nonce }, signatures)).to.be.revert(ethers);
    await expect(council.execute({ ...later, to: ZeroAddress }, signatures)).to.be.revert(ethers);
    expect(await council.nonce()).to.equal(nonce);
    expect(await timelock.isOperation(operationId(operation))).to.equal(false);
    await council.send(words, [third, first, second]);
    expect(await timelock.isOperation(operationId(operation))).to.equal(true);
  });

  it("hashes a Safe's transaction as the Safe itself does", async () => {
    const s = await scene();
    const { council } = s.safes;
    const t = await council.build({ to: s.addresses.timelock, data: "0x1234" });
    const own = council.contract.getFunction("getTransactionHash");
    const { to, value, data, operation, safeTxGas, baseGas, gasPrice, gasToken, refundReceiver, nonce } = t;
    expect(council.hash(t)).to.equal(
      await own.staticCall(
        to,
        value,
        data,
        operation,
        safeTxGas,
        baseGas,
        gasPrice,
        gasToken,
        refundReceiver,
        nonce,
      ),
    );
  });

  it("INV-GOV-4: every restricted function refuses every account but the holders of its role", async () => {
    const s = await scene();
    const chain = new Chain(ethers.provider, 0);
    const holders = {
      suite: declaredHolders(s.addresses, s.config, "suite"),
      reserve: declaredHolders(s.addresses, s.config, "reserve"),
    };
    const accounts = new Set([
      s.addresses.deployer,
      s.anna.address,
      ...Object.values(s.addresses.safes),
      ...Object.values(holders).flatMap((domain) => [...domain.values()].flat()),
      s.addresses.manager,
      s.addresses.reserveManager,
      s.addresses.succession,
      s.addresses.reserveSuccession,
      s.addresses.vetoGate,
      s.addresses.vault,
      s.addresses.proxyAdmin,
      s.addresses.factory,
      ...s.config.safes.council.owners,
    ]);
    let refused = 0;
    const deployed = PERMISSIONS.flatMap(({ target, ...row }) =>
      target === "appRelease" ? [] : [{ target, ...row }],
    );
    for (const { target, signature, role } of deployed) {
      for (const account of accounts) {
        const call = {
          to: s.addresses[target],
          from: account,
          data: selectorOf(signature) + "00".repeat(1_024),
        };
        const refusal = await chain.refusalOf(call);
        const domain = target === "reserve" ? holders.reserve : holders.suite;
        const holds = domain.get(role)?.includes(account) ?? false;
        // The proxy itself refuses its own admin everything but upgrades.
        const expected = account === s.addresses.proxyAdmin && target === "vault" ? PROXY_REFUSED : REFUSED;
        expect(refusal?.startsWith(expected) ?? false, `${account} ${target}.${signature}`).to.equal(!holds);
        if (!holds) refused++;
      }
    }
    expect(refused).to.equal(deployed.length * accounts.size - deployed.length);
  });

  it("INV-GOV-3: upgrades by the timelock alone, and rolls back by the rollback Safe, which closes instant exits", async () => {
    const s = await scene();
    const { upgradeController, vault } = s.contracts;
    const half = await ethers.deployContract("VaultAdmin", [s.contracts.auditRecord]);
    const next = await ethers.deployContract("Vault", [half]);
    const hashOf = async (contract: { getAddress(): Promise<string> }) =>
      keccak256(await ethers.provider.getCode(await contract.getAddress()));
    const release = {
      steps: [
        {
          proxy: vault.target,
          revision: 0,
          from: s.addresses.vaultImplementation,
          to: next.target,
          codehash: await hashOf(next),
          data: "0x",
        },
      ],
      pins: [{ account: half.target, codehash: await hashOf(half) }],
      probes: [
        { target: vault.target, data: vault.interface.encodeFunctionData("listedAssets"), compare: 0 },
      ],
      noRollback: false,
      validUntil: NEVER,
      salt: id("next"),
    };
    const upgrade = callOf(upgradeController, "upgrade", [release]);
    await expect(s.safes.council.send(upgrade, s.keys.council.slice(0, 3))).to.be.revert(ethers);
    await throughGovernance(s, [upgrade]);
    const chain = new Chain(ethers.provider, 0);
    const slot = "0x360894a13ba1a3210667c828492db98dca3e2076cc3735a920a3ca505d382bbc";
    expect(await chain.addressIn(s.addresses.vault, slot)).to.equal(next.target);
    const [executed] = await upgradeController.queryFilter(upgradeController.filters.ReleaseExecuted());
    const rollback = callOf(upgradeController, "rollback", [executed?.args.id]);
    await expect(s.safes.council.send(rollback, s.keys.council.slice(0, 3))).to.be.revert(ethers);
    await s.safes.rollback.send(rollback, s.keys.rollback.slice(0, 2));
    expect(await chain.addressIn(s.addresses.vault, slot)).to.equal(s.addresses.vaultImplementation);
    expect(await vault.instantClosed()).to.equal(true);
    await throughGovernance(s, [callOf(vault, "openInstant", [NEVER])]);
    expect(await vault.instantClosed()).to.equal(false);
  });
});
