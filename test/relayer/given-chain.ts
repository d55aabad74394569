import type {
  Caip2,
  ChainEvent,
  ChainObserver,
  Finality,
  Point,
  ScannedBlock,
} from "../../src/chains/chain.ts";
import { chainHash } from "../../src/gateway/statement.ts";
import { at, FOREIGN, HOME, PAYOUT } from "./given-route.ts";

/** A chain that a test turns back as it likes. */
export class Chain implements ChainObserver {
  readonly chain: Caip2;
  blocks: { readonly point: Point; readonly parent: Point; readonly events: readonly ChainEvent[] }[] = [];
  final = 0;
  scans = 0;
  /** Whether final blocks without events are left out, as by an observer that reads many at once. */
  passesOver = false;

  constructor(chain: Caip2 = HOME) {
    this.chain = chain;
  }

  add(name: string, ...kinds: string[]): this {
    return this.#mine(
      name,
      kinds.map((kind) => [kind, PAYOUT]),
    );
  }

  /** A block in which payouts are requested. */
  request(name: string, ...payouts: string[]): this {
    return this.#mine(
      name,
      payouts.map((id) => ["PayoutRequested", id]),
    );
  }

  #mine(name: string, said: readonly (readonly [kind: string, payoutId: string])[]): this {
    const parent = this.blocks.at(-1)?.point ?? at(0);
    const point = { height: parent.height + 1, hash: name };
    const events = said.map(([kind, payoutId], index) => ({
      ...{ chain: this.chain, txId: Buffer.from(`${name}-${index}`).toString("hex"), index, kind, point },
      data: { chain: chainHash(FOREIGN), payoutId, attempt: "1", account: "0x1", amount: "5", script: "0x" },
    }));
    this.blocks.push({ point, parent, events });
    return this;
  }

  #at(height: number): Point {
    return height === 0 ? at(0) : (this.blocks[height - 1]?.point ?? at(0));
  }

  async head() {
    return this.#at(this.blocks.length);
  }
  async at(height: number) {
    return this.#at(height);
  }
  async finalized() {
    return this.#at(this.final);
  }
  async commonAncestor(saved: readonly Point[]) {
    const found = saved.findLast(({ height, hash }) => this.#at(height).hash === hash);
    return found ?? this.#at(Math.max(0, (saved[0]?.height ?? 0) - 1));
  }
  async *scan(after: Point, to: Point): AsyncIterable<ScannedBlock> {
    this.scans += 1;
    let parent = after;
    for (const block of this.blocks.slice(after.height, to.height)) {
      const { height } = block.point;
      if (this.passesOver && height <= this.final && height < to.height && block.events.length === 0)
        continue;
      yield this.passesOver ? { ...block, parent } : block;
      parent = block.point;
    }
  }
  async finality(): Promise<Finality> {
    return "final";
  }
}
