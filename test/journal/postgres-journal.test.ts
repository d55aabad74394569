import { type PostgresServer, startPostgres } from "../support/postgres.ts";
import { behavesLikeJournal } from "./journal.behavior.ts";
import { survivesCrashes } from "./journal-crash.behavior.ts";
import { behavesLikeModel } from "./journal-model.behavior.ts";
import { type JournalPlace, postgresPlace } from "./journal-places.ts";

describe("PostgresJournal", () => {
  let server: PostgresServer;
  let place: JournalPlace;
  before(async () => {
    server = await startPostgres();
  });
  after(() => server.stop());

  describe("as any journal", () => {
    beforeEach(() => {
      place = postgresPlace(server);
    });
    behavesLikeJournal(() => place);
  });

  describe("given crashes and rivals", () => {
    beforeEach(() => {
      place = postgresPlace(server);
    });
    survivesCrashes(() => place);
  });

  describe("given any history", () => {
    behavesLikeModel(() => postgresPlace(server), 0.03);
  });
});
