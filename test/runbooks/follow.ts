import type { Page } from "./page.ts";

/** What a line of a page left. */
export interface Ran {
  readonly line: string;
  readonly code: number | null;
  readonly stdout: string;
  /** With what went to stderr. */
  readonly output: string;
}

/** Who follows a page, in a world of its own. */
export interface Reader {
  wait(seconds: number): Promise<void>;
  /** From here on it is they who act. */
  by(who: string): void;
  /** Types a line, once for each who acts. */
  type(page: Page, line: string): Promise<readonly Ran[]>;
  /** What a line has printed may be a word of the next ones. */
  learn(ran: Ran): void;
}

/** Follows a page from its first line to its last. */
export async function followPage<World extends Reader>(
  world: World,
  page: Page,
  tests: Readonly<Record<string, (world: World) => unknown>>,
): Promise<void> {
  for (const step of page.steps) {
    if (step.kind === "wait") await world.wait(step.seconds);
    else if (step.kind === "by") world.by(step.who);
    else if (step.kind === "test") {
      const test = tests[step.name];
      if (test === undefined) throw new Error(`${page.name}: nobody tests ${step.name}`);
      await test(world);
    } else {
      for (const ran of await world.type(page, step.line)) {
        if (ran.code !== step.exits) {
          throw new Error(`${page.name}: exits ${ran.code}, not ${step.exits}\n$ ${ran.line}\n${ran.output}`);
        }
        world.learn(ran);
      }
    }
  }
}
