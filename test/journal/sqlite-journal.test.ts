import { behavesLikeJournal } from "./journal.behavior.ts";
import { survivesCrashes } from "./journal-crash.behavior.ts";
import { migrates } from "./journal-migration.behavior.ts";
import { type JournalPlace, sqlitePlace } from "./journal-places.ts";
import { canBeKept, takesCopies } from "./journal-upkeep.behavior.ts";
import { SQLITE_1 } from "./schema-1.ts";

const suites: Record<string, (place: () => JournalPlace) => void> = {
  "as any journal": behavesLikeJournal,
  "given crashes and rivals": survivesCrashes,
  "given checks, backups and moves": canBeKept,
  "given a copy": takesCopies,
  "given other versions": (place) => migrates(place, SQLITE_1),
};

describe("SqliteJournal", () => {
  for (const [title, suite] of Object.entries(suites)) {
    describe(title, () => {
      let place: JournalPlace;
      beforeEach(() => {
        place = sqlitePlace();
      });
      suite(() => place);
    });
  }
});
