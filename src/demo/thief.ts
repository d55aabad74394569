import { type Cents, cents, lessOrZero, minCents, shareDown, sumCents } from "../core/money.ts";
import {
  breakersOf,
  inProportion,
  itemisedByAsset,
  type PerAsset,
  SUITE_ASSETS,
  type SuiteAsset,
  suiteAssetOf,
} from "./assets.ts";
import {
  inOrder,
  type Move,
  move,
  muleNames,
  NOTHING,
  type Party,
  type Scene,
  type Strategy,
  sourceOf,
} from "./moves.ts";
import { HOUR, type ReplayParameters, type Tier } from "./parameters.ts";

/** 9 in 10,000 of an asset's holdings; up to 10 take the lane of small exits. */
const SMALL_PIECE_PER_10K = 9n;

/** Plans for thieves who act as an account or as an app. */
export class Thief {
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

  /**
   * Queues `amounts` in pieces, so that the lanes can pay some while others wait for their slots: as many small ones as the
   * lane of small exits can pay before the defence acts, the rest for the other lane.
   */
  #queue(mover: Party, amounts: PerAsset): Move[] {
    const pieces = BigInt(this.#parameters.thief.pieces);
    const queue = (asset: SuiteAsset, amount: Cents): Move =>
      move({
        at: 0,
        kind: "queue",
        from: mover,
        to: "outside",
        asset,
        cents: amount,
        why: "Queued at once, so that it matures as early as it can.",
      });
    const queued = this.#each(amounts, (asset, amount) => {
      const small = this.#smallPieces(mover, asset, amount);
      const rest = lessOrZero(amount, sumCents(small));
      const piece = shareDown(rest, 1n, pieces);
      const large = Array.from({ length: Number(pieces) }, (_, index) =>
        index === 0 ? cents(rest - piece * (pieces - 1n)) : piece,
      );
      return [...small, ...large].filter((each) => each > 0n).map((each) => queue(asset, each));
    }).flat();
    return [...this.#funding(mover, this.#scene.stake), ...queued, ...this.#releases(mover)];
  }

  /** Exits small enough for the lane of small ones, with a tenth to spare, as liabilities shrink with every payment. */
  #smallPieces(mover: Party, asset: SuiteAsset, amount: Cents): Cents[] {
    const { holdings, deadlineSeconds } = this.#scene;
    const { laneBpsPerDay, laneBurstSeconds, periodSeconds } = this.#parameters;
    const open = deadlineSeconds - this.#parameters.tiers[this.#tierOf(mover)].lateSeconds;
    const piece = shareDown(holdings.perAsset[asset], SMALL_PIECE_PER_10K, 10_000n);
    if (open <= 0 || piece === 0n) return [];
    const paid = laneBpsPerDay * BigInt(open + laneBurstSeconds);
    const payable = paid / (SMALL_PIECE_PER_10K * BigInt(periodSeconds)) + 1n;
    const most = amount / piece;
    return Array.from({ length: Number(payable < most ? payable : most) }, () => piece);
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
