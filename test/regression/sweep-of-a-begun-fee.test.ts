import { expect } from "chai";
import type { Contract } from "ethers";
import hre from "hardhat";
import type { FeeToken } from "../../typechain-types/index.ts";
import { addLevels } from "../support/reserves.ts";
import { CENT, setStage } from "../support/stage.ts";

const connection = await hre.network.create();
const { networkHelpers } = connection;

const MONEY = 1_000_000n * CENT;

// A token of class EXACT that begins to take fees (as USDT may): what anyone may call must not pay them.
describe("A sweep of a token that has begun to take a fee", () => {
  async function begun() {
    const s = await setStage(connection);
    const { id, token } = await s.token("FeeToken", [0n]);
    const levels = await addLevels(s, [id]);
    await s.fund(s.anna, id, MONEY);
    await s.season();
    return { ...s, ...levels, id, coin: token as unknown as FeeToken };
  }

  it("is refused: an outsider can't make the holdings shrink, once or again (INV-CUS-1)", async () => {
    const s = await networkHelpers.loadFixture(begun);
    await s.coin.setFeeBps(100n);
    const received = (MONEY * 99n) / 100n;
    await expect(s.vault.connect(s.mallory).sweep(s.id))
      .to.be.revertedWithCustomError(s.vault, "Vault_ReceivedDiffers")
      .withArgs(s.id, MONEY, received);
    expect(await s.vault.holdings(s.id)).to.equal(MONEY);
    await expect(s.vault.checkImpairment(s.id), "nothing is lost").to.be.revertedWithCustomError(
      s.vault,
      "Vault_Unchanged",
    );
    // The fee is over: as before.
    await s.coin.setFeeBps(0n);
    await s.vault.connect(s.mallory).sweep(s.id);
    expect(await s.holds(s.id, s.warm.address)).to.equal(MONEY);
    expect(await s.holds(s.id, s.vault as unknown as Contract)).to.equal(0n);
    await s.audit();
  });

  it("doesn't undo, at the customers' cost, what a reserve's Safe has just sent", async () => {
    const s = await networkHelpers.loadFixture(begun);
    await s.vault.sweep(s.id);
    await s.coin.setFeeBps(100n);
    await s.warm.reserve.connect(s.warm.safe).send(s.id, MONEY);
    const left = await s.vault.holdings(s.id);
    expect(left).to.equal((MONEY * 99n) / 100n);
    await expect(s.vault.connect(s.mallory).sweep(s.id)).to.be.revertedWithCustomError(
      s.vault,
      "Vault_ReceivedDiffers",
    );
    expect(await s.vault.holdings(s.id)).to.equal(left);
  });
});
