import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect } from "chai";
import { Interface } from "ethers";
import { parameterKeys } from "../../src/docs/parameter-keys.ts";
import { CONTRACTS } from "../../src/governance/governed/contracts.ts";
import { type Declared, type Gap, gapsOf, type OwnContract } from "../../src/governance/governed/gaps.ts";
import type { GovernedKind } from "../../src/governance/governed/kind.ts";
import { GOVERNED } from "../../src/governance/governed/kinds.ts";
import { UNGOVERNED, UNGOVERNED_CONTRACTS } from "../../src/governance/governed/ungoverned.ts";
import { wording } from "../../src/governance/governed/wording.ts";
import { PERMISSIONS } from "../../src/governance/role-graph.ts";
import { ownArtifacts } from "../../src/verify/build.ts";

function ownContracts(): readonly OwnContract[] {
  return ownArtifacts(".")
    .filter(({ bytecode }) => bytecode !== "0x")
    .map(({ sourceName, contractName }) => {
      const file = join("artifacts", sourceName, `${contractName}.json`);
      const { abi } = JSON.parse(readFileSync(file, "utf8")) as { abi: never };
      return { name: contractName, face: new Interface(abi) };
    });
}

const keys = parameterKeys(readFileSync("contracts/shared/ParamKeys.sol", "utf8"));
/** Bounds themselves are the contracts' and asked of them elsewhere: here they only have to be there. */
const specs = new Map(keys.map(({ number }) => [number, { min: 0n, max: 1n }]));

/** The gaps of the project's own table, changed in one way. */
function gaps(changed: Partial<Declared> = {}): readonly Gap[] {
  return gapsOf({ own: ownContracts(), keys, specs, ...changed });
}

/** The table with one kind changed. */
function withKind(name: string, change: Partial<GovernedKind>): readonly GovernedKind[] {
  expect(GOVERNED.some((kind) => kind.name === name)).to.equal(true);
  return GOVERNED.map((kind) => (kind.name === name ? { ...kind, ...change } : kind));
}

function without<K extends keyof GovernedKind>(name: string, key: K): readonly GovernedKind[] {
  return GOVERNED.map((kind) => {
    if (kind.name !== name) return kind;
    const { [key]: _, ...rest } = kind;
    return rest as GovernedKind;
  });
}

/** A contract's face with one function more. */
function grown(face: Interface, ...fragments: readonly string[]): Interface {
  return new Interface([...face.fragments, ...fragments]);
}

describe("The table of governed variables", () => {
  it("has a row, or a reason to have none, for every function of every contract that changes state", () => {
    expect(gaps()).to.deep.equal([]);
  });

  it("covers every restricted function of the role graph", () => {
    const set = new Set(
      GOVERNED.flatMap(({ setters }) => setters.map(({ contract, signature }) => `${contract}.${signature}`)),
    );
    const rest = PERMISSIONS.filter(({ target, signature }) => !set.has(`${target}.${signature}`));
    const exempt = rest.filter(({ target, signature }) =>
      UNGOVERNED.some(
        ({ contract, functions }) =>
          contract === target && functions.some((name) => signature.startsWith(`${name}(`)),
      ),
    );
    expect(rest).to.deep.equal(exempt);
    // The exemptions that officers may call, by name: one more is a decision.
    expect(exempt.map(({ target, signature }) => `${target}.${signature.split("(")[0]}`)).to.deep.equal([
      "vault.heartbeat",
      "vault.recover",
      "vault.endorse",
      "vault.setSubject",
      "vault.setTier",
      "auditRecord.serve",
      "recovery.propose",
      "recovery.confirm",
      "reserve.send",
      "gateway.refuse",
      "gateway.recall",
    ]);
  });

  describe("fails the build", () => {
    it("given a new setter without a row", () => {
      const face = grown(CONTRACTS.vault.face, "function setFee(uint256)");
      const contracts = { ...CONTRACTS, vault: { ...CONTRACTS.vault, face } };
      expect(gaps({ contracts })).to.deep.equal([
        { code: "SETTER_WITHOUT_ROW", subject: "vault.setFee(uint256)" },
      ]);
    });

    it("given a row that is gone", () => {
      const kinds = GOVERNED.filter(({ name }) => name !== "minDelay");
      expect(gaps({ kinds })).to.deep.equal([
        { code: "SETTER_WITHOUT_ROW", subject: "timelock.updateDelay(uint256)" },
      ]);
    });

    it("given code that has outgrown its interface", () => {
      const own = ownContracts().map(({ name, face }) => ({
        name,
        face: name === "VaultAdmin" ? grown(face, "function hidden()") : face,
      }));
      expect(gaps({ own })).to.deep.equal([{ code: "SETTER_WITHOUT_ROW", subject: "VaultAdmin.hidden()" }]);
    });

    it("given a contract that nobody knows", () => {
      const own = [
        ...ownContracts(),
        { name: "Newcomer", face: new Interface(["function record(bytes32)"]) },
      ];
      expect(gaps({ own })).to.deep.equal([{ code: "CONTRACT_UNKNOWN", subject: "Newcomer" }]);
    });

    it("given a number without a bound, or with one that bounds nothing", () => {
      const bound = (spec: { min: bigint; max: bigint } | undefined) => {
        const changed = new Map(specs);
        changed.delete(16n);
        if (spec !== undefined) changed.set(16n, spec);
        return gaps({ specs: changed });
      };
      const gap = [{ code: "ROW_WITHOUT_BOUND", subject: "policy.TIER_WINDOW" }];
      expect(bound(undefined)).to.deep.equal(gap);
      expect(bound({ min: 5n, max: 5n })).to.deep.equal(gap);
      expect(bound({ min: 0n, max: (1n << 64n) - 1n })).to.deep.equal(gap);
      expect(bound({ min: 0n, max: 5n })).to.deep.equal([]);
    });

    it("given another variable without a bound", () => {
      expect(gaps({ kinds: without("feedSet", "bounds") })).to.deep.equal([
        { code: "ROW_WITHOUT_BOUND", subject: "router.feedSet" },
      ]);
    });

    it("given a row with a setter and no event", () => {
      expect(gaps({ kinds: withKind("minDelay", { events: {} }) })).to.deep.equal([
        { code: "ROW_WITHOUT_EVENT", subject: "timelock.minDelay" },
      ]);
    });

    it("given an event that its contract doesn't have", () => {
      const kinds = withKind("minDelay", { events: { DelayChanged: () => [""] } });
      expect(gaps({ kinds })).to.deep.equal([{ code: "EVENT_UNKNOWN", subject: "timelock.DelayChanged" }]);
    });

    it("given a setter that its contract doesn't have", () => {
      const kinds = withKind("reserves", {
        setters: [{ contract: "vault", signature: "setReserves(address[])", effect: "either", by: "anyone" }],
      });
      expect(gaps({ kinds }).map(({ code, subject }) => `${code} ${subject}`)).to.have.members([
        "SETTER_UNKNOWN vault.setReserves(address[])",
        "SETTER_WITHOUT_ROW vault.addReserve(address)",
        "SETTER_WITHOUT_ROW vault.removeReserve(address)",
      ]);
    });

    it("given a setter that nobody may call", () => {
      const permissions = PERMISSIONS.filter(({ signature }) => !signature.startsWith("setKind("));
      expect(gaps({ permissions })).to.deep.equal([
        { code: "SETTER_WITHOUT_CALLER", subject: "vault.setKind(address,uint8)" },
      ]);
    });

    it("given a row without a setter that doesn't say how it changes", () => {
      expect(gaps({ kinds: without("WARM_FOR", "fixed") })).to.deep.equal([
        { code: "ROW_WITHOUT_SETTER", subject: "router.WARM_FOR" },
      ]);
    });

    it("given a row without Chinese words", () => {
      const kinds = withKind("minDelay", { label: wording("delay") });
      expect(gaps({ kinds })).to.deep.equal([{ code: "ROW_WITHOUT_WORDS", subject: "timelock.minDelay" }]);
    });

    it("given one id for two kinds", () => {
      const twin = GOVERNED.find(({ name }) => name === "minDelay");
      expect(gaps({ kinds: [...GOVERNED, ...(twin === undefined ? [] : [twin])] })).to.deep.equal([
        { code: "ROW_TWICE", subject: "timelock.minDelay" },
      ]);
    });

    it("given a kind of number that only the contracts know, or only the table", () => {
      const added = [...keys, { name: "APP_SHARE", number: 64n, contract: "AppRelease" }];
      expect(gaps({ keys: added })).to.deep.equal([
        { code: "PARAMETER_WITHOUT_ROW", subject: "AppRelease.APP_SHARE" },
      ]);
      expect(gaps({ keys: keys.filter(({ name }) => name !== "KEEP") })).to.deep.equal([
        { code: "ROW_WITHOUT_PARAMETER", subject: "reserve.KEEP" },
      ]);
    });

    it("given an exemption of nothing, of an overloaded name, or of what has a row", () => {
      const exempt = (contract: "vault" | "timelock", name: string) => [
        ...UNGOVERNED,
        { contract, functions: [name], why: "a test" },
      ];
      expect(gaps({ ungoverned: exempt("vault", "gone") })).to.deep.equal([
        { code: "EXEMPTION_UNKNOWN", subject: "vault.gone" },
      ]);
      expect(gaps({ ungoverned: exempt("timelock", "updateDelay") })).to.deep.equal([
        { code: "EXEMPTION_GOVERNED", subject: "timelock.updateDelay(uint256)" },
      ]);
      const face = grown(CONTRACTS.router.face, "function poke(uint256,bytes)");
      const contracts = { ...CONTRACTS, router: { ...CONTRACTS.router, face } };
      expect(gaps({ contracts }).map(({ code }) => code)).to.deep.equal([
        "EXEMPTION_AMBIGUOUS",
        "EXEMPTION_AMBIGUOUS",
      ]);
    });
  });

  it("exempts no contract that isn't there", () => {
    const names = ownContracts().map(({ name }) => name);
    expect(names).to.include.members(Object.keys(UNGOVERNED_CONTRACTS));
  });
});
