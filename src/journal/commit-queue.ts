import type { CheckedCommit } from "./checked-commit.ts";

/** How one batch ended: for each commit of it what is answered, or why not. */
export type Settled<T> = readonly ({ readonly value: T } | { readonly error: unknown })[];

/** How commits are gathered. */
export interface QueueOptions<T> {
  /** Runs the writing of what was gathered: later, so that commits that come together are written together. */
  readonly defer: (run: () => void) => void;
  /** Commits in one transaction at most. */
  readonly most: number;
  /** Writes a batch in one transaction. What it throws is every commit's error. */
  readonly write: (batch: readonly CheckedCommit[]) => Promise<Settled<T>> | Settled<T>;
}

interface Waiting<T> {
  readonly commit: CheckedCommit;
  readonly resolve: (value: T) => void;
  readonly reject: (error: unknown) => void;
}

/** Group commit: what is asked while a transaction is written goes together into the next one, and so shares its `fsync`. */
export class CommitQueue<T> {
  readonly #options: QueueOptions<T>;
  #waiting: Waiting<T>[] = [];
  #running = false;
  #idle: (() => void)[] = [];

  constructor(options: QueueOptions<T>) {
    this.#options = options;
  }

  push(commit: CheckedCommit): Promise<T> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ commit, resolve, reject });
      if (this.#running) return;
      this.#running = true;
      this.#options.defer(() => void this.#run());
    });
  }

  /** Until everything that was pushed is settled. */
  async drained(): Promise<void> {
    if (!this.#running) return;
    await new Promise<void>((resolve) => this.#idle.push(resolve));
  }

  async #run(): Promise<void> {
    while (this.#waiting.length > 0) {
      const batch = this.#waiting.splice(0, this.#options.most);
      try {
        // A writer that is done at once keeps the queue in the same turn: what a simulator drives has no hidden waits.
        const answer = this.#options.write(batch.map(({ commit }) => commit));
        const settled = answer instanceof Promise ? await answer : answer;
        for (const [index, waiting] of batch.entries()) {
          const result = settled[index];
          if (result !== undefined && "value" in result) waiting.resolve(result.value);
          else waiting.reject(result?.error);
        }
      } catch (error) {
        for (const waiting of batch) waiting.reject(error);
      }
    }
    this.#running = false;
    for (const idle of this.#idle.splice(0)) idle();
  }
}
