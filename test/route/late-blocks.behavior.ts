import { setTimeout as sleep } from "node:timers/promises";
import { expect } from "chai";
import { UTXO_NETWORKS } from "../../src/chains/utxo/network.ts";
import { signedContent } from "../../src/chains/utxo/signed-content.ts";
import type { EffectEvent } from "../../src/relayer/deciders/effect-decider.ts";
import type { RouteGiven } from "./route-given.ts";

const CONFIRMATIONS = UTXO_NETWORKS.litecoinRegtest.confirmations;
/** Milliseconds in which the relayer looks several times. */
const LOOKS = 1_000;
/** Milliseconds. */
const PATIENCE = 1_500;

/** Blocks that are taken back, and blocks that don't come. */
export function survivesLateBlocks(given: () => RouteGiven): void {
  describe("given a reorganisation that takes a deposit's block back", () => {
    it("credits nothing though the height is final, and once when it is in a block again", async () => {
      const { stage, config, deposit, expectCredited, expectSupply } = given();
      const sent = await deposit();
      await stage.mineForeign(1);
      const stored = async () => (await stage.history(config, sent.id)).map(({ type }) => type);
      const told = (what: string, types: readonly string[]) =>
        stage.until(what, async () => (await stored()).join() === types.join(), { foreign: false });
      await told("it is seen", ["Sighted"]);
      await stage.forkForeign(1);
      await stage.litecoin[0].mineEmpty(CONFIRMATIONS, stage.bank.freshAddress());
      expect(await stage.litecoin[0].ask("getrawmempool")).to.include(sent.txId);
      await sleep(LOOKS);
      expect(await stored()).to.deep.equal(["Sighted"]);
      expect(await stage.said("DepositCredited", sent.id)).to.equal(0);
      await stage.mineForeign(1);
      await told("it is seen again", ["Sighted", "Sighted"]);
      await expectCredited(sent);
      await expectSupply();
      const types = await stored();
      expect(types.slice(0, 3)).to.deep.equal(["Sighted", "Sighted", "Confirmed"]);
      expect(types.filter((type) => type === "EffectSigned")).to.have.length(1);
    });
  });

  describe("given a payment that no block takes", () => {
    it("has a version signed that pays more, by itself, and pays once", async () => {
      const { stage, start, stop, journal, request, expectOnce } = given();
      await stop();
      const config = stage.workerConfig("impatient", journal, { foreign: { patience: PATIENCE } });
      await start("", config);
      const payout = await request();
      const versions = async () => {
        const events = (await stage.history(
          config,
          payout.id,
        )) as readonly unknown[] as readonly EffectEvent[];
        return events.flatMap((event) =>
          event.type === "EffectSigned" && event.data.part === "payment" ? [event.data.signed] : [],
        );
      };
      const waiting = async () => (await stage.litecoin[0].ask("getrawmempool")) as readonly string[];
      const isReplaced = async () => {
        const [, second] = await versions();
        return second !== undefined && (await waiting()).includes(second.txId);
      };
      await stage.until("a second version waits for a block", isReplaced, { foreign: false });
      const [first, second] = await versions();
      if (first === undefined || second === undefined) throw new Error("there are two");
      expect(BigInt(second.fee) > BigInt(first.fee), `${second.fee} after ${first.fee}`).to.equal(true);
      expect(second.token).to.deep.equal(first.token);
      expect(signedContent(second).spends).to.deep.equal(signedContent(first).spends);
      expect(await waiting()).to.not.include(first.txId);
      await expectOnce(payout);
      const [payment] = await stage.payments(payout.script);
      expect(payment?.txId).to.not.equal(first.txId);
    });
  });
}
