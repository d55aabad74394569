import { execFileSync, spawnSync } from "node:child_process";
import { tmpdir } from "node:os";
import { fileURLToPath } from "node:url";
import { expect } from "chai";
import { explain, RetryableError, TerminalError, UsageError } from "../../src/core/errors.ts";

const main = fileURLToPath(new URL("../../src/cli/main.ts", import.meta.url));

function strongroom(...words: string[]) {
  const { status, stdout, stderr } = spawnSync(process.execPath, [main, ...words], {
    encoding: "utf8",
    cwd: tmpdir(),
  });
  return { status, stdout, stderr };
}

describe("the command line", () => {
  it("explains every command with exit code 0", () => {
    for (const command of ["demo", "test", "verify", "bench", "doctor"]) {
      const { status, stdout, stderr } = strongroom(command, "--help");
      expect(status, command).to.equal(0);
      expect(stdout).to.include(`strongroom ${command}`).and.to.include("2 wrong usage");
      expect(stderr).to.equal("");
      expect(strongroom("--help").stdout).to.include(command);
    }
    expect(strongroom("bench", "gas", "--help").status).to.equal(0);
  });

  const mistakes = [
    [],
    ["nope"],
    ["demo", "--nope"],
    ["demo", "--report"],
    ["test", "extra"],
    ["test", "--resume"],
    ["verify", "--only", "nope"],
    ["verify", "--mutants", "--only", "nope"],
    ["bench"],
    ["bench", "nope"],
    ["doctor", "-x"],
  ];
  for (const words of mistakes) {
    it(`answers wrong usage with exit code 2 and a message: ${words.join(" ") || "(nothing)"}`, () => {
      const { status, stdout, stderr } = strongroom(...words);
      expect(status).to.equal(2);
      expect(stderr).not.to.equal("");
      expect(stdout).to.equal("");
    });
  }

  it("says what to do about a file that can't be written", () => {
    process.env.STRONGROOM_TEST_PASSWORD = "long enough for a test";
    const { status, stderr } = strongroom(
      ...["gov", "key", "--out", "no/such/folder/anna.json", "--password-env", "STRONGROOM_TEST_PASSWORD"],
    );
    delete process.env.STRONGROOM_TEST_PASSWORD;
    expect(status).to.equal(1);
    expect(stderr).to.include("(FILE_UNUSABLE)").and.to.include("no/such/folder");
    expect(stderr)
      .to.include("  do:  ")
      .and.not.to.match(/^\s+at /m);
  });

  it("examines this machine as text and as nothing but JSON", () => {
    const text = strongroom("doctor");
    expect(text.stdout)
      .to.match(/^good {5}node /m)
      .and.to.match(/ dependencies /m);
    const { ok, symptoms } = JSON.parse(strongroom("doctor", "--json").stdout) as {
      ok: boolean;
      symptoms: { name: string; state: string; fix?: string }[];
    };
    expect(symptoms.map(({ name }) => name)).to.deep.equal([
      "node",
      "npm",
      "disk",
      "compiler",
      "dependencies",
      "git",
    ]);
    expect(ok).to.equal(symptoms.every(({ state }) => state !== "bad"));
    expect(text.status).to.equal(ok ? 0 : 1);
    for (const { state, fix } of symptoms) expect(fix === undefined).to.equal(state === "good");
  });
});

describe("the continuous integration script", () => {
  /** Runs .ci/run beside a ./strongroom that answers as told. */
  function ci(answers: { test: string; verify: string }) {
    const script = fileURLToPath(new URL("../../.ci/run", import.meta.url));
    const body = `root=$(mktemp -d) && mkdir "$root/.ci" && cp "$1" "$root/.ci/run" &&
printf '#!/bin/sh\\ncase $1 in\\ntest) %s ;;\\nverify) %s ;;\\nesac\\n' "$2" "$3" >"$root/strongroom" &&
chmod +x "$root/strongroom" && bash "$root/.ci/run"; code=$?; rm -rf "$root"; exit $code`;
    const words = ["-c", body, "sh", script, answers.test, answers.verify];
    const { status, stdout } = spawnSync("sh", words, { encoding: "utf8" });
    return { status, stdout, last: stdout.trimEnd().split("\n").at(-1) };
  }

  const line = (passed: number, failed: number, skipped: number) =>
    `echo ${passed} passed, ${failed} failed, ${skipped} skipped`;

  it("adds both totals", () => {
    expect(ci({ test: line(40, 0, 1), verify: line(9, 0, 2) })).to.include({
      status: 0,
      last: "49 passed, 0 failed, 3 skipped",
    });
  });

  it("fails with either command, and still runs the other", () => {
    const failed = `${line(3, 1, 0)}; exit 1`;
    expect(ci({ test: failed, verify: line(5, 0, 0) })).to.include({
      status: 1,
      last: "8 passed, 1 failed, 0 skipped",
    });
    expect(ci({ test: line(5, 0, 0), verify: failed })).to.include({
      status: 1,
      last: "8 passed, 1 failed, 0 skipped",
    });
  });

  it("counts a crash, and a failing exit without a counted failure, as a failure", () => {
    expect(ci({ test: "echo oops; exit 1", verify: line(5, 0, 0) })).to.include({
      status: 1,
      last: "5 passed, 1 failed, 0 skipped",
    });
    expect(ci({ test: "echo oops", verify: line(5, 0, 0) }).status).to.equal(1);
    expect(ci({ test: `${line(4, 0, 0)}; exit 1`, verify: line(5, 0, 0) })).to.include({
      status: 1,
      last: "9 passed, 1 failed, 0 skipped",
    });
  });

  it("names at its end whatever failed, with its reasons, and nothing else", () => {
    const say = (...lines: string[]) => lines.map((text) => `echo "${text}"`).join("; ");
    const { stdout } = ci({
      test: `${say("failed: a.test.ts: sums: expected 1", "        to equal 2")}; ${line(3, 1, 0)}; exit 1`,
      verify: `${say("passed  sizes  9 passed", "        largest: A", "failed  docs  1 failed", "        stale: B")}; ${line(9, 1, 0)}; exit 1`,
    });
    expect(stdout.trimEnd().split("\n").slice(-5)).to.deep.equal([
      "failed: a.test.ts: sums: expected 1",
      "        to equal 2",
      "failed  docs  1 failed",
      "        stale: B",
      "12 passed, 2 failed, 0 skipped",
    ]);
  });

  it("is what the workflow runs, with every action pinned by its full commit", () => {
    const workflow = execFileSync("cat", [
      fileURLToPath(new URL("../../.github/workflows/ci.yml", import.meta.url)),
    ]).toString();
    expect(workflow).to.include("bash .ci/run");
    const uses = workflow.match(/uses: .*/g) ?? [];
    expect(uses).not.to.have.length(0);
    for (const use of uses) expect(use).to.match(/@[0-9a-f]{40} # v/);
  });
});

describe("explain", () => {
  it("tells what happened, the facts, why, what to do, and where to read more", () => {
    const error = new TerminalError("BUILD_FAILED", "It does not compile", {
      facts: { file: "A.sol", line: 7 },
      cause: new Error("outer", { cause: new Error("inner") }),
      advice: "Mend it.",
      docs: "docs/errors.md",
    });
    expect(explain(error).split("\n")).to.deep.equal([
      "It does not compile (BUILD_FAILED)",
      "  facts: file A.sol, line 7",
      "  why: outer",
      "  why: inner",
      "  do:  Mend it.",
      "  see: docs/errors.md",
    ]);
  });

  it("knows by class what may be repeated", () => {
    expect(new RetryableError("BUSY", "busy").retryable).to.equal(true);
    expect(explain(new RetryableError("BUSY", "busy"))).to.include("Run it again.");
    expect(new UsageError("no")).to.be.instanceOf(TerminalError).and.to.have.property("retryable", false);
  });
});
