import { createHash } from "node:crypto";
import {
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { gunzipSync, gzipSync } from "node:zlib";

/** Answers kept: a whole build is fewer than thirty. */
const MOST = 100;
const LEVEL = 1;

/** What a compiler says, as far as it matters here. */
interface Answer {
  readonly errors?: readonly { readonly severity: string }[];
}

/**
 * A folder of what the compiler answered, by the digest of what it was asked: sources that were compiled in a checkout are not
 * compiled again in its copies. Of all answers those last asked for are kept. An answer that can't be read, or that holds an error,
 * is no answer.
 */
export class CompilerAnswers {
  readonly #folder: string;
  readonly #most: number;

  constructor(folder: string, most = MOST) {
    this.#folder = folder;
    this.#most = most;
  }

  /** @param question all that the answer hangs on: the compiler's version and its whole input */
  async answer<T extends Answer>(question: unknown, ask: () => Promise<T>): Promise<T> {
    const digest = createHash("sha256").update(JSON.stringify(question)).digest("hex");
    const file = join(this.#folder, `${digest}.json.gz`);
    const known = this.#read<T>(file);
    if (known !== undefined) return known;
    const answer = await ask();
    if (!answer.errors?.some(({ severity }) => severity === "error")) this.#write(file, answer);
    return answer;
  }

  #read<T>(file: string): T | undefined {
    try {
      const answer = JSON.parse(gunzipSync(readFileSync(file)).toString()) as T;
      const now = new Date();
      utimesSync(file, now, now);
      return answer;
    } catch {
      return undefined;
    }
  }

  /** A folder that can't be written costs time, and nothing else. */
  #write(file: string, answer: unknown): void {
    const beside = `${file}.${process.pid}.tmp`;
    try {
      mkdirSync(this.#folder, { recursive: true });
      writeFileSync(beside, gzipSync(JSON.stringify(answer), { level: LEVEL }));
      renameSync(beside, file);
      for (const old of this.#oldest()) rmSync(old, { force: true });
    } catch {
      // What is left beside it is removed as the others are.
    }
  }

  #oldest(): readonly string[] {
    const files = readdirSync(this.#folder).map((name) => join(this.#folder, name));
    const age = new Map(files.map((file) => [file, statSync(file).mtimeMs]));
    return files.sort((a, b) => (age.get(b) ?? 0) - (age.get(a) ?? 0)).slice(this.#most);
  }
}
