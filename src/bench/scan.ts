import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { cpus } from "node:os";
import { setTimeout as sleep } from "node:timers/promises";
import { Interface } from "ethers";
import { quantityText } from "../chains/evm/answers.ts";
import { ChainView, pointOf } from "../chains/evm/chain-view.ts";
import { EvmObserver } from "../chains/evm/evm-observer.ts";
import { httpNode } from "../chains/evm/http-node.ts";
import { EvmNodes } from "../chains/evm/nodes.ts";
import { sharedParsing } from "../chains/evm/parse-answers.ts";
import { TerminalError } from "../core/errors.ts";
import { writeWhole } from "../core/write-whole.ts";
import { anvilProgram } from "../testing/anvil-program.ts";
import { freePort } from "../testing/free-port.ts";

const OUT = "bench/scan.md";

/** One scan beside a bare loop of questions for the same logs. */
export interface ScanRow {
  readonly blocks: number;
  readonly logs: number;
  /** Milliseconds, median: `eth_getLogs` in a loop, one node, nothing checked. */
  readonly bare: number;
  /** Milliseconds, median: the observer, two nodes, everything compared and decoded. */
  readonly scan: number;
  /** Median of each run's own ratio. */
  readonly ratio: number;
  readonly goal: number;
}

const BLOCKS = 10_000;
/** Contracts, and of how many blocks one has a log of theirs. */
const TOLD = [
  { address: "0x00000000000000000000000000000000000000f1", every: 100 },
  { address: "0x00000000000000000000000000000000000000f2", every: 10 },
] as const;
type Told = (typeof TOLD)[number];
/** Blocks of one question for logs at most, in the bare loop and in the scan. */
const SPAN = 1_000;
const RUNS = 15;
const GOAL = 2;
const CHAIN_ID = 31_337;
const FACE = new Interface(["event Told(uint256 value)"]);
/** PUSH1 1, PUSH1 0, MSTORE, PUSH32 topic, PUSH1 32, PUSH1 0, LOG1: one event for each call. */
const CODE = `0x60016000527f${FACE.getEvent("Told")?.topicHash.slice(2)}60206000a100`;

function median(values: readonly number[]): number {
  const rising = values.toSorted((a, b) => a - b);
  return rising[Math.floor(rising.length / 2)] ?? Number.NaN;
}

type Ask = (method: string, ...params: unknown[]) => Promise<unknown>;

/** Questions as a program without any of ours would ask them. */
function asker(url: string): Ask {
  return async (method, ...params) => {
    const response = await fetch(url, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ jsonrpc: "2.0", id: 1, method, params }),
    });
    const { result, error } = (await response.json()) as { result?: unknown; error?: { message: string } };
    if (error !== undefined) {
      throw new TerminalError("BENCH_NODE", `The bench's node refuses ${method}`, {
        facts: { why: error.message },
      });
    }
    return result;
  };
}

async function startAnvil(port: number): Promise<{ readonly child: ChildProcess; readonly ask: Ask }> {
  const words = ["--host", "127.0.0.1", "--port", String(port), "--chain-id", String(CHAIN_ID)];
  const child = spawn(anvilProgram(), [...words, "--silent", "--no-mining", "--prune-history"], {
    stdio: "ignore",
  });
  const ask = asker(`http://127.0.0.1:${port}`);
  for (let left = 200; left > 0 && child.exitCode === null; left--) {
    const answers = await ask("eth_chainId").then(
      (id) => Number(id) === CHAIN_ID,
      () => false,
    );
    if (answers) return { child, ask };
    await sleep(100);
  }
  child.kill("SIGKILL");
  throw new TerminalError("BENCH_NODE", "anvil doesn't answer", {
    facts: { port },
    advice: "Free the port, and run it again.",
  });
}

/** anvil takes longer for a block the more it has: a minute for all, on a machine that does nothing else. */
async function fill(ask: Ask): Promise<void> {
  for (const { address } of TOLD) await ask("anvil_setCode", address, CODE);
  const [from] = (await ask("eth_accounts")) as string[];
  const step = Math.min(...TOLD.map(({ every }) => every));
  for (let at = 0; at < BLOCKS; at += step) {
    for (const { address: to, every } of TOLD) {
      if (at % every === 0) await ask("eth_sendTransaction", { from, to, gas: "0x20000" });
    }
    await ask("anvil_mine", quantityText(step));
  }
}

async function bareLoop(ask: Ask, address: string, last: number): Promise<number> {
  let count = 0;
  for (let from = 1; from <= last; from += SPAN) {
    const toBlock = quantityText(Math.min(last, from + SPAN - 1));
    const logs = await ask("eth_getLogs", { address, fromBlock: quantityText(from), toBlock });
    count += (logs as unknown[]).length;
  }
  return count;
}

async function measure(url: string, ask: Ask, { address, every }: Told): Promise<ScanRow> {
  const parse = sharedParsing();
  const nodes = new EvmNodes(`eip155:${CHAIN_ID}`, [httpNode(url, { parse }), httpNode(url, { parse })]);
  const view = new ChainView(nodes, { by: "depth", blocks: 12 });
  const observer = new EvmObserver(view, { contract: address, face: FACE, span: SPAN });
  const to = await observer.head();
  const first = await view.headerAt(0);
  if (first === null) throw new TerminalError("BENCH_NODE", "The bench's node has no first block");
  const scanAll = async () => {
    let count = 0;
    for await (const { events } of observer.scan(pointOf(first), to)) count += events.length;
    return count;
  };
  const rows: { bare: number; scan: number }[] = [];
  for (let run = 0; run < RUNS; run++) {
    const begin = performance.now();
    const bare = await bareLoop(ask, address, to.height);
    const between = performance.now();
    const scanned = await scanAll();
    const end = performance.now();
    if (bare !== scanned || bare !== BLOCKS / every) {
      throw new TerminalError("NOT_AS_MEANT", "The scan and the bare loop found different logs", {
        facts: { bare, scanned, sent: BLOCKS / every },
      });
    }
    rows.push({ bare: between - begin, scan: end - between });
  }
  return {
    blocks: to.height,
    logs: BLOCKS / every,
    bare: median(rows.map(({ bare }) => bare)),
    scan: median(rows.map(({ scan }) => scan)),
    ratio: median(rows.map(({ bare, scan }) => scan / bare)),
    goal: GOAL,
  };
}

/** Scans the blocks of one anvil node beside a bare loop of `eth_getLogs` in the same spans, with few logs and with many. */
async function measureScans(): Promise<readonly ScanRow[]> {
  const port = await freePort();
  const { child, ask } = await startAnvil(port);
  try {
    process.stderr.write(`${BLOCKS} blocks ...\n`);
    await fill(ask);
    process.stderr.write(`${RUNS} runs each ...\n`);
    const rows: ScanRow[] = [];
    for (const told of TOLD) rows.push(await measure(`http://127.0.0.1:${port}`, ask, told));
    return rows;
  } finally {
    const gone = once(child, "exit");
    child.kill("SIGKILL");
    await gone;
  }
}

function page(rows: readonly ScanRow[]): string {
  const cell = (value: number, digits = 0) =>
    value.toLocaleString("en", { minimumFractionDigits: digits, maximumFractionDigits: digits });
  const lines = rows.map(
    ({ blocks, logs, bare, scan, ratio, goal }) =>
      `| ${cell(blocks)} | ${cell(logs)} | ${cell(bare)} | ${cell(scan)} | ${cell(ratio, 2)} | ${cell(goal, 1)} |`,
  );
  return `# Scanning a chain

Written by \`./strongroom bench scan\`. Logs of one contract are read from one anvil on this machine, twice in turn:

- **Bare**: \`eth_getLogs\` in a loop, ${cell(SPAN)} blocks a question, one question after the other, each answer parsed and counted.
  One node is asked, and believed.
- **Scan**: what relayers and signers do. No question spans more blocks, but up to four go out in one request, and the next request
  before an answer. Two nodes are asked (here the same anvil twice, so it works twice as much), and what they say is compared. The
  final block is asked for first; each span lies on the block before it by headers; the last 32 blocks are read one by one with
  their bloom filters; logs are checked, decoded and put in order.

Milliseconds, medians of ${RUNS} runs; the ratio is the median of each run's own.

- Machine: ${cpus()[0]?.model ?? "unknown"}, ${cpus().length} cores, Node ${process.versions.node}; anvil has them, too

| Blocks | Logs | Bare, ms | Scan, ms | Ratio | Goal |
| ---: | ---: | ---: | ---: | ---: | ---: |
${lines.join("\n")}
`;
}

/** Measures scans and writes bench/scan.md. No test depends on what comes out. */
export async function runScanBench({ json }: { readonly json: boolean }): Promise<number> {
  const rows = await measureScans();
  writeWhole(OUT, page(rows));
  process.stdout.write(json ? `${JSON.stringify(rows, null, 2)}\n` : `${page(rows)}\nWritten to ${OUT}.\n`);
  return 0;
}
