import { behavesLikeModel } from "./journal-model.behavior.ts";
import { sqlitePlace } from "./journal-places.ts";

describe("SqliteJournal, given any history", () => {
  behavesLikeModel(sqlitePlace, 0.2);
});
