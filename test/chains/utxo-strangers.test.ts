import { expect } from "chai";
import type { ConflictToken, Hex } from "../../src/chains/chain.ts";
import { MAX_INPUTS, walletScript } from "../../src/chains/utxo/wallet-transaction.ts";
import { type CountingTransport, countingTransport } from "../support/counting-transport.ts";
import { DEPTH, type LitecoinStage, openLitecoinStage, signAlone } from "../support/litecoin-stage.ts";

/** Outputs in one transaction that nodes still relay. */
const IN_ONE = 1_000;
const STRANGERS = 2 * IN_ONE;
const NODES = 3;
const AMOUNT = 10_000_000n;

describe("a wallet that a stranger sends thousands of anchors, on litecoind", () => {
  let stage: LitecoinStage;
  let transport: CountingTransport;
  let wallet: ReturnType<LitecoinStage["another"]>;
  let lanes: readonly ConflictToken[];
  let balance: bigint;
  let theirs: readonly Hex[];

  before(async () => {
    stage = await openLitecoinStage();
    transport = countingTransport();
    wallet = stage.another({ transport });
    lanes = (await wallet.executor.reconcile()).free;
    balance = await wallet.executor.balance();
    const { script } = walletScript(stage.wallet, undefined);
    const anchors = Array.from({ length: IN_ONE }, () => ({ script, amount: stage.wallet.network.anchor }));
    theirs = [await stage.bank.send(anchors, 200_000n), await stage.bank.send(anchors, 200_000n)];
    await stage.mine(DEPTH);
    await wallet.index.sync();
  });
  after(() => stage?.close());
  beforeEach(() => {
    transport.asked.length = 0;
  });

  const outputsAsked = () => transport.asked.filter((method) => method === "gettxout").length;
  const payout = () =>
    stage.effect("payout", { script: stage.bank.freshScript(), amount: AMOUNT.toString() });
  const isTheirs = ({ value }: ConflictToken) => theirs.some((txId) => value.startsWith(txId));

  it("given what they sent / when a token is judged / nodes are asked about that one output", async () => {
    const { executor, index } = wallet;
    expect(index.tables.ownUnspent(stage.wallet.network.anchor, Number.MAX_SAFE_INTEGER)).to.have.length(
      lanes.length + STRANGERS,
    );
    expect(await executor.isFree(lanes[0] as ConflictToken)).to.equal(true);
    expect(outputsAsked()).to.equal(NODES);
    const token = { ...(lanes[0] as ConflictToken), value: `${"ab".repeat(32)}:0` };
    for (const none of [token, { ...token, kind: "nonce" as const }, { ...token, chain: "eip155:1" }]) {
      expect(await executor.isFree(none)).to.equal(false);
    }
    expect(outputsAsked()).to.equal(NODES);
  });

  it("given what they sent / when the balance is asked for / nodes are asked about no output, and it is as it was", async () => {
    expect(await wallet.executor.balance()).to.equal(balance);
    expect(outputsAsked()).to.equal(0);
  });

  it("given what they sent / when lanes are counted / nodes are asked about no more than are of use", async () => {
    const { free } = await wallet.executor.reconcile();
    expect(free).to.have.length(MAX_INPUTS);
    expect(outputsAsked()).to.equal(MAX_INPUTS * NODES);
  });

  it("given what they sent / when payouts are made / the wallet's own lanes come first, and all are paid", async () => {
    const { executor } = wallet;
    const quote = await executor.fee("normal");
    const pay = async () => {
      const effect = payout();
      const token = await executor.reserve(effect, []);
      const signed = await signAlone(executor, await executor.build(effect, token, quote, []));
      expect(await executor.broadcast(signed)).to.equal("accepted");
      await stage.mine(DEPTH);
      expect(await executor.effectStatus(effect, token)).to.deep.equal({
        ...{ is: "done", txId: signed.txId, final: true },
      });
      return { token, txId: signed.txId };
    };
    const first = await pay();
    // The oldest that the wallet was sent; and then the lane that the wallet made itself, though it is the youngest.
    expect(isTheirs(first.token)).to.equal(false);
    expect((await pay()).token.value).to.equal(`${first.txId}:0`);
  });

  it("given no lane of the wallet's own that is free / when a payout needs one / a stranger's will do", async () => {
    const { executor } = wallet;
    const taken = (await executor.reconcile()).free.filter((token) => !isTheirs(token));
    transport.asked.length = 0;
    const token = await executor.reserve(payout(), taken);
    expect(isTheirs(token)).to.equal(true);
    expect(outputsAsked()).to.equal(NODES);
    expect(await executor.isFree(token)).to.equal(true);
  });

  it("given a node that has none of them / when a token is reserved / the others aren't asked about each", async () => {
    stage.endpoints[0]?.treat({
      does: "lie",
      lie: (method, _, truth) => (method === "gettxout" ? null : truth),
    });
    try {
      const error = await wallet.executor.reserve(payout(), []).catch((thrown: unknown) => thrown);
      expect(error).to.include({ code: "NO_TOKEN_FREE" });
      expect(outputsAsked()).to.equal(MAX_INPUTS * NODES);
    } finally {
      stage.endpoints[0]?.treat({ does: "honest" });
    }
  });
});
