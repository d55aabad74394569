import { expect } from "chai";
import { AbiCoder, id, ZeroAddress } from "ethers";
import { TerminalError } from "../../src/core/errors.ts";
import type { Governance } from "../../src/governance/proposals/governance.ts";
import { propose } from "../../src/governance/proposals/propose.ts";
import type { Safe } from "../../src/governance/safe.ts";
import { asModule, selfCall } from "../../src/governance/safe-settings.ts";
import { connection, type Scene, scene } from "../scenario/scene.ts";
import { changeOf, governanceOf } from "../support/governing.ts";

/** The error that an act ends with; fails the test where there is none. */
async function refusal(act: Promise<unknown>): Promise<TerminalError> {
  try {
    await act;
  } catch (error) {
    if (error instanceof TerminalError) return error;
    throw error;
  }
  throw new Error("it was not refused");
}

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
  ): Promise<string> => (await refusal(propose(governance, changeOf(changes(s), rest)))).code;

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
});
