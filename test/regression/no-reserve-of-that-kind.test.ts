import { expect } from "chai";
import hre from "hardhat";
import { KINDS, paramKey } from "../support/deployCore.ts";
import { deployLevel } from "../support/reserves.ts";
import { CENT, setStage } from "../support/stage.ts";

const connection = await hre.network.create();
const { ethers, networkHelpers } = connection;

const MONEY = 1_000n * CENT;

// Half of the suite has a `vault()`. Once registered, anyone's sweep sends them all that the Vault needn't keep: lost for
// ever in most, and credited to whoever owns it in a deposit address.
describe("What serves the Vault and is no reserve", () => {
  async function deployed() {
    const s = await setStage(connection);
    const { id } = await s.token();
    await s.setParam("vault", paramKey(KINDS.HOT_MAX, id), 0n);
    await s.fund(s.anna, id, MONEY);
    await s.factory.deploy(s.mallory);
    const lens = await ethers.deployContract("VaultLens", [s.vault]);
    const recovery = await ethers.deployContract("Recovery", [s.manager, s.vault]);
    const box = await s.factory.addressOf(s.mallory);
    return {
      ...s,
      id,
      others: { lens, recovery, box, factory: s.factory, guardian: s.guardian, registry: s.registry },
    };
  }

  it("is refused by addReserve, so nobody sweeps into it", async () => {
    const s = await networkHelpers.loadFixture(deployed);
    for (const [name, other] of Object.entries(s.others)) {
      const address = await ethers.resolveAddress(other);
      await expect(s.vault.addReserve(address), name)
        .to.be.revertedWithCustomError(s.vault, "Vault_NotAReserve")
        .withArgs(address);
    }
    await expect(s.vault.connect(s.mallory).sweep(s.id)).to.be.revertedWithCustomError(
      s.vault,
      "Vault_NoReserve",
    );
    expect(await s.vault.balanceOf(s.mallory, s.id)).to.equal(0n);
  });

  it("a reserve is taken", async () => {
    const s = await networkHelpers.loadFixture(deployed);
    const [a, b] = s.users.slice(-2);
    if (!a || !b) throw new Error("too few signers");
    const level = await deployLevel(s, [a, b], ethers.ZeroAddress);
    await expect(s.vault.addReserve(level.address)).to.emit(s.vault, "ReserveAdded").withArgs(level.address);
    await s.vault.connect(s.mallory).sweep(s.id);
    expect(await s.holds(s.id, level.address)).to.equal(MONEY);
  });
});
