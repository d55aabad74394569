import { expect } from "chai";
import hre from "hardhat";
import { loadConfig } from "../../deploy/config/load.ts";
import { deploySuite } from "../../deploy/suite.ts";

const connection = await hre.network.create();

describe("Deployment through the modules", () => {
  it("hands all power over", async () => {
    const t = Date.now();
    const suite = await deploySuite(connection, await loadConfig("local"));
    console.log(Date.now() - t, suite.addresses);
    const { manager } = suite.contracts;
    expect((await manager.hasRole(0, suite.addresses.deployer)).isMember).to.equal(false);
    expect((await manager.hasRole(0, suite.addresses.timelock)).isMember).to.equal(true);
  });
});
