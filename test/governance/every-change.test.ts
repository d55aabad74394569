import { expect } from "chai";
import { AUDIT_TYPES, auditDomain, runningCode } from "../../src/governance/audits.ts";
import { INTENTS } from "../../src/governance/changes/all-intents.ts";
import { advance, brokenPromises } from "../../src/governance/proposals/advance.ts";
import { propose } from "../../src/governance/proposals/propose.ts";
import { review } from "../../src/governance/proposals/review.ts";
import { readVariables } from "../../src/governance/variables.ts";
import {
  attest,
  connection,
  DAY,
  depositByAddress,
  ETHER,
  eth,
  ethers,
  type Scene,
  scene,
  withdraw,
} from "../scenario/scene.ts";
import { carryOut, changeOf, governanceOf, signed } from "../support/governing.ts";

/** A case: what makes the state that the change needs, and the change itself. */
interface Case {
  readonly kind: string;
  readonly change: (s: Scene) => Promise<readonly unknown[]> | readonly unknown[];
  readonly deploy?: Readonly<Record<string, unknown>>;
  /** All variables that change, addresses in their ids cut to 0x, and whether they tighten or loosen. */
  readonly expects: Readonly<Record<string, string>>;
}

const feeds = (s: Scene) =>
  s.addresses.assets[0]?.sources.map(({ feed }, index) => ({
    aggregator: feed,
    upstream: `another ${index}`,
    maxAgeSeconds: 3_600,
    minPrice: "1000000000000",
    maxPrice: "100000000000000000",
  })) ?? [];

const later = async (days: bigint) => {
  const { timestamp } = (await ethers.provider.getBlock("latest")) ?? { timestamp: 0 };
  return new Date((timestamp + Number(days * DAY)) * 1_000).toISOString().replace(/\.\d+Z/, "Z");
};

async function hold(s: Scene, subject: string): Promise<void> {
  const data = s.contracts.guardian.interface.encodeFunctionData("hold", [subject, SECONDS]);
  await s.safes.guardian.send({ to: s.addresses.guardian, data }, s.keys.guardian.slice(0, 2));
}

/** An audit of all the code that runs, signed by the auditor of the parameter file. */
async function auditOf(s: Scene) {
  const [auditor] = s.keys.auditors;
  if (auditor === undefined) throw new Error("the local configuration has an auditor");
  const code = await runningCode(ethers.provider, s.addresses.vault);
  const codehashes = [...new Set(code.map(({ codehash }) => codehash))];
  const audit = { report: ethers.id("the report"), auditor: await auditor.getAddress(), codehashes };
  const domain = auditDomain(BigInt(s.addresses.chainId), s.addresses.auditRecord);
  const signature = await auditor.signTypedData(domain, AUDIT_TYPES, { ...audit, validUntil: 0n });
  return { kind: "record-audit", ...audit, signature };
}

/** An office has named a successor of the council. */
async function supported(s: Scene, office: string): Promise<void> {
  const governance = await governanceOf(s, connection);
  const change = changeOf([{ kind: "support-succession", office, successor: s.addresses.safes.rollback }]);
  await carryOut(s, governance, await propose(governance, change), s.mallory);
}

/** Governance has put the Vault's code in place once more; the release's id. */
async function released(s: Scene) {
  const governance = await governanceOf(s, connection);
  await depositByAddress(s, s.anna, ETHER);
  const change = changeOf(
    [
      {
        kind: "upgrade",
        contract: "vault",
        to: "$next",
        pins: ["$half"],
        sample: { accounts: [s.anna.address] },
      },
    ],
    {
      deploy: {
        half: { contract: "VaultAdmin", arguments: ["$auditRecord"] },
        next: { contract: "Vault", arguments: ["$half"] },
      },
    },
  );
  await carryOut(s, governance, await propose(governance, change), s.mallory);
  const { upgradeController } = s.contracts;
  const [log] = await upgradeController.queryFilter(upgradeController.filters.ReleaseExecuted());
  return { governance, id: String(log?.args.id) };
}

const GUARDIAN_OWNERS = (s: Scene) => [s.anna.address, s.bert.address, s.mallory.address];

const SECONDS = 86_400;

const CASES: readonly Case[] = [
  {
    kind: "set-tier-limits",
    change: () => [{ kind: "set-tier-limits", tier: 1, perDay: "$20,000", single: "$5,000", late: "4 d" }],
    expects: {
      "policy.TIER_WINDOW.1": "loosens",
      "policy.TIER_SINGLE.1": "tightens",
      "policy.TIER_LATE.1": "tightens",
    },
  },
  {
    kind: "set-number",
    change: () => [{ kind: "set-number", name: "HOT_COVER", asset: "usd", value: "300 %" }],
    expects: { "vault.HOT_COVER.0x": "loosens" },
  },
  {
    kind: "set-number",
    change: () => [{ kind: "set-number", name: "PAYMENT_TIERS", feature: "capture", value: 2 }],
    expects: { "paymentRules.PAYMENT_TIERS.3": "tightens" },
  },
  {
    kind: "set-number",
    change: () => [{ kind: "set-number", name: "FOREIGN_INSTANT", asset: "ltc", value: "50" }],
    expects: { "gateway.FOREIGN_INSTANT.0x": "tightens" },
  },
  {
    kind: "set-number",
    change: () => [
      {
        kind: "set-number",
        name: "CHAIN_OUT",
        chain: "bip122:530827f38f93b43ed12af0b3ad25a288",
        value: "$2,000,000",
      },
    ],
    expects: { "gateway.CHAIN_OUT.bip122:530827f38f93b43ed12af0b3ad25a288": "loosens" },
  },
  {
    kind: "tighten",
    change: () => [
      {
        kind: "tighten",
        name: "FOREIGN_DELAY",
        chain: "bip122:530827f38f93b43ed12af0b3ad25a288",
        value: "5 d",
      },
    ],
    expects: { "gateway.FOREIGN_DELAY.bip122:530827f38f93b43ed12af0b3ad25a288": "tightens" },
  },
  {
    kind: "tighten",
    change: () => [{ kind: "tighten", name: "PAYMENT_VOLUME", tier: 1, value: "$1,000" }],
    expects: { "paymentRules.PAYMENT_VOLUME.1": "tightens" },
  },
  {
    kind: "tighten",
    change: () => [{ kind: "tighten", name: "TIER_WINDOW", tier: 1, value: "$1,000" }],
    expects: { "policy.TIER_WINDOW.1": "tightens" },
  },
  {
    kind: "list-asset",
    change: async (s) => {
      const token = await ethers.deployContract("MockERC20", ["Euro token", 6]);
      const {
        capTicks,
        unverifiedCapTicks,
        smallLaneBps,
        largeLaneBps,
        breakerTicks,
        hotCoverBps,
        hotMinTicks,
        hotMaxTicks,
      } = s.config.assets[2] ?? {};
      const numbers = {
        capTicks,
        unverifiedCapTicks,
        smallLaneBps,
        largeLaneBps,
        breakerTicks,
        hotCoverBps,
        hotMinTicks,
        hotMaxTicks,
      };
      const digits = Object.fromEntries(
        Object.entries(numbers).map(([name, value]) => [name, String(value)]),
      );
      return [
        {
          kind: "list-asset",
          symbol: "eur",
          token: await token.getAddress(),
          tokenClass: "exact",
          tickExponent: 6,
          ...digits,
          deltaBps: 100,
          feeds: feeds(s),
        },
      ];
    },
    expects: {
      "vault.HOLDINGS_CAP.0x": "neutral",
      "vault.SMALL_LANE_RATE.0x": "neutral",
      "vault.LARGE_LANE_RATE.0x": "neutral",
      "vault.HOT_COVER.0x": "neutral",
      "vault.HOT_MIN.0x": "neutral",
      "vault.HOT_MAX.0x": "neutral",
      "vault.asset.0x": "neutral",
      "auditRecord.unverifiedCap.0x": "neutral",
      "policy.ASSET_BREAKER.0x": "neutral",
      "router.feedSet.0x": "neutral",
      "router.halt.0x": "neutral",
      "reserve.KEEP.0x": "neutral",
      "vault.windingDown.0x": "loosens",
    },
  },
  {
    kind: "set-price-sources",
    change: (s) => [{ kind: "set-price-sources", asset: "eth", deltaBps: 100, feeds: feeds(s) }],
    expects: { "router.feedSet.native": "neutral" },
  },
  {
    kind: "grant-role",
    change: (s) => [{ kind: "grant-role", role: "ATTESTOR", account: s.anna.address }],
    expects: { "manager.role.ATTESTOR": "loosens" },
  },
  {
    kind: "revoke-role",
    change: async (s) => [
      { kind: "revoke-role", role: "REVIEWER", account: "$safes.reviewer" },
      { kind: "grant-role", role: "REVIEWER", account: s.anna.address },
    ],
    expects: { "manager.role.REVIEWER": "loosens" },
  },
  {
    kind: "set-guardian-key",
    change: async (s) => [
      { kind: "set-guardian-key", key: s.anna.address, expires: await later(100n), budget: "10 d" },
    ],
    expects: { "guardian.key.0x": "neutral" },
  },
  {
    kind: "remove-guardian-key",
    change: () => [{ kind: "remove-guardian-key", key: "$safes.guardian" }],
    expects: { "guardian.key.0x": "neutral" },
  },
  {
    kind: "hold",
    change: () => [{ kind: "hold", subject: "everyone", for: "24 h" }],
    expects: { "vault.heldUntil.everyone": "tightens" },
  },
  {
    kind: "lift",
    change: async (s) => {
      await hold(s, s.anna.address);
      return [{ kind: "lift", subject: s.anna.address }];
    },
    expects: { "vault.heldUntil.0x": "loosens" },
  },
  {
    kind: "extend-hold",
    change: async (s) => {
      await hold(s, s.anna.address);
      return [{ kind: "extend-hold", subject: s.anna.address, for: "20 d" }];
    },
    expects: { "vault.heldUntil.0x": "tightens" },
  },
  {
    kind: "upgrade",
    deploy: {
      half: { contract: "VaultAdmin", arguments: ["$auditRecord"] },
      next: { contract: "Vault", arguments: ["$half"] },
    },
    change: async (s) => {
      await depositByAddress(s, s.anna, ETHER);
      return [
        {
          kind: "upgrade",
          contract: "vault",
          to: "$next",
          pins: ["$half"],
          sample: { accounts: [s.anna.address] },
        },
      ];
    },
    expects: { "upgradeController.implementation.vault": "neutral" },
  },
  {
    kind: "set-policy",
    deploy: { next: { contract: "ExitPolicy", arguments: ["$manager", "$router", "$sanctionsList"] } },
    change: () => [{ kind: "set-policy", policy: "$next" }],
    expects: { "vault.policy": "neutral", "manager.function.0x.0x": "neutral" },
  },
  {
    kind: "register-app",
    deploy: { app: { contract: "MockApp", arguments: ["$vault"] } },
    change: () => [{ kind: "register-app", app: "$app" }],
    expects: { "vault.kind.0x": "loosens" },
  },
  {
    kind: "set-delay",
    change: () => [{ kind: "set-delay", delay: "3 d" }],
    expects: { "timelock.minDelay": "tightens" },
  },
  {
    kind: "set-safe-owners",
    change: (s) => [{ kind: "set-safe-owners", safe: "guardian", owners: GUARDIAN_OWNERS(s), threshold: 2 }],
    expects: { "safe.guardian.owners": "neutral" },
  },
  {
    kind: "add-reserve",
    deploy: { colder: { contract: "PlainReserve", arguments: ["$vault"] } },
    change: () => [{ kind: "add-reserve", reserve: "$colder" }],
    expects: { "vault.reserves": "neutral" },
  },
  {
    kind: "remove-reserve",
    change: () => [{ kind: "remove-reserve", reserve: "$reserve" }],
    expects: { "vault.reserves": "neutral" },
  },
  {
    kind: "refill-from-reserve",
    change: async (s) => {
      await s.mallory.sendTransaction({ to: s.addresses.reserve, value: 3n * ETHER });
      return [{ kind: "refill-from-reserve", asset: "eth", amount: "2.5" }];
    },
    expects: {},
  },
  {
    kind: "halt-price",
    change: () => [{ kind: "halt-price", asset: "eth" }],
    expects: { "router.halt.native": "tightens" },
  },
  {
    kind: "lift-halt",
    change: async (s) => {
      const { router } = s.contracts;
      const data = router.interface.encodeFunctionData("halt", [eth(s)]);
      await s.safes.riskOfficer?.send({ to: s.addresses.router, data }, s.keys.riskOfficer.slice(0, 2));
      const variables = await readVariables(ethers.provider, s.addresses);
      const halt = variables.find(({ id }) => id === "router.halt.native");
      return [{ kind: "lift-halt", asset: "eth", haltedUntil: Number(halt?.value) }];
    },
    expects: { "router.halt.native": "loosens" },
  },
  {
    kind: "open-instant",
    change: async (s) => {
      const { governance, id } = await released(s);
      const back = await propose(governance, changeOf([{ kind: "roll-back", release: id }]));
      await carryOut(s, governance, back, s.mallory);
      return [{ kind: "open-instant" }];
    },
    expects: { "vault.instantClosed": "loosens" },
  },
  {
    kind: "revive",
    change: async (s) => {
      await s.wait(400n * DAY);
      await s.contracts.vault.windDown(eth(s));
      return [{ kind: "revive", asset: "eth" }];
    },
    expects: { "vault.windingDown.native": "loosens" },
  },
  { kind: "heartbeat", change: () => [{ kind: "heartbeat" }], expects: {} },
  {
    kind: "endorse",
    change: async (s) => {
      await depositByAddress(s, s.anna, ETHER);
      const { id } = await withdraw(s, s.anna, ETHER / 2n, s.bert.address);
      return [{ kind: "endorse", exit: id }];
    },
    expects: {},
  },
  {
    kind: "veto",
    change: async (s) => {
      const governance = await governanceOf(s, connection);
      const proposal = await propose(governance, changeOf([{ kind: "set-delay", delay: "4 d" }]));
      await advance(governance, proposal, await signed(s, proposal), s.mallory);
      return [{ kind: "veto", operation: proposal.operation?.id }];
    },
    expects: { "vetoGate.vetoed": "tightens" },
  },
  {
    kind: "record-audit",
    change: async (s) => [await auditOf(s)],
    expects: { "auditRecord.verifiedUntil": "loosens" },
  },
  {
    kind: "revoke-audit",
    change: async (s) => {
      const governance = await governanceOf(s, connection);
      await carryOut(s, governance, await propose(governance, changeOf([await auditOf(s)])), s.mallory);
      const { auditRecord } = s.contracts;
      const [log] = await auditRecord.queryFilter(auditRecord.filters.AuditRecorded());
      return [{ kind: "revoke-audit", audit: log?.args.id }];
    },
    expects: { "auditRecord.verifiedUntil": "tightens" },
  },
  { kind: "reject", change: () => [{ kind: "reject", safe: "council" }], expects: {} },
  {
    kind: "roll-back",
    change: async (s) => [{ kind: "roll-back", release: (await released(s)).id }],
    expects: { "vault.instantClosed": "tightens", "upgradeController.implementation.vault": "neutral" },
  },
  {
    kind: "retire-app",
    change: async (s) => {
      const app = await ethers.deployContract("MockApp", [s.addresses.vault]);
      const governance = await governanceOf(s, connection);
      const register = changeOf([{ kind: "register-app", app: await app.getAddress() }]);
      await carryOut(s, governance, await propose(governance, register), s.mallory);
      return [{ kind: "retire-app", app: await app.getAddress() }];
    },
    expects: { "vault.kind.0x": "tightens" },
  },
  {
    kind: "revoke-tier",
    change: async (s) => {
      const [attestor] = s.keys.attestors;
      if (attestor === undefined) throw new Error("the local configuration has an attestor");
      await attest(s, attestor, s.anna.address, 2n);
      return [{ kind: "revoke-tier", subject: s.anna.address, because: "its key is stolen" }];
    },
    expects: {},
  },
  {
    kind: "support-succession",
    change: (s) => [
      { kind: "support-succession", office: "reviewer", successor: s.addresses.safes.rollback },
    ],
    expects: { "succession.choice.0x": "loosens" },
  },
  {
    kind: "withdraw-succession-support",
    change: async (s) => {
      await supported(s, "reviewer");
      return [{ kind: "withdraw-succession-support", office: "reviewer" }];
    },
    expects: { "succession.choice.0x": "tightens" },
  },
  {
    kind: "object-to-succession",
    change: async (s) => {
      for (const office of ["guardian", "reviewer"]) await supported(s, office);
      return [{ kind: "object-to-succession" }];
    },
    expects: { "succession.announced": "tightens", "succession.choice.0x": "tightens" },
  },
  {
    kind: "call",
    change: () => [
      {
        kind: "call",
        target: "manager",
        function: "setTargetClosed",
        arguments: ["$recovery", true],
        because: "Close the recovery of accounts for everyone",
      },
    ],
    expects: { "manager.closed.recovery": "tightens" },
  },
];

describe("every kind of change", () => {
  for (const { kind, change, deploy = {}, expects } of CASES) {
    it(`${kind}: is proposed, reviewed as the same, carried out, and keeps its promises`, async () => {
      const s = await scene();
      const governance = await governanceOf(s, connection);
      const proposal = await propose(governance, changeOf(await change(s), { deploy }));
      const promised = Object.fromEntries(
        proposal.simulation.changes.map(({ id, direction }) => [id.replaceAll(/0x\w+/g, "0x"), direction]),
      );
      expect(promised).to.deep.equal(expects);
      expect((await review(governance, proposal)).differences).to.deep.equal([]);
      await carryOut(s, governance, proposal, s.mallory);
      expect(await brokenPromises(governance, proposal)).to.deep.equal([]);
    });
  }

  it("has a case for each kind", () => {
    expect(new Set(CASES.map(({ kind }) => kind))).to.deep.equal(new Set(INTENTS.map(({ kind }) => kind)));
  });
});
