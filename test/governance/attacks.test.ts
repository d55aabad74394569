import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect } from "chai";
import { AbiCoder, id, ZeroAddress } from "ethers";
import { readChange } from "../../src/governance/changes/change-file.ts";
import { artifactsOf } from "../../src/governance/changes/find-artifact.ts";
import { advance, brokenPromises } from "../../src/governance/proposals/advance.ts";
import { BUDGET_FILE, refuseOverBudget } from "../../src/governance/proposals/budget.ts";
import { describeVault } from "../../src/governance/proposals/code-book.ts";
import type { Governance } from "../../src/governance/proposals/governance.ts";
import { progressOf } from "../../src/governance/proposals/progress.ts";
import { type Proposal, proposalText, sealed } from "../../src/governance/proposals/proposal.ts";
import { openProposal, PROPOSAL_FILE } from "../../src/governance/proposals/proposal-folder.ts";
import { propose } from "../../src/governance/proposals/propose.ts";
import { review } from "../../src/governance/proposals/review.ts";
import { summaryOf } from "../../src/governance/proposals/summary.ts";
import { undoingOf } from "../../src/governance/proposals/undo.ts";
import { writtenTransaction } from "../../src/governance/proposals/written.ts";
import { selectorsByRole } from "../../src/governance/role-graph.ts";
import { ROLES } from "../../src/governance/roles.ts";
import type { Safe } from "../../src/governance/safe.ts";
import { asModule, selfCall } from "../../src/governance/safe-settings.ts";
import { safeHashes } from "../../src/governance/wallets/safe-hashes.ts";
import { connection, DAY, depositByAddress, ETHER, ethers, type Scene, scene } from "../scenario/scene.ts";
import { carryOut, changeOf, governanceOf, signed, temporaryFolder } from "../support/governing.ts";
import { refusalOf, terminalRefusal } from "../support/refusal.ts";

const because = "A sentence that the proposer is free to choose";
const call = (target: string, name: string, ...args: readonly unknown[]) => ({
  kind: "call",
  target,
  function: name,
  arguments: args,
  because,
});

/** What a Safe does to itself as its timelock's module, as a change file states it. */
const itself = (safe: Safe, office: string, name: string, ...args: readonly unknown[]) => {
  const { to, data } = selfCall(safe, name, args);
  return call(`safes.${office}`, "execTransactionFromModule(address,uint256,bytes,uint8)", to, 0, data, 0);
};

describe("a malicious proposer", () => {
  let s: Scene;
  let governance: Governance;
  const refused = async (
    changes: (s: Scene) => readonly unknown[],
    rest: Readonly<Record<string, unknown>> = {},
  ): Promise<string> => (await terminalRefusal(propose(governance, changeOf(changes(s), rest)))).code;

  beforeEach(async () => {
    s = await scene();
    governance = await governanceOf(s, connection);
  });

  describe("when a change would give governance away beside its delay", () => {
    for (const role of ["RECOVERY", "REGISTRY", "CONTROLLER", "GUARDIAN"]) {
      it(`refuses ${role}, which a contract of the suite holds alone, for an account`, async () => {
        const grant = ({ mallory }: Scene) => [{ kind: "grant-role", role, account: mallory.address }];
        expect(await refused(grant)).to.equal("ESCALATION");
      });
    }

    it("refuses a role that would grant another one at once", async () => {
      const changes = ({ mallory }: Scene) => [
        call("manager", "grantRole", 99, mallory.address, 0),
        call("manager", "setRoleAdmin", 1, 99),
      ];
      expect(await refused(changes)).to.equal("ESCALATION");
    });

    it("refuses delays of the access manager before they hide a grant that waits", async () => {
      expect(await refused(() => [call("manager", "setGrantDelay", 1, 86_400)])).to.equal(
        "LOCKOUT_DELAYED_ROLE",
      );
      expect(
        await refused((s) => [call("manager", "setTargetAdminDelay", s.addresses.vault, 86_400)]),
      ).to.equal("LOCKOUT_DELAYED_ROLE");
    });

    it("refuses a canceller beside the gate: it would cancel its own removal for ever", async () => {
      const changes = ({ mallory }: Scene) => [
        call("timelock", "grantRole", id("CANCELLER_ROLE"), mallory.address),
      ];
      expect(await refused(changes)).to.equal("LOCKOUT_VETO");
    });

    it("refuses a fallback handler that lends a Safe's voice to anyone", async () => {
      const changes = ({ safes, addresses }: Scene) => [
        itself(safes.canceller, "canceller", "setFallbackHandler", addresses.vetoGate),
      ];
      expect(await refused(changes)).to.equal("LOCKOUT_SAFE");
    });

    it("refuses a Safe without its guards", async () => {
      const changes = ({ safes, mallory }: Scene) => [
        itself(safes.council, "council", "setGuard", ZeroAddress),
        itself(safes.council, "council", "setModuleGuard", ZeroAddress),
        itself(safes.council, "council", "enableModule", mallory.address),
      ];
      expect(await refused(changes)).to.equal("LOCKOUT_SAFE");
    });
  });

  describe("when calls hide in calls", () => {
    it("refuses what the access manager would do as itself", async () => {
      const inner = (s: Scene) =>
        s.contracts.manager.interface.encodeFunctionData("setTargetClosed", [s.addresses.recovery, true]);
      expect(await refused((s) => [call("manager", "multicall", [inner(s)])])).to.equal(
        "UNGOVERNED_FUNCTION",
      );
      expect(
        await refused((s) => [call("manager", "execute", s.addresses.sanctionsList, "0x12345678")]),
      ).to.equal("UNGOVERNED_FUNCTION");
    });

    it("refuses a Safe's inner call that can't be read", async () => {
      const changes = ({ addresses, safes }: Scene) => {
        const { data } = asModule(safes.guardian, { to: addresses.vault, data: "0x12345678" });
        const [to, value, inside] = safes.guardian.contract.interface.decodeFunctionData(
          "execTransactionFromModule(address,uint256,bytes,uint8)",
          data,
        );
        return [
          call(
            "safes.guardian",
            "execTransactionFromModule(address,uint256,bytes,uint8)",
            to,
            Number(value),
            inside,
            0,
          ),
        ];
      };
      expect(await refused(changes)).to.equal("UNKNOWN_TARGET");
    });

    it("refuses an inner call with bytes behind its arguments", async () => {
      const changes = ({ safes }: Scene) => {
        const { to, data } = selfCall(safes.guardian, "changeThreshold", [2]);
        const hidden = data + AbiCoder.defaultAbiCoder().encode(["uint256"], [7]).slice(2);
        return [
          call("safes.guardian", "execTransactionFromModule(address,uint256,bytes,uint8)", to, 0, hidden, 0),
        ];
      };
      expect(await refused(changes)).to.equal("UNKNOWN_TARGET");
    });
  });

  describe("when a proposal's file says something else than it does", () => {
    const LIMITS = [{ kind: "set-tier-limits", tier: 1, perDay: "$20,000,000" }];
    /** The fields that a review finds changed. */
    const found = async (forge: (proposal: Proposal) => Partial<Proposal>, rest = {}) => {
      const proposal = await propose(governance, changeOf(LIMITS, rest));
      const { digest: _, format: __, ...honest } = proposal;
      const { same, differences } = await review(governance, sealed({ ...honest, ...forge(proposal) }));
      expect(same).to.equal(differences.length === 0);
      return differences.map(({ field }) => field);
    };
    const simulated = (proposal: Proposal, forged: Partial<Proposal["simulation"]>) => ({
      simulation: { ...proposal.simulation, ...forged },
    });
    const row = (proposal: Proposal) => {
      const [first] = proposal.simulation.changes;
      if (first === undefined) throw new Error("the change has a row");
      return first;
    };

    it("finds no difference in what nobody forged", async () => {
      expect(await found(() => ({}))).to.deep.equal([]);
    });

    for (const field of ["label", "before", "after"] as const) {
      it(`finds other words in the table's column "${field}"`, async () => {
        const forge = (proposal: Proposal) => {
          const lying = { ...row(proposal), [field]: { en: "$1.00", zh: "$1.00" } };
          return simulated(proposal, { changes: [lying] });
        };
        expect(await found(forge)).to.deep.equal(["simulation.changes: policy.TIER_WINDOW.1"]);
      });
    }

    it("finds other arguments of an event", async () => {
      const forge = (proposal: Proposal) =>
        simulated(proposal, {
          events: proposal.simulation.events.map((event) =>
            event.source === "policy"
              ? { ...event, arguments: event.arguments.map((arg) => ({ ...arg, value: "1" })) }
              : event,
          ),
        });
      expect((await found(forge)).map((field) => field.replace(/\d+/, "n"))).to.deep.equal([
        "simulation.events.n",
      ]);
    });

    it("takes no amount of money for a time that moved", async () => {
      const forge = (proposal: Proposal) => {
        const { value } = row(proposal);
        const after = value.after.replaceAll("2000000000", "1000000000");
        const moved = BigInt(proposal.simulation.effectiveAt) - 1_000_000_000n;
        return simulated(proposal, {
          effectiveAt: moved.toString(),
          changes: [{ ...row(proposal), value: { ...value, after } }],
        });
      };
      expect(await found(forge)).to.deep.equal([
        "simulation.effectiveAt",
        "simulation.changes: policy.TIER_WINDOW.1",
      ]);
    });

    it("says that other transactions of the Safe come first", async () => {
      const proposal = await propose(governance, changeOf(LIMITS), 7n);
      const { same, ahead } = await review(governance, proposal);
      expect(same).to.equal(true);
      expect(ahead).to.equal(7n - (await s.safes.council.nonce()));
    });

    it("holds the end against the change file, not against the proposal", async () => {
      const { timestamp } = (await connection.ethers.provider.getBlock("latest")) ?? { timestamp: 0 };
      const expires = new Date((timestamp + 20 * 86_400) * 1_000).toISOString();
      const change = changeOf(LIMITS, { expires });
      const { expires: _, ...endless } = change;
      // What a proposer's own program would make of the same words: calls and hashes fit each other.
      const forged = await propose(governance, { ...endless, expires: BigInt(timestamp) + 10n ** 9n });
      const { same, differences } = await review(governance, forged);
      expect(same).to.equal(false);
      expect(differences.map(({ field }) => field)).to.include("inputs.validUntil");
    });

    it("verifies an amount of money to the cent", async () => {
      const proposal = await propose(governance, changeOf(LIMITS));
      const { value } = row(proposal);
      expect(value.after).to.include("2000000000");
      const promised = { ...row(proposal), value: { ...value, after: value.after.replaceAll("2", "3") } };
      const { digest: _, format: __, ...honest } = proposal;
      const other = sealed({ ...honest, ...simulated(proposal, { changes: [promised] }) });
      await carryOut(s, governance, proposal, s.mallory);
      expect(await brokenPromises(governance, proposal)).to.deep.equal([]);
      expect((await brokenPromises(governance, other)).map(({ id }) => id)).to.deep.equal([
        "policy.TIER_WINDOW.1",
      ]);
    });
  });

  describe("when code is not what its name says", () => {
    const UPGRADE = (sample: string) => [
      { kind: "upgrade", contract: "vault", to: "$next", sample: { accounts: [sample] } },
    ];
    const half = { contract: "VaultAdmin", arguments: ["$auditRecord"] };
    beforeEach(() => depositByAddress(s, s.anna, ETHER));

    const POLICY = [{ kind: "set-policy", policy: "$next" }];

    it("refuses mocks as parts", async () => {
      governance = { ...governance, artifact: artifactsOf(".") };
      const deploy = { next: { contract: "HostilePolicy" } };
      expect(await refused(() => POLICY, { deploy })).to.equal("PART_IS_MOCK");
    });

    it("refuses a part under a name of the deployment", async () => {
      const deploy = {
        sanctionsList: { contract: "MockSanctionsList" },
        next: { contract: "ExitPolicy", arguments: ["$manager", "$router", "$sanctionsList"] },
      };
      expect(await refused(() => POLICY, { deploy })).to.equal("PART_NAME_TAKEN");
    });

    it("tells what a part's constructor is given", async () => {
      const list = s.mallory.address;
      const deploy = { next: { contract: "ExitPolicy", arguments: ["$manager", "$router", list] } };
      const proposal = await propose(governance, changeOf(POLICY, { deploy }));
      expect(summaryOf(proposal, "en")).to.include(list);
    });

    it("refuses another contract as the Vault", async () => {
      const deploy = {
        next: { contract: "SpoilingVault", arguments: ["$vaultImplementation", 4_000_000_000] },
      };
      expect(await refused(({ anna }) => UPGRADE(anna.address), { deploy })).to.equal("UPGRADE_UNKNOWN_CODE");
    });

    it("refuses a Vault with another half", async () => {
      const stranger = { contract: "SpoilingVault", arguments: ["$vaultAdmin", 4_000_000_000] };
      const deploy = { half: stranger, next: { contract: "Vault", arguments: ["$half"] } };
      expect(await refused(({ anna }) => UPGRADE(anna.address), { deploy })).to.equal("UPGRADE_UNKNOWN_CODE");
    });

    it("believes no code book of new code", async () => {
      const spoiling = await ethers.deployContract("SpoilingVault", [
        s.addresses.vaultImplementation,
        4_000_000_000,
      ]);
      const to = await spoiling.getAddress();
      await governance.codeBook.learn(ethers.provider, to, describeVault("."));
      const changes = ({ anna }: Scene) => [
        { kind: "upgrade", contract: "vault", to, sample: { accounts: [anna.address] } },
      ];
      expect(await refused(changes)).to.equal("UPGRADE_UNKNOWN_CODE");
    });

    it("refuses a release behind the one that it reports", async () => {
      const deploy = { half, next: { contract: "Vault", arguments: ["$half"] } };
      const honest = await propose(governance, changeOf(UPGRADE(s.anna.address), { deploy }));
      const face = s.contracts.upgradeController.interface;
      const [release] = face.decodeFunctionData("upgrade", honest.calls[0]?.data ?? "0x");
      const [step, pins, probes, noRollback, validUntil] = release as unknown as [unknown[][], ...unknown[]];
      const again = [step, pins, probes, noRollback, validUntil, id("another")];
      const stated = JSON.parse(JSON.stringify(again, (_, v) => (typeof v === "bigint" ? v.toString() : v)));
      const changes = [...UPGRADE(s.anna.address), call("upgradeController", "upgrade", stated)];
      expect(await refused(() => changes, { deploy })).to.equal("UPGRADE_OTHER");
    });

    it("refuses a policy that nobody here has built", async () => {
      const policy = await ethers.deployContract("ExitPolicy", [
        s.addresses.manager,
        s.addresses.router,
        s.addresses.sanctionsList,
      ]);
      const { vault } = s.contracts;
      const revision = await s.contracts.policy.revision();
      const to = await policy.getAddress();
      const roles = [...selectorsByRole("policy")].map(([role, selectors]) =>
        call("manager", "setTargetFunctionRole", to, selectors, Number(ROLES[role])),
      );
      const current = await vault.policy();
      const changes = [...roles, call("vault", "setPolicy", current, Number(revision), 4_000_000_000, to)];
      expect(await refused(() => changes)).to.equal("UNKNOWN_TARGET");
    });

    it("describes new code only where this checkout has built it", async () => {
      const deploy = { half, next: { contract: "Vault", arguments: ["$half"] } };
      const proposal = await propose(governance, changeOf(UPGRADE(s.anna.address), { deploy }));
      await advance(governance, proposal, await signed(s, proposal), s.mallory);
      await s.wait(BigInt(proposal.operation?.delaySeconds ?? 0));
      // Another commit builds another Vault: what stands there already is not its own.
      const other: Governance = {
        ...governance,
        artifact: async (name) => {
          const artifact = await governance.artifact(name);
          return name === "Vault" ? { ...artifact, bytecode: `${artifact.bytecode}00` } : artifact;
        },
      };
      await advance(other, proposal, [], s.mallory);
      expect(governance.codeBook.of(proposal.upgrade?.to.codeHash ?? "")).to.equal(undefined);
    });
  });

  describe("when a file is not what a program of ours writes", () => {
    const LIMITS = [{ kind: "set-tier-limits", tier: 1, perDay: "$2,000" }];
    /** The code with which the forged proposal is refused where it is opened. */
    const opened = async (
      forge: (proposal: Proposal) => Partial<Proposal>,
      changes: readonly unknown[] = LIMITS,
    ) => {
      const proposal = await propose(governance, changeOf(changes));
      const { digest: _, format: __, ...honest } = proposal;
      const folder = temporaryFolder();
      writeFileSync(join(folder, PROPOSAL_FILE), proposalText(sealed({ ...honest, ...forge(proposal) })));
      const { code, facts } = await terminalRefusal(() => openProposal(folder));
      return `${code} ${facts.fields}`;
    };

    it("refuses calls that the signed transaction doesn't make", async () => {
      const forge = ({ calls: [first, ...rest] }: Proposal) => {
        if (first === undefined) throw new Error("there is a call");
        const [key, ...others] = first.reads.arguments;
        const lying = { ...first, reads: { ...first.reads, arguments: [...others, ...(key ? [key] : [])] } };
        return { calls: [lying, ...rest] };
      };
      expect(await opened(forge)).to.equal("PROPOSAL_INCOHERENT calls.0.reads");
    });

    it("refuses a transaction that does something else, though its hashes fit", async () => {
      const forge = ({ safe }: Proposal) => {
        if (safe === undefined) throw new Error("a Safe signs it");
        const other = {
          to: s.addresses.vault,
          data: "0x12345678",
          value: 0n,
          nonce: BigInt(safe.transaction.nonce),
        };
        const plain = { operation: 0, safeTxGas: 0n, baseGas: 0n, gasPrice: 0n } as const;
        const nobody = { gasToken: ZeroAddress, refundReceiver: ZeroAddress };
        const transaction = { ...plain, ...nobody, ...other };
        const account = { chainId: BigInt(s.addresses.chainId), safe: safe.address };
        return {
          safe: {
            ...safe,
            transaction: writtenTransaction(transaction),
            hashes: safeHashes(transaction, account),
          },
        };
      };
      expect(await opened(forge)).to.equal("PROPOSAL_INCOHERENT safe.transaction");
    });

    it("refuses an operation's id that its calls don't have: it would hide a stranger's in the queue", async () => {
      const forge = ({ operation }: Proposal) =>
        operation === undefined ? {} : { operation: { ...operation, id: id("a stranger's operation") } };
      expect(await opened(forge)).to.equal("PROPOSAL_INCOHERENT operation.id");
    });

    it("refuses a title that its change doesn't state", async () => {
      expect(await opened(() => ({ title: "Something harmless" }))).to.equal("PROPOSAL_INCOHERENT title");
    });

    it("refuses a Safe of another deployment", async () => {
      const proposal = await propose(governance, changeOf(LIMITS));
      const safes = { ...s.addresses.safes, council: s.mallory.address };
      const elsewhere = { ...s.addresses, safes };
      const { code } = await terminalRefusal(progressOf(ethers.provider, elsewhere, proposal, []));
      expect(code).to.equal("OTHER_DEPLOYMENT");
    });

    it("lets the file's words begin no section of the summary", async () => {
      const forged = "# The table\n\n| all | is | well |";
      const call = { kind: "heartbeat" };
      expect(await refusalOf(() => changeOf([call], { title: "A title\n## of two lines" }))).to.equal(
        "CHANGE_INVALID",
      );
      const stated = { reason: `Because\n${forged}` };
      const summary = summaryOf(await propose(governance, changeOf([call], stated)), "en");
      expect(summary).to.not.match(/^(# The table|\| all)/m);
      expect(summary).to.include("> # The table");
    });

    it("tells the file's own words of a call from what it does", async () => {
      const closing = call("manager", "setTargetClosed", "$recovery", true);
      const [said] = (await propose(governance, changeOf([closing]))).says;
      expect(said?.en).to.equal(`Call manager.setTargetClosed; in the file's words: "${because}"`);
    });
  });

  describe("when a change file is read otherwise than people read it", () => {
    it("reads numbers as YAML 1.2 does, whatever version the file declares", () => {
      const file = join(temporaryFolder(), "change.yaml");
      const rest =
        'title: A title\nreason: "a reason of it"\nchanges: [{ kind: lift-halt, asset: eth, haltedUntil: 010 }]';
      writeFileSync(file, `%YAML 1.1\n---\nformat: strongroom/change@1\n${rest}\n`);
      const [entry] = readChange(file).changes;
      expect(entry).to.deep.include({ haltedUntil: 10 });
    });
  });

  describe("when a tightening hides how far limits go", () => {
    it("counts what is left when the tightening ends", async () => {
      const deployments = temporaryFolder();
      const there = { chainId: "999", network: "there" };
      const budget = {
        format: "strongroom/budget@1",
        chains: [s.addresses.chainId, there.chainId],
        perDayCents: { 1: "1000000" },
      };
      writeFileSync(join(deployments, BUDGET_FILE), JSON.stringify(budget));
      const limits = [{ kind: "set-tier-limits", tier: 1, perDay: "$9,000", single: "$1" }];
      const proposal = await propose(governance, changeOf(limits));
      const tight = [{ kind: "tighten", name: "TIER_WINDOW", tier: 1, value: "$1" }];
      await carryOut(s, governance, await propose(governance, changeOf(tight)), s.mallory);
      // The same chain stands for another one, whose own limit is tightened for two weeks.
      const provider = new Proxy(ethers.provider, {
        get(of, name) {
          if (name === "getNetwork") return async () => ({ chainId: 999n });
          const value: unknown = Reflect.get(of, name, of);
          return typeof value === "function" ? value.bind(of) : value;
        },
      });
      const governances = [governance, { provider, addresses: { ...s.addresses, ...there } }];
      const { code } = await terminalRefusal(refuseOverBudget([proposal], governances, deployments));
      expect(code).to.equal("BUDGET_EXCEEDED");
    });
  });

  describe("when its time is over", () => {
    it("can still be ended, signed or scheduled, for the chain knows no end", async () => {
      const proposal = await propose(governance, changeOf([{ kind: "set-delay", delay: "3 d" }]));
      const standing = () => progressOf(ethers.provider, s.addresses, proposal, []);
      const scheduled = await ethers.provider.send("evm_snapshot", []);
      await s.wait(60n * DAY);
      const unsent = await standing();
      expect(unsent.phase).to.equal("expired");
      expect(undoingOf(proposal, unsent).changes).to.deep.equal([{ kind: "reject", safe: "council" }]);
      await ethers.provider.send("evm_revert", [scheduled]);
      await advance(governance, proposal, await signed(s, proposal), s.mallory);
      await s.wait(60n * DAY);
      const queued = await standing();
      expect(queued.phase).to.equal("expired");
      expect(undoingOf(proposal, queued).changes).to.deep.equal([
        { kind: "veto", operation: proposal.operation?.id, domain: "suite" },
      ]);
    });
  });

  describe("when an account acts alone", () => {
    /** The suite as if an account, not a Safe, were its risk officer. */
    const ofAccount = async (): Promise<Governance> => {
      const grant = [{ kind: "grant-role", role: "RISK_OFFICER", account: s.bert.address }];
      await carryOut(s, governance, await propose(governance, changeOf(grant)), s.mallory);
      const { riskOfficer: _, ...safes } = s.addresses.safes;
      return { ...governance, addresses: { ...s.addresses, safes } };
    };

    it("sends nothing from its key that a review doesn't find", async () => {
      const alone = await ofAccount();
      const honest = await propose(alone, changeOf([{ kind: "halt-price", asset: "eth" }]));
      expect(honest.path.by).to.equal("account");
      const { digest: _, format: __, ...open } = honest;
      const [only] = open.calls;
      if (only === undefined) throw new Error("there is a call");
      const theft = sealed({
        ...open,
        calls: [{ ...only, to: s.mallory.address, data: "0x", value: "1000" }],
      });
      const { code } = await terminalRefusal(advance(alone, theft, [], s.bert));
      expect(code).to.equal("REVIEW_DIFFERS");
      expect((await advance(alone, honest, [], s.bert)).did).to.equal("acted");
    });

    it("does not take the same act of last month for this one", async () => {
      const alone = await ofAccount();
      const halt = (serial: number) =>
        propose(alone, changeOf([{ kind: "halt-price", asset: "eth" }], { serial }));
      await advance(alone, await halt(1), [], s.bert);
      await s.wait(30n * DAY);
      const again = await halt(2);
      expect((await advance(alone, again, [], s.bert)).did).to.equal("acted");
      expect((await progressOf(ethers.provider, alone.addresses, again, [])).phase).to.equal("done");
    });
  });
});
