import { randomBytes } from "node:crypto";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "chai";
import type { Point } from "../../src/chains/chain.ts";
import { execute } from "../../src/journal/decider.ts";
import { SqliteJournal } from "../../src/journal/sqlite-journal.ts";
import { MOST_FALTERS } from "../../src/relayer/deciders/attention.ts";
import type { Command } from "../../src/relayer/deciders/command.ts";
import { outboundDecider } from "../../src/relayer/deciders/outbound-decider.ts";
import { tokenDecider } from "../../src/relayer/deciders/token-decider.ts";
import { RouteControl } from "../../src/relayer/route-control.ts";
import { StreamNames, tokenStream } from "../../src/relayer/stream-names.ts";
import { deal, pointText } from "../../src/signing/frost/dealing.ts";
import { strongroom } from "../../src/testing/strongroom.ts";
import { at, FOREIGN, final, PAYOUT, sighting, TERMS, TOKEN } from "./given-route.ts";
import { routeConfig } from "./route-config.ts";

const REQUEST = sighting("PayoutRequested", {
  ...{
    payoutId: PAYOUT,
    account: "0x01",
    handle: "0x02",
    asset: "7",
    amount: "500",
    script: "0x0014aa",
    attempt: "1",
  },
});
/** On the chain of the configuration. */
const TOKEN_HERE = { ...TOKEN, chain: "bip122:12a765e31ffd4059bada1e25190f6e98" };
const OTHERS = { ...TOKEN_HERE, value: `${"ce".repeat(32)}:0` };
const REASON = { code: "SCRIPT_UNPAYABLE", why: "the recipient's script is of no kind that is paid" };

describe("./strongroom relay", () => {
  const folder = mkdtempSync(join(tmpdir(), "strongroom-relay-"));
  const config = join(folder, "route.json");
  const names = new StreamNames("ltc");
  const relay = (...words: string[]) => strongroom(["relay", ...words, "--config", config]);
  const json = async (...words: string[]) => JSON.parse((await relay(...words, "--json")).stdout) as never;

  async function onJournal<T>(work: (journal: SqliteJournal) => Promise<T>): Promise<T> {
    const journal = SqliteJournal.open({ file: join(folder, "relay.journal") });
    try {
      return await work(journal);
    } finally {
      await journal.close();
    }
  }

  before(async () => {
    writeFileSync(config, JSON.stringify(routeConfig()));
    await onJournal(async (journal) => {
      const effect = { id: "ab".repeat(32), kind: "payout", data: {} };
      for (const command of [
        ...final(REQUEST),
        { is: "reserved", part: "payment", side: "foreign", effect, token: TOKEN },
        { is: "failed", kind: "permanent", reason: REASON },
      ] as const) {
        await execute(journal, outboundDecider(TERMS), names.outbound(PAYOUT), command);
      }
      for (const [token, stream] of [
        [TOKEN_HERE, names.outbound(PAYOUT)],
        [OTHERS, "btc/out/1"],
      ] as const) {
        const taken = {
          side: "foreign",
          effect: { id: "ab".repeat(32), kind: "payout", data: {} },
          token,
          stream,
        };
        const events = [{ type: "TokenTaken", data: taken }];
        await journal.commit({ appends: [{ stream: tokenStream(token), expected: 0, events, open: true }] });
      }
    });
  });
  after(() => rmSync(folder, { recursive: true, force: true }));

  it("status: given a dead letter, lists it with its reason, and ends with code 1", async () => {
    const { code, stdout } = await relay("status");
    expect(stdout).to.include("SCRIPT_UNPAYABLE").and.to.include("1 open, 1 for an operator");
    // As other commands take it.
    expect(stdout).to.include(PAYOUT);
    expect(code).to.equal(1);
    const { open } = (await json("status", "--dead")) as { open: readonly { id: string; stage: string }[] };
    expect(open.map(({ id, stage }) => [id, stage])).to.deep.equal([[PAYOUT, "dead"]]);
  });

  it("explain: tells its history in sentences, by its id with or without prefix", async () => {
    const { code, stdout } = await relay("explain", PAYOUT.slice(2).toUpperCase());
    expect(code).to.equal(0);
    expect(stdout).to.include(`The payment has the conflict token outpoint ${TOKEN.value}.`);
    expect(stdout).to.include(`It is a dead letter: ${REASON.why} (${REASON.code}).`);
    expect((await relay("explain", "0x1234")).code).to.equal(2);
  });

  it("status: given a token, says what has it; another route's is none of this one's", async () => {
    const own = await relay("status", tokenStream(TOKEN_HERE));
    expect(own.code, own.stderr).to.equal(0);
    expect(own.stdout)
      .to.include(`taken by ${names.outbound(PAYOUT)}`)
      .and.to.include("waits for ");
    const told = (await json("status", tokenStream(TOKEN_HERE))) as { owner: string; spent?: string };
    expect([told.owner, told.spent]).to.deep.equal([names.outbound(PAYOUT), undefined]);
    const other = await relay("status", tokenStream(OTHERS));
    expect([other.code, other.stderr]).to.satisfy(
      ([code, text]: [number, string]) => code === 2 && text.includes("btc/out/1"),
    );
  });

  it("retry: takes it up again, once", async () => {
    expect((await relay("retry", PAYOUT)).code).to.equal(0);
    const again = await relay("retry", PAYOUT);
    expect([again.code, again.stderr]).to.satisfy(
      ([code, text]: [number, string]) => code === 2 && text.includes("nothing"),
    );
    const status = (await json("status", PAYOUT)) as { stage: string; next: string };
    expect(status.stage).to.equal("authorising");
    expect((await relay("status")).code).to.equal(0);
  });

  it("give-up: wants a reason, and has the token spent on nothing", async () => {
    expect((await relay("give-up", PAYOUT)).code).to.not.equal(0);
    expect((await relay("give-up", PAYOUT, "--why", "the exchange has closed")).code).to.equal(0);
    const types = await onJournal(async (journal) =>
      (await journal.read(names.outbound(PAYOUT))).map(({ type }) => type),
    );
    expect(types.slice(-2)).to.deep.equal(["GivenUp", "EffectVoiding"]);
  });

  it("status: given a token whose void signers refuse again and again, lists it until it is taken up again", async () => {
    const stream = tokenStream(TOKEN_HERE);
    const body = { chain: TOKEN_HERE.chain, effect: "ab".repeat(32), token: TOKEN_HERE, body: "1" };
    const unsigned = { ...body, fee: "1", rate: "1" };
    const reason = { code: "SIGNING_REFUSED", why: "the payout is NONE at the latest final block" };
    await onJournal(async (journal) => {
      const tell = (command: Command) => execute(journal, tokenDecider(TERMS.patience), stream, command);
      await tell({ is: "abandoned", why: "the payout is cancelled" });
      for (let time = 0; time < MOST_FALTERS; time++) {
        await tell({ is: "built", part: "void", mode: "void", unsigned });
        await tell({ is: "refused", part: "void", reason });
      }
    });
    const { code, stdout } = await relay("status");
    expect(stdout)
      .to.include(`${stream}: ${reason.why} (SIGNING_REFUSED)`)
      .and.to.include("1 for an operator");
    expect(code).to.equal(1);
    expect((await relay("retry", stream)).code).to.equal(0);
    expect((await relay("status")).code).to.equal(0);
  });

  it("watch: given an account that has had deposits already, names it, then has blocks read again", async () => {
    const { commitments } = deal(2, randomBytes, 7n);
    const members = ["anna", "ben", "cem"].map((name, at) => ({ name, index: at + 1 }));
    const group = { version: 1, key: "coins", use: "transaction", threshold: 2, members };
    writeFileSync(
      join(folder, "coins.json"),
      JSON.stringify({ ...group, commitments: commitments.map(pointText) }),
    );
    const account = `0x${"a1".repeat(20)}`;
    const { home } = routeConfig() as { home: { vault: string } };
    const nobodys = await relay("watch", home.vault);
    expect([nobodys.code, nobodys.stderr.includes("Nobody could spend")]).to.deep.equal([2, true]);
    const { code, stdout, stderr } = await relay("watch", account, "--since", "7");
    expect(code, stderr).to.equal(0);
    expect(stdout).to.match(/^ltc1\w+\n$/);
    await onJournal(async (journal) => {
      const [position, asked] = [
        await journal.read(`accounts/${TOKEN_HERE.chain}`),
        await journal.read(names.control()),
      ];
      expect(position.map(({ data }) => data)).to.deep.equal([{ account }]);
      expect(asked.map(({ type, data }) => [type, (data as { since: number }).since])).to.deep.equal([
        ["LookBackAsked", 7],
      ]);
    });
  });

  it("upkeep: asks for each kind once at a time, shows it, and has it given up", async () => {
    const [asked, again] = [await relay("upkeep", "anchors", "3"), await relay("upkeep", "anchors", "3")];
    expect(asked.code, asked.stderr).to.equal(0);
    const id = asked.stdout.trim();
    expect([again.code, again.stderr]).to.satisfy(
      ([code, text]: [number, string]) => code === 2 && text.includes(id),
    );
    expect((await relay("explain", id)).stdout).to.include("has asked for anchors: 3.");
    expect((await relay("give-up", id, "--why", "enough of them")).code).to.equal(0);
    expect(((await json("status", id)) as { stage: string }).stage).to.equal("left");
    for (const wrong of [
      ["anchors", "101"],
      ["consolidate", "1"],
      ["bump", "x"],
    ] as const)
      expect((await relay("upkeep", ...wrong)).code, wrong[0]).to.equal(2);
  });

  it("resume: given that finality was broken, says so until somebody resumes", async () => {
    expect((await relay("resume")).code).to.equal(2);
    const broken = (known: { readonly ancestor?: Point }) =>
      onJournal((journal) =>
        new RouteControl(journal, names).broken({ chain: FOREIGN, final: at(9), ...known }),
      );
    await broken({ ancestor: at(7) });
    const stands = await relay("status");
    expect(stands.stdout).to.include("FINALITY_BROKEN");
    expect(stands.code).to.equal(1);
    expect((await relay("resume")).code).to.equal(0);
    expect((await relay("status")).stdout).to.not.include("FINALITY_BROKEN");
    // Where nobody knows how far back it goes, the operator has to say.
    await broken({});
    const { code, stderr } = await relay("resume");
    expect([code, stderr.includes("RESUME_FROM_UNKNOWN"), stderr.includes("--from")]).to.deep.equal([
      1,
      true,
      true,
    ]);
    expect((await relay("resume", "--from", "5")).stdout).to.include("block 5");
    const { accepted } = await onJournal((journal) => new RouteControl(journal, names).read());
    expect(accepted[FOREIGN]).to.deep.equal({ final: at(9), from: 5 });
  });

  it("run: given what can't be opened, says what is missing and how to repair it", async () => {
    const { code, stderr } = await relay("run");
    expect(code).to.equal(1);
    expect(stderr).to.include("gas.json");
    writeFileSync(
      join(folder, "wrong.json"),
      JSON.stringify({ ...routeConfig(), committee: { scheme: "trust-me" } }),
    );
    const wrong = await strongroom(["relay", "run", "--config", join(folder, "wrong.json")]);
    expect(wrong.code).to.equal(1);
    expect(wrong.stderr).to.include("CONFIG_INVALID").and.to.include("committee");
    writeFileSync(join(folder, "token.json"), JSON.stringify({ ...routeConfig(), route: "token" }));
    const named = await strongroom(["relay", "status", "--config", join(folder, "token.json")]);
    expect([named.code, named.stderr]).to.satisfy(
      ([code, text]: [number, string]) => code === 1 && text.includes("a name of its own"),
    );
    const one = routeConfig() as { foreign: { nodes: unknown[] } };
    one.foreign.nodes.pop();
    writeFileSync(join(folder, "one.json"), JSON.stringify(one));
    expect((await strongroom(["relay", "status", "--config", join(folder, "one.json")])).stderr).to.include(
      "nodes",
    );
  });

  it("simulate: runs worlds by their seeds, and shows a planted defect with its history", async () => {
    const well = await strongroom(["relay", "simulate", "--seed", "3", "--count", "2"]);
    expect(well.code).to.equal(0);
    expect(well.stdout).to.include("2 simulations kept every promise: ");
    const defect = ["--mutant", "it takes the network's fee from the payment"];
    const found = await strongroom(["relay", "simulate", "--seed", "1", "--count", "20", ...defect]);
    expect(found.code).to.equal(1);
    expect(found.stdout)
      .to.include("was paid otherwise than asked for")
      .and.to.include("Again: ./strongroom relay simulate --seed");
  });
});
