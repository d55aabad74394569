import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect } from "chai";
import { type DevelopmentNode, startNode } from "../../src/testing/nodes.ts";
import { type CommandResult, strongroom } from "../../src/testing/strongroom.ts";
import { temporaryFolder } from "../support/governing.ts";

const NETWORKS = ["anvil", "localhost"] as const;

describe("several chains", () => {
  const folder = temporaryFolder();
  const deployments = join(folder, "deployments");
  const proposals = join(folder, "proposals");
  let nodes: readonly DevelopmentNode[] = [];
  const rpc = () => NETWORKS.map((network, index) => `${network}=${nodes[index]?.url}`).join(",");
  const chains = () => ["--chains", NETWORKS.join(","), "--rpc", rpc()];
  const gov = (...words: string[]): Promise<CommandResult> =>
    strongroom(["gov", ...words, "--deployments", deployments, "--proposals", proposals]);

  const change = (perDay: string, serial = 1): string => {
    const file = join(folder, `limits-${serial}.yaml`);
    const lines = [
      "format: strongroom/change@1",
      "title: Set tier 1's daily limit",
      "reason: The treasury has agreed on it for all chains",
      `serial: ${serial}`,
      `changes: [{ kind: set-tier-limits, tier: 1, perDay: "${perDay}", single: "${perDay}" }]`,
    ];
    writeFileSync(file, lines.join("\n"));
    return file;
  };
  /** Cents a day that the tier may take out on both chains together. */
  const budget = (tier1: number): void => {
    mkdirSync(deployments, { recursive: true });
    const content = {
      format: "strongroom/budget@1",
      chains: nodes.map(({ chainId }) => String(chainId)),
      perDayCents: { 1: String(tier1) },
    };
    writeFileSync(join(deployments, "budget.json"), JSON.stringify(content));
  };
  const written = (): readonly string[] =>
    nodes.flatMap(({ chainId }) => {
      const inside = join(proposals, String(chainId));
      return existsSync(inside) ? readdirSync(inside).map((name) => join(inside, name)) : [];
    });

  before(async () => {
    nodes = await Promise.all([
      startNode("anvil", { chainId: 31_337 }),
      startNode("anvil", { chainId: 31_338 }),
    ]);
    for (const [index, network] of NETWORKS.entries()) {
      const where = ["--network", network, "--rpc", nodes[index]?.url ?? "", "--deployments", deployments];
      const { code, stderr } = await strongroom(["deploy", ...where]);
      expect(code, stderr).to.equal(0);
    }
  });
  after(async () => {
    for (const node of nodes) await node.kill();
  });

  it("shows all deployments in one table, and verifies all of them in another", async () => {
    const words = ["--all", "--deployments", deployments, "--rpc", rpc(), "--json"];
    const { code, stdout, stderr } = await strongroom(["status", ...words]);
    expect(code, stderr).to.equal(0);
    const { deployments: rows, silent } = JSON.parse(stdout) as { deployments: unknown[]; silent: unknown[] };
    expect([rows.length, silent.length]).to.deep.equal([2, 0]);
  });

  it("says which deployment doesn't answer, and ends with 1", async () => {
    const half = `${NETWORKS[0]}=${nodes[0]?.url},${NETWORKS[1]}=http://127.0.0.1:1`;
    const { code, stderr } = await strongroom([
      "status",
      "--all",
      "--deployments",
      deployments,
      "--rpc",
      half,
    ]);
    expect(code).to.equal(1);
    expect(stderr).to.include("localhost: ");
  });

  it("makes one proposal for each chain from one file, with hashes of their own", async () => {
    budget(4_000_000);
    const { code, stdout, stderr } = await gov("propose", change("$20,000"), ...chains(), "--json");
    expect(code, stderr).to.equal(0);
    const { proposals: made } = JSON.parse(stdout) as {
      proposals: {
        proposal: { chainId: string; change: { digest: string }; safe: { hashes: { safeTx: string } } };
      }[];
    };
    const [one, other] = made.map(({ proposal }) => proposal);
    expect([one?.chainId, other?.chainId]).to.deep.equal(["31337", "31338"]);
    expect(one?.change.digest).to.equal(other?.change.digest);
    expect(one?.safe.hashes.safeTx).not.to.equal(other?.safe.hashes.safeTx);
    expect(written()).to.have.length(2);
  });

  it("refuses limits that exceed the budget together, and writes none of them", async () => {
    budget(3_999_999);
    const before = written();
    const { code, stderr } = await gov("propose", change("$20,000", 2), ...chains());
    expect(code).to.equal(1);
    expect(stderr).to.include("BUDGET_EXCEEDED").and.to.include("sum 4000000 cents");
    expect(written()).to.deep.equal(before);
  });

  it("counts a chain that the proposal isn't for with what is in force there", async () => {
    // The other chain still has its $10,000.
    budget(3_000_000);
    const own = ["--network", NETWORKS[0], "--rpc", rpc()];
    const fits = await gov("propose", change("$20,000", 3), ...own, "--dry-run");
    expect(fits.code, fits.stderr).to.equal(0);
    budget(2_999_999);
    const refused = await gov("propose", change("$20,000", 3), ...own, "--dry-run");
    expect(refused.code).to.equal(1);
    expect(refused.stderr).to.include("BUDGET_EXCEEDED").and.to.include("chain 31338 1000000 cents");
  });

  it("refuses to guess when a chain that shares the budget can't be asked", async () => {
    budget(3_000_000);
    const own = [
      "--network",
      NETWORKS[0],
      "--rpc",
      `${NETWORKS[0]}=${nodes[0]?.url},${NETWORKS[1]}=http://127.0.0.1:1`,
    ];
    const { code, stderr } = await gov("propose", change("$20,000", 4), ...own, "--dry-run");
    expect(code).to.equal(1);
    expect(stderr).to.include("BUDGET_INCOMPLETE").and.to.include("network localhost");
  });

  it("refuses a budget's file that is none", async () => {
    writeFileSync(
      join(deployments, "budget.json"),
      JSON.stringify({ format: "strongroom/budget@1", perDayCents: {} }),
    );
    const { code, stderr } = await gov("propose", change("$20,000", 5), ...chains(), "--dry-run");
    expect(code).to.equal(1);
    expect(stderr).to.include("BUDGET_INVALID");
    expect(readFileSync(join(deployments, "budget.json"), "utf8")).not.to.include("chains");
  });
});
