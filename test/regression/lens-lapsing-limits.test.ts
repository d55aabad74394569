import { expect } from "chai";
import hre from "hardhat";
import type { IVaultLens } from "../../typechain-types/index.ts";
import { DAY, deployCore, KINDS, NATIVE, paramKey, TIERS } from "../support/deployCore.ts";
import { setStage } from "../support/stage.ts";

const connection = await hre.network.create();
const { ethers, networkHelpers } = connection;

const ETHER = 10n ** 18n;
/** Raw units that a cent buys at the listed 2,000 dollars. */
const CENT = ETHER / 200_000n;

// `moreFrom` is 0 only if time alone changes nothing; a tightening lapses by time alone.
describe("VaultLens under a tightened limit", () => {
  for (const [name, key] of [
    ["the tier's single limit", paramKey(KINDS.TIER_SINGLE)],
    ["a higher tier's window", paramKey(KINDS.TIER_WINDOW, 3n)],
    ["the asset's breaker", paramKey(KINDS.ASSET_BREAKER, NATIVE)],
    ["the pool of the unverified", paramKey(KINDS.UNVERIFIED_POOL)],
  ] as const) {
    it(`says from when more is instant: ${name}`, async () => {
      const core = await deployCore(ethers);
      const [anna, bert] = core.users;
      if (!anna || !bert) throw new Error("too few signers");
      const lens = (await ethers.deployContract("VaultLens", [core.vault])) as unknown as IVaultLens;
      await core.vault.connect(anna).deposit(NATIVE, 10n * ETHER, anna, { value: 10n * ETHER });
      await core.vault.connect(anna).setDestination(bert, true);
      await networkHelpers.time.increase(2n * DAY);
      await core.policy.connect(core.riskOfficer).tighten(key, 100n);
      const { until } = await core.policy.param(key);

      const amount = TIERS[0].single * CENT;
      const tightened = await lens.explain(anna, NATIVE, amount, bert);
      expect(tightened.instantNow).to.be.lessThan(amount);
      expect(tightened.moreFrom).to.equal(until);
      await networkHelpers.time.increaseTo(until);
      expect((await lens.explain(anna, NATIVE, amount, bert)).instantNow).to.equal(amount);
    });
  }

  it("says nothing of a lower tier's limit, which doesn't bind a higher one", async () => {
    const s = await setStage(connection);
    const lens = (await ethers.deployContract("VaultLens", [s.vault])) as unknown as IVaultLens;
    await s.ready(s.anna, 2n, NATIVE, ETHER, s.bert);
    const tighten = async (kind: bigint, tier?: bigint) =>
      s.policy.connect(s.riskOfficer).tighten(paramKey(kind, tier), 0n);
    await tighten(KINDS.TIER_WINDOW, 1n);
    await tighten(KINDS.UNVERIFIED_POOL);
    await tighten(KINDS.TIER_SINGLE, 0n);
    const before = await lens.explain(s.anna, NATIVE, ETHER, s.bert);
    expect([before.verdict, before.moreFrom]).to.deep.equal([0n, 0n]);
    await tighten(KINDS.TIER_SINGLE, 3n);
    const { until } = await s.policy.param(paramKey(KINDS.TIER_SINGLE, 3n));
    const after = await lens.explain(s.anna, NATIVE, ETHER, s.bert);
    expect([after.instantNow, after.moreFrom]).to.deep.equal([0n, until]);
  });
});
