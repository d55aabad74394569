import { expect } from "chai";
import type { BaseContract } from "ethers";
import hre from "hardhat";
import { WINDOW as WINDOW_KEYS } from "../../src/audit/rebuild.ts";
import { COMPARE, type Probe, probeOf } from "../../src/governance/release.ts";
import { governedVault, type Next } from "../support/governedVault.ts";
import { DELAY, pointerOf, type Release } from "../support/upgradeFixture.ts";

const connection = await hre.network.create();
const { ethers, networkHelpers } = connection;

async function ready() {
  const s = await governedVault(connection);
  const corrupting = await s.nextWith("CorruptingVaultAdmin");
  const repacking = await s.nextWith("RepackingVaultAdmin");
  const lying = await s.nextWith("LyingVaultAdmin");
  /** Scheduled and due, the release reverts with the probe's number, and nothing has changed. */
  const refused = async (release: Release, error: string, probe: number) => {
    const before = await s.answers();
    const { execute } = await s.schedule(s.own, s.upgradeCall(release));
    await s.wait(DELAY);
    await expect(execute()).to.be.revertedWithCustomError(s.controller, error).withArgs(probe);
    expect(await pointerOf(ethers, s.proxy)).to.equal(s.implementation);
    const record = await s.controller.governedOf(s.proxy);
    expect([record.revision, record.implementation]).to.deep.equal([0n, s.implementation]);
    expect(await s.answers()).to.deep.equal(before);
  };
  /** Through the timelock, without an objection. */
  const passes = async (release: Release, next: Next) => {
    await s.govern(s.own, s.upgradeCall(release));
    expect(await pointerOf(ethers, s.proxy)).to.equal(next.code.target);
  };
  const rollback = async (release: Release) => {
    await s.controller.connect(s.rescuer).rollback(await s.controller.idOf(release));
    expect(await pointerOf(ethers, s.proxy)).to.equal(s.implementation);
  };
  return { ...s, corrupting, repacking, lying, refused, passes, rollback };
}

type Ready = Awaited<ReturnType<typeof ready>>;

/** A probe of the standard list. */
function standard(s: Ready, view: string, ...args: unknown[]): Probe {
  const { data } = probeOf(s.proxy, s.vault, view, args);
  const probe = s.probes.find((one) => one.data === data);
  if (!probe) throw new Error(`the standard probes don't ask ${view}`);
  return probe;
}

/** A next Vault whose migration spoils one thing, and the only probes that look at it. */
interface Harm {
  readonly next: Next;
  readonly noticedBy: readonly Probe[];
}

function harmBy(
  to: Omit<Next, "migrate"> & { readonly half: BaseContract },
  migration: string,
  args: readonly unknown[],
  ...noticedBy: Probe[]
): Harm {
  return { next: { ...to, migrate: to.half.interface.encodeFunctionData(migration, args) }, noticedBy };
}

const PACKS_ANEW = (s: Ready) =>
  harmBy(s.repacking, "repack", [s.anna.address], standard(s, "accountOf", s.anna.address));

const LIES = (s: Ready) => {
  const key = WINDOW_KEYS.subject(s.anna.address);
  return harmBy(s.lying, "resetWindow", [key], standard(s, "windowOf", key));
};

const HARMS: readonly (readonly [migration: string, harm: (s: Ready) => Harm])[] = [
  [
    "loses a unit of one balance",
    (s) => {
      const key = [s.anna.address, s.asset];
      const views = ["balanceOf", "balanceSlot"].map((view) => standard(s, view, ...key));
      return harmBy(s.corrupting, "loseUnit", key, ...views);
    },
  ],
  [
    "seasons one balance before its time",
    (s) => {
      const key = [s.anna.address, s.asset];
      return harmBy(s.corrupting, "seasonBalance", key, standard(s, "balanceSlot", ...key));
    },
  ],
  [
    "owes a unit less of one asset",
    (s) => harmBy(s.corrupting, "oweLess", [s.asset], standard(s, "assetOf", s.asset)),
  ],
  [
    "carries an asset's tokens off",
    (s) => harmBy(s.corrupting, "carryOff", [s.asset, s.mallory.address], standard(s, "holdings", s.asset)),
  ],
  [
    "forgets what a customer's limit has used",
    (s) => {
      const key = WINDOW_KEYS.subject(s.anna.address);
      return harmBy(s.corrupting, "resetWindow", [key], standard(s, "windowOf", key));
    },
  ],
  [
    "forgets what an asset's limit has used",
    (s) => {
      const key = WINDOW_KEYS.asset(s.asset);
      return harmBy(s.corrupting, "resetWindow", [key], standard(s, "windowOf", key));
    },
  ],
  [
    "forgets an open exit",
    (s) => harmBy(s.corrupting, "dropExit", [s.idOf(s.exit)], standard(s, "openOf", s.idOf(s.exit))),
  ],
  [
    "raises a customer's tier",
    (s) => harmBy(s.corrupting, "raiseTier", [s.anna.address], standard(s, "subjectRecord", s.anna.address)),
  ],
  [
    "leaves an account that the old code can't read",
    (s) => harmBy(s.corrupting, "garbleKind", [s.anna.address], standard(s, "accountOf", s.anna.address)),
  ],
  [
    "puts another policy in force",
    (s) => harmBy(s.corrupting, "swapPolicy", [s.mallory.address], standard(s, "policy")),
  ],
  ["packs an account's slot anew and reads it so", PACKS_ANEW],
  ["forgets what a limit has used and lies about it", LIES],
];

describe("attack: hostile releases of the real Vault", () => {
  const setup = () => networkHelpers.loadFixture(ready);

  it("control: a next version that spoils nothing passes by the same probes", async () => {
    const s = await setup();
    const before = await s.answers();
    await s.govern(s.own, s.upgradeCall(await s.release(undefined, s.probes)));
    expect(await pointerOf(ethers, s.proxy)).to.equal(s.next.target);
    expect(await s.answers()).to.deep.equal(before);
    for (const hostile of [s.corrupting, s.lying]) {
      const harmless = { ...hostile, migrate: "0x" };
      await s.passes(await s.release(harmless, s.probes), harmless);
      expect(await s.answers()).to.deep.equal(before);
    }
  });

  for (const [what, harm] of HARMS) {
    it(`REVIEW 8: a migration that ${what} is found out by the old code (INV-GOV-3)`, async () => {
      const s = await setup();
      const { next, noticedBy } = harm(s);
      const first = s.probes.findIndex((probe) => noticedBy.includes(probe));
      await s.refused(await s.release(next, s.probes), "UpgradeController_DataChanged", first);
      // Each of these probes is enough, and no other is.
      const blind = s.probes.filter((probe) => !noticedBy.includes(probe));
      for (const probe of noticedBy) {
        const release = await s.release(next, [...blind, probe]);
        await s.refused(release, "UpgradeController_DataChanged", blind.length);
      }
      await s.passes(await s.release(next, blind), next);
    });
  }

  for (const [what, harm] of [
    ["packed anew", PACKS_ANEW],
    ["lied about", LIES],
  ] as const) {
    it(`REVIEW 8: what is ${what} looks right under the new code: only the old one's view shows it`, async () => {
      const s = await setup();
      const { next, noticedBy } = harm(s);
      const [telling] = noticedBy;
      if (!telling) throw new Error("a probe notices it");
      const before = await s.answers();
      const blind = s.probes.filter((probe) => probe !== telling);
      const release = await s.release(next, blind);
      await s.passes(release, next);
      expect(await s.answers()).to.deep.equal(before);
      await s.rollback(release);
      const number = s.probes.indexOf(telling);
      const afterwards = await s.answers();
      expect(afterwards[number]).not.to.equal(before[number]);
    });
  }

  it("REVIEW 8: code that reads a new packing without having packed anything answers otherwise", async () => {
    const s = await setup();
    const unpacked = { ...s.repacking, migrate: "0x" };
    const account = standard(s, "accountOf", s.anna.address);
    const number = s.probes.indexOf(account);
    await s.refused(await s.release(unpacked, s.probes), "UpgradeController_AnswerChanged", number);
    const changed = s.probes.with(number, { ...account, compare: COMPARE.CHANGED });
    await s.passes(await s.release(unpacked, changed), unpacked);
  });

  it("REVIEW 8: a Vault that reverts whatever is called is refused by the first probe", async () => {
    const s = await setup();
    const spoiling = async (at: bigint): Promise<Next> => ({
      code: await ethers.deployContract("SpoilingVault", [s.implementation, at]),
      pins: [],
      migrate: "0x",
    });
    const bricked = await spoiling(0n);
    await s.refused(await s.release(bricked, s.probes), "UpgradeController_ProbeFailed", 0);
    // The same code before it goes bad: the rehearsal finds nothing, which is what the rollback is for.
    const later = await spoiling((await s.now()) + 3n * DELAY);
    await s.passes(await s.release(later, s.probes), later);
  });
});
