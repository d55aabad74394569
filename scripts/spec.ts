// Runs one source of specs, or one spec of it, and prints all that Halmos says:
//   node scripts/spec.ts formal/specs/Lattice.t.sol [check_INV_POL_2_idempotent]
import { runHalmos, specProblem } from "../src/verify/formal/halmos.ts";
import { ensureVenv, REQUIREMENTS } from "../src/verify/python.ts";

const [file, only] = process.argv.slice(2);
if (file === undefined) {
  process.stderr.write("usage: node scripts/spec.ts FILE [SPEC]\n");
  process.exitCode = 2;
} else {
  const halmos = (await ensureVenv(REQUIREMENTS)).bin("halmos");
  const { reports, output } = await runHalmos(file, {
    root: process.cwd(),
    halmos,
    ...(only === undefined ? {} : { only }),
  });
  process.stdout.write(output);
  const problems = [...reports].map(([name, report]) => [name, specProblem(report)] as const);
  for (const [name, problem] of problems)
    process.stdout.write(`${problem === undefined ? "proved" : "failed"}  ${name} ${problem ?? ""}\n`);
  process.exitCode = problems.length > 0 && problems.every(([, problem]) => problem === undefined) ? 0 : 1;
}
