import { spawn } from "node:child_process";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { hostname, tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "chai";
import { id } from "ethers";
import hre from "hardhat";
import { codeFor } from "../../deploy/code-for.ts";
import { config as local } from "../../deploy/config/local.ts";
import { parseConfig } from "../../deploy/config/schema.ts";
import { CREATEX } from "../../deploy/factories/createx.ts";
import { lockDeployment } from "../../deploy/lock.ts";
import {
  configOf,
  type DeploymentRecord,
  loadRecord,
  readRecord,
  readRecords,
  recordedParameters,
  writeRecord,
} from "../../deploy/record.ts";
import { planSuite } from "../../deploy/suite-plan.ts";
import { readDeclared } from "../../deploy/verify/declared.ts";
import { canonicalJson } from "../../src/core/canonical-json.ts";
import { refusal } from "../support/refusal.ts";

const connection = await hre.network.create();
const codeOf = await codeFor(connection.ethers);
const DEPLOYER = "0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92266";
let folder: string;

function record(state: DeploymentRecord["state"] = "verified", chainId = 31_337) {
  const config = parseConfig({ ...local, chainId });
  const { addresses } = planSuite(config, codeOf, DEPLOYER, 1n);
  return {
    state,
    addresses: { network: "local", chainId: `${chainId}`, deployer: DEPLOYER, fromBlock: 1, ...addresses },
    codeHashes: { vault: id("code") },
    ...recordedParameters(config),
    began: { block: 1, hash: id("block"), at: "1" },
    createx: CREATEX,
    commit: "unknown",
    dirty: false,
    startedAt: new Date(0).toISOString(),
  } as unknown as Omit<DeploymentRecord, "digest" | "format">;
}

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "strongroom-records-"));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

describe("A deployment's record", () => {
  it("is read as it was written, and its parameters are a parameter file again", () => {
    const written = record();
    const file = writeRecord(written, folder);
    expect(file).to.equal(join(folder, "31337.json"));
    expect(readdirSync(folder)).to.deep.equal(["31337.json"]);
    const read = loadRecord(31_337n, folder);
    expect(read.addresses).to.deep.equal(written.addresses);
    expect(canonicalJson(configOf(read))).to.equal(canonicalJson(parseConfig(local)));
    expect(recordedParameters(configOf(read)).parametersDigest).to.equal(read.parametersDigest);
    expect(readRecords(folder)).to.deep.equal([read]);
  });

  it("is missing where there is none, and not finished while it is incomplete", async () => {
    expect(readRecord(31_337n, folder)).to.equal(undefined);
    expect((await refusal(() => loadRecord(31_337n, folder))).code).to.equal("NOT_DEPLOYED");
    writeRecord(record("incomplete"), folder);
    expect(readRecord(31_337n, folder)?.state).to.equal("incomplete");
    expect((await refusal(() => loadRecord(31_337n, folder))).facts.state).to.equal("incomplete");
  });

  for (const [what, change, why] of [
    [
      "another address",
      (text: string) => text.replace(/"vault": "0x.{40}"/, `"vault": "${CREATEX}"`),
      "digest",
    ],
    ["another parameter", (text: string) => text.replace('"symbol": "eth"', '"symbol": "etc"'), "digest"],
    [
      "an address without checksum",
      (text: string) => text.replace(CREATEX, CREATEX.toLowerCase()),
      "createx",
    ],
    ["a field that nobody knows", (text: string) => text.replace("{", '{ "extra": 1,'), "extra"],
    ["a format of another time", (text: string) => text.replace("deployment@1", "deployment@2"), "format"],
    ["half of it", (text: string) => text.slice(0, text.length / 2), "not JSON"],
  ] as const) {
    it(`is refused with ${what}`, async () => {
      const file = writeRecord(record(), folder);
      writeFileSync(file, change(readFileSync(file, "utf8")));
      const error = await refusal(() => loadRecord(31_337n, folder));
      expect(error.code).to.equal("RECORD_INVALID");
      expect(String(error.facts.why)).to.include(why);
    });
  }

  it("is refused under the name of another chain", async () => {
    const text = readFileSync(writeRecord(record("verified", 31_338), folder), "utf8");
    writeFileSync(join(folder, "31337.json"), text);
    writeFileSync(join(folder, "031338.json"), text);
    expect(String((await refusal(() => loadRecord(31_337n, folder))).facts.why)).to.include("31338");
    expect((await refusal(() => readRecords(folder))).code).to.equal("RECORD_INVALID");
    rmSync(join(folder, "31337.json"));
    const odd = await refusal(() => readRecords(folder));
    expect([odd.code, odd.message]).to.match(/^RECORD_INVALID,.*031338\.json/);
  });
});

describe("Declared differences", () => {
  const declare = (content: unknown) =>
    writeFileSync(
      join(folder, "31337.declared.json"),
      typeof content === "string" ? content : JSON.stringify(content),
    );
  const good = { format: "strongroom/declared@1", chainId: "31337", differences: [] as unknown[] };

  it("are none without a file, and those of the file", () => {
    expect(readDeclared(31_337n, folder).differences).to.deep.equal([]);
    const difference = { id: "timelock.delay", found: "86400", why: "decided on Monday" };
    declare({ ...good, differences: [difference] });
    expect(readDeclared(31_337n, folder).differences).to.deep.equal([difference]);
  });

  for (const [what, content, why] of [
    ["is not JSON", "{", "not JSON"],
    ["is another chain's", { ...good, chainId: "1" }, "chain 1"],
    ["gives no reason", { ...good, differences: [{ id: "timelock.delay", found: "1", why: "" }] }, "why"],
    ["has a field that nobody knows", { ...good, more: 1 }, "more"],
    [
      "excuses what governance does not do",
      { ...good, differences: [{ id: "deployer.powerless", found: "role ADMIN", why: "trust me" }] },
      "deployer.powerless",
    ],
  ] as const) {
    it(`are refused when the file ${what}`, async () => {
      declare(content);
      const error = await refusal(() => readDeclared(31_337n, folder));
      expect(error.code).to.equal("DECLARED_INVALID");
      expect(String(error.facts.why)).to.include(why);
    });
  }
});

describe("The lock on a chain's deployment", () => {
  it("keeps others away until it is given back", async () => {
    const unlock = lockDeployment(1n, folder);
    const error = await refusal(() => lockDeployment(1n, folder));
    expect(error.code).to.equal("DEPLOYER_AT_WORK");
    expect(error.retryable).to.equal(true);
    expect(error.facts.pid).to.equal(process.pid);
    lockDeployment(2n, folder)();
    unlock();
    lockDeployment(1n, folder)();
    expect(readdirSync(folder)).to.deep.equal([]);
  });

  it("counts for nothing after its holder was killed, or when its number belongs to another process now", async () => {
    const child = spawn(process.execPath, ["-e", "setInterval(() => {}, 1000)"]);
    const held = (pid: number, started: string, host = hostname()) =>
      writeFileSync(join(folder, "1.lock"), JSON.stringify({ pid, host, started, since: "then" }));
    held(child.pid ?? 0, "");
    const gone = new Promise((settle) => child.once("exit", settle));
    child.kill("SIGKILL");
    await gone;
    lockDeployment(1n, folder)();
    held(process.pid, "another start");
    if (existsSync("/proc/self/stat")) lockDeployment(1n, folder)();
    held(1, "", "another-machine");
    expect((await refusal(() => lockDeployment(1n, folder))).facts.host).to.equal("another-machine");
    writeFileSync(join(folder, "1.lock"), "half a hold");
    lockDeployment(1n, folder)();
  });
});
