import {
  AbiCoder,
  getBytes,
  HDNodeWallet,
  hexlify,
  Interface,
  Mnemonic,
  randomBytes,
  Transaction,
} from "ethers";
import { artifacts } from "hardhat";
import type { Effect, Hex, UnsignedTx } from "../../src/chains/chain.ts";
import { callEffect } from "../../src/chains/evm/call-effect.ts";
import { ChainView } from "../../src/chains/evm/chain-view.ts";
import type { DoneBy } from "../../src/chains/evm/effect-status.ts";
import { EvmExecutor } from "../../src/chains/evm/evm-executor.ts";
import { EvmObserver } from "../../src/chains/evm/evm-observer.ts";
import { httpNode } from "../../src/chains/evm/http-node.ts";
import { EvmNodes } from "../../src/chains/evm/nodes.ts";
import { refusalReader } from "../../src/chains/evm/refusal-reader.ts";
import { type DevelopmentNode, type NodeKind, startNode } from "../../src/testing/nodes.ts";
import { type FrontNode, type Lie, startFrontNode } from "../support/front-node.ts";
import type { ChainHarness, LieAbout } from "./chain.behavior.ts";

const PHRASE = "test test test test test test test test test test test junk";
const ETHER = 10n ** 18n;
const GWEI = 10n ** 9n;
/** Blocks, its own included, after which one is final here. */
const DEPTH = 4;

/** The keys of development chains. */
export function developer(index: number): HDNodeWallet {
  return HDNodeWallet.fromMnemonic(Mnemonic.fromPhrase(PHRASE), `m/44'/60'/0'/0/${index}`);
}

/** More than every chain's harness has: what only tests of this kind of chain break. */
export interface EvmHarness extends ChainHarness {
  readonly node: DevelopmentNode;
  readonly fronts: readonly FrontNode[];
  readonly view: ChainView;
  readonly observer: EvmObserver;
  readonly executor: EvmExecutor;
  readonly contract: string;
  readonly face: Interface;
  readonly wallet: HDNodeWallet;
  /** Asks the real node. */
  rpc(method: string, ...params: unknown[]): Promise<unknown>;
  /** Sends a transaction of one of the development chain's keys; it waits. */
  send(key: number, to: string | null, data: string, value?: bigint): Promise<Hex>;
}

type Block = { readonly number: string; readonly transactions: readonly string[] };

const big = (value: unknown) =>
  `0x${value === undefined ? 0 : (BigInt(value as string) * 1_000n).toString(16)}`;

const LIES: Readonly<Record<LieAbout, Lie>> = {
  blocks: (method, params, truth) =>
    method === "eth_getBlockByNumber" && String(params[0]).startsWith("0x") && truth !== null
      ? { ...(truth as object), hash: hexlify(randomBytes(32)) }
      : truth,
  confirmations: (method, params, truth) => {
    const more = (height: string) => `0x${(BigInt(height) + 1_000n).toString(16)}`;
    if (method === "eth_blockNumber") return more(truth as string);
    if (method !== "eth_getBlockByNumber" || String(params[0]).startsWith("0x")) return truth;
    return { ...(truth as Block), number: more((truth as Block).number) };
  },
  fees: (method, _, truth) => {
    if (method !== "eth_feeHistory") return truth;
    const { baseFeePerGas, reward } = truth as { baseFeePerGas: string[]; reward: string[][] };
    return {
      ...(truth as object),
      baseFeePerGas: baseFeePerGas.map(big),
      reward: reward.map((row) => row.map(big)),
    };
  },
};

/** A development chain behind three nodes of one's own, with an account that pays. */
export async function openEvm(kind: NodeKind, words: readonly string[] = []): Promise<EvmHarness> {
  const node = await startNode(kind, { words: kind === "anvil" ? ["--silent", ...words] : words });
  const fronts = [
    await startFrontNode(node.url),
    await startFrontNode(node.url),
    await startFrontNode(node.url),
  ];
  const real = httpNode(node.url);
  const rpc = async (method: string, ...params: unknown[]): Promise<unknown> => {
    const [answer] = await real.ask([{ method, params }]);
    if (answer === undefined || "fault" in answer) {
      throw new Error(`${method}: ${answer === undefined ? "no answer" : answer.fault.message}`);
    }
    return answer.result;
  };
  const isAnvil = kind === "anvil";
  const raws = new Map<string, string>();
  const wallet = developer(1);
  /** State at each height, for nodes that can't reorganise by themselves. */
  const snapshots = new Map<number, unknown>();
  await rpc("evm_setAutomine", false);

  const height = async () => Number(await rpc("eth_blockNumber"));
  const mineOne = async () => {
    await rpc("evm_mine");
    if (!isAnvil) snapshots.set(await height(), await rpc("evm_snapshot"));
  };
  const send = async (key: number, to: string | null, data: string, value = 0n): Promise<Hex> => {
    const sender = developer(key);
    const raw = await sender.signTransaction({
      type: 2,
      chainId: node.chainId,
      nonce: Number(await rpc("eth_getTransactionCount", sender.address, "pending")),
      to,
      data,
      value,
      gasLimit: 3_000_000,
      maxFeePerGas: 100n * GWEI,
      maxPriorityFeePerGas: GWEI,
    });
    const { hash } = Transaction.from(raw);
    raws.set(String(hash), raw);
    await rpc("eth_sendRawTransaction", raw);
    return String(hash).slice(2);
  };

  const artifact = await artifacts.readArtifact("PaidOnce");
  const face = new Interface(artifact.abi);
  const created = await send(0, null, artifact.bytecode);
  for (let n = 0; n < DEPTH; n++) await mineOne();
  const receipt = (await rpc("eth_getTransactionReceipt", `0x${created}`)) as { contractAddress: string };
  const contract = receipt.contractAddress;

  const nodes = new EvmNodes(
    `eip155:${node.chainId}`,
    fronts.map(({ url }) => httpNode(url, { timeout: 5_000 })),
  );
  const view = new ChainView(nodes, { by: "depth", blocks: DEPTH - 1 });
  const observer = new EvmObserver(view, { contract, face });
  const doneBy: DoneBy = async (effect, at) => {
    const paid = await view.callAt(at, contract, face.encodeFunctionData("paid", [`0x${effect.id}`]));
    if (!("result" in paid) || BigInt(paid.result) === 0n) return { txId: undefined };
    const topics = [face.getEvent("Paid")?.topicHash, `0x${effect.id}`];
    const logs = (await rpc("eth_getLogs", { address: contract, topics, fromBlock: "0x0" })) as {
      transactionHash: string;
    }[];
    return { txId: logs.at(-1)?.transactionHash.slice(2) };
  };
  const executor = new EvmExecutor(view, {
    account: wallet.address,
    fees: { rate: 500n * GWEI, total: ETHER / 10n },
    gas: 1_000_000n,
    refusal: refusalReader(face, new Set(["PaidOnce_Held"])),
    doneBy,
  });

  const replaceBlocks = async (blocks: number) => {
    if (isAnvil) {
      await rpc("anvil_reorg", blocks, []);
      return;
    }
    const below = (await height()) - blocks;
    if ((await rpc("evm_revert", snapshots.get(below))) !== true)
      throw new Error("There is no such snapshot");
    snapshots.set(below, await rpc("evm_snapshot"));
    await rpc("evm_increaseTime", 1_000);
    for (let n = 0; n < blocks; n++) await mineOne();
  };
  const dropAll = async () => {
    const waiting = (await rpc("eth_getBlockByNumber", "pending", false)) as Block;
    if (isAnvil) await rpc("anvil_dropAllTransactions");
    else for (const hash of waiting.transactions) await rpc("hardhat_dropTransaction", hash);
  };

  return {
    node,
    fronts,
    view,
    observer,
    executor,
    contract,
    face,
    wallet,
    rpc,
    send,
    depth: DEPTH,
    amount: 1_000_000n,
    async mine(blocks) {
      for (let n = 0; n < blocks; n++) await mineOne();
    },
    async reorganise(blocks, transactions) {
      const top = await height();
      const left: string[] = [];
      for (let at = top - blocks + 1; at <= top; at++) {
        const block = (await rpc("eth_getBlockByNumber", `0x${at.toString(16)}`, false)) as Block;
        left.push(...block.transactions);
      }
      await dropAll();
      await replaceBlocks(blocks);
      await dropAll();
      await mineOne();
      if (transactions === "dropped") return;
      for (const hash of left) await rpc("eth_sendRawTransaction", raws.get(hash));
    },
    async deposit(amount) {
      const account = developer(3).address;
      const asset = "eip155:31337/slip44:60";
      const data = face.encodeFunctionData("tell", [account, asset, amount, 1]);
      return { txId: await send(2, contract, data), index: 0, account, asset, amount };
    },
    async payout(amount) {
      const id = hexlify(randomBytes(32));
      const recipient = hexlify(randomBytes(20));
      const data = face.encodeFunctionData("pay", [id, recipient]);
      return callEffect(id.slice(2), { to: contract, data, value: amount });
    },
    async received(payout: Effect) {
      const [, recipient] = AbiCoder.defaultAbiCoder().decode(
        ["bytes32", "address"],
        getBytes(payout.data.data ?? "0x").slice(4),
      );
      return BigInt((await rpc("eth_getBalance", recipient, "latest")) as string);
    },
    async sign(unsigned: UnsignedTx) {
      const signatures = executor
        .signingPayloads(unsigned)
        .map(({ digest }) => wallet.signingKey.sign(`0x${digest}`).serialized.slice(2));
      const signed = executor.attach(unsigned, signatures);
      raws.set(`0x${signed.txId}`, `0x${signed.raw}`);
      return signed;
    },
    async stop(index) {
      (fronts[index] as FrontNode).down = true;
    },
    async start(index) {
      (fronts[index] as FrontNode).down = false;
    },
    lie(index, about) {
      (fronts[index] as FrontNode).lie = LIES[about];
    },
    swallowAnswers() {
      for (const front of fronts) front.swallows = "eth_sendRawTransaction";
    },
    behonest() {
      for (const front of fronts)
        Object.assign(front, { lie: undefined, swallows: undefined, before: undefined });
    },
    wipeMempools: dropAll,
    async close() {
      for (const front of fronts) await front.close();
      await node.kill();
    },
  };
}
