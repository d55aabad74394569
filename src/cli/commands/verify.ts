import { UsageError } from "../../core/errors.ts";
import { inParallel, PROCESSORS } from "../../core/in-parallel.ts";
import { closingLine } from "../../testing/test-run.ts";
import { build } from "../../verify/build.ts";
import type { CheckResult } from "../../verify/check.ts";
import { checkCoverage } from "../../verify/checks/coverage.ts";
import { checkClearSigning, checkDocs, checkTypechain } from "../../verify/checks/generated.ts";
import { checkPackage } from "../../verify/checks/package.ts";
import { checkFormat, checkTypes } from "../../verify/checks/programs.ts";
import { checkRequirements } from "../../verify/checks/requirements.ts";
import { checkSizes } from "../../verify/checks/sizes.ts";
import { checkSources } from "../../verify/checks/sources.ts";
import { runMutants } from "../../verify/mutants.ts";
import { DEFAULT_SAMPLE, DEFAULT_SEED, runMutation } from "../../verify/mutation/run-mutation.ts";
import { ProjectCopy } from "../../verify/project-copy.ts";
import { ExitCode } from "../exit-code.ts";
import { hanging } from "../output.ts";

type Check = (builtCopy: () => Promise<string>) => Promise<CheckResult>;

// In the order in which they begin: the two longest side by side, then the others, cheap ones first.
const CHECKS: Readonly<Record<string, Check>> = {
  coverage: async () => {
    // Builds instrumented code: no other check may see it.
    await using copy = await ProjectCopy.of(process.cwd());
    // Awaited here: the copy is there until it has ended.
    return await checkCoverage(copy.root);
  },
  formal: async () => {
    const { checkFormal } = await import("../../verify/checks/formal.ts");
    return checkFormal(process.cwd());
  },
  sources: () => checkSources(),
  requirements: () => checkRequirements(),
  asserted: async () => {
    const { checkAsserted } = await import("../../verify/checks/asserted.ts");
    return checkAsserted(process.cwd());
  },
  licences: async () => {
    const { checkLicences } = await import("../../verify/checks/licences.ts");
    return checkLicences(process.cwd());
  },
  sbom: async () => {
    const { checkSbom } = await import("../../verify/checks/sbom.ts");
    return checkSbom(process.cwd());
  },
  format: () => checkFormat(),
  types: () => checkTypes(),
  slither: async () => {
    const { checkSlither } = await import("../../verify/checks/slither.ts");
    return checkSlither(process.cwd());
  },
  sizes: async (copy) => checkSizes(await copy()),
  typechain: async (copy) => checkTypechain(await copy()),
  docs: async (copy) => checkDocs(await copy()),
  erc7730: async (copy) => checkClearSigning(await copy()),
  package: async (copy) => checkPackage(await copy()),
  layouts: async (copy) => {
    const { checkLayouts } = await import("../../verify/checks/layouts.ts");
    return checkLayouts(await copy());
  },
  mutation: async () => {
    const { checkMutation } = await import("../../verify/checks/mutation.ts");
    return checkMutation(process.cwd());
  },
};

function print(result: CheckResult, seconds: number): void {
  const mark = result.failed > 0 ? "failed" : "passed";
  process.stdout.write(
    `${mark}  ${result.name.padEnd(14)} ${closingLine(result)} (${seconds.toFixed(0)} s)\n`,
  );
  for (const detail of result.details) process.stdout.write(`        ${hanging(detail)}\n`);
}

async function runChecks(names: readonly string[]): Promise<CheckResult[]> {
  await using copies = new AsyncDisposableStack();
  let built: Promise<string> | undefined;
  // Built from nothing, once, and only if a check asks: the checkout itself is never touched. What the checks read of it are the
  // contracts; their tests are compiled by coverage, and by `./strongroom test`.
  const builtCopy = () => {
    built ??= (async () => {
      const copy = copies.use(await ProjectCopy.of(process.cwd()));
      process.stderr.write("building a clean copy ...\n");
      await build(copy.root, { withTests: false });
      return copy.root;
    })();
    return built;
  };
  const chosen = Object.entries(CHECKS).filter(([name]) => names.includes(name));
  // Awaited here: the copy is there until the last of them has ended.
  return await inParallel(PROCESSORS, chosen, ([name, check]) => runCheck(name, () => check(builtCopy)));
}

async function runCheck(name: string, check: () => Promise<CheckResult>): Promise<CheckResult> {
  process.stderr.write(`${name} ...\n`);
  const started = performance.now();
  const result = await check().catch((error: unknown) => ({
    name,
    passed: 0,
    failed: 1,
    skipped: 0,
    details: [
      error instanceof Error
        ? `${error.message}${error.cause ? `\n${String(error.cause)}` : ""}`
        : String(error),
    ],
  }));
  print(result, (performance.now() - started) / 1000);
  return result;
}

/** What `./strongroom verify` was asked. */
export interface VerifyOptions {
  readonly mutants: boolean;
  readonly mutation: boolean;
  readonly only?: string;
  readonly sample?: string;
  readonly seed?: string;
}

function mutation({ only, sample, seed }: VerifyOptions): Promise<CheckResult[]> {
  if (sample !== undefined && !/^[1-9]\d{0,5}$/.test(sample)) {
    throw new UsageError(`"${sample}" is no number of mutants`, {
      advice: "Give a whole number, 1 or more.",
    });
  }
  return runMutation({
    ...(only === undefined ? {} : { only }),
    sample: sample === undefined ? DEFAULT_SAMPLE : Number(sample),
    seed: seed ?? DEFAULT_SEED,
  });
}

/** `./strongroom verify`: the named checks, or with --mutants or --mutation those, then one closing line. */
export async function verify(options: VerifyOptions): Promise<number> {
  const { mutants, only, sample, seed } = options;
  if (mutants && options.mutation) throw new UsageError("--mutants and --mutation are two runs");
  if (!options.mutation && (sample !== undefined || seed !== undefined)) {
    throw new UsageError("--sample and --seed belong to --mutation");
  }
  if (!mutants && !options.mutation && only !== undefined && !(only in CHECKS)) {
    throw new UsageError(`there is no check "${only}"`, {
      advice: `The checks: ${Object.keys(CHECKS).join(", ")}.`,
    });
  }
  const results = options.mutation
    ? await mutation(options)
    : mutants
      ? await runMutants(only)
      : await runChecks(only === undefined ? Object.keys(CHECKS) : [only]);
  const total = { passed: 0, failed: 0, skipped: 0 };
  for (const result of results) {
    total.passed += result.passed;
    total.failed += result.failed;
    total.skipped += result.skipped;
  }
  process.stdout.write(`${closingLine(total)}\n`);
  return total.failed === 0 && total.passed > 0 ? ExitCode.done : ExitCode.failed;
}
