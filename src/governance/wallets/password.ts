import { readFileSync } from "node:fs";
import { TerminalError } from "../../core/errors.ts";

/**
 * Where a password comes from. Never from the command line: every process of the machine can read that.
 * `env` names a variable; `fd` is an open file descriptor, as in `3<password-file`.
 */
export type PasswordSource =
  | { readonly from: "prompt"; readonly message: string }
  | { readonly from: "env"; readonly name: string }
  | { readonly from: "fd"; readonly fd: number };

/** What reading a password touches outside. */
export interface PasswordSurroundings {
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Asks at the terminal without echo; undefined where there is none. */
  readonly ask: ((message: string) => Promise<string>) | undefined;
}

/** This process's environment and terminal. */
export function processSurroundings(): PasswordSurroundings {
  const atTerminal = process.stdin.isTTY === true && process.stderr.isTTY === true;
  return {
    env: process.env,
    ask: atTerminal
      ? async (message) => {
          const { default: password } = await import("@inquirer/password");
          // Standard output belongs to the result.
          return password({ message, mask: false }, { output: process.stderr });
        }
      : undefined,
  };
}

/**
 * Reads a password; it is given to nobody else and is in no error.
 *
 * @throws TerminalError `PASSWORD_MISSING`: the variable is not set, the descriptor can't be read, there is no terminal, or
 *   it is empty.
 */
export async function readPassword(
  source: PasswordSource,
  surroundings: PasswordSurroundings = processSurroundings(),
): Promise<string> {
  const password = await read(source, surroundings);
  if (password === "")
    throw missing("The password is empty", "Give the password that the keystore was made with.");
  return password;
}

async function read(source: PasswordSource, { env, ask }: PasswordSurroundings): Promise<string> {
  if (source.from === "env") {
    const value = env[source.name];
    if (value !== undefined) return value;
    throw missing(`The environment has no variable ${source.name}`, `Set ${source.name}, or use the prompt.`);
  }
  if (source.from === "fd") {
    try {
      return readFileSync(source.fd, "utf8").replace(/\r?\n$/, "");
    } catch (cause) {
      const advice = `Open it in the shell, e.g. ${source.fd}<password-file.`;
      throw missing(`File descriptor ${source.fd} can't be read`, advice, cause);
    }
  }
  if (ask === undefined) {
    const advice = "Name a variable of the environment or a file descriptor that holds it.";
    throw missing("There is no terminal to ask for the password", advice);
  }
  return ask(source.message);
}

function missing(message: string, advice: string, cause?: unknown): TerminalError {
  return new TerminalError("PASSWORD_MISSING", message, { advice, cause });
}
