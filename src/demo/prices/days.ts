import { type Cents, cents } from "../../core/money.ts";
import { DAY } from "../parameters.ts";
import type { PriceReplayResult } from "./result.ts";

/** What left on one UTC day. */
export interface DayFlow {
  /** Midnight, Unix seconds. */
  readonly day: number;
  /** Exits asked for. */
  readonly asked: number;
  /** Raw units paid at once, and what they were charged. */
  readonly instant: bigint;
  readonly charged: Cents;
  /** Raw units of queued exits released. */
  readonly released: bigint;
}

/** Every UTC day on which somebody asked or something left, in order. */
export function flowsByDay(result: Pick<PriceReplayResult, "exits">): DayFlow[] {
  const days = new Map<number, DayFlow>();
  const add = (at: number, more: Partial<Omit<DayFlow, "day">>): void => {
    const day = at - (at % DAY);
    const flow = days.get(day) ?? { day, asked: 0, instant: 0n, charged: cents(0n), released: 0n };
    days.set(day, {
      day,
      asked: flow.asked + (more.asked ?? 0),
      instant: flow.instant + (more.instant ?? 0n),
      charged: cents(flow.charged + (more.charged ?? 0n)),
      released: flow.released + (more.released ?? 0n),
    });
  };
  for (const { at, outcome, amount, charged, release } of result.exits) {
    add(at, outcome === "paid" ? { asked: 1, instant: amount, charged } : { asked: 1 });
    if (release !== undefined) add(release.at, { released: release.paid });
  }
  return [...days.values()].sort((a, b) => a.day - b.day);
}
