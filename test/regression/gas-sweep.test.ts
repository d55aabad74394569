import { expect } from "chai";
import hre from "hardhat";
import { DAY, deployCore, NATIVE, TIERS } from "../support/deployCore.ts";

const { ethers, networkHelpers } = await hre.network.create();

const ETHER = 10n ** 18n;
/** Raw units that a cent buys at the listed 2,000 dollars. */
const CENT = ETHER / 200_000n;
/** `ListMode.BURN` of contracts/mocks/MockSanctionsList.sol. */
const BURN = 5n;
const QUOTE_FAILED = 1n << 13n;
const SCREENING_DOWN = 1n << 6n;

async function seasoned() {
  const core = await deployCore(ethers);
  const [anna, bert] = core.users;
  if (!anna || !bert) throw new Error("too few signers");
  await core.vault.connect(anna).deposit(NATIVE, 10n * ETHER, anna, { value: 10n * ETHER });
  await core.vault.connect(anna).setDestination(bert, true);
  await networkHelpers.time.increase(2n * DAY);
  return { ...core, anna, bert };
}

/** What a withdraw with `gas` does from the fixture's state: nothing (it reverts), instant, or queued with reasons. */
async function withdrawWith(gas: bigint, burn: boolean): Promise<"reverted" | "instant" | bigint> {
  const d = await networkHelpers.loadFixture(seasoned);
  if (burn) await d.sanctions.setMode(BURN);
  let tx: Awaited<ReturnType<typeof d.vault.withdraw>>;
  try {
    tx = await d.vault.connect(d.anna).withdraw(NATIVE, TIERS[0].single * CENT, d.bert, { gasLimit: gas });
  } catch {
    return "reverted";
  }
  const receipt = await tx.wait();
  for (const log of receipt?.logs ?? []) {
    const event = d.vault.interface.parseLog(log);
    if (event?.name === "Queued") return event.args.reasons as bigint;
  }
  return "instant";
}

// "A starved quote reverts the request": no gas that a caller may choose makes a healthy answer look like a failed one.
describe("Gas that the caller chooses", () => {
  it("makes an instant exit instant or revert, never queue", async () => {
    const outcomes = new Set<string>();
    for (let gas = 100_000n; gas < 900_000n; gas += 4_001n)
      outcomes.add(String(await withdrawWith(gas, false)));
    for (let gas = 640_000n; gas < 700_000n; gas += 211n)
      outcomes.add(String(await withdrawWith(gas, false)));
    expect([...outcomes].sort()).to.deep.equal(["instant", "reverted"]);
  });

  it("never turns a burning list's silence into a failed quote", async () => {
    const outcomes = new Set<string>();
    for (let gas = 600_000n; gas < 1_000_000n; gas += 2_003n)
      outcomes.add(String(await withdrawWith(gas, true)));
    expect(outcomes.has(String(QUOTE_FAILED))).to.equal(false);
    expect([...outcomes].sort()).to.deep.equal([String(SCREENING_DOWN), "reverted"]);
  });
});
