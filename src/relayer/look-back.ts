import type { Point } from "../chains/chain.ts";
import { TerminalError } from "../core/errors.ts";
import { BLOCKS, type ScanDesk, SIGHTINGS, sightingsIn } from "./chain-scan.ts";
import type { RoutedSighting } from "./stream-store.ts";

/** Where reading again has come to, as it is stored with what was read. */
interface Progress {
  /** How many wishes are done with. */
  readonly done: number;
  /** The last block that was read for the next one, and the block until which it is read. */
  readonly at?: Point;
  readonly until?: number;
}

/** As the usual reading's, but for where that begins. */
export type LookBackDesk = Omit<ScanDesk, "from">;

/**
 * Reads blocks again that were read before an account was named, beside the usual reading and without touching its cursor. Only
 * final blocks: those above come with the next ones that are. What was seen before is seen again and changes nothing.
 */
export class LookBack {
  readonly #desk: LookBackDesk;
  #progress: Progress = { done: 0 };

  constructor(desk: LookBackDesk) {
    this.#desk = desk;
  }

  /** From the text of a stored cursor. */
  restore(cursor: string | undefined): void {
    this.#progress = cursor === undefined ? { done: 0 } : (JSON.parse(cursor) as Progress);
  }

  /**
   * Reads some blocks more, if there is a wish that isn't done with.
   *
   * @param wishes the heights from which blocks are to be read again, in the order in which they were asked for
   * @param scan where the usual reading is: accounts that were named before are known to what it reads from there on
   * @returns the streams that something was seen for
   */
  async step(
    wishes: readonly number[],
    scan: { readonly head: Point; readonly final: Point },
  ): Promise<readonly string[]> {
    const { observer, names, store, prepare } = this.#desk;
    const { done, at, until = scan.head.height } = this.#progress;
    const since = wishes[done];
    if (since === undefined) return [];
    let last = await this.#begin(at, since, scan.head);
    const sightings: RoutedSighting[] = [];
    if (last.height < Math.min(until, scan.final.height)) {
      await prepare?.(last);
      let blocks = 0;
      for await (const { point, parent, events } of observer.scan(last, scan.final)) {
        sightings.push(...sightingsIn(this.#desk, { parent, events }));
        last = point;
        blocks += 1;
        if (blocks >= BLOCKS || sightings.length >= SIGHTINGS || point.height >= until) break;
      }
    } else if (at !== undefined && last.height < until) return [];
    const next = last.height >= until ? { done: done + 1 } : { done, at: last, until };
    const touched = await store.sight(sightings, { [names.lookBack()]: JSON.stringify(next) });
    this.#progress = next;
    return touched;
  }

  /**
   * After which block reading goes on: where a fork left what was read, or the one before a wish's first. From there all is read
   * anew too where nodes know nothing of the former branch any more.
   */
  async #begin(at: Point | undefined, since: number, head: Point): Promise<Point> {
    const { observer } = this.#desk;
    if (at !== undefined) {
      try {
        return await observer.commonAncestor([at]);
      } catch (error) {
        if (!(error instanceof TerminalError) || error.code !== "REORGANISED_TOO_DEEP") throw error;
      }
    }
    return since > head.height ? head : observer.at(Math.max(0, since - 1));
  }
}
