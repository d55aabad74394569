import { expect } from "chai";
import type { Daemon } from "../../src/testing/daemon.ts";
import type { RelayStage } from "../../src/testing/relay-stage.ts";
import { type PostgresReplica, type PostgresServer, startPostgres } from "../support/postgres.ts";

/** What a payout is that was requested. */
export interface RequestedPayout {
  readonly id: string;
  readonly script: string;
}

/** What the route's test lends. */
export interface FailoverGiven {
  readonly stage: RelayStage;
  /** Whose deposits are looked for. */
  readonly account: string;
  request(): Promise<RequestedPayout>;
  /** That a payout is paid once and settled once, as a journal's configuration and both chains say. */
  expectOnce(payout: RequestedPayout, config: string): Promise<void>;
}

const WORKERS = ["first", "second", "third"] as const;
const said = (milliseconds: number) => `${(milliseconds / 1_000).toFixed(1)} s`;

/** Three workers on one PostgreSQL, of which the one with the lease is killed, and then the database's primary. */
export function survivesFailovers(given: () => FailoverGiven): void {
  describe("given three workers on one PostgreSQL with a replica", () => {
    let server: PostgresServer | undefined;
    let replica: PostgresReplica | undefined;
    let config = "";
    const workers = new Map<string, Daemon>();

    /** The worker that took the lease after a moment, Unix milliseconds; undefined: none yet. */
    const takerAfter = (since: number) => {
      for (const [name, daemon] of workers) {
        for (const line of daemon.said) {
          const { at, event } = lineOf(line);
          if (event === "lease" && at > since) return { name, at };
        }
      }
      return undefined;
    };

    before(async () => {
      const { stage, account } = given();
      server = await startPostgres();
      replica = await server.startReplica();
      const url = server.url.replace(/@([^/]+)/, `@$1,127.0.0.1:${replica.port}`);
      const from = await stage.finalPoints();
      for (const name of WORKERS) {
        const file = stage.workerConfig(name, { url }, from);
        if (config === "") {
          config = file;
          const { code, stderr } = await stage.relay(config, "watch", account);
          expect(code, stderr).to.equal(0);
        }
        workers.set(name, await stage.startRelayer(file));
      }
    });
    after(async () => {
      await Promise.all([...workers.values()].map((worker) => worker.end("SIGKILL")));
      await replica?.stop();
      await server?.stop();
    });
    afterEach(function () {
      if (this.currentTest?.state !== "failed") return;
      for (const [name, worker] of workers)
        process.stderr.write(`${name}: ${worker.said.slice(-20).join("\n")}\n`);
    });

    it("has another take over from the one with the lease when that is killed, and pays once", async () => {
      const { stage, request, expectOnce } = given();
      const payout = await request();
      const isAuthorised = async () => (await stage.said("PayoutAuthorised", payout.id)) > 0;
      await stage.until("it is authorised", isAuthorised, { foreign: false });
      const holder = takerAfter(0)?.name ?? "";
      const killedAt = Date.now();
      await workers.get(holder)?.end("SIGKILL");
      workers.delete(holder);
      await stage.until("another worker has the lease", async () => takerAfter(killedAt) !== undefined);
      const took = takerAfter(killedAt);
      process.stdout.write(`        taken over ${said((took?.at ?? 0) - killedAt)} after the kill\n`);
      expect(took?.name).not.to.equal(holder);
      await expectOnce(payout, config);
    });

    it("goes on at the replica when the primary is killed and that is promoted, and pays once", async () => {
      const { stage, request, expectOnce } = given();
      const payout = await request();
      const isAuthorised = async () => (await stage.said("PayoutAuthorised", payout.id)) > 0;
      await stage.until("it is authorised", isAuthorised, { foreign: false });
      await server?.kill();
      const killedAt = Date.now();
      await replica?.promote();
      const promotedAt = Date.now();
      await expectOnce(payout, config);
      const settledAt = Date.now();
      process.stdout.write(
        `        promoted ${said(promotedAt - killedAt)} after the kill, settled ${said(settledAt - killedAt)} after it\n`,
      );
      expect([...workers.keys()]).to.have.length(2);
      for (const [name, worker] of workers)
        expect(
          worker.said.some((line) => lineOf(line).event === "ends"),
          name,
        ).to.equal(false);
    });
  });
}

/** A line of a worker's log; what isn't one has no event. */
function lineOf(text: string): { readonly at: number; readonly event: string | undefined } {
  if (!text.startsWith("{")) return { at: 0, event: undefined };
  const { at, event } = JSON.parse(text) as { at: string; event: string };
  return { at: Date.parse(at), event };
}
