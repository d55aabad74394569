import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect } from "chai";
import { mutationFindings, neverRun } from "../../src/verify/checks/mutation.ts";
import { runCampaign } from "../../src/verify/mutation/campaign.ts";
import { CampaignState } from "../../src/verify/mutation/campaign-state.ts";
import { Compiler } from "../../src/verify/mutation/compiler.ts";
import { DOMAINS, type DomainFiles } from "../../src/verify/mutation/domains.ts";
import { mutantsOf } from "../../src/verify/mutation/generate.ts";
import { judgeCampaign } from "../../src/verify/mutation/judge-campaign.ts";
import { applyEdit, type GeneratedMutant } from "../../src/verify/mutation/mutant.ts";
import { renderPage, summarise } from "../../src/verify/mutation/report.ts";
import { inSeededOrder } from "../../src/verify/mutation/sample.ts";
import type { ChangedSources, Judge, Outcome } from "../../src/verify/mutation/test-bed.ts";

const repository = fileURLToPath(new URL("../..", import.meta.url));
const FILE = "contracts/Till.sol";

const TILL = `// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

interface IBank { function most() external view returns (uint256); }

contract Till {
    uint256 private constant MOST = 2 days;
    uint256 private _held;
    mapping(address => bool) private _listed;

    error Till_Full(uint256 held, uint256 most);
    event Put(address from, uint256 amount);

    modifier notListed() { if (_listed[msg.sender]) revert(); _; }

    // Umlaute in comments are two bytes: ä ö ü.
    function put(uint256 amount, uint256 fee) external notListed returns (bool) {
        if (_held + amount >= MOST) revert Till_Full(_held, amount);
        _held = amount;
        _held -= fee;
        _note(amount, fee);
        emit Put(msg.sender, amount);
        delete _listed[msg.sender];
        for (uint256 i; i != fee; ++i) _held |= i;
        return !_listed[msg.sender] && fee == 0;
    }

    function _note(uint256 a, uint256 b) private pure returns (uint256 c) {
        c = a < b ? a : b; // the smaller
        if (c > b) c = uint128(b);
        c = a > b ? a - b : 0;
        assembly {
            if iszero(lt(a, b)) { mstore(0, shl(1, a)) }
            c := and(iszero(a), c)
        }
    }
}
`;

/** Every defect of Till, as \`function: operator: original → replacement\`. */
const DEFECTS = [
  "Till: constant: 2 days → (2 days + 1)",
  "Till: constant: 2 days → (2 days - 1)",
  "notListed: condition: _listed[msg.sender] → !(_listed[msg.sender])",
  "notListed: guard: if (_listed[msg.sender]) revert(); → {}",
  "put: modifier: notListed → ",
  "put: guard: if (_held + amount >= MOST) revert Till_Full(_held, amount); → {}",
  "put: boundary: >= → >",
  "put: relation: >= → <",
  "put: arithmetic: + → -",
  "put: arguments: _held, amount → amount, _held",
  "put: assignment: _held = amount; → {}",
  "put: assignment: _held -= fee; → {}",
  "put: arithmetic: -= → +=",
  "put: statement: _note(amount, fee); → {}",
  "put: arguments: amount, fee → fee, amount",
  "put: statement: emit Put(msg.sender, amount); → {}",
  "put: statement: delete _listed[msg.sender]; → {}",
  "put: relation: != → ==",
  "put: assignment: _held |= i; → {}",
  "put: bitwise: |= → &=",
  "put: result: !_listed[msg.sender] && fee == 0 → true",
  "put: result: !_listed[msg.sender] && fee == 0 → false",
  "put: logic: && → ||",
  "put: relation: == → !=",
  "put: constant: 0 → (0 + 1)",
  "_note: assignment: c = a < b ? a : b; → {}",
  "_note: relation: < → >=",
  "_note: relation: > → <=",
  "_note: assignment: c = uint128(b); → {}",
  "_note: assignment: c = a > b ? a - b : 0; → {}",
  "_note: relation: > → <=",
  "_note: arithmetic: - → +",
  "_note: constant: 0 → (0 + 1)",
  "_note: condition: iszero(lt(a, b)) → lt(a, b)",
  "_note: assembly: lt → gt",
  "_note: statement: mstore(0, shl(1, a)) → {}",
  "_note: constant: 0 → 1",
  "_note: assembly: shl → shr",
  "_note: constant: 1 → 2",
  "_note: constant: 1 → 0",
  "_note: assignment: c := and(iszero(a), c) → {}",
  "_note: assembly: and → or",
  "_note: assembly: iszero(a) → a",
];

class Fixture {
  readonly root = mkdtempSync(join(tmpdir(), "mutation-"));

  constructor(files: Record<string, string>) {
    symlinkSync(join(repository, "node_modules"), join(this.root, "node_modules"));
    this.write("package.json", '{"type":"module"}');
    for (const [file, text] of Object.entries(files)) this.write(file, text);
  }

  write(file: string, text: string): void {
    mkdirSync(dirname(join(this.root, file)), { recursive: true });
    writeFileSync(join(this.root, file), text);
  }

  async mutants(): Promise<readonly GeneratedMutant[]> {
    using compiler = new Compiler(this.root);
    const tree = (await compiler.trees([FILE])).get(FILE);
    if (tree === undefined) throw new Error("no tree");
    return mutantsOf(FILE, readFileSync(join(this.root, FILE), "utf8"), tree);
  }

  remove(): void {
    rmSync(this.root, { recursive: true, force: true });
  }
}

describe("generated mutants", () => {
  let fixture: Fixture;
  beforeEach(() => {
    fixture = new Fixture({ [FILE]: TILL });
  });
  afterEach(() => fixture.remove());

  it("are exactly the defects that the operators make", async () => {
    const told = (await fixture.mutants()).map(
      ({ within, operator, original, replacement }) =>
        `${within.replace(/^Till\./, "")}: ${operator}: ${original} → ${replacement}`,
    );
    expect(told).to.have.members(DEFECTS);
  });

  it("name their lines, and change nothing but their bytes", async () => {
    for (const mutant of await fixture.mutants()) {
      const { line, original, replacement } = mutant;
      const first = original.split("\n")[0] ?? "";
      expect(TILL.split("\n")[line - 1]).to.include(first);
      const changed = applyEdit(TILL, mutant);
      expect(changed).not.to.equal(TILL);
      expect(changed.length - TILL.length).to.equal(replacement.length - original.length);
    }
  });

  it("keep their ids when lines move, and have one each", async () => {
    const before = (await fixture.mutants()).map(({ id }) => id);
    expect(new Set(before).size).to.equal(before.length);
    fixture.write(
      FILE,
      TILL.replace("contract Till {", "// A line.\n\ncontract Till {\n    uint8 private _first;"),
    );
    expect((await fixture.mutants()).map(({ id }) => id)).to.deep.equal(before);
    // The same statement twice: the first keeps its id.
    fixture.write(FILE, TILL.replace("_held = amount;", "_held = amount; _held = amount;"));
    const twice = (await fixture.mutants()).map(({ id }) => id);
    expect(twice).to.include.members(before);
    expect(new Set(twice).size).to.equal(before.length + 1);
  });

  it("are sampled by the seed alone, from every file and operator", async () => {
    const all = await fixture.mutants();
    const ids = (seed: string, mutants = all) => inSeededOrder(mutants, seed).map(({ id }) => id);
    expect(ids("a")).to.deep.equal(ids("a", [...all].reverse()));
    expect(ids("a")).to.have.members(all.map(({ id }) => id));
    expect(ids("a")).not.to.deep.equal(ids("b"));
    const half = inSeededOrder(all, "a").slice(0, Math.ceil(all.length / 2));
    for (const operator of ["assignment", "constant", "relation", "assembly"] as const) {
      const share = half.filter((mutant) => mutant.operator === operator).length;
      const whole = all.filter((mutant) => mutant.operator === operator).length;
      expect(share, operator).to.be.within(Math.floor(whole / 2) - 1, Math.ceil(whole / 2) + 1);
    }
  });
});

describe("a campaign", () => {
  const TEST = "test/Till.t.sol";
  const domain: DomainFiles = { name: "till", sources: [FILE], solidity: [TEST], mocha: [], measuring: [] };
  const killed: Outcome = { verdict: "killed", by: TEST, test: "TillTest.test_x()" };
  let fixture: Fixture;
  let mutants: readonly GeneratedMutant[];
  /** Ids of what was judged, "equivalent" for the runner's own test. */
  let asked: string[];
  before(async () => {
    const once = new Fixture({ [FILE]: TILL });
    mutants = await once.mutants();
    once.remove();
  });
  beforeEach(() => {
    fixture = new Fixture({ [FILE]: TILL, [TEST]: "// one" });
    asked = [];
  });
  afterEach(() => fixture.remove());

  const idOf = (changed: ChangedSources) =>
    mutants.find((mutant) => applyEdit(TILL, mutant) === changed[FILE])?.id ?? "equivalent";

  function judging(verdict: (id: string) => Outcome): Judge {
    return {
      judge: async (changed) => {
        const id = idOf(changed);
        asked.push(id);
        return id === "equivalent" ? { verdict: "survived" } : verdict(id);
      },
    };
  }

  const run = (judge: Judge, sample = 10) =>
    runCampaign(domain, mutants, {
      root: fixture.root,
      sample,
      seed: "s",
      state: new CampaignState(fixture.root),
      judge: async () => judge,
      say: () => {},
    });

  const order = () => inSeededOrder(mutants, "s").map(({ id }) => id);
  const problems = (findings: readonly { problem?: string | undefined }[]) =>
    findings.flatMap(({ problem }) => (problem === undefined ? [] : [problem]));

  it("judges the sample in order, after an equivalent mutant", async () => {
    const campaign = await run(judging(() => killed));
    expect(asked).to.deep.equal(["equivalent", ...order().slice(0, 10)]);
    expect(summarise(campaign)).to.include({
      generated: mutants.length,
      sampled: 10,
      killed: 10,
      invalid: 0,
    });
    const findings = judgeCampaign(campaign, 10, {});
    // Ten mutants and the score.
    expect(findings.length).to.equal(11);
    expect(problems(findings)).to.deep.equal([]);
  });

  it("says nothing when an equivalent mutant doesn't survive", async () => {
    const campaign = await run({ judge: async () => killed });
    expect(campaign.judged).to.deep.equal([]);
    expect(problems(judgeCampaign(campaign, 10, {}))).to.have.length(1);
  });

  it("goes on where it was ended", async () => {
    const halting = judging(() => {
      if (asked.length > 5) throw new Error("ended");
      return killed;
    });
    const ended = await run(halting).catch((error: Error) => error.message);
    expect(ended).to.equal("ended");
    asked = [];
    const campaign = await run(judging(() => killed));
    expect(asked).to.deep.equal(["equivalent", ...order().slice(4, 10)]);
    expect(campaign.judged.length).to.equal(10);
    asked = [];
    await run(judging(() => killed));
    expect(asked).to.deep.equal([]);
  });

  it("judges again what a changed source or test may have changed", async () => {
    const [survivor] = order();
    const judge = judging((id) => (id === survivor ? { verdict: "survived" } : killed));
    await run(judge);
    asked = [];
    // Another test of the domain: only who survived may fall now.
    const wider = { ...domain, solidity: [TEST, "test/More.t.sol"] };
    fixture.write("test/More.t.sol", "// two");
    const options = { root: fixture.root, sample: 10, seed: "s", judge: async () => judge, say: () => {} };
    await runCampaign(wider, mutants, { ...options, state: new CampaignState(fixture.root) });
    expect(asked).to.deep.equal(["equivalent", survivor]);
    asked = [];
    fixture.write(TEST, "// changed");
    await run(judge);
    expect(asked.length).to.equal(11);
  });

  it("puts the next in the place of a mutant that doesn't compile", async () => {
    const [first, second] = order();
    const judge = judging((id) =>
      id === first || id === second ? { verdict: "invalid", why: "no such type" } : killed,
    );
    const campaign = await run(judge);
    expect(campaign.invalid).to.equal(2);
    expect(campaign.judged.map(({ mutant }) => mutant.id)).to.deep.equal(order().slice(2, 12));
    expect(problems(judgeCampaign(campaign, 10, {}))).to.deep.equal([]);
  });

  it("takes all there are, and fails when even they weren't judged", async () => {
    const all = await run(
      judging(() => killed),
      1000,
    );
    expect(all.judged.length).to.equal(mutants.length);
    expect(problems(judgeCampaign(all, 1000, {}))).to.deep.equal([]);
    const short = { ...all, judged: all.judged.slice(1) };
    expect(problems(judgeCampaign(short, 1000, {}))[0]).to.match(/^only/);
  });

  it("fails for a survivor that nobody argues, and for a low score", async () => {
    const [one, two] = order();
    const judge = judging((id) => (id === one || id === two ? { verdict: "survived" } : killed));
    const campaign = await run(judge);
    const found = problems(judgeCampaign(campaign, 10, {}));
    expect(found).to.have.length(3);
    expect(found[2]).to.equal("80.0 %, at least 90 %");
    const argument = { file: FILE, mutant: "x → y", why: "It changes gas and nothing else." };
    const argued = judgeCampaign(campaign, 10, { [one ?? ""]: argument, [two ?? ""]: argument });
    expect(problems(argued)).to.deep.equal(["80.0 %, at least 90 %"]);
  });

  it("counts a test that never ends as one that noticed, and its own trouble as failure", async () => {
    const [one, two] = order();
    const judge = judging((id) => {
      if (id === one) return { verdict: "timeout", by: TEST };
      return id === two ? { verdict: "error", why: "no memory" } : killed;
    });
    const campaign = await run(judge);
    // Trouble is tried once more and not remembered.
    expect(asked.filter((id) => id === two).length).to.equal(2);
    expect(summarise(campaign)).to.include({ killed: 9, timeouts: 1 });
    expect(problems(judgeCampaign(campaign, 10, {}))).to.deep.equal(["the runner failed: no memory"]);
    asked = [];
    await run(judge);
    expect(asked).to.deep.equal(["equivalent", two, two]);
  });

  it("fails for an argument about a mutant that is gone or was killed", async () => {
    const campaign = await run(judging(() => killed));
    const about = (id: string, file = FILE) => ({
      [id]: { file, mutant: "x → y", why: "It changes gas and nothing else." },
    });
    expect(problems(judgeCampaign(campaign, 10, about("000000000000")))).to.deep.equal([
      "no such mutant exists any more",
    ]);
    expect(problems(judgeCampaign(campaign, 10, about(order()[0] ?? "")))).to.deep.equal(["it was killed"]);
    expect(problems(judgeCampaign(campaign, 10, about("000000000000", "contracts/Other.sol")))).to.deep.equal(
      [],
    );
  });

  it("leaves a page that the check compares with its figures and arguments", async () => {
    const [one] = order();
    const judge = judging((id) => (id === one ? { verdict: "survived" } : killed));
    const till = { ...summarise(await run(judge)), sampled: 100, killed: 99 };
    const domains = Object.fromEntries(
      DOMAINS.map(({ name }, index) => [name, index ? { ...till, survivors: [] } : till]),
    );
    const report = { seed: "s", sample: 100, domains };
    const given = { [one ?? ""]: { file: FILE, mutant: "x → y", why: "It changes gas and nothing else." } };
    const page = renderPage(report, given);
    expect(page).to.include("It changes gas and nothing else.");
    expect(problems(mutationFindings(report, given, page))).to.deep.equal([]);
    expect(problems(mutationFindings(report, given, `${page} `))).to.have.length(1);
    expect(problems(mutationFindings(report, {}, renderPage(report, {})))).to.have.length(1);
    const { policy: _, ...fewer } = domains;
    const without = { ...report, domains: fewer };
    expect(problems(mutationFindings(without, given, renderPage(without, given)))).to.deep.equal([
      "is stale: x → y",
    ]);
    expect(neverRun(report)).to.deep.equal([]);
    expect(neverRun(without)).to.deep.equal(["policy"]);
    const low = { ...report, domains: { ...domains, oracle: { ...till, survivors: [], killed: 89 } } };
    expect(problems(mutationFindings(low, given, renderPage(low, given)))).to.deep.equal([
      "89.0 %, at least 90 %",
    ]);
    const few = {
      ...report,
      domains: { ...domains, oracle: { ...till, survivors: [], sampled: 20, killed: 20 } },
    };
    expect(problems(mutationFindings(few, given, renderPage(few, given)))).to.deep.equal(["only 20 mutants"]);
  });
});
