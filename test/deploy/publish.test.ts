import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "chai";
import { AbiCoder, concat } from "ethers";
import hre from "hardhat";
import { codeFor } from "../../deploy/code-for.ts";
import { loadConfig } from "../../deploy/config/load.ts";
import { etherscan } from "../../deploy/publish/etherscan.ts";
import { publishSources } from "../../deploy/publish/publish-sources.ts";
import { sourcesOf } from "../../deploy/publish/sources.ts";
import { sourcify } from "../../deploy/publish/sourcify.ts";
import { type DeploymentRecord, recordedParameters } from "../../deploy/record.ts";
import { planSuite } from "../../deploy/suite-plan.ts";
import { runSolc } from "../../src/verify/solc.ts";
import { type Recorded, startHttpServer } from "../support/http-server.ts";
import { refusal } from "../support/refusal.ts";

const connection = await hre.network.create();
const codeOf = await codeFor(connection.ethers);
const DEPLOYER = "0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92266";
const KEY = "a-secret-key";

async function record(): Promise<DeploymentRecord> {
  const config = await loadConfig("local");
  const { addresses } = planSuite(config, codeOf, DEPLOYER, 1n);
  return {
    ...recordedParameters(config),
    addresses: { network: "local", chainId: "31337", deployer: DEPLOYER, fromBlock: 0, ...addresses },
    began: { block: 0, hash: "", at: "1" },
    commit: "unknown",
  } as unknown as DeploymentRecord;
}

/** A server that writes down what it is asked, and answers what the test says. */
async function recorder(
  answer: (seen: Recorded & { readonly url: URL }, count: number) => { status?: number; body: unknown },
) {
  const at = (request: Recorded) => ({ ...request, url: new URL(request.path, "http://recorder") });
  const server = await startHttpServer((request, count) => {
    const { status = 200, body } = answer(at(request), count);
    return { status, body: typeof body === "string" ? body : JSON.stringify(body) };
  });
  return { ...server, seen: () => server.requests.map(at) };
}

let known: ReturnType<typeof sourcesOf> | undefined;
/** The sources of the local suite, read once. */
function planned(): ReturnType<typeof sourcesOf> {
  known ??= record().then((given) => sourcesOf(hre.artifacts, given, codeOf));
  return known;
}

describe("deploy publish-source", () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "strongroom-published-"));
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));
  const quick = () => ({ folder, pollEvery: 1, looks: 3 });

  it("takes every contract but mocks and Safe's own, with arguments that give the planned creation code", async () => {
    const given = await record();
    const sources = await sourcesOf(hre.artifacts, given, codeOf);
    const names = new Set(sources.map(({ contract }) => contract));
    expect([...names].filter((name) => name.startsWith("Mock"))).to.deep.equal([]);
    expect([...names]).to.include.members([
      "Vault",
      "TransparentUpgradeableProxy",
      "ProxyAdmin",
      "TimelockController",
    ]);
    const vault = sources.find(({ contract }) => contract === "Vault");
    const args = AbiCoder.defaultAbiCoder().encode(["address"], [given.addresses.vaultAdmin]);
    expect(`0x${vault?.constructorArguments}`).to.equal(args);
    expect(vault?.identifier).to.equal("project/contracts/custody/Vault.sol:Vault");
    expect(vault?.compiler).to.match(/^0\.8\.37\+commit\.[0-9a-f]{8}$/);
    expect(vault?.address).to.equal(given.addresses.vaultImplementation);
  });

  it("gives the input from which the compiler makes the same code again", async () => {
    const sources = await planned();
    // One that is compiled by itself: quick.
    const alone = sources.find(({ contract }) => contract === "ChainlinkSource");
    const [file = "", name = ""] = alone?.identifier.split(":") ?? [];
    const output = JSON.parse(runSolc(JSON.stringify(alone?.input))) as {
      contracts: Record<string, Record<string, { evm: { bytecode: { object: string } } }>>;
    };
    expect(concat([`0x${output.contracts[file]?.[name]?.evm.bytecode.object}`])).to.equal(
      codeOf("ChainlinkSource").bytecode,
    );
  });

  it("refuses sources that lead to other addresses than the record's", async () => {
    const given = await record();
    const other = { ...given, addresses: { ...given.addresses, vault: DEPLOYER } };
    const error = await refusal(sourcesOf(hre.artifacts, other, codeOf));
    expect(error.code).to.equal("SOURCES_DIFFER");
  });

  it("asks Etherscan as its version 2 wants it, waits for its answer, and keeps it", async () => {
    const [source] = (await planned()).filter(({ contract }) => contract === "Vault");
    if (source === undefined) throw new Error("there is a Vault");
    const server = await recorder(({ url }, count) =>
      url.searchParams.get("action") === "verifysourcecode"
        ? { body: { status: "1", message: "OK", result: "ticket-1" } }
        : count === 2
          ? { body: { status: "0", message: "NOTOK", result: "Pending in queue" } }
          : { body: { status: "1", message: "OK", result: "Pass - Verified" } },
    );
    try {
      const explorers = [etherscan(KEY, server.url)];
      const [first] = await publishSources("11155111", [source], explorers, quick());
      expect(first).to.include({ explorer: "etherscan", state: "done", answer: "Pass - Verified" });
      const [submitted, looked] = server.seen();
      expect(submitted?.method).to.equal("POST");
      expect(Object.fromEntries(submitted?.url.searchParams ?? [])).to.deep.equal({
        chainid: "11155111",
        apikey: KEY,
        module: "contract",
        action: "verifysourcecode",
      });
      const form = Object.fromEntries(new URLSearchParams(submitted?.body));
      expect(form).to.include({
        contractaddress: source.address,
        codeformat: "solidity-standard-json-input",
        contractname: "project/contracts/custody/Vault.sol:Vault",
        compilerversion: `v${source.compiler}`,
        constructorArguements: source.constructorArguments,
      });
      expect(form.sourceCode === JSON.stringify(source.input)).to.equal(true);
      expect(Object.fromEntries(looked?.url.searchParams ?? [])).to.include({
        action: "checkverifystatus",
        guid: "ticket-1",
      });
      const kept = readFileSync(join(folder, "11155111.published.json"), "utf8");
      expect(kept).not.to.include(KEY);
      const asked = server.requests.length;
      await publishSources("11155111", [source], explorers, quick());
      expect(server.requests.length).to.equal(asked);
    } finally {
      await server.close();
    }
  });

  it("goes on with a ticket that was not answered, and tries again what was refused", async () => {
    const sources = (await planned()).slice(0, 2);
    let willing = false;
    const server = await recorder(({ method }) => {
      if (method === "POST") return { status: 202, body: { verificationId: "job-1" } };
      if (!willing) return { body: { isJobCompleted: false } };
      return { body: { isJobCompleted: true, contract: { match: "exact_match" } } };
    });
    try {
      const explorers = [sourcify(`${server.url}/`)];
      const left = await publishSources("97", sources, explorers, quick());
      expect(left.map(({ state }) => state)).to.deep.equal(["pending", "pending"]);
      const [first] = server.seen();
      expect(first?.url.pathname).to.equal(`/v2/verify/97/${sources[0]?.address}`);
      const { stdJsonInput, ...named } = JSON.parse(first?.body ?? "") as { stdJsonInput: unknown };
      expect(JSON.stringify(stdJsonInput) === JSON.stringify(sources[0]?.input)).to.equal(true);
      expect(named).to.deep.equal({
        compilerVersion: sources[0]?.compiler,
        contractIdentifier: sources[0]?.identifier,
      });
      willing = true;
      const posts = server.requests.filter(({ method }) => method === "POST").length;
      const done = await publishSources("97", sources, explorers, quick());
      expect(done.map(({ state, answer }) => [state, answer])).to.deep.equal(
        Array(2).fill(["done", "exact_match"]),
      );
      expect(server.requests.filter(({ method }) => method === "POST").length).to.equal(posts);
    } finally {
      await server.close();
    }
    const strict = await recorder(() => ({
      status: 409,
      body: { customCode: "no_match", message: "other code" },
    }));
    const [refused] = await publishSources("56", sources.slice(0, 1), [sourcify(strict.url)], quick());
    expect(refused).to.include({ state: "refused", answer: "other code" });
    await publishSources("56", sources.slice(0, 1), [sourcify(strict.url)], quick());
    expect(strict.requests.length).to.equal(2);
    await strict.close();
  });

  for (const [what, status, body, code] of [
    [
      "a key that is not known",
      200,
      { status: "0", message: "NOTOK", result: "Invalid API Key" },
      "EXPLORER_KEY",
    ],
    [
      "too many questions",
      200,
      { status: "0", message: "NOTOK", result: "Max rate limit reached" },
      "EXPLORER_BUSY",
    ],
    ["garbage", 502, "<html>", "EXPLORER_FAILED"],
    ["another shape", 200, { result: 1 }, "EXPLORER_FAILED"],
  ] as const) {
    it(`says what to do about ${what}, and shows no key`, async () => {
      const [source] = await planned();
      if (source === undefined) throw new Error("there are sources");
      const server = await recorder(() => ({ status, body }));
      const error = await refusal(publishSources("97", [source], [etherscan(KEY, server.url)], quick()));
      expect(error.code).to.equal(code);
      expect(JSON.stringify(error)).not.to.include(KEY);
      await server.close();
    });
  }

  it("refuses a file of progress that is not one", async () => {
    writeFileSync(join(folder, "97.published.json"), "{}");
    const error = await refusal(publishSources("97", [], [], quick()));
    expect(error.code).to.equal("PUBLISHED_INVALID");
  });
});
