import { resolve } from "node:path";
import { type Command, Option } from "commander";
import { TerminalError } from "../core/errors.ts";

/** Receives the exit code of the command that ran. */
export type Finish = (code: number) => void;

/** What help says of exit codes. */
export const EXIT_CODES = "\nExit codes: 0 done, 1 failed, 2 wrong usage.";

/** What a command on one deployment is told about where it works. */
export interface DeploymentOptions {
  readonly network?: string | undefined;
  /** A node's address instead of the configured one. */
  readonly rpc?: string | undefined;
  /** Where records are kept, instead of deployments/. */
  readonly deployments?: string | undefined;
  readonly json?: boolean;
}

/** Options that name files or folders: meant from where the user stands. */
const PATHS = [
  "change",
  "config",
  "deployments",
  "file",
  "intents",
  "keystore",
  "out",
  "proposals",
  "report",
  "state",
  "witnesses",
] as const;

/** What commands share: paths from where the user stands, and errors that say what to do. */
export class Runner {
  readonly #finish: Finish;
  readonly #userDirectory: string;

  constructor(finish: Finish, userDirectory: string) {
    this.#finish = finish;
    this.#userDirectory = userDirectory;
  }

  /** A path as the user meant it. */
  here(path: string): string {
    return resolve(this.#userDirectory, path);
  }

  /** Options whose paths are those that the user meant. */
  #fromHere<T extends object>(options: T): T {
    const given = options as Record<string, unknown>;
    const paths = PATHS.flatMap((name) => {
      const path = given[name];
      return typeof path === "string" ? [[name, this.here(path)]] : [];
    });
    return { ...options, ...Object.fromEntries(paths) };
  }

  /**
   * Runs a command and ends with its exit code.
   *
   * @throws StrongroomError `FILE_UNUSABLE` for what a file system refuses, and what the command throws
   */
  async run<T extends object>(options: T, command: (options: T) => Promise<number>): Promise<void> {
    try {
      this.#finish(await command(this.#fromHere(options)));
    } catch (error) {
      const { path, syscall, code } = error as NodeJS.ErrnoException;
      if (path === undefined || syscall === undefined) throw error;
      throw new TerminalError("FILE_UNUSABLE", `${path} can't be used`, {
        cause: error,
        facts: { code: code ?? "unknown" },
        advice: "Check the path, its folder and their permissions.",
      });
    }
  }

  /**
   * The same for a command that asks a node: what that says otherwise than it should becomes an error that says what to do.
   *
   * @throws StrongroomError `NODE_FAILED`, and what `run` throws
   */
  async ask<T extends { readonly network?: string | undefined }>(
    options: T,
    command: (options: T) => Promise<number>,
  ): Promise<void> {
    try {
      await this.run(options, command);
    } catch (error) {
      const { asFailure } = await import("../../deploy/connect.ts");
      throw asFailure(error, options.network ?? "that the proposal names");
    }
  }
}

/** A command on one deployment, whose network may be named elsewhere: by a proposal, say. */
export function onDeployment(
  parent: Command,
  usage: string,
  description: string,
  network = new Option("--network <name>", "a network that was deployed to"),
): Command {
  return parent
    .command(usage)
    .description(description)
    .addOption(network)
    .option("--rpc <url>", "a node's address instead of the configured one")
    .option("--deployments <folder>", "where records are kept, instead of deployments/")
    .option("--json", "print one JSON object on stdout, progress on stderr", false)
    .addHelpText("after", EXIT_CODES);
}

/** How a keystore's password is given. */
export function withPassword(command: Command): Command {
  return command
    .option("--password-env <name>", "the environment's variable with the keystore's password")
    .option("--password-fd <number>", "an open file descriptor with it, as in 3<password-file");
}
