import { expect } from "chai";
import hre from "hardhat";
import { adoptionsOf } from "../../deploy/adopted.ts";
import { config as local } from "../../deploy/config/local.ts";
import { localKeys } from "../../deploy/config/local-keys.ts";
import { parseConfig, type SuiteConfigInput } from "../../deploy/config/schema.ts";
import { deploySuite } from "../../deploy/suite.ts";
import { verifyDeployment } from "../../deploy/verify.ts";
import { throughGovernance } from "../../src/governance/proposal.ts";
import type { Safe } from "../../src/governance/safe.ts";
import { selfCall } from "../../src/governance/safe-settings.ts";
import { realSafes } from "../support/realSafes.ts";
import { terminalRefusal } from "../support/refusal.ts";
import { callOf, creationCode } from "./scene.ts";

const connection = await hre.network.create();
const { ethers } = connection;

/** The local parameters, with Safes that exist for some offices. */
function adopting(safes: Partial<Record<keyof SuiteConfigInput["safes"], string>>) {
  const given = Object.entries(local.safes).map(([name, safe]) => {
    const adopt = safes[name as keyof typeof safes];
    return [name, adopt === undefined ? safe : { ...safe, adopt }];
  });
  return parseConfig({ ...local, safes: Object.fromEntries(given) });
}

describe("a deployment for Safes that its teams have already", () => {
  async function teams() {
    const [relayer] = await ethers.getSigners();
    if (!relayer) throw new Error("too few signers");
    const safes = await realSafes(ethers, relayer);
    const council = await safes.make(localKeys.council, 3);
    const reserve = await safes.make(localKeys.reserve, 2);
    return { relayer, safes, council, reserve };
  }

  it("uses them, reports them until their owners have signed, and is then as declared", async () => {
    const { council, reserve } = await teams();
    const said: string[] = [];
    const config = adopting({ council: council.address, reserve: reserve.address });
    const suite = await deploySuite(connection, config, { onProgress: (line) => said.push(line) });
    const { addresses } = suite;
    expect([addresses.safes.council, addresses.safes.reserve]).to.deep.equal([
      council.address,
      reserve.address,
    ]);
    const failing = async () =>
      (await verifyDeployment(ethers.provider, addresses, config, creationCode))
        .filter(({ ok }) => !ok)
        .map(({ id, found }) => (id.endsWith(".adopted") ? `${id}: ${found}` : id));
    expect(said.filter((line) => line.includes("not yet under its guard"))).to.deep.equal(
      [council, reserve].map(
        ({ address }, i) =>
          `the ${["council", "reserve"][i]} Safe is not yet under its guard; 3 transactions of its owners are left: ./strongroom gov adopt --safe ${address}`,
      ),
    );
    expect(await failing()).to.deep.equal(
      ["council", "reserve"].flatMap((name) => [
        `safe.${name}.adopted: not yet under guard: 3 calls of its owners are left`,
        `safe.${name}.modules`,
        `safe.${name}.guard`,
        `safe.${name}.module-guard`,
      ]),
    );

    const adoptions = await adoptionsOf(ethers.provider, addresses, config);
    const sign = async (safe: Safe, name: "council" | "reserve") => {
      for (const transaction of adoptions.get(name)?.transactions ?? []) {
        const signatures = [];
        for (const key of suite.keys[name].slice(0, 3)) signatures.push(await safe.sign(transaction, key));
        await safe.execute(transaction, signatures.slice(0, name === "council" ? 3 : 2));
      }
    };
    await sign(suite.safes.council, "council");
    await sign(suite.safes.reserve, "reserve");
    expect(await failing()).to.deep.equal([]);

    // It governs: and changes itself through the timelock alone.
    await throughGovernance(suite, [callOf(suite.contracts.vault, "heartbeat", [])]);
    const guard = await ethers.getContractAt("SafeGuard", addresses.safeGuard);
    const alone = suite.safes.council.send(
      selfCall(suite.safes.council, "changeThreshold", [1]),
      suite.keys.council.slice(0, 3),
    );
    await expect(alone).to.be.revertedWithCustomError(guard, "SafeGuard_SelfCall");
  });

  it("deploys nothing for one with other owners, another threshold, or none at all", async () => {
    const { relayer, safes, council } = await teams();
    const strangers = await safes.make(localKeys.guardian, 2);
    const lax = await safes.make(localKeys.council, 2);
    const before = await ethers.provider.getTransactionCount(relayer.address);
    const attempt = async (address: string) =>
      (await terminalRefusal(deploySuite(connection, adopting({ council: address })))).code;
    expect(await attempt(strangers.address)).to.equal("ADOPT_UNFIT");
    expect(await attempt(lax.address)).to.equal("ADOPT_UNFIT");
    expect(await attempt(relayer.address)).to.equal("ADOPT_NO_CONTRACT");
    expect(await ethers.provider.getTransactionCount(relayer.address)).to.equal(before);
    expect(council.address).to.not.equal(lax.address);
  });

  it("takes no Safe for two offices, and no salt for one that stands", async () => {
    const { council } = await teams();
    expect(() => adopting({ council: council.address, reserve: council.address })).to.throw(
      /adopted for two offices/,
    );
    const salted = {
      ...local,
      safes: { ...local.safes, council: { ...local.safes.council, adopt: council.address, saltNonce: 1 } },
    };
    expect(() => parseConfig(salted)).to.throw(/not made again/);
  });
});
