import { expect } from "chai";
import { execute } from "../../src/journal/decider.ts";
import { SqliteJournal } from "../../src/journal/sqlite-journal.ts";
import { publicStatus } from "../../src/relayer/public-status.ts";
import { routeDeciders } from "../../src/relayer/route-deciders.ts";
import { serveMetrics } from "../../src/relayer/route-metrics.ts";
import { RouteSurvey } from "../../src/relayer/route-survey.ts";
import { StreamNames } from "../../src/relayer/stream-names.ts";
import { PAYOUT, sighting, TERMS, TOKEN } from "./given-route.ts";

const REQUEST = sighting("PayoutRequested", {
  ...{ payoutId: PAYOUT, account: "0x01", handle: "0x02", asset: "7", amount: "500" },
  ...{ script: "0x0014aa", attempt: "1" },
});

describe("A message's public status", () => {
  const clock = { now: () => 9_000, monotonic: () => 0, sleep: async () => undefined };
  const deciders = routeDeciders(TERMS);
  let journal: SqliteJournal;
  let served: Awaited<ReturnType<typeof serveMetrics>>;
  const get = (path: string) => fetch(`http://127.0.0.1:${served.port}${path}`);

  before(async () => {
    journal = SqliteJournal.open({ file: ":memory:", now: () => 5_000 });
    const desk = { journal, deciders, clock, route: "ltc" };
    const survey = new RouteSurvey();
    const status = (id: string) => publicStatus(desk, id);
    served = await serveMetrics(
      { route: "ltc", survey, clock, stalled: 1_000, status },
      { host: "127.0.0.1", port: 0 },
    );
    const stream = new StreamNames("ltc").outbound(PAYOUT);
    const tell = (command: Parameters<typeof deciders.out.decide>[1]) =>
      execute(journal, deciders.out, stream, command);
    await tell({ is: "sighted", sighting: REQUEST });
    await tell({ is: "settled", sighting: REQUEST, as: "final" });
    const effect = { id: PAYOUT.slice(2), kind: "payout", data: {} };
    await tell({ is: "reserved", part: "payment", side: "foreign", effect, token: TOKEN });
    const reason = { code: "SIGNING_REFUSED", why: "anna's deny list has it" };
    await tell({ is: "failed", reason, kind: "permanent" });
  });
  after(async () => {
    await served.close();
    await journal.close();
  });

  it("says where it is, and nothing of why an operator must look", async () => {
    const answer = await get(`/messages/${PAYOUT}`);
    expect([answer.status, answer.headers.get("content-type")]).to.deep.equal([200, "application/json"]);
    const text = await answer.text();
    expect(JSON.parse(text)).to.deep.equal({
      format: "strongroom/message@1",
      ...{ id: PAYOUT, direction: "out", stage: "dead", text: "It is a dead letter: an operator must look" },
      ...{ since: 5_000, attempt: 1, transactions: [] },
    });
    expect(text).to.not.include("deny list");
  });

  it("is 404 for what the route doesn't know, and for what is no id", async () => {
    for (const path of [
      `/messages/0x${"77".repeat(32)}`,
      "/messages/0x12",
      "/messages/",
      "/messages/..%2fmetrics",
    ]) {
      expect((await get(path)).status, path).to.equal(404);
    }
  });

  it("is 503 where the journal doesn't answer", async () => {
    await journal.close();
    expect((await get(`/messages/${PAYOUT}`)).status).to.equal(503);
  });
});
