import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { SqliteJournal } from "../../src/journal/sqlite-journal.ts";
import { behavesLikeJournal, type JournalUnderTest } from "./journal.behavior.ts";

/** A file in a folder of its own. */
function sqlitePlace(): JournalUnderTest & { readonly file: string } {
  const folder = mkdtempSync(join(tmpdir(), "strongroom-journal-"));
  const file = join(folder, "a.journal");
  const opened: SqliteJournal[] = [];
  return {
    file,
    async open() {
      const journal = SqliteJournal.open({ file });
      opened.push(journal);
      return journal;
    },
    async end() {
      for (const journal of opened) await journal.close();
      rmSync(folder, { recursive: true });
    },
  };
}

describe("SqliteJournal", () => {
  let place: JournalUnderTest;
  beforeEach(() => {
    place = sqlitePlace();
  });
  behavesLikeJournal(() => place);
});
