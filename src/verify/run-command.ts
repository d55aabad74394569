import { spawn } from "node:child_process";

/** Runs a program without a shell and returns its exit code (null when it could not start) and all it printed. */
export function runCommand(
  program: string,
  words: readonly string[],
  { cwd = process.cwd(), env = process.env } = {},
): Promise<{ code: number | null; output: string; stdout: string }> {
  return new Promise((settle) => {
    const child = spawn(program, words, { cwd, env, stdio: ["ignore", "pipe", "pipe"] });
    let output = "";
    let stdout = "";
    child.stdout.setEncoding("utf8").on("data", (text: string) => {
      output += text;
      stdout += text;
    });
    child.stderr.setEncoding("utf8").on("data", (text: string) => {
      output += text;
    });
    child.on("error", (error) => settle({ code: null, output: error.message, stdout }));
    child.on("close", (code) => settle({ code, output, stdout }));
  });
}
