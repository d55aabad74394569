import type { ChainObserver, Point, ScannedBlock } from "../chains/chain.ts";
import { RetryableError, TerminalError } from "../core/errors.ts";
import type { Side } from "./deciders/decider.ts";
import type { Accepted } from "./deciders/route-decider.ts";
import type { RouteTerms } from "./deciders/route-terms.ts";
import { routed } from "./route-events.ts";
import type { StreamNames } from "./stream-names.ts";
import type { RoutedSighting, StreamStore } from "./stream-store.ts";

/** Where reading has come to: points of the chain in rising order, the first of which was final. */
export interface ScanCursor {
  readonly points: readonly Point[];
}

/** Blocks, and sightings, that are stored in one commit. */
export const BLOCKS = 200;
export const SIGHTINGS = 50;
/** Of the points that aren't final, the last ones are all kept, and every so many of the others. */
const KEPT = 16;
const STRIDE = 8;

/** A chain took back what it had called final. */
export class FinalityBrokenError extends TerminalError {
  readonly final: Point;
  /** Undefined where nodes know the former branch no more. */
  readonly ancestor: Point | undefined;

  constructor(chain: string, final: Point, ancestor: Point | undefined) {
    super("FINALITY_BROKEN", "A chain took back blocks that it had called final", {
      facts: { chain, final: final.height, ancestor: ancestor?.height ?? "unknown" },
      advice: "Look what became of the payments in them, then resume the route.",
    });
    this.final = final;
    this.ancestor = ancestor;
  }
}

export interface ScanDesk {
  readonly side: Side;
  readonly observer: ChainObserver;
  readonly terms: RouteTerms;
  readonly names: StreamNames;
  readonly store: StreamStore;
  /** Where reading begins where no cursor is stored. */
  readonly from: Point;
  /** Done before the blocks after a point are read, once the last of them is known. */
  prepare?(read: Point): Promise<void>;
}

/** What a block says of the route's messages. */
export function sightingsIn(
  { terms, names, side }: Pick<ScanDesk, "terms" | "names" | "side">,
  { parent, events }: Pick<ScannedBlock, "parent" | "events">,
): readonly RoutedSighting[] {
  return events.flatMap((event) => routed(terms, names, side, event, parent.hash) ?? []);
}

function turnedBack(): RetryableError {
  return new RetryableError("REORGANISED", "The chain was turned back while it was read");
}

/** What one reading has come to. */
export interface ScanRound {
  readonly head: Point;
  readonly final: Point;
  /** Blocks that the chain took back since the reading before. */
  readonly turnedBack: number;
  /** Streams that something was seen for. */
  readonly touched: readonly string[];
}

/** The points to be kept: the last final one, and of those after it enough to find a fork by. */
export function keptPoints(points: readonly Point[], final: Point): readonly Point[] {
  const lastFinal = points.findLastIndex(({ height }) => height <= final.height);
  const rest = points.slice(Math.max(0, lastFinal));
  return rest.filter(({ height }, at) => at === 0 || at >= rest.length - KEPT || height % STRIDE === 0);
}

/**
 * Reads one chain from where it was left: what its blocks say and how far they were read is stored together. After a
 * reorganisation reading goes on from the last point that both have.
 */
export class ChainScan {
  readonly #desk: ScanDesk;
  /** As stored: what a round comes to counts only once it is. */
  #points: readonly Point[];
  /** Whether they are what the chain has said, not what a configuration says. */
  #stored = false;

  constructor(desk: ScanDesk) {
    this.#desk = desk;
    this.#points = [desk.from];
  }

  get head(): Point {
    return this.#points.at(-1) ?? this.#desk.from;
  }

  /** The last point that was final. */
  get final(): Point {
    return this.#points[0] ?? this.#desk.from;
  }

  /**
   * From the text of a stored cursor.
   *
   * @param accepted a fork behind finality that an operator has looked at: what was read before that is read again from there
   */
  async restore(cursor: string | undefined, accepted: Accepted | undefined): Promise<void> {
    const points = cursor === undefined ? [this.#desk.from] : (JSON.parse(cursor) as ScanCursor).points;
    this.#stored = cursor !== undefined;
    const broken = accepted !== undefined && points.some(({ hash }) => hash === accepted.final.hash);
    if (!broken) this.#points = points;
    else if ("ancestor" in accepted) this.#points = [accepted.ancestor];
    else this.#points = [await this.#desk.observer.at(Math.max(0, accepted.from - 1))];
  }

  /**
   * Reads up to the chain's head.
   *
   * @throws FinalityBrokenError
   */
  async round(): Promise<ScanRound> {
    const { observer } = this.#desk;
    const before = this.head;
    // Asked first: whatever chain the later answers are of, it has this block. Asked last, a fork in between would make
    // blocks of the other branch look final.
    const finalized = await observer.finalized();
    const head = await observer.head();
    // The same tip is the same chain.
    const ancestor = head.hash === before.hash ? before : await this.#ancestor();
    if (ancestor.height < this.final.height) {
      throw new FinalityBrokenError(observer.chain, this.final, ancestor);
    }
    const at = this.#points.findIndex(({ hash }) => hash === ancestor.hash);
    if (at === -1) {
      throw new RetryableError(
        "NODES_DISAGREE",
        "The nodes name a fork that isn't one of the points asked about",
        {
          facts: { chain: observer.chain, height: ancestor.height },
        },
      );
    }
    const kept = this.#points.slice(0, at + 1);
    if (head.height > ancestor.height) await this.#desk.prepare?.(ancestor);
    const touched = head.height > ancestor.height ? await this.#read(kept, head, finalized) : [];
    if (keptPoints(this.#points, finalized)[0]?.hash !== this.final.hash) {
      await this.#store([], head.height > ancestor.height ? this.#points : kept, finalized);
    }
    return { head: this.head, final: this.final, turnedBack: before.height - ancestor.height, touched };
  }

  /** The last point that the chain still has. */
  async #ancestor(): Promise<Point> {
    const { observer } = this.#desk;
    try {
      return await observer.commonAncestor(this.#points);
    } catch (error) {
      const isBroken =
        error instanceof TerminalError && error.code === "REORGANISED_TOO_DEEP" && this.#stored;
      throw isBroken ? new FinalityBrokenError(observer.chain, this.final, undefined) : error;
    }
  }

  async #read(kept: readonly Point[], to: Point, finalized: Point): Promise<readonly string[]> {
    const { observer, from } = this.#desk;
    const touched = new Set<string>();
    let points = kept;
    let blocks = 0;
    let sightings: RoutedSighting[] = [];
    const store = async () => {
      for (const stream of await this.#store(sightings, points, finalized)) touched.add(stream);
      points = this.#points;
      blocks = 0;
      sightings = [];
    };
    const first = points.at(-1) ?? from;
    // Observers pass over blocks: the final one is read up to by name, so that what is read above it lies on it.
    const isBetween = first.height < finalized.height && finalized.height < to.height;
    for (const end of isBetween ? [finalized, to] : [to]) {
      for await (const { point, parent, events } of observer.scan(points.at(-1) ?? from, end)) {
        const last = points.at(-1) ?? from;
        const other = point.height === finalized.height && point.hash !== finalized.hash;
        if (parent.hash !== last.hash || point.height <= last.height || point.height > end.height || other) {
          throw turnedBack();
        }
        sightings.push(...sightingsIn(this.#desk, { parent, events }));
        points = [...points, point];
        blocks += 1;
        if (blocks >= BLOCKS || sightings.length >= SIGHTINGS) await store();
      }
      if (points.at(-1)?.height !== end.height) throw turnedBack();
    }
    if (blocks > 0) await store();
    return [...touched];
  }

  async #store(
    sightings: readonly RoutedSighting[],
    points: readonly Point[],
    finalized: Point,
  ): Promise<readonly string[]> {
    const { store, names, observer } = this.#desk;
    const kept = keptPoints(points, finalized);
    const cursor: ScanCursor = { points: kept };
    const touched = await store.sight(sightings, { [names.cursor(observer.chain)]: JSON.stringify(cursor) });
    this.#points = kept;
    this.#stored = true;
    return touched;
  }
}
