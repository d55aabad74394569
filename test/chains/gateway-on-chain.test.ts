import { expect } from "chai";
import { ZeroHash } from "ethers";
import hre from "hardhat";
import type { Hex } from "../../src/chains/chain.ts";
import { callEffect } from "../../src/chains/evm/call-effect.ts";
import { type OpenEvm, openEvm } from "../../src/chains/evm/open-evm.ts";
import { StrongroomError } from "../../src/core/errors.ts";
import { GATEWAY } from "../../src/gateway/abi.ts";
import { gatewayDone } from "../../src/gateway/effect-done.ts";
import { GatewayReader } from "../../src/gateway/gateway-reader.ts";
import { chainHash } from "../../src/gateway/statement.ts";
import { SqliteJournal } from "../../src/journal/sqlite-journal.ts";
import { CreditedDeposits } from "../../src/signing/credited-deposits.ts";
import { DAY, NEVER } from "../support/deployCore.ts";
import {
  COIN,
  committeeOf,
  type DepositTerms,
  deployGateway,
  type GatewayFixture,
  LITECOIN,
  SCRIPT,
  TOKEN,
  TX,
} from "../support/gatewayFixture.ts";
import { type RpcServer, serveRpc } from "../support/rpc-server.ts";

const connection = await hre.network.create();
const { ethers, networkHelpers } = connection;

async function deployed() {
  return deployGateway(ethers, networkHelpers);
}

describe("the Gateway through nodes", () => {
  const servers: RpcServer[] = [];
  let d: GatewayFixture;
  let open: OpenEvm;
  let reader: GatewayReader;
  let config: { chain: string; gateway: string; since: number; [more: string]: unknown };
  let sender: { account: string; rate: string; total: string; gas: string };
  before(async () => {
    for (let n = 0; n < 2; n++) servers.push(await serveRpc(connection.provider));
  });
  after(() => Promise.all(servers.map((server) => server.close())));
  beforeEach(async () => {
    d = await networkHelpers.loadFixture(deployed);
    config = {
      chain: "eip155:31337",
      nodes: servers.map(({ url }) => ({ url })),
      finality: { by: "depth", blocks: 0 },
      gateway: d.gatewayAddress,
      since: 0,
    };
    sender = {
      account: d.mallory.address,
      rate: "500000000000",
      total: "1000000000000000000",
      gas: "2000000",
    };
    open = openEvm(config, sender);
    reader = open.reader;
  });
  const now = () => open.observer.head();

  it("given our interface / when it is compared with the contract's / it says the same", async () => {
    const artifact = await hre.artifacts.readArtifact("IGateway");
    const committee = await hre.artifacts.readArtifact("ICommittee");
    const face = new ethers.Interface(artifact.abi);
    const other = new ethers.Interface(committee.abi);
    GATEWAY.forEachFunction((ours) => {
      expect(face.getFunction(ours.selector)?.format("minimal"), ours.name).to.equal(ours.format("minimal"));
    });
    GATEWAY.forEachEvent((ours) => {
      expect(face.getEvent(ours.topicHash)?.format("full"), ours.name).to.equal(ours.format("full"));
    });
    const events = new ethers.Interface((await hre.artifacts.readArtifact("IGatewayEvents")).abi);
    events.forEachEvent(({ name, topicHash }) => {
      expect(GATEWAY.getEvent(topicHash)?.name, name).to.equal(name);
    });
    GATEWAY.forEachError(({ name, selector }) => {
      if (name === "Error" || name === "Panic") return;
      expect((face.getError(selector) ?? other.getError(selector))?.name, name).to.equal(name);
    });
  });

  it("given deposits and payouts / when they are read at a block / they are as the contract has them there, and not as they became", async () => {
    const deposit = d.depositOf();
    const id = await d.depositId(deposit);
    const before = await now();
    await d.credit(deposit);
    const payoutId = await d.request(COIN);
    const requested = await now();
    await d.authorise(payoutId);
    const after = await now();
    expect((await reader.depositOf(id, before)).status).to.equal("NONE");
    expect((await reader.depositOf(id, after)).status).to.equal("CREDITED");
    expect(await reader.depositIdOf(deposit.chain, deposit.txId, 0n, after)).to.equal(id);
    expect([await reader.isConsumed(id, before), await reader.isConsumed(id, after)]).to.deep.equal([
      false,
      true,
    ]);
    expect(await reader.payoutOf(payoutId, requested)).to.deep.equal({
      status: "REQUESTED",
      attempt: 1n,
      account: d.anna.address,
      handle: d.handle,
      asset: d.ltcId,
      amount: COIN,
      token: ZeroHash,
    });
    expect(await reader.payoutOf(payoutId, after)).to.deep.include({ status: "AUTHORISED", token: TOKEN });
    expect(await reader.destinationOf(d.handle, after)).to.deep.equal({
      account: d.anna.address,
      chain: d.chain,
      script: `0x${SCRIPT}`,
    });
    expect(await reader.isOpen(chainHash(LITECOIN), after)).to.equal(true);
    expect(await reader.haltOf(chainHash(LITECOIN), after)).to.equal(ZeroHash);
    expect(await reader.supply(d.ltcId, after)).to.equal(6n * COIN);
    expect(await reader.surroundings(after)).to.deep.equal({
      vault: d.vaultAddress,
      committee: await d.committee.getAddress(),
    });
  });

  it("given another contract's address, or an asset that isn't served / when it is read / it says so", async () => {
    const code = (attempt: Promise<unknown>) => attempt.then(String, (error: StrongroomError) => error.code);
    const wrong = new GatewayReader(open.view, d.vaultAddress);
    expect(await code(wrong.payoutOf(TOKEN, await now()))).to.equal("GATEWAY_UNKNOWN");
    expect(await code(new GatewayReader(open.view, d.anna.address).isOpen(TOKEN, await now()))).to.equal(
      "GATEWAY_UNKNOWN",
    );
    expect(await code(reader.supply(5n, await now()))).to.equal("GATEWAY_UNKNOWN");
  });

  it("given a deposit and a payout / when blocks are scanned / all that happened is told, in order", async () => {
    const from = await now();
    await d.credit(d.depositOf());
    const payoutId = await d.request(COIN);
    await d.authorise(payoutId);
    await d.settle(payoutId);
    const kinds: string[] = [];
    for await (const { events } of open.observer.scan(from, await now())) {
      for (const event of events) {
        kinds.push(event.kind);
        if (event.kind.startsWith("Payout")) expect(event.data.payoutId).to.equal(payoutId);
        if (event.kind === "PayoutRequested")
          expect(event.data).to.include({ amount: String(COIN), script: `0x${SCRIPT}` });
      }
    }
    expect(kinds).to.deep.equal(["DepositCredited", "PayoutRequested", "PayoutAuthorised", "PayoutSettled"]);
  });

  it("given credits here and at the gateway before / when a signer reads them / it is told each once, and again until it has learned", async () => {
    const next = await ethers.deployContract("Gateway", [
      d.manager,
      d.vaultAddress,
      d.committee,
      d.gatewayAddress,
    ] as never);
    const journal = SqliteJournal.open({ file: ":memory:" });
    const told: string[][] = [];
    const tell = async (learn?: () => Promise<void>) => {
      const parts = { journal, chain: LITECOIN, view: open.view, since: 0 };
      const gateway = await next.getAddress();
      // A process of its own each time: what it has come to is in the journal.
      const credits = new CreditedDeposits({ ...parts, asset: d.ltcId, gateway });
      await credits.tell(async (deposits) => {
        await learn?.();
        told.push(deposits.map(({ id, account }) => `${id} ${account}`));
      });
    };
    const line = (id: string) => `${id} ${d.anna.address.toLowerCase()}`;
    await tell();
    const [first] = told.splice(0);
    const deposit = d.depositOf();
    await d.credit(deposit);
    const learned = tell(() => Promise.reject(new Error("the power is cut")));
    expect(await learned.catch((error: Error) => error.message)).to.equal("the power is cut");
    await tell();
    await tell();
    expect(first).to.have.length(1);
    expect(told).to.deep.equal([[line(await d.depositId(deposit))]]);
    const late = d.depositOf({ amount: 50n * COIN });
    await d.credit(late);
    expect((await reader.depositOf(await d.depositId(late), await now())).status).to.equal("DELAYED");
    await tell();
    expect(told.slice(1)).to.deep.equal([[line(await d.depositId(late))]]);
    await journal.close();
  });

  it("given calls / when somebody made them / they are done by that transaction; at blocks before, and if others were made, they aren't", async () => {
    const done = gatewayDone(open.view, reader, { since: 0 });
    const effect = (name: string, args: readonly unknown[]) =>
      callEffect("ab".repeat(32), {
        to: d.gatewayAddress,
        data: GATEWAY.encodeFunctionData(name, args),
        value: 0n,
      });
    const hashOf = async (sent: Promise<{ hash: string }>): Promise<Hex> => (await sent).hash.slice(2);
    const deposit = d.depositOf();
    const payoutId = await d.request(COIN);
    const steps: [ReturnType<typeof effect>, () => Promise<{ hash: string }>][] = [
      [effect("credit", [deposit, "0x"]), () => d.credit(deposit)],
      [effect("authorise", [payoutId, TOKEN, "0x"]), () => d.authorise(payoutId)],
      [effect("voided", [payoutId, `0x${TX}`, "0x"]), () => d.voided(payoutId)],
    ];
    for (const [what, act] of steps) {
      const before = await now();
      expect(await done(what, before)).to.deep.equal({ txId: undefined });
      const txId = await hashOf(act());
      expect(await done(what, await now())).to.deep.equal({ txId });
      expect(await done(what, before)).to.deep.equal({ txId: undefined });
    }
    const later = gatewayDone(open.view, reader, { since: (await now()).height + 1 });
    expect(await later(effect("credit", [deposit, "0x"]), await now())).to.deep.equal({ txId: undefined });
    // Tried again: what the first attempt's calls did stays done, and the second's are still to be made.
    await d.gateway.connect(d.anna).retry(payoutId);
    const second = `0x${"34".repeat(32)}`;
    expect((await done(effect("authorise", [payoutId, TOKEN, "0x"]), await now()))?.txId).to.be.a("string");
    expect(await done(effect("authorise", [payoutId, second, "0x"]), await now())).to.deep.equal({
      txId: undefined,
    });
    await d.authorise(payoutId, second, 2n);
    const settle = effect("settle", [payoutId, `0x${TX}`, "0x"]);
    expect(await done(settle, await now())).to.deep.equal({ txId: undefined });
    const settled = await hashOf(d.settle(payoutId, TX, 2n));
    expect(await done(settle, await now())).to.deep.equal({ txId: settled });
    expect(
      await done(effect("registerDestination", [d.anna.address, d.chain, "0x51"]), await now()),
    ).to.equal(undefined);
    const elsewhere = callEffect("ab".repeat(32), {
      to: d.vaultAddress,
      data: settle.data.data ?? "0x",
      value: 0n,
    });
    expect(await done(elsewhere, await now())).to.equal(undefined);
  });

  const creditOf = (deposit: DepositTerms, proof: string) => {
    const data = GATEWAY.encodeFunctionData("credit", [deposit, proof]);
    return callEffect("ab".repeat(32), { to: d.gatewayAddress, data, value: 0n });
  };

  it("given a deposit that is delayed / when the epoch that attested it is revoked / it isn't credited until the next attests it", async () => {
    const done = gatewayDone(open.view, reader, { since: 0 });
    const deposit = d.depositOf({ amount: 20n * COIN });
    const first = creditOf(deposit, await d.attestDeposit(deposit));
    const { hash } = await d.credit(deposit);
    expect(await done(first, await now())).to.deep.equal({ txId: hash.slice(2) });
    const keys = committeeOf("next committee", 3);
    const verifier = await ethers.deployContract("MultisigVerifier", [keys.map(({ address }) => address), 2]);
    await d.committee.rotate(1n, verifier, 0n, NEVER);
    await d.committee.connect(d.riskOfficer).revoke(1);
    const proof = await d.attestDeposit(deposit, keys.slice(0, 2), 2n);
    const second = creditOf(deposit, proof);
    expect(await done(second, await now())).to.deep.equal({ txId: undefined });
    const again = await d.gateway.credit(deposit, proof);
    expect(await done(second, await now())).to.deep.equal({ txId: again.hash.slice(2) });
    // Held, the gateway doesn't say whether it waits: no answer is made up.
    await d.vault.connect(d.officer).hold(await d.gateway.chainAccount(d.chain), DAY);
    const code = await done(second, await now()).catch((error: StrongroomError) => error.code);
    expect(code).to.equal("CHAIN_CLOSED");
  });

  it("given nodes that take few blocks at a time / when events are looked for far back / no question spans more than is configured", async () => {
    const deposit = d.depositOf();
    const { hash } = await d.credit(deposit);
    await networkHelpers.mine(25);
    const spans: number[] = [];
    const chain = {
      request: (question: { method: string; params?: unknown[] }) => {
        const { fromBlock, toBlock } = (question.params?.[0] ?? {}) as Record<string, string>;
        if (question.method === "eth_getLogs") spans.push(Number(toBlock) - Number(fromBlock) + 1);
        return connection.provider.request(question);
      },
    };
    const narrow = await Promise.all([serveRpc(chain), serveRpc(chain)]);
    try {
      const { executor } = openEvm(
        { ...config, nodes: narrow.map(({ url }) => ({ url })), span: 10 },
        sender,
      );
      const effect = creditOf(deposit, "0x");
      const token = { chain: config.chain, kind: "nonce", value: `${sender.account}:9` } as const;
      const status = await executor?.effectStatus(effect, token);
      expect(status).to.deep.equal({ is: "done", txId: hash.slice(2), final: true });
      expect(spans.length).to.be.greaterThan(2);
      expect(Math.max(...spans)).to.equal(10);
    } finally {
      for (const server of narrow) await server.close();
    }
  });

  it("given the Gateway's refusals / when a call is built / what passes by itself waits, and what doesn't is told apart", async () => {
    const executor = open.executor;
    if (executor === undefined) throw new Error("An account was given");
    const quote = await executor.fee("normal");
    const nothing = callEffect("ab".repeat(32), { to: d.anna.address, data: "0x", value: 0n });
    const nonce = await executor.reserve(nothing, []);
    const build = async (name: string, args: readonly unknown[]) => {
      const data = GATEWAY.encodeFunctionData(name, args);
      const effect = callEffect("cd".repeat(32), { to: d.gatewayAddress, data, value: 0n });
      const saying = (error: StrongroomError) =>
        `${error.code} ${String(error.facts.reason ?? "").split(" ")[0]}`;
      const built = await executor.build(effect, nonce, quote).then(() => "built", saying);
      // What would not be built gets no nonce, and says the same.
      expect(await executor.reserve(effect, []).then(() => "built", saying)).to.equal(built);
      return built;
    };
    const deposit = d.depositOf({ amount: 20n * COIN });
    const proof = await d.attestDeposit(deposit);
    expect(await build("credit", [{ ...deposit, amount: COIN }, proof])).to.equal(
      "CALL_REFUSED Committee_BadSignature",
    );
    expect(await build("credit", [deposit, proof])).to.equal("built");
    await d.gateway.credit(deposit, proof);
    expect(await build("credit", [deposit, proof])).to.equal("ALREADY_DONE ");
    expect(await build("mature", [deposit])).to.equal("CALL_WAITS Gateway_Delayed");
    const payoutId = await d.request(COIN);
    await d.setNumber("CHAIN_OUT", 1n);
    expect(await build("authorise", [payoutId, TOKEN, await d.attestToken(payoutId, TOKEN)])).to.equal(
      "CALL_WAITS Gateway_ChainLimitReached",
    );
    expect(await build("settle", [ZeroHash, `0x${TX}`, "0x"])).to.equal("CALL_REFUSED Gateway_NotIn");
  });

  it("given a configuration that is wrong / when the chain is opened / it says where", () => {
    const good = {
      chain: "eip155:1",
      nodes: [{ url: "http://a.example" }, { url: "http://b.example" }],
      finality: { by: "tag" },
      gateway: d.gatewayAddress,
      since: 5,
    };
    expect(() => openEvm(good)).not.to.throw();
    expect(openEvm(good).executor).to.equal(undefined);
    const wrong = [
      { ...good, chain: "bip122:00" },
      { ...good, nodes: good.nodes.slice(1) },
      { ...good, nodes: [...good.nodes, good.nodes[0]] },
      { ...good, nodes: [{ url: "ftp://a.example" }, { url: "http://b.example" }] },
      { ...good, finality: { by: "hope" } },
      { ...good, finality: { by: "depth", blocks: -1 } },
      { ...good, gateway: "0x12" },
      { ...good, quorum: 1 },
      { ...good, typo: 1 },
    ];
    for (const each of wrong) expect(() => openEvm(each), JSON.stringify(each)).to.throw(StrongroomError);
    expect(() => openEvm(good, { account: d.anna.address, rate: "1e9", total: "1", gas: "1" })).to.throw(
      StrongroomError,
    );
  });
});
