import { expect } from "chai";
import type { EffectEvent } from "../../src/relayer/deciders/effect-decider.ts";
import { type FrontNode, startFrontNode } from "../support/front-node.ts";
import { type LitecoinProxy, startLitecoinProxy } from "../support/litecoin-proxy.ts";
import type { RouteGiven } from "./route-given.ts";

/** Nodes that take each transaction, and of which the relayer never hears that they did. */
export function survivesLostAnswers(given: () => RouteGiven): void {
  describe("given nodes of both chains that take what is sent, while every answer to that is lost", () => {
    let home: FrontNode | undefined;
    let foreign: LitecoinProxy[] = [];
    let config = "";

    before(async () => {
      const { stage, journal, stop, start } = given();
      await stop();
      home = await startFrontNode(stage.node.url);
      home.swallows = "eth_sendRawTransaction";
      foreign = await Promise.all(stage.litecoin.map(({ url }) => startLitecoinProxy(url)));
      for (const proxy of foreign) proxy.treat({ does: "swallow", method: "sendrawtransaction" });
      config = stage.workerConfig("deaf", journal, {
        home: { urls: [home.url, `${home.url}/?again`] },
        foreign: { nodes: foreign },
      });
      await start("", config);
    });
    after(async () => {
      await given().stop();
      await Promise.all([home?.close(), ...foreign.map((proxy) => proxy.close())]);
    });

    /** What came of everything that was sent for a message, as the journal has it. */
    const sent = async (id: string) => {
      const events = (await given().stage.history(
        config,
        id,
      )) as readonly unknown[] as readonly EffectEvent[];
      const of = events.flatMap((event) => (event.type === "EffectSent" ? [event.data] : []));
      return of.map(({ part, result }) => `${part}: ${result}`);
    };
    const nonce = () => given().stage.provider.getTransactionCount(given().stage.gas.account);

    it("doesn't know whether a payment arrived, looks for it, and pays once and settles once", async () => {
      const { request, expectOnce } = given();
      const before = await nonce();
      const payout = await request();
      await expectOnce(payout);
      expect(await sent(payout.id)).to.have.members([
        "authorise: ambiguous",
        "payment: ambiguous",
        "report: ambiguous",
      ]);
      expect((await nonce()) - before, "calls of the Gateway").to.equal(2);
    });

    it("credits a deposit once", async () => {
      const { deposit, expectCredited, expectSupply } = given();
      const before = await nonce();
      const deposited = await deposit();
      await expectCredited(deposited);
      await expectSupply();
      expect(await sent(deposited.id)).to.deep.equal(["credit: ambiguous"]);
      expect((await nonce()) - before, "calls of the Gateway").to.equal(1);
    });
  });
}
