import { setTimeout as sleep } from "node:timers/promises";
import { expect } from "chai";
import { withRoute } from "../../src/cli/commands/relay/route-session.ts";
import { SqliteJournal } from "../../src/journal/sqlite-journal.ts";
import type { Daemon } from "../../src/testing/daemon.ts";
import type { RelayStage } from "../../src/testing/relay-stage.ts";
import { until } from "../../src/testing/until.ts";
import type { RouteGiven } from "./route-given.ts";

/** Milliseconds: so many that no life renews its lease, and all commits but the first are of what it does. */
const LEASE = 600_000;
/** After so many milliseconds without its end a relayer is taken to wait for blocks. */
const IDLE = 700;
/** Blocks that come then: what was waited for is final after a few times. */
const BLOCKS = { home: 2, foreign: 3 };

/** Around everything that leaves, in the order in which a message comes there. */
const around = (...parts: readonly string[]) =>
  parts.flatMap((part) => ["signed", "sending", "sent"].map((place) => `relay.${part}.${place}:1`));

/** Commits at which the relayer dies, one life each, over and over. The first of a life is its lease. */
const COMMITS = [
  ...["after-commit:4", "before-commit:7", "after-commit:9", "before-commit:11"],
  ...["after-commit:6", "before-commit:8", "after-commit:11", "before-commit:5"],
];
/** More lives than a deposit and a payout can take. */
const LIVES = 60;

/** Waits until a relayer has killed itself, with new blocks whenever it has nothing else to do. */
async function dies(stage: RelayStage, daemon: Daemon, at: string): Promise<void> {
  const ended = daemon.ended.then(({ signal, code }) => ({ signal, code }));
  const said = () => `${at}: ${daemon.said.join("\n")}`;
  await until(said, async () => {
    const end = await Promise.race([ended, sleep(IDLE, undefined)]);
    if (end !== undefined) {
      expect(end.signal, said()).to.equal("SIGKILL");
      return true;
    }
    await stage.mineHome(BLOCKS.home);
    await stage.mineForeign(BLOCKS.foreign);
    return false;
  });
}

/** Frees the route of a relayer that was killed, as the end of its lease does. */
async function passLease({ file }: { readonly file: string }, name: string): Promise<void> {
  let ahead = 2 * LEASE;
  const journal = SqliteJournal.open({ file, now: () => Date.now() + ahead });
  const lease = await journal.acquire(name, "a test", LEASE);
  if (lease === undefined) throw new Error("the lease hasn't ended");
  ahead = 0;
  await journal.release(lease);
  await journal.close();
}

/** A relayer that dies wherever it can, again and again on the way of one deposit and one payout. */
export function survivesEveryCrash(given: () => RouteGiven): void {
  describe("given a relayer that dies again and again", () => {
    let config = "";
    let lease = "";

    before(async () => {
      const { stage, journal, stop } = given();
      await stop();
      config = stage.workerConfig("dying", journal, { lease: LEASE });
      lease = await withRoute({ config }, async ({ names }) => names.lease());
    });

    /** A relayer's life, which ends at a fault point. */
    const live = async (point: string) => {
      const { stage, start, journal } = given();
      await dies(stage, await start(point, config), point);
      await passLease(journal, lease);
    };

    /** Dies at every place around what leaves of these parts, and lives on. */
    const survive = async (...parts: readonly string[]) => {
      for (const point of around(...parts)) await live(point);
      await given().start("", config);
    };

    it("at every place around what it sends, credits once", async () => {
      const { deposit, expectCredited, expectSupply } = given();
      const sent = await deposit();
      await survive("credit");
      await expectCredited(sent);
      await expectSupply();
    });

    it("at every place around what it sends, pays once and settles once", async () => {
      const { stop, request, expectOnce } = given();
      await stop();
      const payout = await request();
      await survive("authorise", "payment", "report");
      await expectOnce(payout);
    });

    it("at every place around a void, voids once what was given up, and pays none of it", async () => {
      const { stage, stop, request, expectVoided, expectSupply } = given();
      await stop();
      const payout = await request();
      await live("relay.authorise.sent:1");
      const { code, stderr } = await stage.relay(config, "give-up", payout.id, "--why", "a test");
      expect(code, stderr).to.equal(0);
      await survive("payment");
      await expectVoided(payout);
      await expectSupply();
    });

    it("at every place around the void of a token that a payout had in vain, pays none and frees the token", async () => {
      const { stage, stop, request, cancel, expectCancelled, expectSupply } = given();
      await stop();
      const payout = await request();
      await live("relay.authorise.signed:1");
      await cancel(payout);
      expect(await stage.openTokens(config)).to.be.greaterThan(0);
      await survive("void");
      await expectCancelled(payout);
      await expectSupply();
    });

    it("at a commit, before it or after it, credits, pays and settles once", async () => {
      const { stage, start, stop, deposit, request, expectCredited, expectOnce } = given();
      await stop();
      const [sent, payout] = [await deposit(), await request()];
      const stageOf = async (id: string) => (await stage.message(config, id))?.stage;
      const isOver = async () =>
        (await stageOf(sent.id)) === "credited" && (await stageOf(payout.id)) === "settled";
      let lives = 0;
      for (; !(await isOver()); lives++) {
        expect(lives).to.be.lessThan(LIVES);
        await live(`journal.${COMMITS[lives % COMMITS.length]}`);
      }
      process.stdout.write(`        ${lives} lives\n`);
      expect(lives).to.be.greaterThan(COMMITS.length / 2);
      await start("", config);
      await expectCredited(sent);
      await expectOnce(payout);
    });

    after(() => given().stop());
  });
}
