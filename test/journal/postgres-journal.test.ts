import { PostgresJournal } from "../../src/journal/postgres-journal.ts";
import { type PostgresServer, startPostgres } from "../support/postgres.ts";
import { behavesLikeJournal, type JournalUnderTest } from "./journal.behavior.ts";

describe("PostgresJournal", () => {
  let server: PostgresServer;
  let place: JournalUnderTest;
  let schemas = 0;

  before(async () => {
    server = await startPostgres();
  });
  after(() => server.stop());
  beforeEach(() => {
    const opened: PostgresJournal[] = [];
    const schema = `journal_${++schemas}`;
    place = {
      async open() {
        const journal = await PostgresJournal.open({ url: server.url, schema });
        opened.push(journal);
        return journal;
      },
      async end() {
        for (const journal of opened) await journal.close();
      },
    };
  });
  behavesLikeJournal(() => place);
});
