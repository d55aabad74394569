import { type ChildProcess, spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { z } from "zod";
import { JsonRpcNode, NodeSilent } from "../chains/utxo/json-rpc-node.ts";
import { Redacted } from "../core/redacted.ts";
import { debianProgram } from "./debian-programs.ts";
import { freePort } from "./free-port.ts";

/** How long a node may take to answer its first question, milliseconds. */
const READY_WITHIN = 60_000;
/** How long nodes may take to have the same best block, milliseconds. */
const SAME_WITHIN = 30_000;

const USER = "strongroom";
const PASSWORD = "regtest only";

/** Who a node is to those who ask it. */
export const LITECOIN_CREDENTIALS = { user: USER, password: new Redacted(PASSWORD) };

/** A request whose connection ends with it: a node that stops waits for those that are kept open. */
export const closingFetch: typeof fetch = (input, init) => {
  const headers = new Headers(init?.headers);
  headers.set("connection", "close");
  return fetch(input, { ...init, headers });
};

/** litecoind in regtest in a process of its own. */
export interface LitecoinNode {
  readonly url: string;
  /** Where other nodes connect to it. */
  readonly peerPort: number;
  readonly folder: string;
  /** Asks it anything. */
  ask(method: string, ...parameters: readonly unknown[]): Promise<unknown>;
  /** Mines blocks to an address with what its mempool has; the hash of the last. */
  mine(blocks: number, address: string): Promise<string>;
  /** Mines blocks with nothing in them, whatever its mempool has. */
  mineEmpty(blocks: number, address: string): Promise<void>;
  /** Goes on without its peers, or with them again. */
  setConnected(connected: boolean): Promise<void>;
  /** Ends the process, by default as an operator would; a second call does nothing. */
  stop(signal?: NodeJS.Signals): Promise<void>;
  /** Starts it again where it was, with an empty mempool. */
  start(): Promise<void>;
  /** Stops it and removes its folder. */
  close(): Promise<void>;
}

/** How a node starts. */
export interface LitecoinOptions {
  /** Nodes that it connects to. */
  readonly peers?: readonly LitecoinNode[];
  /** Further words of its command line. */
  readonly words?: readonly string[];
}

/**
 * Starts one. MWEB never begins, as mining on regtest would stop where it does; replacement is on, which Litecoin's default isn't.
 *
 * @example
 * const node = await startLitecoin();
 * await node.mine(101, address);
 * await node.close();
 */
export async function startLitecoin({ peers = [], words = [] }: LitecoinOptions = {}): Promise<LitecoinNode> {
  const program = debianProgram("litecoind");
  const folder = mkdtempSync(join(tmpdir(), "strongroom-litecoin-"));
  const [rpcPort, peerPort] = [await freePort(), await freePort()];
  const url = `http://127.0.0.1:${rpcPort}/`;
  const settings = { name: "regtest", url, credentials: LITECOIN_CREDENTIALS, timeout: 60_000, retries: 0 };
  const rpc = new JsonRpcNode(settings, { fetch: closingFetch, wait: sleep });
  const command = [
    "-regtest",
    `-datadir=${folder}`,
    "-vbparams=mweb:9223372036854775806:9223372036854775807",
    "-mempoolreplacement=1",
    "-acceptnonstdtxn=0",
    "-disablewallet",
    "-persistmempool=0",
    "-fallbackfee=0.0001",
    "-dnsseed=0",
    "-discover=0",
    "-upnp=0",
    "-listen=1",
    "-listenonion=0",
    `-bind=127.0.0.1:${peerPort}`,
    "-whitelist=noban@127.0.0.1",
    "-rpcbind=127.0.0.1",
    "-rpcallowip=127.0.0.1",
    `-rpcport=${rpcPort}`,
    `-rpcuser=${USER}`,
    `-rpcpassword=${PASSWORD}`,
    "-printtoconsole=0",
    "-dbcache=16",
    "-maxmempool=20",
    ...peers.map(({ peerPort }) => `-addnode=127.0.0.1:${peerPort}`),
    ...words,
  ];
  let child: ChildProcess | undefined;

  const ask = (method: string, ...parameters: readonly unknown[]) => rpc.ask(method, parameters, z.unknown());
  const start = async () => {
    const started = spawn(program, command, { stdio: "ignore" });
    child = started;
    const until = Date.now() + READY_WITHIN;
    for (;;) {
      try {
        await ask("getblockcount");
        return;
      } catch (error) {
        if (!(error instanceof NodeSilent)) throw error;
        if (started.exitCode !== null)
          throw new Error(`litecoind ended with ${started.exitCode} in ${folder}`);
        if (Date.now() > until) throw new Error(`litecoind doesn't answer at ${url}`);
        await sleep(50);
      }
    }
  };
  const stop = async (signal: NodeJS.Signals = "SIGTERM") => {
    const running = child;
    child = undefined;
    if (running === undefined || running.exitCode !== null) return;
    const gone = new Promise((resolve) => running.once("exit", resolve));
    running.kill(signal);
    await gone;
  };

  try {
    await start();
  } catch (error) {
    await stop("SIGKILL");
    throw error;
  }
  return {
    url,
    peerPort,
    folder,
    ask,
    start,
    stop,
    mine: async (blocks, address) => {
      const hashes = (await ask("generatetoaddress", blocks, address)) as string[];
      return hashes.at(-1) ?? "";
    },
    mineEmpty: async (blocks, address) => {
      for (let left = blocks; left > 0; left--) await ask("generateblock", address, []);
    },
    setConnected: async (connected) => {
      await ask("setnetworkactive", connected);
    },
    close: async () => {
      await stop("SIGKILL");
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** Waits until nodes have the same best block, and gives its hash. */
export async function sameBlock(nodes: readonly LitecoinNode[]): Promise<string> {
  const until = Date.now() + SAME_WITHIN;
  for (;;) {
    const [first, ...others] = await Promise.all(nodes.map((node) => node.ask("getbestblockhash")));
    if (others.every((hash) => hash === first)) return first as string;
    if (Date.now() > until) throw new Error("the nodes don't come to have the same best block");
    await sleep(20);
  }
}
