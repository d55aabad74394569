import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "chai";
import hre from "hardhat";
import { beginningOf } from "../../deploy/beginning.ts";
import { codeHashesOf } from "../../deploy/code-hashes.ts";
import { loadConfig } from "../../deploy/config/load.ts";
import { CREATEX } from "../../deploy/factories/createx.ts";
import {
  type DeploymentRecord,
  loadRecord,
  readRecords,
  recordedParameters,
  writeRecord,
} from "../../deploy/record.ts";
import { deploySuite, type Suite } from "../../deploy/suite.ts";
import { verifyAll, verifyRecord } from "../../deploy/verify/verify-all.ts";
import { KINDS, NEVER, paramKey } from "../../src/governance/parameters.ts";
import { ROLES } from "../../src/governance/roles.ts";

const connection = await hre.network.create();
const { ethers, networkHelpers } = connection;

const folder = mkdtempSync(join(tmpdir(), "strongroom-drift-"));
after(() => rmSync(folder, { recursive: true, force: true }));
const creationCode = async (name: string) => (await hre.artifacts.readArtifact(name)).bytecode;
const options = { folder, creationCode };

async function deployed(): Promise<{ suite: Suite; record: DeploymentRecord }> {
  const began = await beginningOf(ethers.provider, 31_337n);
  const suite = await deploySuite(connection, await loadConfig("local"));
  const { addresses } = suite;
  const parameters = recordedParameters(suite.config);
  const codeHashes = await codeHashesOf(ethers.provider, addresses);
  const about = { createx: CREATEX, commit: "unknown", dirty: false, startedAt: new Date(0).toISOString() };
  writeRecord(
    { ...about, ...parameters, state: "verified", addresses: addresses as never, codeHashes, began },
    folder,
  );
  return { suite, record: loadRecord(31_337n, folder) };
}

/** Acts as the timelock: what governance does after its delay. */
async function asTimelock({ addresses }: Suite) {
  await networkHelpers.setBalance(addresses.timelock, 10n ** 18n);
  return ethers.getImpersonatedSigner(addresses.timelock);
}

const TIER = paramKey(KINDS.TIER_WINDOW, 1n);

/** A tier's limit as governance changes it. */
async function setLimit(suite: Suite, cents: bigint): Promise<void> {
  const { policy } = suite.contracts;
  const { version } = await policy.param(TIER);
  await (await policy.connect(await asTimelock(suite)).set(TIER, version, NEVER, cents)).wait();
}

function declare(differences: readonly { id: string; found: string; why: string }[]): void {
  const content = { format: "strongroom/declared@1", chainId: "31337", differences };
  writeFileSync(join(folder, "31337.declared.json"), JSON.stringify(content));
}

describe("deploy verify", () => {
  afterEach(() => rmSync(join(folder, "31337.declared.json"), { force: true }));

  describe("given a deployment as it was recorded", () => {
    it("finds no difference, and says who owns it, its delays and its limits", async () => {
      const { record } = await networkHelpers.loadFixture(deployed);
      const found = await verifyRecord(ethers.provider, record, options);
      expect(found.error).to.equal(undefined);
      expect(found.differences).to.deep.equal([]);
      expect(found.ok).to.equal(true);
      expect(found.owners).to.include({ council: "3 of 5", canceller: "2 of 3" });
      expect(found.delays.timelock).to.equal(record.parameters.timelock && String(172_800));
      expect(found.limits["tier 1 window"]).to.equal("1000000");
      expect(found.stressed).to.deep.equal(["UNVERIFIED: deposits capped"]);
      const [same, , all] = found.code.split(" ");
      expect(same).to.equal(all);
      expect(found.properties).to.be.greaterThan(500);
    });
  });

  describe("given a limit that governance has changed", () => {
    it("calls it drift, takes it once it is declared, and only as it was declared", async () => {
      const { suite, record } = await networkHelpers.loadFixture(deployed);
      await setLimit(suite, 1_500_000n);
      const drifted = await verifyRecord(ethers.provider, record, options);
      expect(drifted.ok).to.equal(false);
      expect(drifted.limits["tier 1 window"]).to.equal("1500000");
      expect(
        drifted.differences.map(({ id, kind, found, expected }) => ({ id, kind, found, expected })),
      ).to.deep.equal([
        { id: `parameter.policy.${TIER}`, kind: "drift", found: "1500000", expected: "1000000" },
        { id: `in-force.policy.${TIER}`, kind: "drift", found: "1500000", expected: "1000000" },
      ]);
      declare(drifted.differences.map(({ id, found }) => ({ id, found, why: "decided on Monday" })));
      const known = await verifyRecord(ethers.provider, record, options);
      expect(known.ok).to.equal(true);
      expect(known.differences.map(({ why }) => why)).to.deep.equal([
        "decided on Monday",
        "decided on Monday",
      ]);
      await setLimit(suite, 1_600_000n);
      expect((await verifyRecord(ethers.provider, record, options)).ok).to.equal(false);
    });
  });

  describe("given what governance must not do, or did not", () => {
    it("calls it a violation, which no file excuses", async () => {
      const { suite, record } = await networkHelpers.loadFixture(deployed);
      const { manager } = suite.contracts;
      await manager.connect(await asTimelock(suite)).grantRole(ROLES.ADMIN, suite.addresses.deployer, 0);
      await networkHelpers.setCode(suite.addresses.lens, "0x00");
      const found = await verifyRecord(ethers.provider, record, options);
      const violations = found.differences.filter(({ kind }) => kind === "violation").map(({ id }) => id);
      expect(violations).to.include.members([
        "manager.members.ADMIN",
        "deployer.powerless",
        "code.lens",
        "recorded-code.lens",
      ]);
      declare([{ id: "deployer.powerless", found: "role ADMIN", why: "trust me" }]);
      const excused = await verifyRecord(ethers.provider, record, options);
      expect(excused.ok).to.equal(false);
      expect(excused.error).to.include("DECLARED_INVALID");
    });
  });

  describe("given stress", () => {
    it("says what is closed", async () => {
      const { suite, record } = await networkHelpers.loadFixture(deployed);
      const { upgradeController, vault } = suite.addresses;
      await networkHelpers.setBalance(upgradeController, 10n ** 18n);
      const closer = await ethers.getImpersonatedSigner(upgradeController);
      await (await suite.contracts.vault.connect(closer).closeInstant()).wait();
      const found = await verifyRecord(ethers.provider, record, options);
      expect(found.stressed).to.deep.equal(["UNVERIFIED: deposits capped", "instant exits closed"]);
      expect(found.vault).to.equal(vault);
      expect(found.differences.map(({ id, kind }) => [id, kind])).to.deep.equal([
        ["vault.instant-closed", "drift"],
      ]);
    });
  });

  describe("given several records", () => {
    it("makes one row of each, also of a chain that doesn't answer or was started again", async () => {
      const { record } = await networkHelpers.loadFixture(deployed);
      const [first] = readRecords(folder);
      expect(first).to.deep.equal(record);
      const anew = { ...record, began: { ...record.began, hash: `0x${"1".repeat(64)}` } };
      let opened = 0;
      let closed = 0;
      const rows = await verifyAll(
        [record, anew, record],
        () => {
          if (++opened === 3) return Promise.reject(new Error("connection refused"));
          return Promise.resolve({
            provider: ethers.provider,
            close: () => {
              closed++;
            },
          });
        },
        options,
      );
      expect(rows.map(({ ok }) => ok)).to.deep.equal([true, false, false]);
      expect(rows[1]?.error).to.include("CHAIN_RESET");
      expect(rows[2]?.error).to.include("connection refused");
      expect(closed).to.equal(2);
    });

    it("does not call an unfinished deployment good", async () => {
      const { record } = await networkHelpers.loadFixture(deployed);
      const found = await verifyRecord(ethers.provider, { ...record, state: "incomplete" }, options);
      expect(found.ok).to.equal(false);
      expect(found.error).to.include("NOT_DEPLOYED");
    });
  });
});
