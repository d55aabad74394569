import { type Cents, cents, lessOrZero, minCents, shareDown, sumCents } from "../core/money.ts";
import {
  breakersOf,
  type Holdings,
  holdingsOf,
  inProportion,
  itemisedByAsset,
  type PerAsset,
  SUITE_ASSETS,
  type SuiteAsset,
  stakeByAsset,
  suiteAssetOf,
} from "./assets.ts";
import { CAUSES, type Power } from "./causes.ts";
import type { Incident } from "./incidents.ts";
import { HOUR, type ReplayParameters, type Tier } from "./parameters.ts";

/** Who takes part; `outside` is the thief's wallet beyond the door, `rest` everyone else's money. */
export type Party =
  | "operator"
  | "victim"
  | "app"
  | "thief"
  | "bought"
  | `mule-${number}`
  | "outside"
  | "rest"
  | "everyone"
  | "safe"
  | "guardian"
  | "canceller"
  | "timelock";

/**
 * What a move does on the chain.
 *
 * - `exit`, `queue`: withdraw; the first hopes to be paid at once, the second expects to wait.
 * - `transfer`, `payout`: inside the ledger, by an account or by an app to an account.
 * - `book`: enter a destination into the book. `release`: release every matured exit of `from`.
 * - `bypass`: call a restricted function without the timelock. `schedule`, `execute`: with it.
 * - `hold`, `extend`, `veto`: the defence.
 */
export type MoveKind =
  | "exit"
  | "queue"
  | "transfer"
  | "payout"
  | "book"
  | "release"
  | "bypass"
  | "schedule"
  | "execute"
  | "hold"
  | "extend"
  | "veto";

/** One attempt, by the thief or by the defence. */
export interface Move {
  /** Seconds after the first event of the record. */
  readonly at: number;
  readonly kind: MoveKind;
  readonly from: Party;
  readonly to: Party;
  readonly asset: SuiteAsset | undefined;
  /** Zero where the kind moves no stated amount. */
  readonly cents: Cents;
  /**
   * At which price cents become units: `start` for parts of the stake, so that they add up to the balance; `now` for
   * amounts measured against a limit.
   */
  readonly valuedAt: "start" | "now";
  /** Which proposal, for schedule, execute, veto and bypass. */
  readonly proposal: number | undefined;
  /** Index into the incident's outflows, where the move replays one. */
  readonly record: number | undefined;
  readonly why: string;
}

/** One way of stealing, run from the same opening state; what counts is the worst of all. */
export interface Strategy {
  readonly id: "record" | "split" | "mules" | "wait" | "queue" | "both" | "bypass" | "timelock" | "flood";
  readonly title: string;
  /** In order of time. */
  readonly moves: readonly Move[];
}

/** An account as it must stand before the first move: registered, attested, its balance seasoned. */
export interface OpeningAccount {
  readonly party: Party;
  readonly kind: "user" | "app";
  readonly tier: Tier;
  readonly balances: PerAsset;
}

/** Everything that a driver needs to replay one incident. */
export interface AttackPlan {
  readonly incident: Incident;
  readonly power: Power;
  readonly detectionSeconds: number;
  readonly detectionAssumed: boolean;
  /** Detection plus reaction: when the defence acts. */
  readonly deadlineSeconds: number;
  readonly stake: PerAsset;
  readonly holdings: Holdings;
  readonly opening: readonly OpeningAccount[];
  readonly strategies: readonly Strategy[];
  /** What was assumed, in plain sentences. */
  readonly assumptions: readonly string[];
}

/** Knobs of one run; what is left out comes from the record and its cause. */
export interface AttackOptions {
  readonly power?: Power;
  /** Scales the recorded detection time, for the sensitivity sweep. */
  readonly detectionMultiple?: number;
}

type Draft = Omit<Move, "proposal" | "record" | "valuedAt" | "why" | "asset" | "cents"> & Partial<Move>;

const NOTHING: PerAsset = { eth: cents(0n), btc: cents(0n), usd: cents(0n) };

function move(draft: Draft & { readonly why: string }): Move {
  return {
    asset: undefined,
    cents: cents(0n),
    valuedAt: "start",
    proposal: undefined,
    record: undefined,
    ...draft,
  };
}

function inOrder(moves: readonly Move[]): Move[] {
  return [...moves].sort((a, b) => a.at - b.at);
}

/**
 * Plans how the thief of one incident would go about robbing this suite. Pure: the same input gives the same plan.
 *
 * The driver opens the accounts, takes a snapshot, runs each strategy's moves in order from that snapshot, and reports
 * the strategy that stole the most.
 *
 * @example
 * for (const strategy of planAttack(incident, PARAMETERS).strategies) await run(strategy.moves);
 */
export function planAttack(
  incident: Incident,
  parameters: ReplayParameters,
  options: AttackOptions = {},
): AttackPlan {
  const power = options.power ?? CAUSES[incident.cause].power;
  const recorded = incident.record.detection.seconds;
  const detectionSeconds = Math.round(
    (recorded ?? parameters.unknownDetectionSeconds) * (options.detectionMultiple ?? 1),
  );
  const holdings = holdingsOf(incident, parameters);
  const base = {
    incident,
    power,
    detectionSeconds,
    detectionAssumed: recorded === null,
    deadlineSeconds: detectionSeconds + parameters.guardian.reactionSeconds,
    stake: stakeByAsset(incident),
    holdings,
  };
  return {
    ...base,
    opening: openingOf(power, base.stake, holdings, parameters),
    strategies:
      power === "governance-quorum"
        ? new QuorumThief(base, parameters).strategies()
        : new Thief(base, parameters).strategies(),
    assumptions: assumptionsOf(incident, holdings, parameters),
  };
}

/** What the strategies start from. */
interface Scene {
  readonly incident: Incident;
  readonly power: Power;
  readonly deadlineSeconds: number;
  readonly stake: PerAsset;
  readonly holdings: Holdings;
}

function sourceOf(power: Power): Party {
  if (power === "user-key") return "victim";
  return power === "app" ? "app" : "operator";
}

function muleNames(parameters: ReplayParameters): Party[] {
  return Array.from({ length: parameters.thief.mules }, (_, index): Party => `mule-${index + 1}`);
}

function openingOf(
  power: Power,
  stake: PerAsset,
  holdings: Holdings,
  parameters: ReplayParameters,
): OpeningAccount[] {
  const others: PerAsset = {
    eth: lessOrZero(holdings.perAsset.eth, stake.eth),
    btc: lessOrZero(holdings.perAsset.btc, stake.btc),
    usd: lessOrZero(holdings.perAsset.usd, stake.usd),
  };
  const user = (party: Party, tier: Tier, balances: PerAsset = NOTHING): OpeningAccount => ({
    party,
    kind: "user",
    tier,
    balances,
  });
  const rest = user("rest", 3, others);
  if (power === "governance-quorum") return [user("operator", 3, stake), rest];
  const source: OpeningAccount =
    power === "app"
      ? { party: "app", kind: "app", tier: 0, balances: stake }
      : user(sourceOf(power), power === "user-key" ? parameters.thief.victimTier : 3, stake);
  const mules = muleNames(parameters).map((mule) => user(mule, 0));
  return [source, user("thief", 0), user("bought", parameters.thief.boughtTier), ...mules, rest];
}

function assumptionsOf(incident: Incident, holdings: Holdings, parameters: ReplayParameters): string[] {
  const lines: string[] = [];
  if (incident.record.detection.seconds === null) {
    lines.push(
      `No detection time is published; ${parameters.unknownDetectionSeconds / HOUR} hours are assumed.`,
    );
  } else if (incident.record.detection.estimated !== undefined) {
    lines.push(`The detection time is estimated: ${incident.record.detection.estimated}.`);
  }
  if (!holdings.published) {
    lines.push(
      `No reserves are published; ${parameters.unknownReservesMultiple} times the stolen value is assumed.`,
    );
  }
  if (incident.unallocated > 0n)
    lines.push(`Part of the loss has no list of transfers: ${incident.record.unallocated?.note}.`);
  if (incident.excess > 0n) lines.push("The rounded rows exceed the published total; the rows are replayed.");
  if (incident.outflows.some((flow) => flow.timeEstimated))
    lines.push("Some times between outflows are not published; the record's spacing is used.");
  return lines;
}

/** Plans for thieves who act as an account or as an app. */
class Thief {
  readonly #scene: Scene;
  readonly #parameters: ReplayParameters;
  readonly #source: Party;
  readonly #viaApp: boolean;

  constructor(scene: Scene, parameters: ReplayParameters) {
    this.#scene = scene;
    this.#parameters = parameters;
    this.#source = sourceOf(scene.power);
    this.#viaApp = scene.power === "app";
  }

  strategies(): Strategy[] {
    const strategy = (
      id: Strategy["id"],
      title: string,
      moves: readonly Move[],
      holders: readonly Party[],
    ): Strategy => ({
      id,
      title,
      moves: inOrder([...moves, ...this.#afterDetection(holders)]),
    });
    const mover = this.#bestMover();
    const mules = muleNames(this.#parameters);
    return [
      strategy("record", "As it happened", this.#record(), this.#viaApp ? ["thief"] : [this.#source]),
      strategy("split", "In pieces below the limit", this.#split(mover), [mover]),
      strategy(
        "mules",
        "Through fresh accounts",
        this.#mules(mules),
        this.#viaApp ? mules : [this.#source, ...mules],
      ),
      strategy("wait", "Waiting until windows open", this.#wait(mover), [mover]),
      strategy("queue", "Queueing everything", this.#queue(mover, this.#scene.stake), [mover]),
      strategy("both", "Queueing most, waiting with the rest", this.#both(mover), [mover]),
    ];
  }

  /** The account that exits best: the stolen one itself, or for a stolen app the identity bought beforehand. */
  #bestMover(): Party {
    return this.#viaApp ? "bought" : this.#source;
  }

  #tierOf(mover: Party): Tier {
    if (mover === "bought") return this.#parameters.thief.boughtTier;
    if (mover === "operator") return 3;
    return mover === "victim" ? this.#parameters.thief.victimTier : 0;
  }

  /** Gives the mover the stake where an app holds it. */
  #funding(mover: Party, amounts: PerAsset): Move[] {
    if (!this.#viaApp) return [];
    return this.#each(amounts, (asset, amount) =>
      move({
        at: 0,
        kind: "payout",
        from: "app",
        to: mover,
        asset,
        cents: amount,
        why: "The stolen app pays the thief's account.",
      }),
    );
  }

  #each<T>(amounts: PerAsset, build: (asset: SuiteAsset, amount: Cents) => T): T[] {
    return SUITE_ASSETS.filter((asset) => amounts[asset] > 0n).map((asset) => build(asset, amounts[asset]));
  }

  #record(): Move[] {
    const { incident } = this.#scene;
    const attempt = (
      at: number,
      asset: SuiteAsset,
      amount: Cents,
      record: number | undefined,
      why: string,
    ): Move[] => {
      const leave = { at, to: "outside", asset, cents: amount, record, why } as const;
      if (!this.#viaApp) return [move({ ...leave, kind: "exit", from: this.#source })];
      return [
        move({ ...leave, kind: "payout", from: "app", to: "thief", record: undefined }),
        move({ ...leave, kind: "exit", from: "thief" }),
      ];
    };
    const rows = incident.outflows.flatMap((flow, index) =>
      attempt(
        flow.at,
        suiteAssetOf(flow.asset),
        flow.cents,
        index,
        `The record's outflow of ${flow.asset} on ${flow.chain}.`,
      ),
    );
    const last = incident.outflows.at(-1)?.at ?? 0;
    const rest = inProportion(incident.unallocated, itemisedByAsset(incident));
    return [
      ...rows,
      ...this.#each(rest, (asset, amount) =>
        attempt(last, asset, amount, undefined, "The part of the loss without a list."),
      ).flat(),
    ];
  }

  #book(mover: Party): Move {
    return move({
      at: 0,
      kind: "book",
      from: mover,
      to: "outside",
      why: "The destination's waiting time starts at once.",
    });
  }

  /**
   * What one full window pays of each asset: the subject's limit, spread over the breakers, largest stake first. One per
   * cent less, because the vault charges at the ask and rounds up.
   */
  #windowful(mover: Party): PerAsset {
    const breakers = breakersOf(this.#scene.holdings, this.#parameters);
    const amounts: Record<SuiteAsset, Cents> = { ...NOTHING };
    let left = shareDown(this.#parameters.tiers[this.#tierOf(mover)].perDay, 99n, 100n);
    const order = [...SUITE_ASSETS].sort((a, b) => (this.#scene.stake[a] < this.#scene.stake[b] ? 1 : -1));
    for (const asset of order) {
      amounts[asset] = minCents(
        left,
        minCents(shareDown(breakers[asset], 99n, 100n), this.#scene.stake[asset]),
      );
      left = lessOrZero(left, amounts[asset]);
    }
    return amounts;
  }

  #split(mover: Party): Move[] {
    const { pieces } = this.#parameters.thief;
    const { deadlineSeconds, stake } = this.#scene;
    const largest = SUITE_ASSETS.reduce((best, asset) => (stake[asset] > stake[best] ? asset : best));
    const limit = this.#parameters.tiers[this.#tierOf(mover)].perDay;
    const piece = minCents(
      shareDown(limit, 2n, BigInt(pieces)),
      shareDown(stake[largest], 1n, BigInt(pieces)),
    );
    return [
      ...this.#funding(mover, stake),
      this.#book(mover),
      ...Array.from({ length: pieces }, (_, index) =>
        move({
          at: Math.floor((deadlineSeconds * index) / pieces),
          kind: "exit",
          from: mover,
          to: "outside",
          asset: largest,
          cents: piece,
          valuedAt: "now",
          why: "Small enough to pass a limit for single transfers; together twice the daily limit.",
        }),
      ),
    ];
  }

  #mules(mules: readonly Party[]): Move[] {
    const { stake, deadlineSeconds } = this.#scene;
    const { seasonSeconds, periodSeconds, subPeriodSeconds } = this.#parameters;
    const count = BigInt(mules.length);
    const largest = SUITE_ASSETS.reduce((best, asset) => (stake[asset] > stake[best] ? asset : best));
    const share = shareDown(stake[largest], 1n, count);
    const pocket = minCents(share, shareDown(this.#parameters.tiers[0].perDay, 99n, 100n));
    return mules.flatMap((mule) => {
      const leave = { from: mule, to: "outside", asset: largest } as const;
      const moves = [
        move({
          at: 0,
          kind: this.#viaApp ? "payout" : "transfer",
          from: this.#source,
          to: mule,
          asset: largest,
          cents: share,
          why: "A share for a fresh account.",
        }),
        move({
          ...leave,
          at: 0,
          kind: "book",
          asset: undefined,
          why: "The destination's waiting time starts at once.",
        }),
        move({
          ...leave,
          at: 60,
          kind: "exit",
          cents: pocket,
          valuedAt: "now",
          why: "Within the unverified limit, but fresh.",
        }),
      ];
      for (let at = seasonSeconds + 60; at < deadlineSeconds; at += periodSeconds + subPeriodSeconds) {
        moves.push(
          move({
            ...leave,
            at,
            kind: "exit",
            cents: pocket,
            valuedAt: "now",
            why: "As soon as a share may have seasoned, within the unverified limit.",
          }),
        );
      }
      return moves;
    });
  }

  /** When the mover's value and destination first allow an instant exit, and every time the window is empty again. */
  #openings(): number[] {
    const { seasonSeconds, periodSeconds, subPeriodSeconds } = this.#parameters;
    const times: number[] = [];
    for (
      let at = seasonSeconds + 60;
      at < this.#scene.deadlineSeconds;
      at += periodSeconds + subPeriodSeconds
    )
      times.push(at);
    return times;
  }

  #instants(mover: Party): Move[] {
    return this.#openings().flatMap((at) =>
      this.#each(this.#windowful(mover), (asset, amount) =>
        move({
          at,
          kind: "exit",
          from: mover,
          to: "outside",
          asset,
          cents: amount,
          valuedAt: "now",
          why: "The whole window, once it is empty again.",
        }),
      ),
    );
  }

  #wait(mover: Party): Move[] {
    return [...this.#funding(mover, this.#scene.stake), this.#book(mover), ...this.#instants(mover)];
  }

  #releases(mover: Party): Move[] {
    const times: number[] = [];
    const late = this.#parameters.tiers[this.#tierOf(mover)].lateSeconds;
    for (
      let at = late + 60;
      at < this.#scene.deadlineSeconds;
      at += this.#parameters.thief.releaseEverySeconds
    )
      times.push(at);
    // Once more at the last moment.
    if (this.#scene.deadlineSeconds - 1 > late) times.push(this.#scene.deadlineSeconds - 1);
    return times.map((at) =>
      move({
        at,
        kind: "release",
        from: mover,
        to: "outside",
        why: "Whatever has matured and has its slot.",
      }),
    );
  }

  /** Queues `amounts` in pieces, so that the lane can pay some while others wait for their slots. */
  #queue(mover: Party, amounts: PerAsset): Move[] {
    const pieces = BigInt(this.#parameters.thief.pieces);
    const queued = this.#each(amounts, (asset, amount) => {
      const piece = shareDown(amount, 1n, pieces);
      return Array.from({ length: Number(pieces) }, (_, index) =>
        move({
          at: 0,
          kind: "queue",
          from: mover,
          to: "outside",
          asset,
          cents: index === 0 ? cents(amount - piece * (pieces - 1n)) : piece,
          why: "Queued at once, so that it matures as early as it can.",
        }),
      );
    }).flat();
    return [...this.#funding(mover, this.#scene.stake), ...queued, ...this.#releases(mover)];
  }

  #both(mover: Party): Move[] {
    const windows = BigInt(this.#openings().length);
    const perWindow = this.#windowful(mover);
    const { stake } = this.#scene;
    // A tenth more than the windows pay stays behind, because prices move.
    const kept = (asset: SuiteAsset): Cents => shareDown(cents(perWindow[asset] * windows), 11n, 10n);
    const queued: PerAsset = {
      eth: lessOrZero(stake.eth, kept("eth")),
      btc: lessOrZero(stake.btc, kept("btc")),
      usd: lessOrZero(stake.usd, kept("usd")),
    };
    return [...this.#queue(mover, queued), this.#book(mover), ...this.#instants(mover)];
  }

  /** The defence acts once, and the thief goes on trying. */
  #afterDetection(holders: readonly Party[]): Move[] {
    const { guardian, timelockSeconds, thief } = this.#parameters;
    const start = this.#scene.deadlineSeconds;
    const { stake } = this.#scene;
    const largest = SUITE_ASSETS.reduce((best, asset) => (stake[asset] > stake[best] ? asset : best));
    const limit = this.#parameters.tiers[0].perDay;
    const held = [...holders];
    const defence = held.flatMap((holder) => [
      move({
        at: start,
        kind: "hold",
        from: "guardian",
        to: holder,
        why: "The guardian holds every account that the ledger shows the money on.",
      }),
      move({
        at: start + timelockSeconds + HOUR,
        kind: "extend",
        from: "timelock",
        to: holder,
        why: "Governance extends the hold through the timelock before it lapses.",
      }),
    ]);
    const times = [start + 60, start + guardian.holdSeconds + HOUR].filter(
      (at) => at <= start + thief.persistSeconds,
    );
    const attempts = times.flatMap((at) =>
      held.flatMap((holder) => {
        const leave = { at, from: holder, to: "outside" } as const;
        return [
          move({ ...leave, kind: "release", why: "A release of what was queued, while held." }),
          move({
            ...leave,
            kind: "exit",
            asset: largest,
            cents: limit,
            valuedAt: "now",
            why: "A small exit, while held.",
          }),
          move({
            ...leave,
            kind: "transfer",
            to: "thief",
            asset: largest,
            cents: limit,
            valuedAt: "now",
            why: "A way round through another account, while held.",
          }),
        ];
      }),
    );
    return [...defence, ...attempts];
  }
}

/** Plans for thieves whose signatures govern: the signers approved what they could not read. */
class QuorumThief {
  readonly #scene: Scene;
  readonly #parameters: ReplayParameters;

  constructor(scene: Scene, parameters: ReplayParameters) {
    this.#scene = scene;
    this.#parameters = parameters;
  }

  strategies(): Strategy[] {
    return [
      { id: "bypass", title: "Calling the rules directly", moves: this.#bypass() },
      { id: "timelock", title: "Proposing new rules", moves: inOrder(this.#proposals(1)) },
      {
        id: "flood",
        title: "Proposing them many times",
        moves: inOrder(this.#proposals(this.#parameters.thief.pieces)),
      },
    ];
  }

  #bypass(): Move[] {
    return this.#scene.incident.outflows.map((flow, index) =>
      move({
        at: flow.at,
        kind: "bypass",
        from: "safe",
        to: "outside",
        asset: suiteAssetOf(flow.asset),
        cents: flow.cents,
        record: index,
        proposal: 0,
        why: `The record's outflow of ${flow.asset}: the Safe replaces the rules without waiting.`,
      }),
    );
  }

  #proposals(count: number): Move[] {
    const { timelockSeconds, thief } = this.#parameters;
    const { incident, deadlineSeconds } = this.#scene;
    const total = sumCents(Object.values(this.#scene.stake));
    return Array.from({ length: count }, (_, proposal) => {
      const step = { from: "safe", to: "timelock", proposal } as const;
      const early = incident.outflows.map((flow, record) =>
        move({
          ...step,
          at: flow.at,
          kind: "execute",
          asset: suiteAssetOf(flow.asset),
          cents: flow.cents,
          record,
          why: "Executed when the record's outflow happened, before the delay is over.",
        }),
      );
      const after = Math.max(timelockSeconds, deadlineSeconds) + 60;
      const ripe = [timelockSeconds + 60, after, deadlineSeconds + thief.persistSeconds].filter(
        (at, index, all) => all.indexOf(at) === index,
      );
      return [
        move({
          ...step,
          at: 0,
          kind: "schedule",
          cents: total,
          why: "Signed by the quorum: new rules that pay the thief everything.",
        }),
        ...early,
        move({
          ...step,
          at: deadlineSeconds,
          kind: "veto",
          from: "canceller",
          why: "The decoded proposal is read and vetoed.",
        }),
        ...ripe.map((at) =>
          move({ ...step, at, kind: "execute", cents: total, why: "Executed once the delay is over." }),
        ),
      ];
    }).flat();
  }
}
