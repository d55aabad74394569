import { RetryableError } from "../../core/errors.ts";
import type { ChainEvent, Point, ScannedBlock } from "../chain.ts";
import { type Header, headerSchema, type Log, logsSchema, quantityText, read } from "./answers.ts";
import { inOrder, logKey, placed } from "./block-logs.ts";
import { bloomBits, mayHave } from "./bloom.ts";
import { type ChainView, parentOf, pointOf } from "./chain-view.ts";
import type { DecodeEvent } from "./decode-event.ts";
import type { Answer, EvmNode, Question } from "./rpc.ts";

/** One contract's logs. */
export interface LogSource {
  readonly view: ChainView;
  /** In lower case. */
  readonly address: string;
  readonly decode: DecodeEvent;
  /** Blocks that one question for logs spans at most. */
  readonly widest: number;
}

const maybeHeader = headerSchema.nullable();
/** Blocks of the first span. */
const FIRST_WIDTH = 2_500;
/** Questions for logs that go out in one request at most, where one may span few blocks. */
const TOGETHER = 4;
/** Spans that are asked for before the first of them is read. */
const AHEAD = 2;
/** A span with more logs than this isn't made wider. */
const MANY_LOGS = 2_000;

const headerQuestion = (height: number): Question => ({
  method: "eth_getBlockByNumber",
  params: [quantityText(height), false],
});

function reorganised(after: Point): RetryableError {
  return new RetryableError("REORGANISED", "A block left the chain", {
    facts: { height: after.height, hash: after.hash },
    advice: "Go back to the latest block that is still on the chain, and scan again.",
  });
}

function eventsOf(source: LogSource, logs: readonly Log[]): Map<number, ChainEvent[]> {
  const byHeight = new Map<number, ChainEvent[]>();
  for (const [log, index] of placed(logs)) {
    const event = source.decode(log, index);
    if (event === undefined) continue;
    const events = byHeight.get(log.blockNumber);
    if (events === undefined) byHeight.set(log.blockNumber, [event]);
    else events.push(event);
  }
  return byHeight;
}

/** Nodes limit the blocks of a question and the logs of an answer, each as it likes and in its own words. */
function mayBeTooWide(error: unknown): boolean {
  return error instanceof RetryableError && error.code === "NODES_UNAVAILABLE";
}

/** Of one question for logs. */
type Span = readonly [from: number, to: number];

function spansOf(from: number, to: number, widest: number): readonly Span[] {
  const count = Math.ceil((to - from + 1) / widest);
  return Array.from({ length: count }, (_, at) => {
    const first = from + at * widest;
    return [first, Math.min(to, first + widest - 1)];
  });
}

const logsQuestion = ({ address }: LogSource, [from, to]: Span): Question => ({
  method: "eth_getLogs",
  params: [{ address, fromBlock: quantityText(from), toBlock: quantityText(to) }],
});

/** What one node says of some blocks: some of their headers, and the contract's logs in them. */
interface Told {
  readonly headers: readonly Header[];
  /** In order. */
  readonly logs: readonly Log[];
}

/** @param known what was read for this very question, by the node's answer: nodes that write the same share one */
async function tell(
  source: LogSource,
  node: EvmNode,
  from: number,
  to: number,
  heights: readonly number[],
  known: Map<unknown, readonly Log[]>,
): Promise<Told | null> {
  const spans = spansOf(from, to, source.widest);
  const questions = [...spans.map((span) => logsQuestion(source, span)), ...heights.map(headerQuestion)];
  const answers = await node.ask(questions);
  const headers: Header[] = [];
  for (const [at, height] of heights.entries()) {
    const header = read(node, headerQuestion(height), answers[spans.length + at] as Answer, maybeHeader);
    // It hasn't come so far: what it says of logs is worth nothing.
    if (header === null) return null;
    headers.push(header);
  }
  const logs = spans.flatMap((span, at) => {
    const answer = answers[at] as Answer;
    const before = known.get(answer);
    if (before !== undefined) return before;
    const all = read(node, logsQuestion(source, span), answer, logsSchema);
    const own = inOrder(node, source.address, ...span, all);
    known.set(answer, own);
    return own;
  });
  return { headers, logs };
}

/** What all nodes say of some blocks; null where they don't have them. */
async function agreeOn(
  source: LogSource,
  from: number,
  to: number,
  heights: readonly number[],
): Promise<Told | null> {
  const known = new Map<unknown, readonly Log[]>();
  // Where all logs are the same objects, nodes can't differ in them.
  const spans = spansOf(from, to, source.widest).length;
  const logsKey = ({ logs }: Told) => (known.size === spans ? "the same" : logs.map(logKey).join());
  return source.view.nodes.agree(
    `blocks ${from} to ${to}`,
    (node) => tell(source, node, from, to, heights, known),
    {
      key: (said) =>
        said === null ? "none" : `${said.headers.map(({ hash }) => hash).join()} ${logsKey(said)}`,
      absent: (said) => said === null,
    },
  );
}

/** The blocks of a span that have events, and its last one. Throws where the span doesn't lie on the block before. */
function spanBlocks(source: LogSource, after: Point, last: number, said: Told | null): ScannedBlock[] {
  const [first, end] = said?.headers ?? [];
  if (said === null || first === undefined || end === undefined || first.hash !== after.hash) {
    throw reorganised(after);
  }
  const events = eventsOf(source, said.logs);
  const hashes = new Map(said.logs.map(({ blockNumber, blockHash }) => [blockNumber, blockHash]));
  if ((hashes.get(last) ?? end.hash) !== end.hash) throw reorganised(after);
  const blocks: ScannedBlock[] = [];
  let parent = after;
  for (const height of new Set([...events.keys(), last])) {
    const point = { height, hash: hashes.get(height) ?? end.hash };
    blocks.push({ point, parent, events: events.get(height) ?? [] });
    parent = point;
  }
  return blocks;
}

/**
 * Reads final blocks, each span by one request for its logs. The blocks at both of its ends are asked for with it: it lies on
 * the block that the span before ended with, and all nodes mean the same chain. The next spans are asked for while one is worked
 * on. Yields the blocks with events, and each span's last one. What nodes refuse is quartered, and grows again.
 *
 * @param last the last block to read
 * @throws RetryableError `REORGANISED`
 */
export async function* readSpans(source: LogSource, after: Point, last: number): AsyncIterable<ScannedBlock> {
  const most = source.widest * TOGETHER;
  let width = Math.min(FIRST_WIDTH, most);
  let at = after;
  let asked: { readonly to: number; readonly said: Promise<Told | null> }[] = [];
  const askAhead = () => {
    while (asked.length < AHEAD) {
      const from = asked.at(-1)?.to ?? at.height;
      if (from >= last) return;
      const to = Math.min(last, from + width);
      const said = agreeOn(source, from + 1, to, [from, to]);
      // Whoever leaves the loop doesn't wait for it.
      said.catch(() => undefined);
      asked.push({ to, said });
    }
  };
  while (at.height < last) {
    askAhead();
    const [first, ...next] = asked;
    if (first === undefined) return;
    const size = first.to - at.height;
    let agreed: Told | null;
    try {
      agreed = await first.said;
    } catch (error) {
      if (!mayBeTooWide(error) || size === 1) throw error;
      width = Math.ceil(size / 4);
      asked = [];
      continue;
    }
    const many = (agreed?.logs.length ?? 0) > MANY_LOGS;
    width = many ? Math.ceil(size / 2) : Math.min(most, Math.max(width, size * 2));
    const blocks = spanBlocks(source, at, first.to, agreed);
    at = blocks.at(-1)?.point ?? at;
    asked = next;
    askAhead();
    yield* blocks;
  }
}

/**
 * Logs of blocks whose bloom filter says that there may be some, and of which none were told. By the block's hash, so that the
 * answer is of that block whatever the chain has done since.
 */
async function hiddenLogs(source: LogSource, headers: readonly Header[]): Promise<readonly Log[]> {
  const questions = headers.map(({ hash }) => ({
    method: "eth_getLogs",
    params: [{ address: source.address, blockHash: `0x${hash}` }],
  }));
  if (questions.length === 0) return [];
  const lowest = headers[0]?.number ?? 0;
  const highest = headers.at(-1)?.number ?? 0;
  return source.view.nodes.agree(
    "logs by their block",
    async (node) => {
      const answers = await node.ask(questions);
      const logs = questions.flatMap((question, at) =>
        read(node, question, answers[at] as Answer, logsSchema),
      );
      return inOrder(node, source.address, lowest, highest, logs);
    },
    { key: (logs) => logs.map(logKey).join() },
  );
}

/**
 * Reads each block with its header: parents link, each log is in the block that the header names, and a block whose bloom filter
 * speaks of logs that weren't told is asked again by its hash.
 *
 * @throws RetryableError `REORGANISED`, `NODES_DISAGREE` where a range's logs and a block's own contradict each other
 */
export async function readBlocks(
  source: LogSource,
  after: Point,
  last: number,
): Promise<readonly ScannedBlock[]> {
  const heights = Array.from({ length: last - after.height }, (_, at) => after.height + 1 + at);
  let told: Told | null;
  try {
    told = await agreeOn(source, after.height + 1, last, heights);
  } catch (error) {
    if (!mayBeTooWide(error) || heights.length === 1) throw error;
    return readBlocks(source, after, after.height + Math.ceil(heights.length / 4));
  }
  if (told === null) throw reorganised(after);
  const bits = bloomBits(source.address);
  const having = new Set(told.logs.map(({ blockNumber }) => blockNumber));
  let parent = after;
  for (const header of told.headers) {
    if (parentOf(header).hash !== parent.hash) throw reorganised(parent);
    parent = pointOf(header);
  }
  const byHeight = new Map(told.headers.map((header) => [header.number, header]));
  for (const log of told.logs) {
    const header = byHeight.get(log.blockNumber);
    if (header?.hash !== log.blockHash) throw reorganised({ height: log.blockNumber, hash: log.blockHash });
    if (!mayHave(header.logsBloom, bits)) {
      throw new RetryableError("NODES_DISAGREE", "A log is in a block whose bloom filter doesn't know it", {
        facts: { chain: source.view.nodes.chain, height: log.blockNumber, transaction: log.transactionHash },
        advice: "If it lasts, find out which node is wrong, and remove it.",
      });
    }
  }
  const suspects = told.headers.filter(
    ({ number, logsBloom }) => !having.has(number) && mayHave(logsBloom, bits),
  );
  const [hidden] = await hiddenLogs(source, suspects);
  if (hidden !== undefined) {
    throw new RetryableError(
      "NODES_DISAGREE",
      "Nodes leave out logs of a block when they are asked for many",
      {
        facts: {
          chain: source.view.nodes.chain,
          height: hidden.blockNumber,
          transaction: hidden.transactionHash,
        },
        advice: "Scan again. If it lasts, the nodes' index of logs is damaged: use others.",
      },
    );
  }
  const events = eventsOf(source, told.logs);
  return told.headers.map((header, at) => ({
    point: pointOf(header),
    parent: at === 0 ? after : parentOf(header),
    events: events.get(header.number) ?? [],
  }));
}
