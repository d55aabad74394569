import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { expect } from "chai";
import type { DrillResult } from "../../src/journal/drill.ts";
import { SqliteJournal } from "../../src/journal/sqlite-journal.ts";
import { strongroom } from "../../src/testing/strongroom.ts";

describe("./strongroom journal", () => {
  let folder: string;
  let file: string;
  let end: string;
  before(async () => {
    folder = mkdtempSync(join(tmpdir(), "strongroom-journal-cli-"));
    file = join(folder, "a.journal");
    const journal = SqliteJournal.open({ file });
    for (const stream of ["a", "b", "c"])
      await journal.commit({
        appends: [{ stream, expected: 0, events: [{ type: "T", data: 1 }], open: stream === "a" }],
      });
    const { position, digest } = await journal.head();
    end = `${position}:${digest}`;
    await journal.close();
  });
  after(() => rmSync(folder, { recursive: true }));

  it("check, given a good journal, says its end, which a later check takes", async () => {
    const { code, stdout } = await strongroom(["journal", "check", "--file", file]);
    expect(code).to.equal(0);
    expect(stdout).to.equal(`3 events, 3 streams, 1 open\nEnd: ${end}\nNothing is wrong.\n`);
    const again = await strongroom(["journal", "check", "--file", file, "--expect", end, "--json"]);
    expect(again.code).to.equal(0);
    expect(JSON.parse(again.stdout)).to.deep.include({ events: 3, findings: [] });
  });

  it("backup, import and check, given a journal, come to the same end, and never overwrite", async () => {
    const [backup, moved] = [join(folder, "b.journal"), join(folder, "moved.journal")];
    expect((await strongroom(["journal", "backup", "--file", file, "--out", backup])).code).to.equal(0);
    expect((await strongroom(["journal", "import", backup, "--file", moved])).code).to.equal(0);
    expect((await strongroom(["journal", "check", "--file", moved])).stdout).to.include(`End: ${end}\n`);
    const twice = await strongroom(["journal", "backup", "--file", file, "--out", backup]);
    expect([twice.code, twice.stderr]).to.satisfy(
      ([code, text]: [number, string]) => code === 1 && text.includes("FILE_EXISTS"),
    );
    const full = await strongroom(["journal", "export", "--file", file, "--out", moved]);
    expect([full.code, full.stderr]).to.satisfy(
      ([code, text]: [number, string]) => code === 1 && text.includes("STORE_NOT_EMPTY"),
    );
  });

  it("check, given a damaged journal, names what is wrong and ends with 1", async () => {
    const damaged = join(folder, "damaged.journal");
    expect((await strongroom(["journal", "export", "--file", file, "--out", damaged])).code).to.equal(0);
    const database = new DatabaseSync(damaged);
    database.exec("UPDATE streams SET open = 0 WHERE stream = 'a'");
    database.close();
    const { code, stdout } = await strongroom(["journal", "check", "--file", damaged]);
    expect(code).to.equal(1);
    expect(stdout).to.include("wrong: stream a: it is kept as closed, its events say otherwise\n");
    expect(stdout).not.to.include("Nothing is wrong");
  });

  it("answers wrong usage with 2, and a file that isn't there with 1", async () => {
    const nowhere = { DATABASE_URL: "" };
    for (const words of [
      ["check"],
      ["check", "--file", file, "--url", "postgres://a/b"],
      ["check", "--file", file, "--expect", "3"],
      ["backup", "--file", file],
    ])
      expect((await strongroom(["journal", ...words], nowhere)).code, words.join(" ")).to.equal(2);
    const missing = await strongroom(["journal", "check", "--file", join(folder, "no.journal")]);
    expect(missing.code).to.equal(1);
    expect(missing.stderr).to.include("JOURNAL_MISSING");
  });
});

describe("./strongroom drill journal", () => {
  it("kills a writer, loses the disk, restores, and reports what that costs", async () => {
    const { code, stdout } = await strongroom(["drill", "journal", "--commits", "30", "--json"]);
    expect(code).to.equal(0);
    const { engine, crash, disaster, acknowledged, commits } = JSON.parse(stdout) as DrillResult;
    expect(engine).to.equal("sqlite");
    expect(crash).to.deep.include({ lost: "0", findings: 0 });
    expect(commits).to.be.greaterThanOrEqual(60);
    expect(disaster.findings).to.equal(0);
    expect(Number(disaster.backedUp)).to.be.greaterThan(0);
    expect(Number(disaster.backedUp) + Number(disaster.rpoEvents)).to.equal(Number(acknowledged));
    for (const time of [crash.rto, disaster.rto, disaster.backupTook]) expect(time).to.be.greaterThan(0);
  });
});
