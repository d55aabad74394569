import { expect } from "chai";
import { keccak256 } from "ethers";
import { collectStatus, isStressed, renderStatus } from "../../src/governance/deployment-status.ts";
import { KINDS, paramKey } from "../../src/governance/parameters.ts";
import { callOf, DAY, eth, ethers, now, type Scene, scene } from "./scene.ts";

function statusOf(s: Scene) {
  return collectStatus(ethers.provider, s.addresses);
}

describe("Status of the deployed suite", () => {
  it("given a deployment in order, says so with owners, delays, limits and code", async () => {
    const s = await scene();
    await s.mocks.refreshPrices();
    const status = await statusOf(s);
    expect(isStressed(status)).to.equal(false);
    expect(status.heldUntil).to.equal(0n);
    expect(status.codeHashes.vault).to.equal(keccak256(await ethers.provider.getCode(s.addresses.vault)));
    expect(status.codeHashes.vaultCode).to.equal(status.codeHashes.vaultImplementation);
    expect(status.governedAt > 0n && status.governedAt <= status.time).to.equal(true);
    const shown = renderStatus([status]);
    expect(shown).to.contain("local (31337)");
    expect(shown).to.contain("council 3/5, guardian 2/3");
    expect(shown).to.contain("timelock 2 d 0 h, reserveTimelock 2 d 0 h, reserve 1 d 0 h");
    expect(shown).to.contain("$1,000 a day · $10,000 a day · $100,000 a day · $2,000,000 a day");
    expect(shown.trimEnd().endsWith("UNVERIFIED: deposits capped")).to.equal(true);
    expect(renderStatus([status], { lang: "zh" }).trimEnd().endsWith("未验证：存入受上限约束")).to.equal(
      true,
    );
  });

  it("given a hold on everyone, a halted price and a tightened number, says each", async () => {
    const s = await scene();
    await s.mocks.refreshPrices();
    const zero = `0x${"0".repeat(40)}`;
    await s.safes.guardian.send(
      callOf(s.contracts.guardian, "hold", [zero, DAY]),
      s.keys.guardian.slice(0, 2),
    );
    const held = await now();
    const officer = s.keys.riskOfficer.slice(0, 2);
    await s.safes.riskOfficer?.send(callOf(s.contracts.router, "halt", [eth(s)]), officer);
    const pool = callOf(s.contracts.policy, "tighten", [paramKey(KINDS.UNVERIFIED_POOL), 1n]);
    await s.safes.riskOfficer?.send(pool, officer);
    const status = await statusOf(s);
    expect(status.heldUntil).to.equal(held + DAY);
    expect(status.assets.map(({ price }) => price)).to.deep.equal(["HALT", "NORMAL", "NORMAL", "NORMAL"]);
    expect(status.tightened).to.deep.equal(["policy.UNVERIFIED_POOL"]);
    expect(isStressed(status)).to.equal(true);
    const shown = renderStatus([status, status]);
    expect(shown.match(/paused until .* UTC, eth price HALT, numbers tightened: 1/g)).to.have.length(2);
  });

  it("given prices that nobody refreshed, is stressed: nothing is instant", async () => {
    const s = await scene();
    await s.wait(3n * DAY);
    const status = await statusOf(s);
    expect(isStressed(status)).to.equal(true);
    expect(new Set(status.assets.map(({ price }) => price))).to.deep.equal(new Set(["HALT"]));
  });

  it("given other code at one address, has another hash of the whole", async () => {
    const s = await scene();
    const before = await statusOf(s);
    const { code } = await collectStatus(ethers.provider, { ...s.addresses, lens: s.addresses.factory });
    expect(code).not.to.equal(before.code);
  });
});
