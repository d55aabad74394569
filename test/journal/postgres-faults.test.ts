import { createHash } from "node:crypto";
import { expect } from "chai";
import { Client } from "pg";
import { RetryableError } from "../../src/core/errors.ts";
import { checkJournal } from "../../src/journal/check-journal.ts";
import type { Commit } from "../../src/journal/journal.ts";
import { PostgresJournal } from "../../src/journal/postgres-journal.ts";
import { type CuttingProxy, startCuttingProxy } from "../support/cutting-proxy.ts";
import { type PostgresReplica, type PostgresServer, startPostgres } from "../support/postgres.ts";
import { refuses } from "../support/refusal.ts";

const event = (n: number) => ({ type: "T", data: n });
const once = (stream: string, expected = 0): Commit => ({
  appends: [{ stream, expected, events: [event(1)], open: true }],
});

describe("PostgresJournal, given faults", () => {
  let server: PostgresServer;
  before(async () => {
    server = await startPostgres();
  });
  after(() => server.stop());

  describe("given a connection that breaks while it commits", () => {
    let proxy: CuttingProxy;
    let journal: PostgresJournal;
    let count = 0;
    beforeEach(async () => {
      proxy = await startCuttingProxy(server.port);
      const url = `postgres://postgres@127.0.0.1:${proxy.port}/postgres`;
      journal = await PostgresJournal.open({ url, schema: `cut_${++count}`, patience: 5_000 });
      await journal.commit(once("a"));
    });
    afterEach(async () => {
      await journal.close();
      await proxy.close();
    });

    it("answers as if nothing had been, where the server had the COMMIT", async () => {
      proxy.cut("after");
      const answers = await Promise.allSettled([
        journal.commit(once("b")),
        journal.commit(once("c", 7)),
        journal.commit(once("d")),
      ]);
      expect(answers.map(({ status }) => status)).to.deep.equal(["fulfilled", "rejected", "fulfilled"]);
      expect(answers[1]?.status === "rejected" && answers[1].reason).to.include({ code: "VERSION_CONFLICT" });
      const stored = await journal.readAll(0n, 10);
      expect(stored.map(({ stream }) => stream)).to.deep.equal(["a", "b", "d"]);
      expect(answers[0]?.status === "fulfilled" && answers[0].value).to.deep.equal([stored[1]]);
      expect((await checkJournal(journal)).findings).to.deep.equal([]);
    });

    it("says that nothing is written, where the server never got the COMMIT, and writes it when it is asked again", async () => {
      proxy.cut("before");
      const refusal = await refuses("STORE_UNAVAILABLE", journal.commit(once("b")));
      expect(refusal.facts).to.deep.equal({ outcome: "not written" });
      expect(await journal.read("b")).to.deep.equal([]);
      expect((await journal.commit(once("b")))[0]?.position).to.equal(2n);
    });

    it("says that it doesn't know, where nobody answers any more, and recognises the commit that is repeated", async () => {
      const commit: Commit = { id: "payment", ...once("b") };
      proxy.cut("dead");
      const refusal = await refuses("STORE_UNAVAILABLE", journal.commit(commit));
      expect(refusal).to.include({ retryable: true });
      expect(refusal.facts).to.deep.equal({ outcome: "unknown" });
      proxy.mend();
      const [stored] = await journal.commit(commit);
      expect(stored?.position).to.equal(2n);
      expect(await journal.read("b")).to.deep.equal([stored]);
    });
  });

  describe("given another who keeps the writers' lock", () => {
    it("waits in vain, writes nothing, and goes on when it is free", async () => {
      const journal = await PostgresJournal.open({ url: server.url, schema: "locked", patience: 3_000 });
      const rival = new Client({ connectionString: server.url });
      await rival.connect();
      await journal.commit(once("a"));
      // The rival is a writer that stopped in the middle.
      const lock = lockOf("locked");
      await rival.query(`BEGIN; SELECT pg_advisory_xact_lock(${lock})`);
      const refusal = await refuses("STORE_UNAVAILABLE", journal.commit(once("b")));
      expect(refusal.facts).to.deep.equal({ outcome: "not written" });
      expect((await journal.read("a")).length).to.equal(1);
      await rival.query("ROLLBACK");
      await rival.end();
      expect((await journal.commit(once("b")))[0]?.position).to.equal(2n);
      await journal.close();
    });

    function lockOf(schema: string): string {
      return createHash("sha256").update(`strongroom journal ${schema}`).digest().readBigInt64BE().toString();
    }

    it("isn't kept out for long by a writer that is frozen in the middle", async () => {
      const frozen = await PostgresJournal.open({
        url: server.url,
        schema: "frozen",
        patience: 3_000,
        // Stands still where it has the lock and before it commits, longer than the server allows.
        faults: {
          reach: (point) =>
            point === "journal.before-commit" &&
            Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 5_000),
        },
      });
      const refusal = await refuses("STORE_UNAVAILABLE", frozen.commit(once("a")));
      expect(refusal.facts.outcome).to.equal("not written");
      const other = await PostgresJournal.open({ url: server.url, schema: "frozen" });
      expect((await other.commit(once("b")))[0]?.position).to.equal(1n);
      await other.close();
      await frozen.close();
    });
  });

  describe("given commits of long ago", () => {
    it("forgets the ids that it gave them itself, and keeps those of its callers", async () => {
      let now = 1_700_000_000_000;
      const open = () => PostgresJournal.open({ url: server.url, schema: "tidy", now: () => now });
      const journal = await open();
      const [mine] = await journal.commit({ id: "mine", ...once("a") });
      await journal.commit(once("b"));
      now += 23 * 3_600_000;
      await journal.commit(once("c"));
      now += 2 * 3_600_000;
      await (await open()).close();
      const left = await server.sql("SELECT own, first FROM tidy.commits ORDER BY first");
      expect(left).to.deep.equal([
        { own: false, first: "1" },
        { own: true, first: "3" },
      ]);
      expect(await journal.commit({ id: "mine", ...once("a") })).to.deep.equal([mine]);
      await journal.close();
    });
  });

  describe("given a disk that is full", () => {
    it("writes nothing of the commit, says so, and goes on when there is room", async () => {
      const journal = await PostgresJournal.open({ url: server.url, schema: "disk" });
      await journal.commit(once("a"));
      await server.sql(`
        CREATE FUNCTION disk.full_disk() RETURNS trigger LANGUAGE plpgsql AS
          $$ BEGIN RAISE EXCEPTION 'could not extend file' USING ERRCODE = 'disk_full'; END $$;
        CREATE TRIGGER full_disk BEFORE INSERT ON disk.outbox FOR EACH STATEMENT EXECUTE FUNCTION disk.full_disk()`);
      const commit: Commit = { ...once("b"), outbox: [{ id: "o", topic: "send", payload: 1 }] };
      expect((await refuses("STORE_FULL", journal.commit(commit))).retryable).to.equal(true);
      expect(await journal.read("b")).to.deep.equal([]);
      await server.sql("DROP TRIGGER full_disk ON disk.outbox");
      expect((await journal.commit(commit))[0]?.position).to.equal(2n);
      await journal.close();
    });
  });

  describe("given a server that doesn't keep its word", () => {
    async function shows(name: string, value: string): Promise<void> {
      for (;;) {
        const [row] = await server.sql(`SELECT current_setting('${name}') AS setting`);
        if (row?.setting === value) return;
      }
    }

    const settings: Record<string, string> = {
      fsync: "off",
      full_page_writes: "off",
      synchronous_commit: "local",
    };
    for (const [name, value] of Object.entries(settings)) {
      it(`refuses it for ${name} = ${value}, and says what to set`, async () => {
        await server.sql(`ALTER SYSTEM SET ${name} = ${value}`);
        await server.sql("SELECT pg_reload_conf()");
        await shows(name, value);
        const refusal = await refuses("STORE_UNSAFE", PostgresJournal.open({ url: server.url }));
        expect(refusal.retryable).to.equal(false);
        expect(refusal.advice).to.include(`${name} = on`);
        await server.sql(`ALTER SYSTEM RESET ${name}`);
        await server.sql("SELECT pg_reload_conf()");
        await shows(name, "on");
      });
    }

    it("refuses a database that isn't UTF-8", async () => {
      const url = await server.database("latin", "ENCODING 'LATIN1' TEMPLATE template0");
      expect((await refuses("STORE_UNSAFE", PostgresJournal.open({ url }))).advice).to.include("UTF8");
    });

    it("refuses a server without a synchronous standby to who wants one", async () => {
      const refusal = await refuses(
        "STORE_UNSAFE",
        PostgresJournal.open({ url: server.url, replicated: true }),
      );
      expect(refusal.advice).to.include("synchronous_standby_names");
    });
  });

  describe("given what can't be opened", () => {
    it("says what to do about a database that isn't there, a port that is closed and a URL that is none", async () => {
      await refuses(
        "STORE_UNUSABLE",
        PostgresJournal.open({ url: server.url.replace(/postgres$/, "nothing") }),
      );
      await refuses(
        "STORE_UNAVAILABLE",
        PostgresJournal.open({ url: "postgres://postgres@127.0.0.1:1/postgres", patience: 300 }),
      );
      await refuses("USAGE", PostgresJournal.open({ url: "mysql://here" }));
      await refuses("USAGE", PostgresJournal.open({ url: "postgres://a:b:c,d/x" }));
      await refuses("USAGE", PostgresJournal.open({ url: server.url, schema: 'x"; DROP SCHEMA public' }));
    });
  });

  describe("given a server that is killed while many write", () => {
    it("has everything that was acknowledged when it is back", async () => {
      const journal = await PostgresJournal.open({ url: server.url, schema: "killed", patience: 15_000 });
      const acknowledged = new Set<string>();
      let stop = false;
      const workers = [1, 2, 3, 4].map(async (worker) => {
        for (let n = 1; !stop; n++) {
          const stream = `${worker}/${n}`;
          const commit: Commit = { id: stream, ...once(stream) };
          for (;;) {
            try {
              await journal.commit(commit);
              acknowledged.add(stream);
              break;
            } catch (error) {
              if (!(error instanceof RetryableError)) throw error;
            }
          }
        }
      });
      const enough = async (count: number) => {
        while (acknowledged.size < count) await new Promise((resolve) => setTimeout(resolve, 5));
      };
      await enough(40);
      await server.kill();
      await server.restart();
      await enough(acknowledged.size + 40);
      stop = true;
      await Promise.all(workers);
      const stored = (await journal.readAll(0n, 1_000_000)).map(({ stream }) => stream);
      expect(new Set(stored).size).to.equal(stored.length);
      expect(stored.sort()).to.deep.equal([...acknowledged].sort());
      expect((await checkJournal(journal)).findings).to.deep.equal([]);
      await journal.close();
    });
  });

  describe("given a standby", () => {
    let replica: PostgresReplica;
    let both: string;
    beforeEach(async () => {
      if ((await server.sql("SELECT 1 WHERE pg_is_in_recovery()")).length > 0)
        throw new Error("not a primary");
      replica = await server.startReplica();
      both = server.url.replace(/@([^/]+)/, `@127.0.0.1:${replica.port},$1`);
    });

    it("goes on there with everything acknowledged, after the primary is killed; refuses one that lacks some", async () => {
      const journal = await PostgresJournal.open({
        url: both,
        schema: "failover",
        replicated: true,
        patience: 20_000,
      });
      const acknowledged: string[] = [];
      for (let n = 0; n < 20; n++) {
        await journal.commit(once(`s/${n}`));
        acknowledged.push(`s/${n}`);
      }
      // Another worker, who has seen what no standby will have.
      await server.sql("CREATE TABLE other (n int)");
      const seer = await PostgresJournal.open({ url: both, schema: "behind", patience: 20_000 });
      await seer.commit(once("kept"));
      await replica.kill();
      await server.sql("ALTER SYSTEM SET synchronous_standby_names = ''");
      await server.sql("SELECT pg_reload_conf()");
      await seer.commit(once("lost"));
      await server.kill();
      await replica.restart();
      await replica.promote();

      await refuses("STORE_BEHIND", seer.commit(once("next")));
      await seer.close();

      await refuses("STORE_UNSAFE", journal.commit(once("unreplicated")));
      await journal.close();
      const other = await PostgresJournal.open({ url: both, schema: "failover", patience: 20_000 });
      expect((await other.readAll(0n, 100)).map(({ stream }) => stream)).to.deep.equal(acknowledged);
      expect((await other.commit(once("after")))[0]?.position).to.equal(21n);
      expect((await checkJournal(other)).findings).to.deep.equal([]);
      await other.close();
      await replica.stop();
    });
  });
});
