import { setTimeout as sleep } from "node:timers/promises";
import { RetryableError } from "../core/errors.ts";
import type { StoredEvent } from "./journal.ts";

const PAGE = 500;
/** Milliseconds before a store that didn't answer is asked again. */
const AGAIN = 500;

/** Waits that long, or until the signal aborts; never throws. */
export async function pause(milliseconds: number, signal: AbortSignal): Promise<void> {
  await sleep(milliseconds, undefined, { signal }).catch(() => {});
}

/** What a subscription reads from. */
export interface Followed {
  readAll(after: bigint, limit: number): Promise<readonly StoredEvent[]>;
  /** Until there may be something after this position, or the signal aborts. */
  wait(after: bigint, signal: AbortSignal): Promise<void>;
}

/**
 * All events after a position and then each new one, in order, until the signal aborts. A store that is away is waited for; what
 * is no use to wait for is thrown.
 */
export async function* follow(
  { readAll, wait }: Followed,
  after: bigint,
  signal: AbortSignal,
): AsyncGenerator<StoredEvent, void> {
  let position = after;
  while (!signal.aborted) {
    let page: readonly StoredEvent[];
    try {
      page = await readAll(position, PAGE);
      if (page.length === 0) await wait(position, signal);
    } catch (error) {
      if (!(error instanceof RetryableError)) throw error;
      await pause(AGAIN, signal);
      continue;
    }
    for (const event of page) {
      if (signal.aborted) return;
      yield event;
      position = event.position;
    }
  }
}
