import { expect } from "chai";
import { drillJournal } from "../../src/journal/drill.ts";
import { type PostgresServer, startPostgres } from "../support/postgres.ts";
import { behavesLikeJournal } from "./journal.behavior.ts";
import { survivesCrashes } from "./journal-crash.behavior.ts";
import { migrates } from "./journal-migration.behavior.ts";
import { behavesLikeModel } from "./journal-model.behavior.ts";
import { type JournalPlace, postgresPlace } from "./journal-places.ts";
import { canBeKept, takesCopies } from "./journal-upkeep.behavior.ts";
import { POSTGRES_1 } from "./schema-1.ts";

const suites: Record<string, (place: () => JournalPlace) => void> = {
  "as any journal": behavesLikeJournal,
  "given crashes and rivals": survivesCrashes,
  "given checks, backups and moves": canBeKept,
  "given a copy": takesCopies,
  "given other versions": (place) => migrates(place, POSTGRES_1),
};

describe("PostgresJournal", () => {
  let server: PostgresServer;
  before(async () => {
    server = await startPostgres();
  });
  after(() => server.stop());

  for (const [title, suite] of Object.entries(suites)) {
    describe(title, () => {
      let place: JournalPlace;
      beforeEach(async () => {
        place = postgresPlace(server);
        if (title === "given other versions")
          await place.sql("CREATE SCHEMA @x".replace("@x", schemaOf(place)));
      });
      suite(() => place);
    });
  }

  it("passes its drill, and leaves nothing of it behind", async () => {
    const size = { before: 20, after: 20 };
    const result = await drillJournal({ engine: "postgres", url: server.url }, size, () => {});
    expect(result.crash.lost).to.equal(0n);
    expect(result.disaster.backedUp + result.disaster.rpoEvents).to.equal(result.acknowledged);
    const left = await server.sql("SELECT 1 FROM pg_namespace WHERE nspname LIKE 'strongroom_drill%'");
    expect(left).to.deep.equal([]);
  });

  describe("given any history", () => {
    behavesLikeModel(() => postgresPlace(server), 0.03);
  });
});

function schemaOf({ where }: JournalPlace): string {
  return "schema" in where ? where.schema : "";
}
