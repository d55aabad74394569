import { spawn } from "node:child_process";
import { dirname, join } from "node:path";
import { TerminalError } from "../core/errors.ts";

/** One line of a walk: what a person says beside it, or a command with what came of it. */
export type Line =
  | { readonly kind: "note"; readonly text: string }
  | {
      readonly kind: "command";
      readonly command: string;
      readonly output: string;
      readonly code: number;
      readonly milliseconds: number;
      /** How many lines of the output a page shows of its beginning and its end; all unless given. */
      readonly shows: readonly [number, number] | undefined;
      readonly timed: boolean;
    };

/** How a command is expected to go, and how it is shown. */
export interface Expected {
  /** Its exit code; 0 unless given. */
  readonly code?: number;
  readonly shows?: readonly [number, number];
  /** Whether its time is shown. */
  readonly timed?: boolean;
}

/** Where a shell stands. */
export interface Surroundings {
  /** A folder that is `~` to everything typed. */
  readonly home: string;
  /** Called with everything that a person at the terminal would see. */
  readonly print: (text: string) => void;
}

/** Types commands one after the other, as a person does, and keeps what came of them. */
export class Shell {
  readonly lines: Line[] = [];
  readonly #home: string;
  readonly #print: (text: string) => void;
  readonly #variables: Record<string, string> = {};
  #folder: string;

  constructor({ home, print }: Surroundings) {
    this.#home = home;
    this.#folder = home;
    this.#print = print;
  }

  /** A remark beside the commands. */
  note(text: string): void {
    this.lines.push({ kind: "note", text });
    this.#print(`\n# ${text}\n`);
  }

  /** `cd ~/NAME`: another folder stands for another machine. */
  goTo(name: string): void {
    this.#folder = join(this.#home, name);
    this.#keep(`cd ~/${name}`);
  }

  /** `export NAME="value"`, for all that is typed afterwards. */
  export(name: string, value: string): void {
    this.#variables[name] = value;
    this.#keep(`export ${name}="${value}"`);
  }

  #keep(command: string): void {
    const nothing = { output: "", code: 0, milliseconds: 0, shows: undefined, timed: false };
    this.lines.push({ kind: "command", command, ...nothing });
    this.#print(`${prompted(command)}\n`);
  }

  /**
   * Types a command, and gives what it printed.
   *
   * @throws TerminalError `WALK_STRAYED` where it ends otherwise than expected
   */
  async type(command: string, { code: wanted = 0, shows, timed = false }: Expected = {}): Promise<string> {
    this.#print(`${prompted(command)}\n`);
    const begun = performance.now();
    const { code, output } = await this.#run(command);
    const milliseconds = Math.round(performance.now() - begun);
    if (timed) this.#print(`(took ${(milliseconds / 1_000).toFixed(1)} s)\n`);
    if (code !== 0) this.#print(`(exit code ${code})\n`);
    this.lines.push({ kind: "command", command, output, code, milliseconds, shows, timed });
    if (code === wanted) return output;
    throw new TerminalError("WALK_STRAYED", "A command of the walkthrough ended otherwise than it should", {
      facts: { command: command.slice(0, 200), code, expected: wanted },
      advice: "What it printed is above.",
    });
  }

  #run(command: string): Promise<{ readonly code: number; readonly output: string }> {
    const child = spawn("sh", ["-c", command], {
      cwd: this.#folder,
      env: {
        ...process.env,
        PATH: `${dirname(process.execPath)}:${process.env.PATH ?? ""}`,
        HOME: this.#home,
        ...this.#variables,
      },
      stdio: ["ignore", "pipe", "pipe"],
    });
    let output = "";
    const take = (text: string): void => {
      output += text;
      this.#print(text);
    };
    child.stdout.setEncoding("utf8").on("data", take);
    child.stderr.setEncoding("utf8").on("data", take);
    return new Promise((settle) => {
      child.once("error", (error) => settle({ code: -1, output: error.message }));
      child.once("close", (code) => settle({ code: code ?? -1, output }));
    });
  }
}

/** A command as a terminal shows it: `$ ` before it, `> ` before what goes on on further lines. */
export function prompted(command: string): string {
  return command
    .split("\n")
    .map((line, index) => `${index === 0 ? "$" : ">"} ${line}`)
    .join("\n");
}
