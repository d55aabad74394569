import { UsageError } from "../core/errors.ts";

/** Places in the code where a test may end the process. What has no test passes `NO_FAULTS`. */
export interface FaultPoints {
  /** Says that the code has come to this place. Returns, except in a test that chose it. */
  reach(point: string): void;
}

/** Nothing ever happens. */
export const NO_FAULTS: FaultPoints = { reach: () => {} };

/**
 * The fault points that the environment asks for: `STRONGROOM_FAULT=NAME:COUNT` kills this process, as `kill -9` does, when it
 * comes to the point of that name for the COUNT-th time. Several with commas. It exists for tests of crashes and is of no use to
 * an attacker: who can set a process's environment can kill it.
 *
 * @param kill ends the process at once; it must not return
 * @throws UsageError when the variable can't be read
 * @example
 * // STRONGROOM_FAULT=journal.before-commit:3 ends the process in its third commit, with everything written but not committed.
 * const faults = faultPoints(process.env);
 */
export function faultPoints(
  environment: Readonly<Record<string, string | undefined>>,
  kill: (point: string) => void = killSelf,
): FaultPoints {
  const text = environment.STRONGROOM_FAULT;
  if (text === undefined || text === "") return NO_FAULTS;
  const left = new Map<string, number>();
  for (const word of text.split(",")) {
    const [, name, count] = /^([a-z][a-z0-9.-]*):([1-9]\d{0,8})$/.exec(word.trim()) ?? [];
    if (name === undefined || count === undefined) {
      throw new UsageError(`STRONGROOM_FAULT can't be read: ${JSON.stringify(word)}`, {
        advice: "Write NAME:COUNT, for example journal.before-commit:3, or unset it: it is for tests.",
      });
    }
    left.set(name, Number(count));
  }
  return {
    reach(point) {
      const count = left.get(point);
      if (count === undefined) return;
      left.set(point, count - 1);
      if (count === 1) kill(point);
    },
  };
}

function killSelf(): void {
  process.kill(process.pid, "SIGKILL");
  // The signal is on its way: nothing more may run.
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);
}
