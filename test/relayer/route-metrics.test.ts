import { expect } from "chai";
import type { BroadcastResult } from "../../src/chains/chain.ts";
import type { Clock } from "../../src/relayer/clock.ts";
import type { Command } from "../../src/relayer/deciders/command.ts";
import { serveMetrics } from "../../src/relayer/route-metrics.ts";
import { RouteSurvey } from "../../src/relayer/route-survey.ts";
import type { StreamStore } from "../../src/relayer/stream-store.ts";
import { at, brought, final, NONCE, PAYOUT, sighting, stores, TOKEN, tx } from "./given-route.ts";

describe("A route's metrics", () => {
  const survey = new RouteSurvey();
  let now = 0;
  const clock: Clock = { now: () => now, monotonic: () => now, sleep: async () => undefined };
  let served: Awaited<ReturnType<typeof serveMetrics>>;
  const get = (path: string, method = "GET") => fetch(`http://127.0.0.1:${served.port}${path}`, { method });

  before(async () => {
    served = await serveMetrics(
      { route: "ltc", survey, clock, stalled: 1_000, status: async () => undefined },
      { host: "127.0.0.1", port: 0 },
    );
  });
  after(() => served.close());

  it("say how the route is, each under its name", async () => {
    survey.read("foreign", { head: at(20), final: at(14), turnedBack: 3, touched: [] }, 0);
    survey.reconciled("foreign", { free: [], balance: 5_000n });
    survey.reconciled("home", { free: [NONCE], balance: 7_000n });
    survey.sides.home.tokenGaps = 2;
    survey.attempted("sign");
    survey.faulted("NODES_DISAGREE");
    survey.holds = true;
    survey.sides.foreign.nodes = [
      { name: "ours", trouble: undefined },
      { name: "theirs", trouble: "NODE_CREDENTIALS" },
    ];
    const text = await (await get("/metrics")).text();
    for (const line of [
      'strongroom_relay_final_lag_blocks{side="foreign",route="ltc"} 6',
      'strongroom_relay_reorg_depth_max{side="foreign",route="ltc"} 3',
      'strongroom_relay_free_tokens{side="foreign",route="ltc"} 0',
      'strongroom_relay_token_gaps{side="home",route="ltc"} 2',
      'strongroom_relay_hot_balance{route="ltc"} 5000',
      'strongroom_relay_gas_balance{route="ltc"} 7000',
      'strongroom_relay_attempts_total{intention="sign",route="ltc"} 1',
      'strongroom_relay_faults_total{code="NODES_DISAGREE",route="ltc"} 1',
      'strongroom_relay_lease_held{route="ltc"} 1',
      'strongroom_relay_dead_letters{route="ltc"} 0',
    ]) {
      expect(text).to.include(line);
    }
    expect(text).to.include(
      'strongroom_relay_node_failing{side="foreign",node="theirs",code="NODE_CREDENTIALS",route="ltc"} 1',
    );
    expect(text).to.not.include('node="ours"');
    // What wasn't read isn't said: no zero that nobody has counted.
    expect(text).to.not.include('final_lag_blocks{side="home"');
    expect(text).to.not.include('token_gaps{side="foreign"');
  });

  it("say nothing of a balance that nobody has read", async () => {
    const desk = {
      ...{ route: "ltc", survey: new RouteSurvey(), clock, stalled: 1_000 },
      status: async () => undefined,
    };
    const unread = await serveMetrics(desk, { host: "127.0.0.1", port: 0 });
    const text = await (await fetch(`http://127.0.0.1:${unread.port}/metrics`)).text();
    await unread.close();
    expect(text).to.not.match(/^strongroom_relay_(gas|hot)_balance\{/m);
  });

  it("count messages with a transaction of which nobody knows whether it arrived, until one knows", async () => {
    const { journal, all } = await stores(1);
    const [store] = all as [StreamStore];
    const [reserved, built, signed] = brought("payment", TOKEN) as [Command, Command, Command];
    const sent = (result: BroadcastResult): Command => ({
      ...{ is: "sent", part: "payment", txId: tx("payment"), result, at: 0 },
    });
    const request = sighting("PayoutRequested", {
      ...{ payoutId: PAYOUT, amount: "5", script: "0x", attempt: "1" },
    });
    const tell = async (...commands: readonly Command[]) => {
      for (const command of commands) await store.tell("r/out/1", command);
      survey.streams(store.loaded());
      return (await get("/metrics")).text();
    };
    const unsure = 'strongroom_relay_ambiguous{route="ltc"} 1';
    expect(await tell(...final(request), reserved, built, signed, sent("ambiguous"))).to.include(unsure);
    const sure = await tell(sent("known"));
    expect(sure).to.include('strongroom_relay_ambiguous{route="ltc"} 0');
    expect(sure).to.include('strongroom_relay_open{route="ltc"} 1');
    await journal.close();
  });

  it("say that a worker has stalled, when it has", async () => {
    survey.beat(0);
    now = 1_000;
    expect((await get("/healthz")).status).to.equal(200);
    now = 1_001;
    const stalled = await get("/healthz");
    expect([stalled.status, await stalled.text()]).to.deep.equal([503, "stalled\n"]);
  });

  it("are read only", async () => {
    expect((await get("/metrics", "POST")).status).to.equal(405);
    expect((await get("/else")).status).to.equal(404);
  });
});
