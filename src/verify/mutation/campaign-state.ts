import { createHash } from "node:crypto";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { writeWhole } from "../../core/write-whole.ts";
import type { DomainFiles } from "./domains.ts";
import { FUZZ, type Outcome } from "./test-bed.ts";

export const STATE_FILE = ".strongroom/mutation/state.json";
/** Raised when verdicts of an older runner no longer count. */
const RUNNER = 1;

/** Packages that decide what the code is and does. */
const PACKAGES = ["@openzeppelin/contracts", "@openzeppelin/contracts-upgradeable", "hardhat", "solc"];

/** A verdict and what it holds for. */
interface Remembered {
  readonly outcome: Outcome;
  readonly seconds: number;
  /** Digest of the mutated file, of the tests that the verdict depends on, and of the packages that run them. */
  readonly digest: string;
}

/**
 * Verdicts that outlast the process. A killed mutant stays so while its source and the test file that killed it stay the
 * same; any other verdict while its source and all tests of its domain do.
 */
export class CampaignState {
  readonly #root: string;
  readonly #file: string;
  readonly #verdicts: Record<string, Remembered>;
  readonly #digests = new Map<string, string>();
  readonly #packages: readonly (string | undefined)[];

  constructor(root: string) {
    this.#root = root;
    this.#file = join(root, STATE_FILE);
    this.#verdicts = existsSync(this.#file)
      ? (JSON.parse(readFileSync(this.#file, "utf8")) as Record<string, Remembered>)
      : {};
    const text = readFileSync(join(root, "package.json"), "utf8");
    const { dependencies, devDependencies } = JSON.parse(text) as Record<string, Record<string, string>>;
    this.#packages = PACKAGES.map((name) => ({ ...dependencies, ...devDependencies })[name]);
  }

  #digestOf(file: string): string {
    const known = this.#digests.get(file);
    if (known !== undefined) return known;
    const path = join(this.#root, file);
    const digest = existsSync(path)
      ? createHash("sha256").update(readFileSync(path)).digest("hex")
      : "absent";
    this.#digests.set(file, digest);
    return digest;
  }

  #digest(file: string, domain: DomainFiles, outcome: Outcome): string {
    const tests = outcome.verdict === "killed" ? [outcome.by] : [...domain.solidity, ...domain.mocha];
    const files = [file, ...tests];
    const hash = createHash("sha256").update(JSON.stringify([RUNNER, FUZZ, this.#packages]));
    for (const name of files) hash.update(`\0${name}\0${this.#digestOf(name)}`);
    return hash.digest("hex");
  }

  /** Digests a domain's files now: verdicts are about what the copy holds, whatever is edited while they come in. */
  prime({ sources, solidity, mocha }: DomainFiles): void {
    for (const file of [...sources, ...solidity, ...mocha]) this.#digestOf(file);
  }

  /** What is known of a mutant of that file and still holds. */
  recall(id: string, file: string, domain: DomainFiles): { outcome: Outcome; seconds: number } | undefined {
    const known = this.#verdicts[id];
    if (known === undefined || known.digest !== this.#digest(file, domain, known.outcome)) return undefined;
    return known;
  }

  /** Keeps a verdict; at once, so that a run may be killed at any time. The runner's own trouble isn't kept. */
  remember(id: string, file: string, domain: DomainFiles, outcome: Outcome, seconds: number): void {
    if (outcome.verdict === "error") return;
    this.#verdicts[id] = { outcome, seconds, digest: this.#digest(file, domain, outcome) };
    writeWhole(this.#file, JSON.stringify(this.#verdicts, null, 1));
  }
}
