import { inspect } from "node:util";

const SHOWN = "[redacted]";

/**
 * A secret that can be handed around, and that no log, error, JSON or inspection shows.
 *
 * @example
 * const password = new Redacted("correct horse");
 * `${password}`; // "[redacted]"
 * password.expose(); // "correct horse"
 */
export class Redacted<T> {
  readonly #value: T;

  constructor(value: T) {
    this.#value = value;
  }

  /** The secret itself: only where it is used. */
  expose(): T {
    return this.#value;
  }

  toString(): string {
    return SHOWN;
  }

  toJSON(): string {
    return SHOWN;
  }

  [Symbol.toPrimitive](): string {
    return SHOWN;
  }

  [inspect.custom](): string {
    return SHOWN;
  }
}
