import { DatabaseSync } from "node:sqlite";
import { schnorr } from "@noble/curves/secp256k1.js";
import { hex } from "@scure/base";
import { sha256, taprootTweakPrivKey } from "@scure/btc-signer/utils.js";
import type { Effect, Hex, Payload, SignedTx, UnsignedTx } from "../../src/chains/chain.ts";
import type { DepositBook } from "../../src/chains/utxo/address-book.ts";
import { ownScript } from "../../src/chains/utxo/deposit-address.ts";
import { UTXO_NETWORKS } from "../../src/chains/utxo/network.ts";
import { openUtxoChain, type UtxoChain, type UtxoChainSettings } from "../../src/chains/utxo/utxo-chain.ts";
import type { UtxoExecutor } from "../../src/chains/utxo/utxo-executor.ts";
import { type LitecoinBank, openLitecoinBank } from "../../src/testing/litecoin-bank.ts";
import {
  LITECOIN_CREDENTIALS,
  type LitecoinNode,
  sameBlock,
  startLitecoin,
} from "../../src/testing/litecoin-node.ts";
import { type LitecoinProxy, startLitecoinProxy } from "./litecoin-proxy.ts";

/** Blocks after which one counts as final on the stage. */
export const DEPTH = 4;
/** Lanes and coins that the wallet begins with, and what each coin holds. */
const LANES = 8;
const COINS = 12;
const COIN = 200_000_000n;
/** Payments that the bank can make. */
const PAYMENTS = 60;

const SECRET = sha256(new TextEncoder().encode("strongroom test wallet"));
const VAULT = `0x${"5a".repeat(20)}`;

/** Signs with the whole key in one hand. */
export function signaturesAlone(payloads: readonly Payload[]): Hex[] {
  return payloads.map(({ digest, merkleRoot }) =>
    hex.encode(schnorr.sign(hex.decode(digest), taprootTweakPrivKey(SECRET, hex.decode(merkleRoot ?? "")))),
  );
}

export async function signAlone(executor: UtxoExecutor, unsigned: UnsignedTx): Promise<SignedTx> {
  return executor.attach(unsigned, signaturesAlone(executor.signingPayloads(unsigned)));
}

/** Two nodes of litecoind on regtest, three endpoints in front of them, a bank, and a wallet with lanes and coins. */
export interface LitecoinStage extends UtxoChain {
  readonly nodes: readonly [LitecoinNode, LitecoinNode];
  readonly endpoints: readonly LitecoinProxy[];
  readonly bank: LitecoinBank;
  readonly book: DepositBook;
  /** Reads the nodes through the same endpoints into an index of its own; the same wallet's unless another key is given. */
  another(settings?: Partial<UtxoChainSettings>): UtxoChain;
  mine(blocks: number): Promise<void>;
  reorganise(blocks: number, transactions: "wait" | "dropped"): Promise<void>;
  restart(): Promise<void>;
  /** An effect with an id that no other has. */
  effect(kind: string, data: Effect["data"]): Effect;
  received(script: Hex): Promise<bigint>;
  close(): Promise<void>;
}

/** Opens one: about four seconds. */
export async function openLitecoinStage(): Promise<LitecoinStage> {
  const groupKey = hex.encode(schnorr.getPublicKey(SECRET));
  const network = { ...UTXO_NETWORKS.litecoinRegtest, confirmations: DEPTH };
  const first = await startLitecoin();
  const second = await startLitecoin({ peers: [first] });
  const nodes = [first, second] as const;
  const bank = await openLitecoinBank(nodes, PAYMENTS);
  const endpoints = await Promise.all([first, second, second].map(({ url }) => startLitecoinProxy(url)));
  const birth = (await first.ask("getblockcount")) as number;
  const another: LitecoinStage["another"] = (more = {}) =>
    openUtxoChain({
      network,
      nodes: endpoints.map(({ url }, at) => ({
        name: `operator ${at}`,
        url,
        credentials: LITECOIN_CREDENTIALS,
        timeout: 20_000,
        retries: 0,
      })),
      groupKey,
      home: "eip155:31337",
      vault: VAULT,
      birth,
      database: new DatabaseSync(":memory:"),
      patience: { rest: 0 },
      ...more,
    });
  const chain = another();
  let effects = 0;

  /** What waits at one node and not at the miner goes there now: peers tell each other only every few seconds. */
  const relay = async () => {
    const [here, there] = (await Promise.all(nodes.map((node) => node.ask("getrawmempool")))) as string[][];
    for (const txId of there?.filter((id) => !here?.includes(id)) ?? []) {
      const raw = await second.ask("getrawtransaction", txId);
      // Refused where the miner has another version of it.
      await first.ask("sendrawtransaction", raw, 0).catch(() => undefined);
    }
  };
  const mine = async (blocks: number) => {
    await relay();
    await first.mine(blocks, bank.address);
    await sameBlock(nodes);
  };
  const restart = async () => {
    await Promise.all(nodes.map((node) => node.stop()));
    await Promise.all(nodes.map((node) => node.start()));
    await second.ask("addnode", `127.0.0.1:${first.peerPort}`, "onetry");
    await sameBlock(nodes);
  };
  const own = ownScript(groupKey);
  const float = Array.from({ length: COINS }, () => ({ script: own, amount: COIN }));
  const lanes = Array.from({ length: LANES }, () => ({ script: own, amount: network.anchor }));
  for (let n = 0; n < 2; n++) await bank.send(float.slice(n * 6, n * 6 + 6).concat(n === 0 ? lanes : []));
  await mine(DEPTH);

  return {
    nodes,
    endpoints,
    bank,
    ...chain,
    book: chain.book as DepositBook,
    another,
    mine,
    restart,
    reorganise: async (blocks, transactions) => {
      const height = (await first.ask("getblockcount")) as number;
      await first.ask("invalidateblock", await first.ask("getblockhash", height - blocks + 1));
      // Of its own: a block with nothing in it would else be one that has just been declared invalid.
      await first.mineEmpty(blocks + 1, bank.freshAddress());
      await sameBlock(nodes);
      if (transactions === "dropped") await restart();
    },
    effect: (kind, data) => ({ id: (++effects).toString(16).padStart(64, "0"), kind, data }),
    received: async (script) => {
      const { total_amount } = (await first.ask("scantxoutset", "start", [{ desc: `raw(${script})` }])) as {
        total_amount: number;
      };
      return BigInt(Math.round(total_amount * 1e8));
    },
    close: async () => {
      await Promise.all(endpoints.map((endpoint) => endpoint.close()));
      await Promise.all(nodes.map((node) => node.close()));
    },
  };
}
