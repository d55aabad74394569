import { expect } from "chai";
import { scriptOfAddress } from "../../src/chains/utxo/address.ts";
import { UTXO_NETWORKS } from "../../src/chains/utxo/network.ts";
import type { Daemon } from "../../src/testing/daemon.ts";
import { openRelayStage, type RelayStage } from "../support/relay-stage.ts";

const NETWORK = UTXO_NETWORKS.litecoinRegtest;
const COIN = 100_000_000n;

describe("a route with everything for real", () => {
  let stage: RelayStage;
  let config: string;
  let relayer: Daemon;
  let t = performance.now();
  const lap = (w: string) => {
    console.log(w, Math.round(performance.now() - t));
    t = performance.now();
  };

  before(async function () {
    this.timeout(180_000);
    stage = await openRelayStage();
    lap("open");
    config = stage.workerConfig("worker", { file: `${stage.folder}/journal.sqlite` });
    relayer = await stage.startRelayer(config);
    lap("relayer");
  });
  after(async function () {
    this.timeout(60_000);
    console.log(relayer?.said.slice(-60).join("\n"));
    if (stage)
      for (const n of ["anna", "ben", "cleo"] as const)
        console.log(n, stage.signers.said(n).slice(-20).join("\n"));
    await stage?.close();
  });

  it("credits a deposit once it is final", async function () {
    this.timeout(120_000);
    const user = stage.users[0];
    if (user === undefined) throw new Error("no user");
    const { stdout, code, stderr } = await stage.relay(config, "watch", user.address);
    expect(code, stderr).to.equal(0);
    lap("watch");
    const script = scriptOfAddress(NETWORK, stdout.trim());
    await stage.bank.send([{ script, amount: 5n * COIN }]);
    await stage.until("credited", async () => (await stage.balanceOf(user.address)) === 5n * COIN);
    lap("credited");
  });
});
