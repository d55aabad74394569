import { expect } from "chai";
import hre from "hardhat";
import { DAY, deployCore, HOUR, NATIVE, TIERS } from "../support/deployCore.ts";

const { ethers, networkHelpers } = await hre.network.create();

const ETHER = 10n ** 18n;
/** Raw units that a cent buys at the listed 2,000 dollars. */
const CENT = ETHER / 200_000n;

/** The thief's book is ready; an hour before a new cell of T's grid begins a mule receives what was stolen. */
async function stolenLateInACell() {
  const core = await deployCore(ethers);
  const [victim, mule, outside, stranger] = core.users;
  if (!victim || !mule || !outside || !stranger) throw new Error("too few signers");
  await core.vault.connect(victim).deposit(NATIVE, 10n * ETHER, victim, { value: 10n * ETHER });
  await core.vault.connect(mule).setDestination(outside, true);
  const now = BigInt(await networkHelpers.time.latest());
  const cell = (now / DAY + 3n) * DAY;
  await networkHelpers.time.increaseTo(cell - HOUR);
  await core.vault.connect(victim).transfer(mule, NATIVE, ETHER);
  await networkHelpers.time.increaseTo(cell + 1n);
  return { ...core, victim, mule, outside, stranger, cell };
}

// INV-POL-6: nothing leaves by any path within T of its last credit.
describe("A move of nothing", () => {
  it("doesn't season what is fresh (INV-POL-6)", async () => {
    const d = await networkHelpers.loadFixture(stolenLateInACell);
    await d.vault.connect(d.mule).transfer(d.mule, NATIVE, 0);
    const { seasoned } = await d.vault.facts(d.mule, NATIVE, 0, d.outside);
    expect(seasoned).to.equal(0n);
    await expect(d.vault.connect(d.mule).withdraw(NATIVE, TIERS[0].single * CENT, d.outside)).to.emit(
      d.vault,
      "Queued",
    );
  });

  it("doesn't season another's value, moved by a stranger who needs no allowance for nothing", async () => {
    const d = await networkHelpers.loadFixture(stolenLateInACell);
    await d.vault.connect(d.stranger).transferFrom(d.stranger, d.mule, NATIVE, 0);
    await d.vault.connect(d.stranger).transferFrom(d.victim, d.mule, NATIVE, 0);
    expect((await d.vault.facts(d.mule, NATIVE, 0, d.outside)).seasoned).to.equal(0n);
  });

  it("leaves the slot as it was", async () => {
    const d = await networkHelpers.loadFixture(stolenLateInACell);
    const before = await d.vault.balanceSlot(d.mule, NATIVE);
    await d.vault.connect(d.victim).transfer(d.mule, NATIVE, 0);
    expect(await d.vault.balanceSlot(d.mule, NATIVE)).to.equal(before);
  });
});
