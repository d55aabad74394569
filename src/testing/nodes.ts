import { type ChildProcess, spawn } from "node:child_process";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { anvilProgram } from "./anvil-program.ts";
import { freePort } from "./free-port.ts";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));
/** How long a node may take to answer its first question, milliseconds. */
const READY_WITHIN = 60_000;

/** The two programs that a development chain can be. Both fund the accounts of the public test mnemonic. */
export type NodeKind = "anvil" | "hardhat";

/** How a node starts. */
export interface NodeOptions {
  /** 31337 unless given. */
  readonly chainId?: number;
  /** A free one unless given: give it to start a node again where another one was. */
  readonly port?: number;
  /** Further words of its command line. */
  readonly words?: readonly string[];
}

/** A development chain in a process of its own. */
export interface DevelopmentNode {
  readonly kind: NodeKind;
  readonly url: string;
  readonly port: number;
  readonly chainId: number;
  readonly pid: number;
  /** Ends the process and waits until it is gone; a second call does nothing. */
  kill(signal?: NodeJS.Signals): Promise<void>;
}

function commandOf(kind: NodeKind, port: number, chainId: number): readonly [string, readonly string[]] {
  const where = ["--port", String(port), "--chain-id", String(chainId)];
  return kind === "anvil"
    ? [anvilProgram(), ["--host", "127.0.0.1", ...where]]
    : [
        process.execPath,
        [join(ROOT, "node_modules/hardhat/dist/src/cli.js"), "node", "--hostname", "127.0.0.1", ...where],
      ];
}

/** The chain id that answers at an address; undefined where nothing does. */
async function answeringChain(url: string): Promise<number | undefined> {
  try {
    const answer = await fetch(url, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ jsonrpc: "2.0", id: 1, method: "eth_chainId", params: [] }),
      signal: AbortSignal.timeout(2_000),
    });
    const { result } = (await answer.json()) as { result?: string };
    return result === undefined ? undefined : Number(result);
  } catch {
    return undefined;
  }
}

const running = new Set<ChildProcess>();
process.once("exit", () => {
  for (const child of running) child.kill("SIGKILL");
});

/**
 * Starts a development chain from nothing, as a process of its own, and waits until it answers.
 *
 * @throws Error with what the process printed, if it ends or does not answer within a minute.
 * @example
 * const node = await startNode("anvil", { chainId: 31_338 });
 * const provider = new JsonRpcProvider(node.url);
 * await node.kill();
 */
export async function startNode(kind: NodeKind, options: NodeOptions = {}): Promise<DevelopmentNode> {
  const chainId = options.chainId ?? 31_337;
  const port = options.port ?? (await freePort());
  const url = `http://127.0.0.1:${port}`;
  const [program, words] = commandOf(kind, port, chainId);
  const child = spawn(program, [...words, ...(options.words ?? [])], {
    cwd: ROOT,
    stdio: ["ignore", "pipe", "pipe"],
  });
  running.add(child);
  let printed = "";
  const keep = (chunk: Buffer) => {
    printed = (printed + chunk.toString()).slice(-10_000);
  };
  child.stdout?.on("data", keep);
  child.stderr?.on("data", keep);
  const gone = new Promise<void>((settle) => {
    const end = () => {
      running.delete(child);
      settle();
    };
    child.once("exit", end);
    child.once("error", (error) => {
      printed += error.message;
      end();
    });
  });
  const isGone = () => child.exitCode !== null || child.signalCode !== null || child.pid === undefined;
  const kill = async (signal: NodeJS.Signals = "SIGKILL") => {
    if (!isGone()) child.kill(signal);
    await gone;
  };

  const until = Date.now() + READY_WITHIN;
  while (Date.now() < until && !isGone()) {
    const answering = await answeringChain(url);
    if (answering === chainId && !isGone()) return { kind, url, port, chainId, pid: child.pid ?? 0, kill };
    await sleep(50);
  }
  await kill();
  throw new Error(`${kind} did not answer at ${url} as chain ${chainId}:\n${printed}`);
}
