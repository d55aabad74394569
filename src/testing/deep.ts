import { createHash, randomBytes } from "node:crypto";
import { existsSync, globSync, readFileSync } from "node:fs";
import { basename, join } from "node:path";
import { TerminalError } from "../core/errors.ts";
import { writeWhole } from "../core/write-whole.ts";
import { runTests } from "./run-tests.ts";

/** Least calls of all invariants of one group (one file) together. */
export const DEEP_CALLS = 1_000_000;
const DEPTH = 500;
const STATE_FILE = ".strongroom/deep/state.json";

interface Group {
  readonly calls: number;
  readonly reverts: number;
  readonly seconds: number;
  readonly passed: number;
  readonly failed: number;
}

/** What is kept between starts. */
interface DeepState {
  readonly seed: string;
  /** Digest of every source: other sources make a passed group worthless. */
  readonly sources: string;
  readonly groups: Record<string, Group>;
}

/** The Mocha tests that try more cases when STRONGROOM_DEEP is set: those that ask for their number, or share what asks. */
export function deepTests(root = "."): readonly string[] {
  const sources = globSync("test/**/*.ts", { cwd: root }).sort();
  const text = new Map(sources.map((file) => [file, readFileSync(join(root, file), "utf8")]));
  const asks = (file: string) => /STRONGROOM_DEEP|propertyCases\(/.test(text.get(file) ?? "");
  const behaviors = sources.filter((file) => file.endsWith(".behavior.ts") && asks(file));
  const names = behaviors.map((file) => `/${basename(file)}"`);
  return sources.filter(
    (file) =>
      file.endsWith(".test.ts") && (asks(file) || names.some((name) => text.get(file)?.includes(name))),
  );
}

function digestSources(): string {
  const hash = createHash("sha256");
  for (const file of globSync(["contracts/**/*.sol", "test/**/*.sol"]).sort()) {
    hash.update(file).update("\0").update(readFileSync(file));
  }
  return hash.digest("hex");
}

/** Runs of a campaign so that all invariants of the file together make DEEP_CALLS calls or more. */
export function runsFor(source: string): number {
  const invariants = source.match(/function\s+(invariant|statefulFuzz)\w*\s*\(/g)?.length ?? 0;
  return Math.ceil(DEEP_CALLS / DEPTH / Math.max(1, invariants));
}

function load(resume: boolean): DeepState {
  const sources = digestSources();
  if (resume && existsSync(STATE_FILE)) {
    const saved = JSON.parse(readFileSync(STATE_FILE, "utf8")) as DeepState;
    if (saved.sources === sources) return saved;
    process.stderr.write("The sources changed since the last run: every group runs again.\n");
    return { seed: saved.seed, sources, groups: {} };
  }
  const seed = process.env.STRONGROOM_SEED ?? `0x${randomBytes(32).toString("hex")}`;
  return { seed, sources, groups: {} };
}

function save(state: DeepState): void {
  writeWhole(STATE_FILE, JSON.stringify(state, null, 2));
}

/**
 * Runs the invariant groups (test/invariant/*.t.sol) one after another with at least {@link DEEP_CALLS} calls each, then the
 * tests of TypeScript that try more when they are told to. Failing sequences are kept under corpus/ and are replayed
 * first the next time.
 */
export async function runDeep({ resume }: { resume: boolean }) {
  const files = globSync("test/invariant/*.t.sol").sort();
  if (files.length === 0) {
    throw new TerminalError("NO_INVARIANTS", "test/invariant has no *.t.sol file", {
      advice: "Restore it with git.",
    });
  }
  const state = load(resume);
  process.stderr.write(`Seed ${state.seed} (STRONGROOM_SEED repeats it); ${files.length} groups.\n`);
  const total = { passed: 0, failed: 0, skipped: 0 };
  for (const [index, file] of files.entries()) {
    const title = `[${index + 1}/${files.length}] ${file}`;
    const before = state.groups[file];
    if (before !== undefined && before.failed === 0) {
      process.stderr.write(`${title}: passed before, ${before.calls} calls\n`);
      total.passed += before.passed;
      continue;
    }
    const runs = runsFor(readFileSync(file, "utf8"));
    process.stderr.write(`${title}: ${runs} runs of ${DEPTH} calls for each invariant ...\n`);
    const started = performance.now();
    const result = await runTests({
      solidity: { files: [file] },
      profile: "deep",
      campaign: { runs, depth: DEPTH, seed: state.seed },
    });
    const campaigns = Object.values(result.campaigns);
    const calls = campaigns.reduce((sum, campaign) => sum + campaign.calls, 0);
    const reverts = campaigns.reduce((sum, campaign) => sum + campaign.reverts, 0);
    const short = result.failed === 0 && calls < DEEP_CALLS ? 1 : 0;
    if (short > 0) process.stderr.write(`${title}: only ${calls} calls of ${DEEP_CALLS}\n`);
    const seconds = Math.round((performance.now() - started) / 1000);
    const group = { calls, reverts, seconds, passed: result.passed, failed: result.failed + short };
    state.groups[file] = group;
    save(state);
    process.stderr.write(
      `${title}: ${calls} calls, ${reverts} reverts, ${seconds} s, ${group.failed} failed\n`,
    );
    total.passed += group.passed;
    total.failed += group.failed;
    total.skipped += result.skipped;
  }
  process.env.STRONGROOM_DEEP = "1";
  const result = await runTests({ mocha: { files: deepTests() } });
  total.passed += result.passed;
  total.failed += result.failed;
  total.skipped += result.skipped;
  return total;
}
