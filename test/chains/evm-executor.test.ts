import { expect } from "chai";
import { getAddress, Transaction } from "ethers";
import type { Hex, SignedTx } from "../../src/chains/chain.ts";
import { callEffect } from "../../src/chains/evm/call-effect.ts";
import { ChainView } from "../../src/chains/evm/chain-view.ts";
import { EvmExecutor } from "../../src/chains/evm/evm-executor.ts";
import { httpNode } from "../../src/chains/evm/http-node.ts";
import { EvmNodes } from "../../src/chains/evm/nodes.ts";
import { refusalReader } from "../../src/chains/evm/refusal-reader.ts";
import { StrongroomError } from "../../src/core/errors.ts";
import type { FrontNode } from "../support/front-node.ts";
import { developer, type EvmHarness, openEvm } from "./evm-harness.ts";

const GWEI = 10n ** 9n;

const errorOf = (attempt: Promise<unknown>): Promise<StrongroomError> =>
  attempt.then(
    (value) => {
      throw new Error(`It was answered ${JSON.stringify(value)}`);
    },
    (error: StrongroomError) => error,
  );
const codeOf = async (attempt: Promise<unknown>) => (await errorOf(attempt)).code;

describe("an EVM chain, acted on", () => {
  let chain: EvmHarness;
  before(async () => {
    chain = await openEvm("anvil");
  });
  after(() => chain?.close());
  afterEach(() => chain.behonest());

  const front = (index: number) => chain.fronts[index] as FrontNode;
  const prepare = async () => {
    const effect = await chain.payout(chain.amount);
    const token = await chain.executor.reserve(effect, []);
    const quote = await chain.executor.fee("normal");
    const unsigned = await chain.executor.build(effect, token, quote);
    return { effect, token, quote, unsigned, signed: await chain.sign(unsigned) };
  };

  it("given tokens that are taken / when further ones are reserved / gaps come first, and no count is kept in memory", async () => {
    const effect = await chain.payout(1n);
    const first = await chain.executor.reserve(effect, []);
    const second = await chain.executor.reserve(effect, [first]);
    const third = await chain.executor.reserve(effect, [first, second]);
    expect(await chain.executor.reserve(effect, [first, third])).to.deep.equal(second);
    expect(await chain.executor.reserve(effect, [])).to.deep.equal(first);
    const nonces = [first, second, third].map(({ value }) => Number(value.split(":")[1]));
    expect(nonces).to.deep.equal([nonces[0], Number(nonces[0]) + 1, Number(nonces[0]) + 2]);
  });

  it("given a gap of nonces / when it is filled by a void / what waited behind it happens", async () => {
    const gap = await chain.executor.reserve(await chain.payout(1n), []);
    const effect = await chain.payout(chain.amount);
    const token = await chain.executor.reserve(effect, [gap]);
    const quote = await chain.executor.fee("normal");
    const signed = await chain.sign(await chain.executor.build(effect, token, quote));
    expect(await chain.executor.broadcast(signed)).to.equal("accepted");
    await chain.mine(2);
    expect(await chain.executor.effectStatus(effect, token, [signed.txId])).to.deep.equal({
      is: "pending",
    });
    const dead = await chain.payout(1n);
    const voided = await chain.sign(await chain.executor.voidToken(dead, gap, quote, []));
    expect(await chain.executor.broadcast(voided)).to.equal("accepted");
    await chain.mine(chain.depth);
    expect(await chain.executor.effectStatus(effect, token)).to.deep.equal({
      is: "done",
      txId: signed.txId,
      final: true,
    });
    expect(await chain.executor.effectStatus(dead, gap)).to.deep.equal({
      is: "impossible",
      txId: voided.txId,
      final: true,
    });
    expect(await chain.received(effect)).to.equal(chain.amount);
  });

  it("given a node that alone counts a nonce that nobody signed for / when the status is asked for / it waits for a while, and then the node is named", async () => {
    const minute = 60_000;
    let time = 0;
    const nodes = new EvmNodes(
      chain.executor.chain,
      chain.fronts.map(({ url }) => httpNode(url)),
      undefined,
      { now: () => time },
    );
    const executor = new EvmExecutor(new ChainView(nodes, { by: "depth", blocks: 2 }), {
      account: chain.wallet.address,
      fees: { rate: 500n * GWEI, total: 10n ** 17n },
      gas: 1_000_000n,
      refusal: refusalReader(chain.face, new Set()),
    });
    const effect = await chain.payout(1n);
    const token = await executor.reserve(effect, []);
    const status = (sent: readonly Hex[] = []) => executor.effectStatus(effect, token, sent);
    const lies = () => {
      front(1).lie = (method, [, block], truth) =>
        method === "eth_getTransactionCount" && block === "pending" ? "0xffff" : truth;
    };
    lies();
    expect(await status()).to.deep.equal({ is: "pending" });
    time += 9 * minute;
    expect(await status()).to.deep.equal({ is: "pending" });
    time += minute;
    const { code, message } = await errorOf(status());
    expect(code).to.equal("NODES_DISAGREE");
    expect(message).to.include(`${new URL(front(1).url).host} says true`);
    expect(message).to.include(`${new URL(front(0).url).host} says false`);
    // Of what was signed they are asked by its name.
    expect(await status(["ab".repeat(32)])).to.deep.equal({ is: "absent" });
    front(1).lie = undefined;
    expect(await status()).to.deep.equal({ is: "absent" });
    lies();
    expect(await status()).to.deep.equal({ is: "pending" });
    front(1).lie = undefined;
  });

  it("given another process with the same account / when its transaction takes the nonce / ours is impossible, and never sent twice", async () => {
    const made = await prepare();
    const other = await chain.send(1, developer(7).address, "0x", 1n);
    expect(await chain.executor.broadcast(made.signed)).to.be.oneOf(["accepted", "rejected"]);
    // anvil lets any dearer one replace; take ours out so that the other one counts.
    await chain.wipeMempools();
    await chain.send(1, developer(7).address, "0x", 1n);
    await chain.mine(1);
    expect(await chain.executor.broadcast(made.signed)).to.equal("rejected");
    expect(await chain.executor.effectStatus(made.effect, made.token, [made.signed.txId])).to.deep.equal({
      is: "impossible",
      txId: other,
      final: false,
    });
    await chain.mine(chain.depth);
    expect(await chain.executor.effectStatus(made.effect, made.token)).to.deep.include({
      is: "impossible",
      final: true,
    });
    expect(await chain.received(made.effect)).to.equal(0n);
    const again = await chain.executor.reserve(made.effect, [made.token]);
    expect(again.value).not.to.equal(made.token.value);
  });

  it("given an effect that somebody else brought about / when its status is asked for / it is done, by the other's transaction", async () => {
    const made = await prepare();
    const theirs = await chain.send(6, chain.contract, String(made.effect.data.data), chain.amount);
    await chain.mine(1);
    const { effect, token, quote } = made;
    expect(await chain.executor.effectStatus(effect, token)).to.deep.equal({
      is: "done",
      txId: theirs,
      final: false,
    });
    const error = await errorOf(chain.executor.build(effect, token, quote));
    expect(error.code).to.equal("ALREADY_DONE");
    expect(error.retryable).to.equal(true);
    // Ours goes out all the same, and fails: it stays done.
    expect(await chain.executor.broadcast(made.signed)).to.equal("accepted");
    await chain.mine(chain.depth);
    expect(await chain.executor.effectStatus(effect, token)).to.deep.equal({
      is: "done",
      txId: theirs,
      final: true,
    });
    expect(await chain.received(effect)).to.equal(chain.amount);
  });

  it("given a call without an account kept by a contract / when its transaction reverts / it is impossible, not done", async () => {
    const plain = new EvmExecutor(chain.view, {
      account: chain.wallet.address,
      fees: { rate: 500n * GWEI, total: 10n ** 17n },
      gas: 1_000_000n,
      refusal: refusalReader(chain.face, new Set()),
    });
    const effect = await chain.payout(chain.amount);
    const token = await plain.reserve(effect, []);
    const signed = await chain.sign(await plain.build(effect, token, await plain.fee("normal")));
    await chain.send(0, chain.contract, chain.face.encodeFunctionData("setHeld", [true]));
    await chain.mine(1);
    await plain.broadcast(signed);
    await chain.mine(chain.depth);
    expect(await plain.effectStatus(effect, token)).to.deep.equal({
      is: "impossible",
      txId: signed.txId,
      final: true,
    });
    await chain.send(0, chain.contract, chain.face.encodeFunctionData("setHeld", [false]));
    await chain.mine(1);
    const second = await plain.reserve(effect, []);
    const next = await chain.sign(await plain.build(effect, second, await plain.fee("normal")));
    await plain.broadcast(next);
    await chain.mine(chain.depth);
    expect(await plain.effectStatus(effect, second)).to.deep.equal({
      is: "done",
      txId: next.txId,
      final: true,
    });
  });

  it("given a contract that refuses / when a call is built / it says which error, and whether waiting helps", async () => {
    const quote = await chain.executor.fee("normal");
    const token = await chain.executor.reserve(await chain.payout(1n), []);
    await chain.send(0, chain.contract, chain.face.encodeFunctionData("setHeld", [true]));
    await chain.mine(1);
    const held = await errorOf(chain.executor.build(await chain.payout(1n), token, quote));
    expect(held).to.deep.include({ code: "CALL_WAITS", retryable: true });
    expect(held.facts.reason).to.equal("PaidOnce_Held (1)");
    // It would keep a nonce from all that comes later.
    expect(await codeOf(chain.executor.reserve(await chain.payout(1n), []))).to.equal("CALL_WAITS");
    await chain.send(0, chain.contract, chain.face.encodeFunctionData("setHeld", [false]));
    await chain.mine(1);
    const data = chain.face.encodeFunctionData("pay", [`0x${"12".repeat(32)}`, chain.contract]);
    const refused = await errorOf(
      chain.executor.build(
        callEffect("12".repeat(32), { to: chain.contract, data, value: 1n }),
        token,
        quote,
      ),
    );
    expect(refused).to.deep.include({ code: "CALL_REFUSED", retryable: false });
    expect(refused.facts.reason).to.equal(`PaidOnce_Refused (${getAddress(chain.contract)})`);
    const one = front(0);
    one.lie = (method, _, truth) => (method === "eth_estimateGas" ? "0xffffffff" : truth);
    const unsigned = await chain.executor.build(await chain.payout(1n), token, quote);
    expect(Transaction.from(`0x${unsigned.body}`).gasLimit).to.equal(1_000_000n);
  });

  it("given caps / when a transaction would pay more / it isn't built, and a fee never is above them", async () => {
    const made = await prepare();
    const low = { ...made.quote, cap: 1_000n };
    expect(await codeOf(chain.executor.build(made.effect, made.token, low))).to.equal("FEE_CAP_REACHED");
    expect(await codeOf(chain.executor.replace([made.signed], made.effect, low))).to.equal("FEE_CAP_REACHED");
    const rich = { ...made.quote, rate: 10_000n * GWEI };
    expect((await chain.executor.build(made.effect, made.token, { ...rich, cap: 10n ** 19n })).rate).to.equal(
      500n * GWEI,
    );
    const other = { ...made.signed, token: await chain.executor.reserve(made.effect, [made.token]) };
    expect(await codeOf(chain.executor.replace([made.signed, other], made.effect, made.quote))).to.equal(
      "TOKEN_FOREIGN",
    );
    expect(await codeOf(chain.executor.replace([], made.effect, made.quote))).to.equal("NOTHING_TO_REPLACE");
  });

  it("given a transaction that isn't what it is said to be / when it is to be signed / it is refused", async () => {
    const { unsigned, signed, effect } = await prepare();
    const changed = [
      { ...unsigned, fee: unsigned.fee - 1n },
      { ...unsigned, rate: unsigned.rate + 1n },
      { ...unsigned, token: await chain.executor.reserve(effect, [unsigned.token]) },
      { ...unsigned, token: { ...unsigned.token, value: `${developer(5).address}:1` } },
      { ...unsigned, body: signed.raw },
      { ...unsigned, body: "02ff" },
    ];
    for (const each of changed) expect(() => chain.executor.signingPayloads(each)).to.throw(StrongroomError);
    const [payload] = chain.executor.signingPayloads(unsigned);
    const stranger = developer(5).signingKey.sign(`0x${payload?.digest}`).serialized.slice(2);
    expect(() => chain.executor.attach(unsigned, [stranger]))
      .to.throw(StrongroomError)
      .with.property("code", "BAD_SIGNATURE");
  });

  it("given transactions that nodes refuse / when they are sent / what may pass is ambiguous, and only what can't is rejected", async () => {
    const made = await prepare();
    const sign = async (change: object): Promise<SignedTx> => {
      const transaction = Transaction.from(`0x${made.unsigned.body}`);
      Object.assign(transaction, change);
      transaction.signature = chain.wallet.signingKey.sign(transaction.unsignedHash);
      return {
        ...made.signed,
        txId: String(transaction.hash).slice(2),
        raw: transaction.serialized.slice(2),
      };
    };
    const send = (signed: SignedTx) => chain.executor.broadcast(signed);
    expect(await send(await sign({ maxFeePerGas: 1n, maxPriorityFeePerGas: 1n }))).to.equal("ambiguous");
    expect(await send(await sign({ value: 10n ** 30n }))).to.equal("ambiguous");
    expect(await send({ ...made.signed, raw: "02c0" })).to.equal("rejected");
    expect(await send(await sign({ maxFeePerGas: made.quote.rate * 2n }))).to.equal("accepted");
    // Its place is taken by one that pays more: as it is, it won't be taken.
    expect(await send(made.signed)).to.equal("rejected");
    // A node that says what isn't so about what it took is no witness.
    for (const node of chain.fronts) {
      node.lie = (method, _, truth) => (method === "eth_sendRawTransaction" ? `0x${"12".repeat(32)}` : truth);
    }
    expect(await send(await sign({ maxFeePerGas: made.quote.rate * 3n }))).not.to.equal("accepted");
    chain.behonest();
    await chain.wipeMempools();
    for (const index of [0, 1, 2]) await chain.stop(index);
    expect(await send(made.signed)).to.equal("ambiguous");
    for (const index of [0, 1, 2]) await chain.start(index);
  });

  it("given nodes without old state / when an old nonce's transaction is looked for / what was sent finds it, and nothing is guessed", async () => {
    const made = await prepare();
    await chain.executor.broadcast(made.signed);
    await chain.mine(1);
    await chain.rpc("anvil_mine", "0x20");
    const plain = new EvmExecutor(chain.view, {
      account: chain.wallet.address,
      fees: { rate: 500n * GWEI, total: 10n ** 17n },
      gas: 1_000_000n,
      refusal: refusalReader(chain.face, new Set()),
    });
    for (const node of chain.fronts) {
      node.lie = (method, [, block], truth) =>
        method === "eth_getTransactionCount" && typeof block === "string" && block.startsWith("0x")
          ? "missing trie node"
          : truth;
    }
    expect(await codeOf(plain.effectStatus(made.effect, made.token))).to.equal("HISTORY_UNAVAILABLE");
    expect(
      await plain.effectStatus(made.effect, made.token, ["12".repeat(32), made.signed.txId]),
    ).to.deep.equal({
      is: "done",
      txId: made.signed.txId,
      final: true,
    });
  });
});
