import { mkdtempSync, readdirSync, rmSync, utimesSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "chai";
import { CompilerAnswers } from "../../src/core/compiler-answers.ts";

describe("answers of the compiler", () => {
  let folder: string;
  let asked: number;
  beforeEach(() => {
    folder = join(mkdtempSync(join(tmpdir(), "strongroom-answers-")), "solc");
    asked = 0;
  });
  afterEach(() => rmSync(join(folder, ".."), { recursive: true }));

  const ask = (errors: readonly { severity: string }[] = []) => {
    return async () => ({ contracts: { number: ++asked }, errors });
  };

  it("given the same question, are the first one's, from another process too", async () => {
    const first = await new CompilerAnswers(folder).answer({ version: "1", input: "a" }, ask());
    const second = await new CompilerAnswers(folder).answer({ version: "1", input: "a" }, ask());
    expect(second).to.deep.equal(first);
    expect(asked).to.equal(1);
  });

  it("given another source or another compiler, are asked for", async () => {
    const answers = new CompilerAnswers(folder);
    await answers.answer({ version: "1", input: "a" }, ask());
    await answers.answer({ version: "1", input: "b" }, ask());
    await answers.answer({ version: "2", input: "a" }, ask());
    expect(asked).to.equal(3);
  });

  it("given an error, are asked for again; a warning is none", async () => {
    const answers = new CompilerAnswers(folder);
    for (let time = 0; time < 2; time++) {
      await answers.answer("broken", ask([{ severity: "error" }]));
      await answers.answer("warned", ask([{ severity: "warning" }]));
    }
    expect(asked).to.equal(3);
  });

  it("given a damaged file, are asked for again, and kept anew", async () => {
    const answers = new CompilerAnswers(folder);
    await answers.answer("a", ask());
    const [name = ""] = readdirSync(folder);
    writeFileSync(join(folder, name), "half of it");
    await answers.answer("a", ask());
    await answers.answer("a", ask());
    expect(asked).to.equal(2);
  });

  it("given too many, lose those that nobody has asked for longest", async () => {
    const answers = new CompilerAnswers(folder, 2);
    /** As if all that is there had been asked for an hour ago. */
    const age = () => {
      const before = new Date(Date.now() - 3_600_000);
      for (const name of readdirSync(folder)) utimesSync(join(folder, name), before, before);
    };
    await answers.answer("a", ask());
    await answers.answer("b", ask());
    age();
    await answers.answer("a", ask());
    await answers.answer("c", ask());
    expect(asked).to.equal(3);
    await answers.answer("a", ask());
    expect(asked, "a was asked for lately").to.equal(3);
    await answers.answer("b", ask());
    expect(asked, "b was not").to.equal(4);
  });

  it("given a folder that can't be written, are the compiler's", async () => {
    writeFileSync(folder, "a file");
    const { contracts } = await new CompilerAnswers(folder).answer("a", ask());
    expect(contracts.number).to.equal(1);
  });
});
