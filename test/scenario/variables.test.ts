import { expect } from "chai";
import { id as hashOf, JsonRpcProvider, ZeroAddress } from "ethers";
import { Chain } from "../../deploy/verify/chain.ts";
import { CONTRACTS } from "../../src/governance/governed/contracts.ts";
import type { By, Setter } from "../../src/governance/governed/kind.ts";
import { GOVERNED } from "../../src/governance/governed/kinds.ts";
import { orderOf } from "../../src/governance/governed/order.ts";
import { throughGovernance } from "../../src/governance/proposal.ts";
import { PERMISSIONS, selectorOf } from "../../src/governance/role-graph.ts";
import { readVariables, type Variable } from "../../src/governance/variables.ts";
import { renderVariables, variablesJson } from "../../src/governance/variables-table.ts";
import { refusalOf } from "../support/refusal.ts";
import { serveRpc } from "../support/rpc-server.ts";
import { callOf, connection, ethers, type Scene, scene } from "./scene.ts";

async function read(s: Scene, withHistory = false): Promise<readonly Variable[]> {
  return readVariables(ethers.provider, s.addresses, { withHistory });
}

function find(variables: readonly Variable[], id: string): Variable {
  const found = variables.find((variable) => variable.id === id);
  if (found === undefined) throw new Error(`there is no variable ${id}`);
  return found;
}

/** How contracts refuse whoever may not call: by the first four bytes. */
const REFUSALS: Readonly<Partial<Record<By, readonly string[]>>> = {
  itself: ["TimelockUnauthorizedCaller(address)", "AccessControlUnauthorizedAccount(address,bytes32)"],
  canceller: ["VetoGate_NotTheSafe(address)"],
  proposers: ["VetoGate_NotAProposer(address)", "Succession_NotAProposer(address)"],
  offices: ["Succession_NotAnOffice(address)"],
  owner: ["OwnableUnauthorizedAccount(address)"],
  keys: ["Guardian_NotAKey(address)"],
};

const NOTHING_SAID = hashOf("Succession_NothingToWithdraw(address)").slice(0, 10);

/** A call with zeros, or with an operation's id that is none: what refuses is the check of the caller. */
function zeros(signature: string): string {
  return selectorOf(signature) + "00".repeat(32 * 12);
}

/** The setters with a caller of this kind, each once. */
function settersBy(...kinds: readonly (By | undefined)[]): readonly Setter[] {
  const all = GOVERNED.flatMap(({ setters }) => setters).filter(({ by }) => kinds.includes(by));
  return [...new Map(all.map((setter) => [`${setter.contract}.${setter.signature}`, setter])).values()];
}

describe("Variables of the deployed suite", () => {
  describe("given a deployment as it was made", () => {
    it("every kind of the table has a variable, but an app's release, which comes with its app", async () => {
      const variables = await read(await scene());
      const kinds = new Set(variables.map(({ kind }) => kind));
      const missing = GOVERNED.flatMap(({ contracts, name }) =>
        contracts.map((contract) => `${contract}.${name}`),
      ).filter((kind) => !kinds.has(kind) && !kind.startsWith("appRelease."));
      expect(missing).to.deep.equal([]);
    });

    it("ids are unique and the same in every reading, whatever happened in between", async () => {
      const s = await scene();
      const ids = (await read(s)).map(({ id }) => id);
      expect(new Set(ids).size).to.equal(ids.length);
      expect(ids).to.include.members([
        "vault.FRESH_PERIOD",
        "vault.HOLDINGS_CAP.native",
        "vault.policy",
        "vault.heldUntil.everyone",
        "policy.TIER_WINDOW.2",
        "router.feedSet.native",
        "manager.role.ADMIN",
        "manager.function.vault.setKind(address,uint8)",
        "timelock.minDelay",
        "reserveTimelock.role.PROPOSER",
        "safe.council.owners",
        "safe.reserve.guard",
        "upgradeController.implementation.vault",
      ]);
      await s.wait(86_400n);
      expect((await read(s)).map(({ id }) => id)).to.deep.equal(ids);
    });

    it("every number lies inside its hard bounds, which the contract itself tells", async () => {
      const numbers = (await read(await scene())).filter(({ parts }) => parts.base !== undefined);
      expect(numbers.length).to.be.greaterThan(40);
      for (const { id, value, parts, bounds } of numbers) {
        const [min, max] = [BigInt(bounds.min ?? "-1"), BigInt(bounds.max ?? "-1")];
        expect(min < max, `${id} has bounds`).to.equal(true);
        // A number that nobody has set stands where the contract has it: zero, or its strictest.
        if (parts.version === "0") continue;
        expect(BigInt(value) >= min && BigInt(value) <= max, `${id} is inside`).to.equal(true);
      }
    });

    it("every variable says in both languages what it is, what bounds it and what it is now", async () => {
      for (const { id, label, shown, bounds, tighter } of await read(await scene())) {
        for (const words of [label, shown, bounds.shown, tighter]) {
          expect(words.en, id).not.to.equal("");
          expect(words.zh, id).not.to.equal("");
        }
        expect(bounds.shown.en, id).not.to.equal("none");
      }
    });

    it("what people read is what the configuration says", async () => {
      const s = await scene();
      const variables = await read(s);
      const shown = (id: string) => find(variables, id).shown;
      expect(shown("policy.TIER_WINDOW.1")).to.deep.equal({ en: "$10,000 a day", zh: "每日 $10,000" });
      expect(shown("safe.council.threshold")).to.deep.equal({ en: "3 of 5", zh: "5 人中的 3 人" });
      expect(shown("timelock.minDelay")).to.deep.equal({ en: "2 d 0 h", zh: "2 天 0 小时" });
      expect(shown("vault.SMALL_LANE_RATE.native").en).to.equal("2 % of liabilities a day");
      expect(shown("vault.HOLDINGS_CAP.native").en).to.equal("1,000,000 eth");
      expect(shown("router.feedSet.native").en).to.contain("(3 sources, δ 2 %)");
      expect(shown("timelock.role.EXECUTOR").en).to.equal("anyone");
      expect(find(variables, "safe.council.owners").value.split(",")).to.have.members([
        ...s.config.safes.council.owners,
      ]);
    });

    it("each variable that anything has written has a last change: the event, its block and its time", async () => {
      const s = await scene();
      const variables = await read(s, true);
      const { lastChange } = find(variables, "policy.TIER_WINDOW.1");
      expect(lastChange?.event).to.equal("ParamSet");
      const block = await ethers.provider.getBlock(lastChange?.block ?? -1);
      expect(lastChange?.time).to.equal(BigInt(block?.timestamp ?? 0));
      expect(block?.transactions).to.include(lastChange?.transaction);
      expect(find(variables, "vault.instantClosed").lastChange).to.equal(undefined);
      // By the logs of what was never written, nothing was.
      for (const { id, events, lastChange: last } of variables) {
        if (last !== undefined) expect(events, id).to.include(last.event);
      }
    });

    it("is shown as tables by contract in both languages, and as JSON without loss", async () => {
      const variables = await read(await scene(), true);
      const english = renderVariables(variables);
      expect(english).to.match(
        /policy\.TIER_WINDOW\.1 +daily limit of instant exits, tier 1 +\$10,000 a day/,
      );
      expect(english).to.contain("RISK_OFFICER, at once; PARAMETERS, after 2 d 0 h");
      expect(english).to.contain(find(variables, "vault.policy").contract.address);
      const chinese = renderVariables(variables, { lang: "zh" });
      expect(chinese).to.contain("每日即时出金限额");
      expect(chinese).to.contain("RISK_OFFICER，立即生效；PARAMETERS，2 天 0 小时后");
      const json = variablesJson(variables) as unknown as readonly Variable[];
      expect(find(json, "timelock.minDelay").value).to.equal("172800");
      expect(find(json, "vault.policy").loosenedBy[0]?.delaySeconds).to.equal("172800");
      // What was written to a file can still be compared: orders are found by their ids.
      for (const { order } of json) expect(orderOf(order).id).to.equal(order);
    });
  });

  describe("given the callers that the table names", () => {
    it("each restricted setter obeys the holders of its role at once, and neither a stranger nor another role", async () => {
      const s = await scene();
      // An app, so that every kind has a variable.
      await throughGovernance(s, [callOf(s.contracts.vault, "setKind", [s.addresses.lens, 1])]);
      const variables = await read(s);
      const managers = { suite: s.contracts.manager, reserve: s.contracts.reserveManager };
      const authorities = variables.flatMap(({ tightenedBy, loosenedBy }) => [...tightenedBy, ...loosenedBy]);
      const restricted = settersBy(undefined).filter(({ contract }) => contract !== "appRelease");
      expect(restricted.length).to.be.greaterThan(25);
      for (const { contract, signature } of restricted) {
        const named = authorities.find(({ setter }) => setter === `${contract}.${signature}`);
        const declared = PERMISSIONS.find((row) => row.target === contract && row.signature === signature);
        expect(named?.role, `${contract}.${signature}`).to.equal(declared?.role);
        const holders = named?.holders ?? [];
        expect(holders, `${contract}.${signature}`).not.to.have.length(0);
        const manager = contract === "reserve" ? managers.reserve : managers.suite;
        const target = s.addresses[contract as keyof typeof s.addresses] as string;
        const others = [
          s.mallory.address,
          ...Object.values(s.addresses.safes),
          ...s.config.attestors,
          s.addresses.timelock,
          s.addresses.reserveTimelock,
          s.addresses.guardian,
          s.addresses.registry,
          s.addresses.recovery,
          s.addresses.upgradeController,
        ];
        for (const account of new Set([...holders, ...others])) {
          const [immediate, delay] = await manager.canCall(account, target, selectorOf(signature));
          const may = `${account} may call ${contract}.${signature}`;
          expect([immediate, delay], may).to.deep.equal([holders.includes(account), 0n]);
        }
      }
    });

    it("ADMIN's setters of both access managers obey their timelock alone", async () => {
      const s = await scene();
      const authorities = (await read(s)).flatMap(({ tightenedBy, loosenedBy }) => [
        ...tightenedBy,
        ...loosenedBy,
      ]);
      const chain = new Chain(ethers.provider, s.addresses.fromBlock);
      for (const [name, timelock] of [
        ["manager", s.addresses.timelock],
        ["reserveManager", s.addresses.reserveTimelock],
      ] as const) {
        for (const { signature } of settersBy("admin")) {
          const named = authorities.find(({ setter }) => setter === `${name}.${signature}`);
          expect(named?.holders, `${name}.${signature}`).to.deep.equal([timelock]);
          expect(named?.delaySeconds, `${name}.${signature}`).to.equal(172_800n);
          const call = { to: s.addresses[name], data: zeros(signature) };
          const refusal = hashOf("AccessManagerUnauthorizedAccount(address,uint64)").slice(0, 10);
          for (const stranger of [s.mallory.address, s.addresses.safes.council]) {
            const data = await chain.refusalOf({ ...call, from: stranger });
            expect(data?.slice(0, 10), `${stranger} calls ${name}.${signature}`).to.equal(refusal);
          }
          const obeyed = await chain.refusalOf({ ...call, from: timelock });
          expect(obeyed?.slice(0, 10), `${timelock} calls ${name}.${signature}`).not.to.equal(refusal);
        }
      }
    });

    it("each other setter refuses a stranger as such, and its named callers not", async () => {
      const s = await scene();
      const authorities = (await read(s)).flatMap(({ tightenedBy, loosenedBy }) => [
        ...tightenedBy,
        ...loosenedBy,
      ]);
      const chain = new Chain(ethers.provider, s.addresses.fromBlock);
      const setters = settersBy("itself", "canceller", "proposers", "offices", "owner", "keys").filter(
        ({ contract }) => contract !== "safe",
      );
      expect(setters.length).to.be.greaterThan(10);
      for (const { contract, signature, by } of setters) {
        const [[name, address] = ["", ""]] = CONTRACTS[contract].instances(s.addresses);
        const refusals = (REFUSALS[by ?? "anyone"] ?? []).map((error) => hashOf(error).slice(0, 10));
        const call = { to: address, data: zeros(signature) };
        const stranger = await chain.refusalOf({ ...call, from: s.mallory.address });
        // Whoever has said nothing has nothing to take back: that refuses an office too.
        const asSuch = signature === "withdrawSupport()" ? [NOTHING_SAID] : refusals;
        expect(asSuch, `a stranger calls ${name}.${signature}`).to.include(stranger?.slice(0, 10));
        const named = authorities.find(({ setter }) => setter === `${name}.${signature}`);
        expect(named?.holders.length, `${name}.${signature} has callers`).to.be.greaterThan(0);
        for (const holder of named?.holders ?? []) {
          // The succession proposes, and can't end what it announces itself.
          if (holder === s.addresses.succession) continue;
          const answer = await chain.refusalOf({ ...call, from: holder });
          expect(refusals, `${holder} calls ${name}.${signature}`).not.to.include(answer?.slice(0, 10));
        }
      }
    });

    it("a Safe's setters refuse everybody but the Safe, and the timelock is its only module", async () => {
      const s = await scene();
      const variables = await read(s);
      const chain = new Chain(ethers.provider, s.addresses.fromBlock);
      const setters = GOVERNED.flatMap(({ setters: all }) => all).filter(
        ({ contract, by }) => contract === "safe" && by === "itself",
      );
      for (const { signature } of setters) {
        for (const from of [
          s.mallory.address,
          s.config.safes.council.owners[0] ?? "",
          s.addresses.timelock,
        ]) {
          const data = await chain.refusalOf({ to: s.addresses.safes.council, from, data: zeros(signature) });
          // GS031: only the Safe itself.
          expect(data, `${from} calls ${signature}`).to.contain("4753303331");
        }
      }
      const { loosenedBy } = find(variables, "safe.council.owners");
      expect(loosenedBy.flatMap(({ holders }) => holders)).to.include(s.addresses.timelock);
      expect(find(variables, "safe.council.modules").value).to.equal(s.addresses.timelock);
      expect(find(variables, "safe.reserve.owners").loosenedBy[0]?.holders).to.deep.equal([
        s.addresses.reserveTimelock,
      ]);
    });
  });

  describe("given something that isn't the deployment", () => {
    it("refuses another chain's record", async () => {
      const s = await scene();
      const reading = readVariables(ethers.provider, { ...s.addresses, chainId: "1" });
      expect(await refusalOf(reading)).to.equal("WRONG_CHAIN");
    });

    it("refuses an address without a Vault", async () => {
      const s = await scene();
      const reading = readVariables(ethers.provider, { ...s.addresses, vault: s.mallory.address });
      expect(await refusalOf(reading)).to.equal("NOT_A_DEPLOYMENT");
    });

    it("refuses a record that names other code", async () => {
      const s = await scene();
      const reading = readVariables(ethers.provider, { ...s.addresses, registry: s.addresses.lens });
      expect(await refusalOf(reading)).to.equal("VARIABLE_UNREADABLE");
    });

    it("refuses a block before the deployment, and one that isn't there yet", async () => {
      const s = await scene();
      const { addresses } = s;
      const before = readVariables(ethers.provider, addresses, { blockTag: addresses.fromBlock });
      expect(await refusalOf(before)).to.equal("NOT_A_DEPLOYMENT");
      const ahead = readVariables(ethers.provider, addresses, {
        blockTag: (await ethers.provider.getBlockNumber()) + 100,
      });
      expect(await refusalOf(ahead)).to.equal("BLOCK_UNKNOWN");
    });
  });

  describe("given a node behind HTTP", () => {
    it("asks in a few batches of at most a hundred, and reads the same", async () => {
      const s = await scene();
      const expected = await read(s, true);
      const server = await serveRpc(connection.provider);
      const provider = new JsonRpcProvider(server.url);
      try {
        const variables = await readVariables(provider, s.addresses, { withHistory: true });
        expect(variables).to.deep.equal(expected);
        expect(variables.length).to.be.greaterThan(300);
        expect(Math.max(...server.batches)).to.be.within(2, 100);
        expect(server.batches.length).to.be.lessThan(30);
      } finally {
        provider.destroy();
        await server.close();
      }
    });

    it("tells a node that is gone from a contract that doesn't answer", async () => {
      const s = await scene();
      const server = await serveRpc(connection.provider);
      const provider = new JsonRpcProvider(server.url, Number(s.config.chainId), { staticNetwork: true });
      try {
        const other = readVariables(provider, { ...s.addresses, registry: s.addresses.lens });
        expect(await refusalOf(other)).to.equal("VARIABLE_UNREADABLE");
      } finally {
        await server.close();
      }
      expect(await refusalOf(readVariables(provider, s.addresses))).to.equal("NODE_UNREACHABLE");
      provider.destroy();
    });
  });

  it("reads an earlier block as it was", async () => {
    const s = await scene();
    const block = await ethers.provider.getBlockNumber();
    const key = find(await read(s), "reserve.allVetoedUntil");
    expect(key.value).to.equal("0");
    const { reserve } = s.contracts;
    await s.safes.reserve.send(
      { to: s.addresses.reserve, data: reserve.interface.encodeFunctionData("vetoAll") },
      s.keys.reserve.slice(0, 2),
    );
    expect(find(await read(s), "reserve.allVetoedUntil").value).not.to.equal("0");
    const earlier = await readVariables(ethers.provider, s.addresses, { blockTag: block });
    expect(find(earlier, "reserve.allVetoedUntil").value).to.equal("0");
    expect(find(earlier, "upgradeController.handOver").value).to.equal(ZeroAddress);
  });
});
