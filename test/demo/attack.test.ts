import { expect } from "chai";
import { type Cents, cents, dollars, sumCents } from "../../src/core/money.ts";
import { holdingsOf, inProportion, SUITE_ASSETS, stakeByAsset, suiteAssetOf } from "../../src/demo/assets.ts";
import { type AttackPlan, planAttack } from "../../src/demo/attack.ts";
import { CAUSES, POWERS } from "../../src/demo/causes.ts";
import { CAUSE_CLASSES, type Incident, loadIncidents } from "../../src/demo/incidents.ts";
import type { Move, Strategy } from "../../src/demo/moves.ts";
import { DAY, HOUR, PARAMETERS, type Tier, withLimits } from "../../src/demo/parameters.ts";
import { mostLost } from "../../src/demo/promise.ts";

const INCIDENTS = loadIncidents();

function named(id: string): Incident {
  const found = INCIDENTS.find((incident) => incident.id === id);
  if (found === undefined) throw new Error(`no record of ${id}`);
  return found;
}

function strategyOf(plan: AttackPlan, id: Strategy["id"]): Strategy {
  const found = plan.strategies.find((strategy) => strategy.id === id);
  if (found === undefined) throw new Error(`no strategy ${id}`);
  return found;
}

const total = (moves: readonly Move[]): Cents => sumCents(moves.map((move) => move.cents));

describe("Replayed thefts", () => {
  for (const incident of INCIDENTS) {
    describe(incident.id, () => {
      const plan = planAttack(incident, PARAMETERS);

      it("replays every outflow of the record at its offset, in its class, at its value", () => {
        const first = plan.strategies[0];
        const replayed = first?.moves.filter((move) => move.record !== undefined) ?? [];
        expect(replayed).to.have.length(incident.outflows.length);
        for (const move of replayed) {
          const flow = incident.outflows[move.record ?? -1];
          expect(move.at).to.equal(flow?.at);
          expect(move.cents).to.equal(flow?.cents);
          expect(move.asset).to.equal(suiteAssetOf(flow?.asset ?? ""));
        }
        expect(new Set(replayed.map((move) => move.record)).size).to.equal(incident.outflows.length);
      });

      it("keeps every strategy in order of time and lets the defence act at the deadline", () => {
        for (const strategy of plan.strategies) {
          const times = strategy.moves.map((move) => move.at);
          expect(times, strategy.id).to.deep.equal(times.toSorted((a, b) => a - b));
          const defence = strategy.moves.filter((move) => move.kind === "hold" || move.kind === "veto");
          expect(defence.every((move) => move.at === plan.deadlineSeconds)).to.equal(true);
          expect(defence.length > 0 || strategy.id === "bypass", strategy.id).to.equal(true);
        }
      });

      it("goes on trying after the defence has acted", () => {
        for (const strategy of plan.strategies.filter((each) => each.id !== "bypass")) {
          const later = strategy.moves.filter(
            (move) => move.at > plan.deadlineSeconds && move.kind !== "extend",
          );
          expect(later, strategy.id).to.not.be.empty;
        }
      });

      it("gives the thief exactly the stake, inside the holdings", () => {
        expect(sumCents(Object.values(plan.stake))).to.equal(incident.stake);
        const opened = sumCents(plan.opening.flatMap((account) => Object.values(account.balances)));
        expect(opened).to.equal(plan.holdings.total);
        for (const asset of SUITE_ASSETS) {
          expect(plan.holdings.perAsset[asset] >= plan.stake[asset], asset).to.equal(true);
        }
      });

      it("is the same plan every time", () => {
        expect(planAttack(incident, PARAMETERS)).to.deep.equal(plan);
      });
    });
  }

  for (const power of POWERS.filter((each) => each !== "governance-quorum")) {
    it(`spends no more than the balance with the power ${power}`, () => {
      const plan = planAttack(named("harmony-horizon-2022"), PARAMETERS, { power });
      expect(plan.strategies.map((strategy) => strategy.id)).to.deep.equal([
        "record",
        "split",
        "mules",
        "wait",
        "queue",
        "both",
      ]);
      for (const id of ["record", "queue"] as const) {
        const leaving = strategyOf(plan, id).moves.filter(
          (move) => move.valuedAt === "start" && (move.kind === "exit" || move.kind === "queue"),
        );
        expect(total(leaving), id).to.equal(plan.incident.stake);
      }
      for (const account of plan.opening.filter((each) => each.party !== "rest")) {
        const stolen = account.party === "app" || account.party === "operator" || account.party === "victim";
        expect(sumCents(Object.values(account.balances)) > 0n).to.equal(stolen);
      }
      // An app can pay accounts only, never leave by the door.
      const byApp = plan.strategies.flatMap((strategy) =>
        strategy.moves.filter((move) => move.from === "app"),
      );
      expect(byApp.every((move) => move.kind === "payout" && move.to !== "outside")).to.equal(true);
      expect(byApp.length > 0).to.equal(power === "app");
    });
  }

  it("waits for the destination, then takes a window each time it is empty again", () => {
    const plan = planAttack(named("ronin-2022"), PARAMETERS);
    const exits = strategyOf(plan, "wait").moves.filter(
      (move) => move.kind === "exit" && move.at < plan.deadlineSeconds,
    );
    const times = [...new Set(exits.map((move) => move.at))];
    expect(times[0]).to.equal(DAY + 60);
    expect(times.slice(1).map((at, index) => at - (times[index] ?? 0))).to.deep.equal(
      Array.from({ length: times.length - 1 }, () => DAY + DAY / 5),
    );
    for (const at of times) {
      const sum = total(exits.filter((move) => move.at === at));
      expect(sum <= PARAMETERS.tiers[3].perDay && sum * 100n >= PARAMETERS.tiers[3].perDay * 98n).to.equal(
        true,
      );
    }
  });

  it("releases as soon as the queue matures and once more just before the hold", () => {
    const plan = planAttack(named("ronin-2022"), PARAMETERS);
    const releases = strategyOf(plan, "queue").moves.filter(
      (move) => move.kind === "release" && move.at < plan.deadlineSeconds,
    );
    expect(releases[0]?.at).to.equal(PARAMETERS.tiers[3].lateSeconds + 60);
    expect(releases.at(-1)?.at).to.equal(plan.deadlineSeconds - 1);
  });

  it("sends shares through fresh accounts and holds every one of them", () => {
    const plan = planAttack(named("orbit-2023"), PARAMETERS);
    const { moves } = strategyOf(plan, "mules");
    const shares = moves.filter((move) => move.kind === "transfer" && move.at === 0);
    expect(shares).to.have.length(PARAMETERS.thief.mules);
    const held = moves.filter((move) => move.kind === "hold").map((move) => move.to);
    expect(held).to.include.members(shares.map((move) => move.to));
    expect(moves.some((move) => move.kind === "exit" && move.from === "mule-1" && move.at === 60)).to.equal(
      true,
    );
  });

  it("against governance tries at once, through the timelock, and many times", () => {
    const plan = planAttack(named("bybit-2025"), PARAMETERS);
    expect(plan.strategies.map((strategy) => strategy.id)).to.deep.equal(["bypass", "timelock", "flood"]);
    const { moves } = strategyOf(plan, "timelock");
    const veto = moves.findIndex((move) => move.kind === "veto");
    const ripe = moves.findIndex((move) => move.kind === "execute" && move.at > PARAMETERS.timelockSeconds);
    expect(veto).to.be.greaterThan(0).and.lessThan(ripe);
    const flood = strategyOf(plan, "flood").moves;
    const scheduled = new Set(flood.filter((move) => move.kind === "schedule").map((move) => move.proposal));
    const vetoed = new Set(flood.filter((move) => move.kind === "veto").map((move) => move.proposal));
    expect(scheduled.size).to.equal(PARAMETERS.thief.pieces);
    expect(vetoed).to.deep.equal(scheduled);
  });

  it("says what it assumed", () => {
    const plan = planAttack(named("wazirx-2024"), PARAMETERS);
    expect(plan.detectionSeconds).to.equal(PARAMETERS.unknownDetectionSeconds);
    expect(plan.detectionAssumed).to.equal(true);
    expect(plan.assumptions.join(" "))
      .to.match(/No detection time/)
      .and.match(/no list of transfers/);
    expect(planAttack(named("dmm-2024"), PARAMETERS).assumptions.join(" ")).to.match(/No reserves/);
  });
});

describe("Assets of the replay", () => {
  it("keep value in its class", () => {
    expect(
      ["ETH", "cmETH", "WBTC", "USDC", "SHIB", "DAI, LINK, USDT and other tokens"].map(suiteAssetOf),
    ).to.deep.equal(["eth", "eth", "btc", "usd", "usd", "usd"]);
    expect(stakeByAsset(named("harmony-horizon-2022")).btc).to.equal(dollars(12_400_000n));
  });

  it("split a sum without losing a cent", () => {
    const weights = { eth: cents(1n), btc: cents(1n), usd: cents(1n) };
    expect(sumCents(Object.values(inProportion(cents(100n), weights)))).to.equal(100n);
  });

  it("use published reserves, and an assumed multiple where there are none", () => {
    expect(holdingsOf(named("bybit-2025"), PARAMETERS)).to.include({
      total: dollars(16_900_000_000n),
      published: true,
    });
    expect(holdingsOf(named("dmm-2024"), PARAMETERS)).to.include({
      total: dollars(610_000_000n),
      published: false,
    });
  });
});

describe("Causes", () => {
  it("are all answered, and only a quorum is beyond limits", () => {
    for (const cause of CAUSE_CLASSES) {
      for (const sentence of [CAUSES[cause].can, CAUSES[cause].stopped, CAUSES[cause].remains]) {
        expect(sentence).to.match(/^[A-Z].*\.$/);
      }
      expect(CAUSES[cause].limitsStopIt).to.equal(cause !== "governance-quorum");
    }
    expect(CAUSES["governance-quorum"].stopped).to.match(/Limits alone do not stop it/);
  });
});

describe("Parameters of the replay", () => {
  it("are never tighter for a higher tier", () => {
    for (const tier of [0, 1, 2] as const) {
      const [lower, higher] = [PARAMETERS.tiers[tier], PARAMETERS.tiers[(tier + 1) as Tier]];
      expect(higher.perDay >= lower.perDay && higher.lateSeconds <= lower.lateSeconds).to.equal(true);
      expect(higher.soonSeconds <= lower.soonSeconds).to.equal(true);
    }
  });

  it("respect the floors of the design", () => {
    for (const tier of Object.values(PARAMETERS.tiers)) expect(tier.lateSeconds).to.be.at.most(30 * DAY);
    expect(PARAMETERS.laneBpsPerDay >= 200n).to.equal(true);
    expect(PARAMETERS.guardian.holdSeconds).to.be.at.most(7 * DAY);
    expect(PARAMETERS.guardian.extensionSeconds).to.be.at.most(30 * DAY);
    expect(PARAMETERS.timelockSeconds + HOUR).to.be.lessThan(PARAMETERS.guardian.holdSeconds);
    expect(PARAMETERS.subPeriodSeconds * 5).to.be.at.least(PARAMETERS.periodSeconds);
  });

  it("scale limits and leave delays", () => {
    const halved = withLimits(PARAMETERS, 0.5);
    expect(halved.tiers[0].perDay).to.equal(dollars(500n));
    expect(halved.breakerBps).to.equal(50n);
    expect(halved.timelockSeconds).to.equal(PARAMETERS.timelockSeconds);
  });
});

describe("What the design promises", () => {
  const bound = (id: string, detectionMultiple = 1, limits = 1): Cents => {
    const parameters = withLimits(PARAMETERS, limits);
    return mostLost(planAttack(named(id), parameters, { detectionMultiple }), parameters);
  };

  it("is nothing where the defence acts within T", () => {
    for (const incident of INCIDENTS.filter((each) => (each.record.detection.seconds ?? DAY) < DAY / 2)) {
      expect(bound(incident.id), incident.id).to.equal(0n);
    }
  });

  it("is everything where a quorum stays unnoticed longer than the timelock", () => {
    expect(bound("wazirx-2024")).to.equal(0n);
    expect(bound("wazirx-2024", 2)).to.equal(named("wazirx-2024").stake);
  });

  it("adds windows and the lanes where nobody noticed for six days", () => {
    // Holdings 2 × $540 M. Deadline 520,200 s: 6 windows of $2 M + $50 k after T; two lanes of 2 % a day each
    // of $1,080 M from day 3 on: 261,000 s and a burst of 86,400 s.
    const windows = 6n * 205_000_000n;
    const lanes = (2n * 108_000_000_000n * 200n * 347_400n) / 10_000n / 86_400n;
    const promised = bound("ronin-2022");
    expect(promised <= windows + lanes && promised >= windows + lanes - 4n).to.equal(true);
  });

  it("never falls with slower detection or looser limits, and never exceeds the stake", () => {
    for (const incident of INCIDENTS) {
      const byTime = PARAMETERS.sensitivity.detectionMultiples.map((multiple) =>
        bound(incident.id, multiple),
      );
      const byLimit = PARAMETERS.sensitivity.limitMultiples.map((multiple) =>
        bound(incident.id, 1, multiple),
      );
      for (const row of [byTime, byLimit]) {
        for (const [index, lost] of row.entries()) {
          expect(lost >= (row[index - 1] ?? 0n) && lost <= incident.stake, incident.id).to.equal(true);
        }
      }
    }
  });
});
