import { RetryableError } from "../core/errors.ts";
import type { Journal, Lease } from "../journal/journal.ts";
import type { Clock } from "./clock.ts";

/** Of a lease's time, what is left unused: clocks don't run exactly alike. */
const MARGIN = 0.1;

/**
 * The time for which this worker has its route. It ends by this machine's monotonic clock, counted from before the store was
 * asked, so it ends here before it ends there: whoever checks it before acting outside doesn't act beside its successor.
 */
export class LeaseTerm {
  readonly #clock: Clock;
  readonly #milliseconds: number;
  #lease: Lease;
  #until: number;
  #lost = false;

  /** @returns undefined while another worker has it */
  static async begin(
    desk: { readonly journal: Journal; readonly clock: Clock; readonly holder: string },
    name: string,
    milliseconds: number,
  ): Promise<LeaseTerm | undefined> {
    const asked = desk.clock.monotonic();
    const lease = await desk.journal.acquire(name, desk.holder, milliseconds);
    return lease === undefined ? undefined : new LeaseTerm(desk.clock, lease, asked, milliseconds);
  }

  private constructor(clock: Clock, lease: Lease, asked: number, milliseconds: number) {
    this.#clock = clock;
    this.#lease = lease;
    this.#milliseconds = milliseconds;
    this.#until = asked + milliseconds * (1 - MARGIN);
  }

  get lease(): Lease {
    return this.#lease;
  }

  get held(): boolean {
    return !this.#lost && this.#clock.monotonic() < this.#until;
  }

  /** @throws RetryableError `LEASE_LOST` */
  check(): void {
    if (this.held) return;
    this.#lost = true;
    throw new RetryableError("LEASE_LOST", "This worker's time with the route is over", {
      facts: { lease: this.#lease.name },
    });
  }

  /** Another one has it, or may have. */
  lose(): void {
    this.#lost = true;
  }

  async renew(journal: Journal): Promise<void> {
    const asked = this.#clock.monotonic();
    this.#lease = await journal.renew(this.#lease, this.#milliseconds);
    this.#until = asked + this.#milliseconds * (1 - MARGIN);
  }
}
