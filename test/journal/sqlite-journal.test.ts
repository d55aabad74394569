import { behavesLikeJournal } from "./journal.behavior.ts";
import { survivesCrashes } from "./journal-crash.behavior.ts";
import { type JournalPlace, sqlitePlace } from "./journal-places.ts";

describe("SqliteJournal", () => {
  let place: JournalPlace;
  beforeEach(() => {
    place = sqlitePlace();
  });
  behavesLikeJournal(() => place);
});

describe("SqliteJournal, given crashes and rivals", () => {
  let place: JournalPlace;
  beforeEach(() => {
    place = sqlitePlace();
  });
  survivesCrashes(() => place);
});
