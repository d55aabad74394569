import { RetryableError } from "../../core/errors.ts";
import type { Scenario } from "./scenario.ts";
import type { SeededRandom } from "./seeded-random.ts";
import type { Actor, VirtualTime } from "./virtual-time.ts";

/** Milliseconds until a caller gives up. */
const TIMEOUT = 8_000;

export function unavailable(label: string): RetryableError {
  return new RetryableError("NODE_UNAVAILABLE", `No answer to ${label}`);
}

/** Between a worker and everything else: requests are lost, answers are lost, late, or given for a question asked twice. */
export class SimulatedNetwork {
  readonly time: VirtualTime;
  readonly #random: SeededRandom;
  readonly #scenario: Scenario;
  readonly #calmFrom: number;

  constructor(time: VirtualTime, random: SeededRandom, scenario: Scenario) {
    this.time = time;
    this.#random = random;
    this.#scenario = scenario;
    this.#calmFrom = time.now + scenario.faultsUntil;
  }

  get faulty(): boolean {
    return this.time.now < this.#calmFrom;
  }

  #faulty(probability: number): boolean {
    return probability > 0 && this.faulty && this.#random.chance(probability);
  }

  /**
   * Asks something: it is worked out once the request has arrived, and known once the answer has.
   *
   * @param weight how many times likelier its faults are: what is sent is rare among what is asked
   */
  ask<T>(actor: Actor, label: string, work: () => T, weight = 1): Promise<T> {
    const { lostRequests, lostAnswers, lateAnswers, doubled } = this.#scenario;
    const time = this.time;
    return new Promise((done, fail) => {
      const way = this.#random.between(2, 40);
      if (this.#faulty(weight * lostRequests)) {
        time.note(actor, `${label}: the request is lost`);
        time.after(actor, TIMEOUT, () => fail(unavailable(label)));
        return;
      }
      // What has left goes on, whatever becomes of who sent it.
      const arrived = { ...NETWORK };
      const lost = this.#faulty(weight * lostAnswers);
      const late = this.#faulty(weight * lateAnswers) ? this.#random.between(500, 15_000) : 0;
      const twice = this.#faulty(weight * doubled);
      time.after(arrived, way, () => {
        try {
          const answer = work();
          if (twice) {
            time.note(actor, `${label}: arrives twice`);
            time.after(arrived, this.#random.between(1, 20_000), () => {
              try {
                work();
              } catch {
                // Nobody waits for it.
              }
            });
          }
          if (lost) {
            time.note(actor, `${label}: the answer is lost`);
            time.after(actor, TIMEOUT, () => fail(unavailable(label)));
          } else if (late > 0) time.after(actor, late, () => done(answer));
          else if (actor.pausedUntil > time.now) time.after(actor, 1, () => done(answer));
          else if (actor.alive) done(answer);
        } catch (error) {
          time.after(actor, 1, () => fail(error as Error));
        }
      });
    });
  }
}

const NETWORK: Actor = { name: "network", alive: true, pausedUntil: 0, skew: 0 };
