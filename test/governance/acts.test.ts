import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "chai";
import { Wallet, ZeroHash } from "ethers";
import { codeHashesOf } from "../../deploy/code-hashes.ts";
import { loadRecord, recordedParameters, writeRecord } from "../../deploy/record.ts";
import { recordSafe } from "../../deploy/record-safe.ts";
import { makeDirectCall, readDirectCall } from "../../src/governance/acts/direct-call.ts";
import { makeSafe } from "../../src/governance/acts/new-safe.ts";
import { readAddressBook } from "../../src/governance/address-book.ts";
import { Paths, pathOf } from "../../src/governance/changes/governing-path.ts";
import { throughGovernance } from "../../src/governance/proposal.ts";
import { executeQueued } from "../../src/governance/proposals/queue.ts";
import { send } from "../../src/governance/send.ts";
import { execute, operationId, operationOf, scheduleCall } from "../../src/governance/timelock.ts";
import { until } from "../../src/testing/until.ts";
import { adoptSafe } from "../../src/treasury/adopt-safe.ts";
import {
  callOf,
  DAY,
  depositByAddress,
  ETHER,
  eth,
  ethers,
  networkHelpers,
  type Scene,
  scene,
  withdraw,
} from "../scenario/scene.ts";
import { refusal, refusalOf } from "../support/refusal.ts";

/** What a promise was refused with: the code, and all that is said. */
async function refused(action: Promise<unknown>): Promise<{ readonly code: string; readonly said: string }> {
  const { code, message, facts, advice } = await refusal(action);
  return { code, said: `${message} ${JSON.stringify(facts)} ${advice}` };
}

const read = (s: Scene, ...[target, name, ...words]: [string, string, ...string[]]) =>
  readDirectCall(ethers.provider, s.addresses, target, name, words);

const nobody = async (): Promise<never> => {
  throw new Error("a view asks for no key");
};

describe("acts that need no proposal", () => {
  describe("call", () => {
    it("asks a view without any key, and gives its answers their names", async () => {
      const s = await scene();
      await depositByAddress(s, s.anna, ETHER);
      const balance = await makeDirectCall(
        ethers.provider,
        await read(s, "vault", "balanceOf", s.anna.address, "eth"),
        nobody,
      );
      expect(balance).to.deep.equal({ returns: [["result", ETHER.toString()]], events: [] });
      const price = await makeDirectCall(ethers.provider, await read(s, "router", "peek", "eth"), nobody);
      expect(new Map(price.returns).get("mode")).to.equal("3");
      const holder = await makeDirectCall(ethers.provider, await read(s, "vetoGate", "safe"), nobody);
      expect(holder.returns).to.deep.equal([["result", `safes.canceller (${s.addresses.safes.canceller})`]]);
    });

    it("sends an owner's own verb by its key, and tells the events", async () => {
      const s = await scene();
      const call = await read(s, "vault", "setCap", "0");
      const { returns, transaction, events } = await makeDirectCall(
        ethers.provider,
        call,
        async () => s.anna,
      );
      expect([returns, events.map(({ source, name }) => `${source}.${name}`)]).to.deep.equal([
        [],
        ["vault.CapSet"],
      ]);
      expect((await ethers.provider.getTransactionReceipt(transaction ?? ""))?.from).to.equal(s.anna.address);
    });

    it("finds an exit by its id, and cancels it for its owner", async () => {
      const s = await scene();
      await depositByAddress(s, s.anna, ETHER);
      const { id } = await withdraw(s, s.anna, ETHER / 2n, s.bert.address);
      const call = await read(s, "vault", "cancel", id);
      await makeDirectCall(ethers.provider, call, async () => s.anna);
      expect(await s.contracts.vault.balanceOf(s.anna, eth(s))).to.equal(ETHER);
      expect(await refusalOf(read(s, "vault", "cancel", id))).to.equal("UNKNOWN_EXIT");
    });

    it("takes names of the record for addresses, lists with commas, and none", async () => {
      const s = await scene();
      const { call } = await read(s, "recovery", "execute", "$safes.council", "eth,usd", "none");
      const args = s.contracts.recovery.interface.decodeFunctionData("execute", call.data);
      expect(args.toArray(true)).to.deep.equal([s.addresses.safes.council, [eth(s), s.assets.usd], []]);
    });

    it("sends nothing that would be refused, and says the contract's own error", async () => {
      const s = await scene();
      const before = await ethers.provider.getBlockNumber();
      const call = await read(s, "vetoGate", "veto", ZeroHash);
      const { code, said } = await refused(makeDirectCall(ethers.provider, call, async () => s.mallory));
      expect(code).to.equal("CALL_REVERTS");
      expect(said).to.include("VetoGate_NotTheSafe").and.to.include("gov propose");
      expect(await ethers.provider.getBlockNumber()).to.equal(before);
    });

    describe("given others who come first", () => {
      const waiting = async () =>
        ((await ethers.provider.send("eth_pendingTransactions", [])) as unknown[]).length;

      /** What is sent together in one block, each as if it were the first. */
      async function inOneBlock<T>(count: number, sendAll: () => readonly Promise<T>[]) {
        await ethers.provider.send("evm_setAutomine", [false]);
        try {
          const all = Promise.allSettled(sendAll());
          await until("all of them wait", async () => (await waiting()) >= count);
          await networkHelpers.mine();
          return await all;
        } finally {
          await ethers.provider.send("evm_setAutomine", [true]);
        }
      }

      it("has gas for what they leave it to do: the threshold's last vote begins the recovery", async () => {
        const s = await scene();
        const { recovery } = s.contracts;
        const agents = [s.bert, s.mallory];
        const sorted = agents.map(({ address }) => address).sort((a, b) => (BigInt(a) < BigInt(b) ? -1 : 1));
        await recovery.connect(s.anna).appoint(sorted, 2, 5n * DAY, false);
        await networkHelpers.time.increase(31n * DAY);
        const vote = await read(s, "recovery", "vote", s.anna.address, Wallet.createRandom().address);
        const told = await inOneBlock(2, () =>
          agents.map((agent) => makeDirectCall(ethers.provider, vote, async () => agent)),
        );
        const names = told.flatMap((one) =>
          one.status === "fulfilled" ? one.value.events.map(({ name }) => name) : [String(one.reason)],
        );
        expect(names.sort()).to.deep.equal(["RecoveryStarted", "RecoveryVoted", "RecoveryVoted"]);
      });

      it("asks for no more gas than an account with little money can pay for", async () => {
        for (const spare of [0n, 10_000n]) {
          const s = await scene();
          const call = await read(s, "vault", "setCap", "0");
          const estimate = await s.anna.estimateGas(call.call);
          const { maxFeePerGas } = await ethers.provider.getFeeData();
          await networkHelpers.setBalance(s.anna.address, (estimate + spare) * (maxFeePerGas ?? 0n));
          const { transaction = "" } = await makeDirectCall(ethers.provider, call, async () => s.anna);
          const sent = await ethers.provider.getTransaction(transaction);
          expect(sent?.gasLimit).to.be.within(estimate, estimate + spare);
        }
      });

      it("says that what was mined failed, with its hash", async () => {
        const s = await scene();
        const { vetoGate } = s.contracts;
        const call = {
          to: s.addresses.vetoGate,
          data: vetoGate.interface.encodeFunctionData("veto", [ZeroHash]),
        };
        // As it looked before another came first.
        const hopeful = await ethers.getSigner(s.mallory.address);
        hopeful.estimateGas = async () => 100_000n;
        const [told] = await inOneBlock(1, () => [send(hopeful, call)]);
        const { code, facts } = await refusal(async () => {
          if (told?.status === "rejected") throw told.reason;
        });
        expect(code).to.equal("TRANSACTION_FAILED");
        expect(facts.transaction).to.match(/^0x[0-9a-f]{64}$/);
      });
    });

    const WRONG: readonly (readonly [
      what: string,
      words: [string, string, ...string[]],
      code: string,
      says: string,
    ])[] = [
      ["a contract that isn't there", ["valt", "setCap", "0"], "UNKNOWN_TARGET", "It has vault"],
      ["a function that isn't there", ["vault", "setCup", "0"], "UNKNOWN_FUNCTION", "setCap"],
      ["too few words", ["vault", "setCap"], "CALL_ARGUMENTS", "setCap(uint40)"],
      [
        "an address in lower case",
        ["lens", "standingOf", "0x70997970c51812dc3a010c7d01b50e0d17dc79c8"],
        "CALL_ARGUMENTS",
        "checksum",
      ],
      [
        "an address of another checksum",
        ["lens", "standingOf", "0x70997970C51812dc3A010C7d01b50e0d17dc79c8"],
        "CALL_ARGUMENTS",
        "checksum",
      ],
      [
        "a name that the record doesn't have",
        ["lens", "standingOf", "$safes.kitchen"],
        "UNKNOWN_NAME",
        "$safes.kitchen",
      ],
      ["a number that is none", ["vault", "setCap", "-1"], "CALL_ARGUMENTS", "digits"],
      ["an asset that isn't listed", ["router", "peek", "doge"], "CALL_ARGUMENTS", "symbol"],
      ["an id that is too short", ["vault", "cancel", "0x12"], "CALL_ARGUMENTS", "id of an open exit"],
      [
        "truth that is neither",
        ["vault", "setDestination", "$vault", "yes"],
        "CALL_ARGUMENTS",
        "true or false",
      ],
      ["bytes that aren't", ["vetoGate", "enforce", "12"], "CALL_ARGUMENTS", "hexadecimal"],
    ];
    for (const [what, words, expected, says] of WRONG) {
      it(`refuses ${what}`, async () => {
        const { code, said } = await refused(read(await scene(), ...words));
        expect(code).to.equal(expected);
        expect(said).to.include(says);
      });
    }
  });

  describe("new-safe", () => {
    const OWNERS = [0, 1, 2].map(() => Wallet.createRandom().address);

    for (const domain of ["suite", "reserve"] as const) {
      it(`makes a Safe under the ${domain}'s guard, the same one whoever makes it`, async () => {
        const s = await scene();
        const terms = { owners: OWNERS, threshold: 2, domain, salt: 7n };
        const made = await makeSafe(s.addresses, terms, s.mallory);
        const [timelock, guard] =
          domain === "suite"
            ? [s.addresses.timelock, s.addresses.safeGuard]
            : [s.addresses.reserveTimelock, s.addresses.reserveSafeGuard];
        const { fallbackHandler } = s.addresses.safeContracts;
        const suite = { timelock, guard, fallbackHandler };
        const adoption = await adoptSafe(ethers.provider, made.address, {
          owners: OWNERS,
          threshold: 2,
          suite,
        });
        expect([adoption.fit, adoption.underGuard]).to.deep.equal([true, true]);
        expect(await makeSafe(s.addresses, terms, s.bert)).to.deep.equal({ address: made.address });
      });
    }

    for (const [what, owners, threshold] of [
      ["one signature", OWNERS, 1],
      ["no key to spare", OWNERS, 3],
      ["an owner twice", [...OWNERS, OWNERS[0] ?? ""], 2],
    ] as const) {
      it(`refuses ${what}`, async () => {
        const s = await scene();
        const made = makeSafe(s.addresses, { owners, threshold, domain: "suite", salt: 1n }, s.mallory);
        expect(await refusalOf(made)).to.equal("SAFE_OWNERS");
      });
    }
  });

  describe("executing what is in no proposal", () => {
    it("refuses what no timelock holds, then what isn't ready, then does it, whoever scheduled it", async () => {
      const s = await scene();
      const { timelock } = s.contracts;
      const operation = operationOf([callOf(timelock, "updateDelay", [3n * DAY])], ZeroHash);
      const id = operationId(operation);
      const queued = () => executeQueued(ethers.provider, s.addresses, id, s.mallory);
      expect(await refusalOf(queued())).to.equal("NOT_QUEUED");
      await s.safes.council.send(await scheduleCall(timelock, operation), s.keys.council.slice(0, 3));
      expect(await refusalOf(queued())).to.equal("NOT_READY");
      await s.wait(2n * DAY);
      await queued();
      expect(await timelock.getMinDelay()).to.equal(3n * DAY);
    });

    it("says why the chain refuses", async () => {
      const s = await scene();
      const { timelock, vault } = s.contracts;
      const operation = operationOf([callOf(vault, "openInstant", [2n ** 39n])], ZeroHash);
      await s.safes.council.send(await scheduleCall(timelock, operation), s.keys.council.slice(0, 3));
      await s.wait(2n * DAY);
      const queued = executeQueued(ethers.provider, s.addresses, operationId(operation), s.mallory);
      const { code, said } = await refused(queued);
      expect([code, said.includes("Vault_Unchanged")]).to.deep.equal(["EXECUTION_REVERTS", true]);
    });
  });

  describe("the way of acts around successions and vetoes", () => {
    it("is the proposer's own for the gate's replacement and for an objection, of each timelock", async () => {
      const s = await scene();
      const paths = new Paths(
        ethers.provider,
        s.addresses,
        await readAddressBook(ethers.provider, s.addresses),
      );
      const { vetoGate, reserveVetoGate, succession, reserveSuccession } = s.contracts;
      for (const [gate, heir, safe] of [
        [vetoGate, succession, "council"],
        [reserveVetoGate, reserveSuccession, "reserve"],
      ] as const) {
        const replace = callOf(gate, "announceReplacement", [s.addresses.vault, ZeroHash]);
        expect(await paths.of(replace)).to.deep.equal({ by: "safe", safe });
        expect(await paths.of(callOf(heir, "object", []))).to.deep.equal({ by: "safe", safe });
      }
    });

    it("needs an office's name for its word on a successor, and one of its own offices", async () => {
      const s = await scene();
      const paths = new Paths(
        ethers.provider,
        s.addresses,
        await readAddressBook(ethers.provider, s.addresses),
      );
      const word = callOf(s.contracts.succession, "withdrawSupport", []);
      expect(await pathOf([{ ...word, office: "reviewer" }], paths)).to.deep.equal({
        by: "safe",
        safe: "reviewer",
      });
      for (const call of [word, { ...word, office: "rollback" as const }]) {
        const { code, said } = await refused(paths.of(call));
        expect([code, said.includes("support-succession")]).to.deep.equal(["NO_OFFICE", true]);
      }
    });

    it("has no way for what anyone does", async () => {
      const s = await scene();
      const paths = new Paths(
        ethers.provider,
        s.addresses,
        await readAddressBook(ethers.provider, s.addresses),
      );
      const { succession, vetoGate } = s.contracts;
      for (const call of [callOf(succession, "schedule", []), callOf(vetoGate, "enforce", [ZeroHash])])
        expect(await refusalOf(paths.of(call))).to.equal("UNGOVERNED_FUNCTION");
    });
  });

  describe("record-safe", () => {
    it("names only the Safe that the timelock listens to, and only one under its guard", async () => {
      const s = await scene();
      const chainId = BigInt(s.addresses.chainId);
      const folder = mkdtempSync(join(tmpdir(), "strongroom-record-"));
      try {
        const block = await ethers.provider.getBlock(0);
        writeRecord(
          {
            state: "verified",
            addresses: s.addresses as never,
            codeHashes: await codeHashesOf(ethers.provider, s.addresses),
            ...recordedParameters(s.config),
            began: { block: 0, hash: block?.hash ?? "", at: "0" },
            createx: s.addresses.vault,
            commit: "unknown",
            dirty: false,
            startedAt: new Date(0).toISOString(),
          },
          folder,
        );
        const terms = { threshold: 2, domain: "suite", salt: 1n } as const;
        const owners = [0, 1, 2].map(() => Wallet.createRandom().address);
        const { address: heir } = await makeSafe(s.addresses, { ...terms, owners }, s.mallory);
        const { address: stray } = await makeSafe(
          s.addresses,
          { ...terms, owners, domain: "reserve" },
          s.mallory,
        );
        const record = (safe: string) =>
          recordSafe(ethers.provider, chainId, { office: "council", safe }, folder);
        expect(await refusalOf(record(heir))).to.equal("NOT_ITS_PROPOSER");

        const { timelock } = s.contracts;
        const proposer = await timelock.PROPOSER_ROLE();
        await throughGovernance(s, [callOf(timelock, "grantRole", [proposer, heir])]);
        expect(await refusalOf(record(heir)), "the old one proposes too").to.equal("NOT_ITS_PROPOSER");
        const pass = operationOf(
          [
            callOf(timelock, "grantRole", [proposer, stray]),
            callOf(timelock, "revokeRole", [proposer, s.addresses.safes.council]),
          ],
          ZeroHash,
        );
        await s.safes.council.send(await scheduleCall(timelock, pass), s.keys.council.slice(0, 3));
        await s.wait(2n * DAY);
        await execute(timelock, pass);
        expect(await refusalOf(record(stray))).to.equal("ADOPT_UNFIT");
        await record(heir);
        expect(loadRecord(chainId, folder).addresses.safes.council).to.equal(heir);
      } finally {
        rmSync(folder, { recursive: true });
      }
    });
  });
});
