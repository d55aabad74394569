import { expect } from "chai";
import type { BaseContract } from "ethers";
import hre from "hardhat";
import { WINDOW as WINDOW_KEYS } from "../../src/audit/rebuild.ts";
import { COMPARE, type VaultSample, vaultProbes } from "../../src/governance/release.ts";
import type { IVault } from "../../typechain-types/index.ts";
import { NATIVE } from "../support/deployCore.ts";
import { terminalRefusal } from "../support/refusal.ts";
import { CENT, setStage } from "../support/stage.ts";
import { proxied } from "../support/upgradeFixture.ts";

const connection = await hre.network.create();
const { ethers, networkHelpers } = connection;

async function ready() {
  const s = await setStage(connection);
  const { id: asset } = await s.token();
  await s.fund(s.anna, asset, 500n * CENT);
  await s.fund(s.bert, NATIVE, 1n);
  const vault = await s.vault.getAddress();
  const probes = (sample: VaultSample) => vaultProbes(ethers.provider, vault, sample);
  /** The questions of a list, as people read them. */
  const asked = async (sample: VaultSample) =>
    (await probes(sample)).map(({ data }) => {
      const call = (s.vault as BaseContract).interface.parseTransaction({ data });
      return [call?.name, ...(call?.args ?? [])].join(" ");
    });
  return { ...s, asset, proxy: vault, probes, asked };
}

describe("the standard probes of a Vault", () => {
  const setup = () => networkHelpers.loadFixture(ready);

  it("ask for the whole, every listed asset, and the sample's balances, records, windows and exits", async () => {
    const s = await setup();
    const { anna, asset } = s;
    const id = s.idOf(await s.queue(anna, asset, 100n * CENT, s.carl));
    const subject = anna.address;
    expect(await s.asked({ accounts: [subject], exits: [id] })).to.deep.equal([
      "authority",
      "policy",
      "revision",
      "sanctionsList",
      "everyoneHeldUntil",
      "instantClosed",
      "governedAt",
      "reserves",
      "auditRecord",
      "listedAssets",
      `windowOf ${WINDOW_KEYS.pool}`,
      `windowOf ${WINDOW_KEYS.hold(ethers.ZeroAddress)}`,
      ...[NATIVE, asset].flatMap((one) => [
        `assetOf ${one}`,
        `holdings ${one}`,
        `windowOf ${WINDOW_KEYS.asset(one)}`,
      ]),
      `balanceOf ${subject} ${asset}`,
      `balanceSlot ${subject} ${asset}`,
      `accountOf ${subject}`,
      `nonces ${subject} 0`,
      `subjectRecord ${subject}`,
      `windowOf ${WINDOW_KEYS.subject(subject)}`,
      `windowOf ${WINDOW_KEYS.hold(subject)}`,
      `openOf ${id}`,
    ]);
    for (const { target, compare } of await s.probes({ accounts: [subject], exits: [id] })) {
      expect([target, compare]).to.deep.equal([s.proxy, COMPARE.SAME]);
    }
  });

  it("ask for a customer once, however many of its accounts are sampled", async () => {
    const s = await setup();
    await s.link(s.bert, s.anna);
    const asked = await s.asked({ accounts: [s.anna.address, s.bert.address], exits: [] });
    expect(new Set(asked).size).to.equal(asked.length);
    expect(asked.filter((one) => one.startsWith("subjectRecord"))).to.deep.equal([
      `subjectRecord ${s.anna.address}`,
    ]);
    expect(asked.filter((one) => one.startsWith("balanceOf"))).to.deep.equal([
      `balanceOf ${s.anna.address} ${s.asset}`,
      `balanceOf ${s.bert.address} ${NATIVE}`,
    ]);
  });

  it("are refused without an account that holds anything", async () => {
    const s = await setup();
    for (const accounts of [[], [s.carl.address, s.mallory.address]]) {
      const error = await terminalRefusal(s.probes({ accounts, exits: [] }));
      expect(error.code).to.equal("SAMPLE_WITHOUT_BALANCES");
      expect(error.facts).to.deep.equal({ vault: s.proxy, accounts: accounts.length });
      expect(error.advice).to.equal("Name at least one account with a balance.");
    }
    // One with a balance is enough, whoever stands beside it.
    await s.probes({ accounts: [s.carl.address, s.anna.address], exits: [] });
  });

  it("are refused where no asset is listed", async () => {
    const { anna, manager, record } = await setup();
    const half = await ethers.deployContract("VaultAdmin", [record]);
    const code = await ethers.deployContract("Vault", [half]);
    const begin = half.interface.encodeFunctionData("initialize", [manager.target]);
    const { proxy } = await proxied<IVault>(ethers, "IVault", code, anna, begin);
    const sample = { accounts: [anna.address], exits: [] };
    const error = await terminalRefusal(vaultProbes(ethers.provider, proxy, sample));
    expect(error.code).to.equal("SAMPLE_WITHOUT_ASSETS");
    expect(error.facts).to.deep.equal({ vault: proxy });
  });

  it("are refused with an exit that isn't open", async () => {
    const s = await setup();
    const exit = await s.queue(s.anna, s.asset, 100n * CENT, s.carl);
    const id = s.idOf(exit);
    await s.vault.connect(s.anna).cancel(exit);
    const error = await terminalRefusal(s.probes({ accounts: [s.anna.address], exits: [id] }));
    expect(error.code).to.equal("SAMPLE_EXIT_NOT_OPEN");
    expect(error.facts).to.deep.equal({ vault: s.proxy, exit: id });
  });
});
