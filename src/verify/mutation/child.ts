import { type ChildProcess, fork } from "node:child_process";
import { TerminalError } from "../../core/errors.ts";

/** A process that answers one question at a time, and can be ended at any time. */
export class AnsweringChild<Question, Answer> {
  readonly #child: ChildProcess;
  #output = "";
  #ended: string | undefined;

  constructor(
    file: string,
    words: readonly string[],
    options: { cwd: string; env?: NodeJS.ProcessEnv; execArgv?: readonly string[] },
  ) {
    this.#child = fork(file, [...words], {
      cwd: options.cwd,
      env: options.env ?? process.env,
      execArgv: [...(options.execArgv ?? [])],
      stdio: ["ignore", "pipe", "pipe", "ipc"],
    });
    // The last words tell why it died; all of them would fill the memory.
    const keep = (chunk: Buffer) => {
      this.#output = (this.#output + chunk.toString()).slice(-4000);
    };
    this.#child.stdout?.on("data", keep);
    this.#child.stderr?.on("data", keep);
    this.#child.once("error", (error) => {
      this.#ended = error.message;
    });
    this.#child.once("exit", (code, signal) => {
      this.#ended ??= `ended with ${signal ?? `exit code ${code}`}`;
    });
    process.once("exit", this.end);
  }

  readonly end = (): void => {
    process.off("exit", this.end);
    this.#child.kill("SIGKILL");
  };

  /** The answer, or undefined when it doesn't come in time or the process gives up by `null`; the process is ended then. */
  async ask(question: Question, milliseconds: number): Promise<Answer | undefined> {
    const { promise, resolve, reject } = Promise.withResolvers<Answer | undefined>();
    const died = () =>
      reject(
        new TerminalError("CHILD_ENDED", "A process of the mutation run ended before it answered", {
          cause: new Error(`${this.#ended}\n${this.#output}`),
        }),
      );
    if (this.#ended !== undefined) died();
    const giveUp = () => {
      this.end();
      resolve(undefined);
    };
    const timer = setTimeout(giveUp, milliseconds);
    this.#child.once("message", (answer) => (answer === null ? giveUp() : resolve(answer as Answer)));
    this.#child.once("exit", died);
    try {
      this.#child.send(question as object);
      return await promise;
    } finally {
      clearTimeout(timer);
      this.#child.removeAllListeners("message");
      this.#child.off("exit", died);
    }
  }
}
