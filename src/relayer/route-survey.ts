import type { NodeHealth, TokenReport } from "../chains/chain.ts";
import type { ScanRound } from "./chain-scan.ts";
import type { Side } from "./deciders/decider.ts";
import type { LoadedStream } from "./stream-store.ts";

/** What a worker knows of one chain. */
export interface SideSurvey {
  head: number;
  final: number;
  /** The deepest reorganisation that was read. */
  deepest: number;
  /** Blocks taken back, in all. */
  turnedBack: number;
  failures: number;
  /** Milliseconds of the monotonic clock. */
  readAt: number | undefined;
  freeTokens: number | undefined;
  /** Tokens that nothing is going to spend. */
  tokenGaps: number | undefined;
  balance: bigint | undefined;
  nodes: readonly NodeHealth[];
}

const unread = (): SideSurvey => ({
  ...{ head: 0, final: 0, deepest: 0, turnedBack: 0, failures: 0 },
  ...{ readAt: undefined, freeTokens: undefined, tokenGaps: undefined, balance: undefined, nodes: [] },
});

/** What a worker has seen and done, for metrics: nothing is decided by it. */
export class RouteSurvey {
  readonly sides: Readonly<Record<Side, SideSurvey>> = { home: unread(), foreign: unread() };
  /** What was tried, by intention, and what went wrong, by code. */
  readonly attempts = new Map<string, number>();
  readonly faults = new Map<string, number>();
  holds = false;
  broken = false;
  open = 0;
  ambiguous = 0;
  deadLetters = 0;
  /** Unix milliseconds of the first event of the oldest stream that is open. */
  oldest: number | undefined;
  /** Milliseconds of the monotonic clock when the loop last came round. */
  beatAt = 0;

  beat(at: number): void {
    this.beatAt = at;
  }

  attempted(what: string): void {
    this.attempts.set(what, (this.attempts.get(what) ?? 0) + 1);
  }

  faulted(code: string): void {
    this.faults.set(code, (this.faults.get(code) ?? 0) + 1);
  }

  read(side: Side, { head, final, turnedBack }: ScanRound, at: number): void {
    const survey = this.sides[side];
    survey.head = head.height;
    survey.final = final.height;
    survey.turnedBack += turnedBack;
    survey.deepest = Math.max(survey.deepest, turnedBack);
    survey.readAt = at;
  }

  failed(side: Side): void {
    this.sides[side].failures += 1;
  }

  reconciled(side: Side, { free, balance }: TokenReport): void {
    this.sides[side].freeTokens = free.length;
    this.sides[side].balance = balance;
  }

  streams(loaded: Iterable<LoadedStream>): void {
    this.open = 0;
    this.ambiguous = 0;
    this.deadLetters = 0;
    this.oldest = undefined;
    for (const { state, since } of loaded) {
      this.open += 1;
      if (state.attention.dead !== undefined) this.deadLetters += 1;
      if (this.oldest === undefined || since < this.oldest) this.oldest = since;
      const unsure = Object.values(state.effects).some(
        ({ versions, end }) => end === undefined && versions.at(-1)?.sent?.result === "ambiguous",
      );
      if (unsure) this.ambiguous += 1;
    }
  }
}
