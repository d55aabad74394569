import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { COMPILED, MAIN } from "../../src/testing/strongroom.ts";
import { runCommand } from "../../src/verify/run-command.ts";
import type { Ran, Reader } from "./follow.ts";
import type { Page } from "./page.ts";

/** What stands for the words of a line, for one who acts. */
export type Words = Readonly<Record<string, string>>;

/** A folder in which pages' lines are run by a shell as they stand; only the words in capitals are replaced. */
export abstract class PageFolder implements Reader {
  readonly folder = mkdtempSync(join(tmpdir(), "strongroom-runbook-"));
  /** What stands for each word of the page that is followed. */
  readonly words = new Map<string, string>();
  /** By the name that a page calls them: what each puts in the place of words of its own. */
  readonly people = new Map<string, readonly Words[]>();
  readonly #environment: NodeJS.ProcessEnv;
  readonly #ran: Ran[] = [];
  #by: readonly Words[] = [];

  constructor(environment: NodeJS.ProcessEnv = {}) {
    this.#environment = environment;
    writeFileSync(this.at("strongroom"), `#!/bin/sh\nexec "${process.execPath}" "${MAIN}" "$@"\n`);
    chmodSync(this.at("strongroom"), 0o755);
  }

  at(...names: readonly string[]): string {
    return join(this.folder, ...names);
  }

  /** What a file says, as the test takes it to be. */
  json<T>(file: string): T {
    return JSON.parse(readFileSync(this.at(file), "utf8")) as T;
  }

  /** A file as its reader has edited it. */
  edit(file: string, change: (text: never) => object): void {
    const before = this.json<never>(file);
    writeFileSync(this.at(file), `${JSON.stringify(change(before), null, 2)}\n`);
  }

  abstract wait(seconds: number): Promise<void>;

  by(who: string): void {
    const people = this.people.get(who);
    if (people === undefined) throw new Error(`nobody is called ${who}`);
    this.#by = people;
  }

  async type(_page: Page, line: string): Promise<readonly Ran[]> {
    const own = this.#by.filter((words) => Object.keys(words).some((word) => line.includes(word)));
    return Promise.all((own.length > 0 ? own : [{}]).map((words) => this.run(line, words)));
  }

  learn(ran: Ran): void {
    this.#ran.push(ran);
  }

  /** What the page's last line that has these words has printed. */
  said(words: string): string {
    const ran = this.#ran.findLast(({ line }) => line.includes(words));
    if (ran === undefined) throw new Error(`no line with ${words} was typed`);
    return ran.output;
  }

  /** Runs one line by a shell. */
  async run(line: string, own: Words = {}): Promise<Ran> {
    const said = line.replaceAll(/\b[A-Z][A-Z_]{3,}\b/g, (word) => own[word] ?? this.words.get(word) ?? word);
    const env = { NODE_COMPILE_CACHE: COMPILED, ...process.env, ...this.#environment };
    return { line: said, ...(await runCommand("/bin/sh", ["-c", said], { cwd: this.folder, env })) };
  }

  async close(): Promise<void> {
    rmSync(this.folder, { recursive: true, force: true });
  }
}
