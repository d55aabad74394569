import { expect } from "chai";
import type {
  ChainEvent,
  ChainObserver,
  ConflictToken,
  Effect,
  EffectExecutor,
  EffectStatus,
  FeeQuote,
  Hex,
  Point,
  ScannedBlock,
  SignedTx,
  UnsignedTx,
} from "../../src/chains/chain.ts";
import { RetryableError, StrongroomError, TerminalError } from "../../src/core/errors.ts";

/** A deposit that a stranger sent to an account's deposit address. */
export interface SentDeposit {
  readonly txId: Hex;
  readonly index: number;
  readonly account: string;
  readonly asset: string;
  readonly amount: bigint;
}

/** What a node may be made to say that isn't so. */
export type LieAbout =
  /** Another hash for each block that it is asked by height. */
  | "blocks"
  /** Many more blocks than there are, so that everything looks confirmed. */
  | "confirmations"
  /** A thousand times the fee. */
  | "fees";

/**
 * One chain of real node software with everything in front of it that a test may break. Observer and executor ask three nodes, of
 * which two must answer. Amounts are the chain's smallest unit.
 */
export interface ChainHarness {
  readonly observer: ChainObserver;
  readonly executor: EffectExecutor;
  /** Blocks, its own included, after which a transaction's block counts as final. At least 3. */
  readonly depth: number;
  /** An amount that is fit for a deposit or a payout; the wallet can pay it a few dozen times. */
  readonly amount: bigint;
  /** Adds blocks, with what waits in the nodes' mempools, and returns when all nodes that run have them. */
  mine(blocks: number): Promise<void>;
  /**
   * Replaces the last blocks by one more of others. Their transactions are in none of these: they wait again in the mempools, or are
   * dropped from there too.
   */
  reorganise(blocks: number, transactions: "wait" | "dropped"): Promise<void>;
  /** Sends a deposit of a stranger's and returns while it waits in the mempools. */
  deposit(amount: bigint): Promise<SentDeposit>;
  /** A payout of that much to a recipient that never got anything. */
  payout(amount: bigint): Promise<Effect>;
  /** What a payout's recipient has by the blocks: asked of a node, not of what is tested. */
  received(payout: Effect): Promise<bigint>;
  /** Signs as the wallet's signers would. */
  sign(unsigned: UnsignedTx): Promise<SignedTx>;
  /** One of the three nodes (0, 1, 2) stops answering, or starts again. */
  stop(node: number): Promise<void>;
  start(node: number): Promise<void>;
  /** One of the three nodes lies. */
  lie(node: number, about: LieAbout): void;
  /** Transactions reach the nodes, but no answer to them reaches the executor. */
  swallowAnswers(): void;
  /** No node lies or swallows answers any more. */
  behonest(): void;
  /** Restarts the nodes: their mempools are empty then. */
  wipeMempools(): Promise<void>;
  close(): Promise<void>;
}

/** The code that something is refused with; fails where it isn't, and where it isn't said to be worth another try. */
async function retryableCode(attempt: Promise<unknown>): Promise<string> {
  const error = await attempt.then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  expect(error, "what was thrown").to.be.instanceOf(RetryableError);
  return (error as StrongroomError).code;
}

async function collect(blocks: AsyncIterable<ScannedBlock>): Promise<ScannedBlock[]> {
  const all: ScannedBlock[] = [];
  for await (const block of blocks) all.push(block);
  return all;
}

/** What every chain must do alike, whatever it is made of. The harness is opened once; each test leaves a chain that goes on. */
export function behavesLikeAChain(name: string, open: () => Promise<ChainHarness>): void {
  describe(`${name} as a chain`, () => {
    let chain: ChainHarness;
    let quote: FeeQuote;

    before(async () => {
      chain = await open();
      quote = await chain.executor.fee("normal");
    });
    after(() => chain?.close());
    afterEach(() => chain.behonest());

    /** Everything up to a signed transaction. */
    const prepare = async (amount = chain.amount) => {
      const effect = await chain.payout(amount);
      const token = await chain.executor.reserve(effect, []);
      const unsigned = await chain.executor.build(effect, token, quote, []);
      return { effect, token, unsigned, signed: await chain.sign(unsigned) };
    };
    const status = ({ effect, token }: { effect: Effect; token: ConflictToken }) =>
      chain.executor.effectStatus(effect, token);
    const finish = async (made: { effect: Effect; token: ConflictToken }): Promise<EffectStatus> => {
      await chain.mine(chain.depth);
      return status(made);
    };
    const sendAndFinish = async () => {
      const made = await prepare();
      expect(await chain.executor.broadcast(made.signed)).to.equal("accepted");
      expect(await finish(made)).to.deep.equal({ is: "done", txId: made.signed.txId, final: true });
      return made;
    };
    const eventOf = (blocks: readonly ScannedBlock[], { txId, index }: SentDeposit): ChainEvent[] =>
      blocks.flatMap(({ events }) => events).filter((event) => event.txId === txId && event.index === index);

    describe("observed", () => {
      it("given blocks / when they are mined / it says the best and the final one, and the final one stays behind", async () => {
        const before = await chain.observer.head();
        await chain.mine(2);
        const [head, final] = [await chain.observer.head(), await chain.observer.finalized()];
        expect(head.height).to.equal(before.height + 2);
        expect(final.height).to.equal(head.height - chain.depth + 1);
        expect(await chain.observer.at(final.height)).to.deep.equal(final);
        expect(await retryableCode(chain.observer.at(head.height + 1))).to.equal("REORGANISED");
      });

      it("given a point / when it scans on from there / it yields each block once, each on its parent", async () => {
        const from = await chain.observer.head();
        await chain.mine(4);
        const to = await chain.observer.head();
        const blocks = await collect(chain.observer.scan(from, to));
        expect(blocks.map(({ point }) => point.height)).to.deep.equal(
          [1, 2, 3, 4].map((n) => from.height + n),
        );
        expect(blocks.map(({ parent }) => parent)).to.deep.equal([
          from,
          ...blocks.slice(0, -1).map(({ point }) => point),
        ]);
        expect(blocks.at(-1)?.point).to.deep.equal(to);
      });

      it("given a deposit / when its block is scanned / it is one event with account, asset and amount", async () => {
        const from = await chain.observer.head();
        const sent = await chain.deposit(chain.amount);
        await chain.mine(2);
        const blocks = await collect(chain.observer.scan(from, await chain.observer.head()));
        const [event, ...more] = eventOf(blocks, sent);
        expect(more).to.deep.equal([]);
        expect(event?.kind).to.equal("deposit");
        expect(event?.chain).to.equal(chain.observer.chain);
        expect(event?.data).to.include({
          account: sent.account,
          asset: sent.asset,
          amount: sent.amount.toString(),
        });
        expect(event?.point).to.deep.equal(blocks[0]?.point);
      });

      it("given a deposit / when blocks come / it is unseen, waits, is confirmed, is final", async () => {
        expect(await chain.observer.finality({ txId: "ab".repeat(32), index: 0 })).to.equal("unseen");
        const sent = await chain.deposit(chain.amount);
        expect(await chain.observer.finality(sent)).to.equal("mempool");
        await chain.mine(1);
        expect(await chain.observer.finality(sent)).to.equal("confirming");
        await chain.mine(chain.depth - 2);
        expect(await chain.observer.finality(sent)).to.equal("confirming");
        await chain.mine(1);
        expect(await chain.observer.finality(sent)).to.equal("final");
      });

      it("given a confirmed deposit / when its block is reorganised away / it is no event any more, until it is mined again", async () => {
        const from = await chain.observer.head();
        const sent = await chain.deposit(chain.amount);
        await chain.mine(1);
        const first = await collect(chain.observer.scan(from, await chain.observer.head()));
        expect(eventOf(first, sent)).to.have.length(1);
        await chain.reorganise(1, "wait");
        const second = await collect(chain.observer.scan(from, await chain.observer.head()));
        expect(eventOf(second, sent)).to.deep.equal([]);
        expect(await chain.observer.finality(sent)).to.equal("mempool");
        await chain.mine(1);
        const third = await collect(chain.observer.scan(from, await chain.observer.head()));
        const [event] = eventOf(third, sent);
        const [old] = eventOf(first, sent);
        expect({ ...event, point: undefined }).to.deep.equal({ ...old, point: undefined });
        expect(event?.point).not.to.deep.equal(old?.point);
      });

      it("given a confirmed deposit / when its block goes and it doesn't come back / it is orphaned", async () => {
        const sent = await chain.deposit(chain.amount);
        await chain.mine(1);
        expect(await chain.observer.finality(sent)).to.equal("confirming");
        await chain.reorganise(1, "dropped");
        expect(await chain.observer.finality(sent)).to.equal("orphaned");
      });

      it("given points that were saved / when some left the chain / it finds the latest that stayed, and refuses to scan on from one that left", async () => {
        const saved: Point[] = [await chain.observer.head()];
        for (let n = 0; n < 3; n++) {
          await chain.mine(1);
          saved.push(await chain.observer.head());
        }
        await chain.reorganise(2, "wait");
        expect(await chain.observer.commonAncestor(saved)).to.deep.equal(saved[1]);
        const left = saved[3] as Point;
        const scan = collect(chain.observer.scan(left, await chain.observer.head()));
        expect(await retryableCode(scan)).to.equal("REORGANISED");
      });
    });

    describe("asked through three nodes", () => {
      it("given one node down / when it is asked / the other two answer", async () => {
        const sent = await chain.deposit(chain.amount);
        await chain.stop(0);
        try {
          await chain.mine(1);
          expect(await chain.observer.finality(sent)).to.equal("confirming");
          const made = await prepare();
          expect(await chain.executor.broadcast(made.signed)).to.equal("accepted");
          expect(await finish(made)).to.deep.equal({ is: "done", txId: made.signed.txId, final: true });
        } finally {
          await chain.start(0);
        }
      });

      it("given two nodes down / when it is asked / it doesn't answer by the word of one", async () => {
        await chain.stop(0);
        await chain.stop(1);
        try {
          expect(await retryableCode(chain.observer.head())).to.equal("NODES_UNAVAILABLE");
        } finally {
          await chain.start(0);
          await chain.start(1);
        }
      });

      it("given a node that tells of other blocks / when it is asked what is final / nothing is answered", async () => {
        chain.lie(1, "blocks");
        expect(await retryableCode(chain.observer.finalized())).to.equal("NODES_DISAGREE");
      });

      it("given a node that claims confirmations / when a deposit is fresh / it isn't final", async () => {
        const sent = await chain.deposit(chain.amount);
        await chain.mine(1);
        chain.lie(1, "confirmations");
        const answer = await chain.observer.finality(sent).catch((error: unknown) => error);
        if (answer instanceof StrongroomError) expect(answer.code).to.equal("NODES_DISAGREE");
        else expect(answer).to.equal("confirming");
      });

      it("given a node that lies about fees / when the fee is asked for / nothing is answered", async () => {
        chain.lie(1, "fees");
        expect(await retryableCode(chain.executor.fee("normal"))).to.equal("NODES_DISAGREE");
      });
    });

    describe("acted on", () => {
      it("given a token of another chain / when an effect is to have it / it is refused as foreign", async () => {
        const effect = await chain.payout(chain.amount);
        const own = await chain.executor.reserve(effect, []);
        const foreign = { ...own, chain: "eip155:999999" };
        for (const attempt of [
          () => chain.executor.effectStatus(effect, foreign),
          () => chain.executor.build(effect, foreign, quote, []),
          () => chain.executor.voidToken(effect, foreign, quote, [], []),
        ]) {
          const error = await attempt().catch((thrown: unknown) => thrown);
          expect(error).to.be.instanceOf(TerminalError);
          expect(error).to.include({ code: "TOKEN_FOREIGN" });
        }
      });

      it("given the nodes' estimates / when the fee is asked for / it is more than nothing", async () => {
        for (const urgency of ["economy", "normal", "urgent"] as const) {
          const { rate, cap } = await chain.executor.fee(urgency);
          expect(rate > 0n && cap > 0n, `${urgency}: ${rate}, ${cap}`).to.equal(true);
        }
      });

      it("given tokens that effects have / when another one is reserved / it is none of them, and names the chain", async () => {
        const effect = await chain.payout(chain.amount);
        const first = await chain.executor.reserve(effect, []);
        const second = await chain.executor.reserve(effect, [first]);
        expect(second).not.to.deep.equal(first);
        expect([first.chain, second.chain]).to.deep.equal([chain.observer.chain, chain.observer.chain]);
      });

      it("given a token that nobody remembers / when it is looked for / it is found, free or spent, and no other is", async () => {
        const effect = await chain.payout(chain.amount);
        const free = await chain.executor.reserve(effect, []);
        const { token: spent } = await sendAndFinish();
        for (const { value } of [free, spent]) {
          const found = await chain.executor.findToken((one) => one.value === value);
          expect(found, value).to.deep.include({ chain: chain.observer.chain, value });
        }
        expect(await chain.executor.findToken(() => false)).to.equal(undefined);
      });

      it("given a payout / when it is signed / its id is known, it is within the fee's cap, and nothing has happened", async () => {
        const made = await prepare();
        expect(made.signed.fee).to.equal(made.unsigned.fee);
        expect(made.signed.fee > 0n && made.signed.fee <= quote.cap).to.equal(true);
        expect(made.signed).to.deep.include({ effect: made.effect.id, token: made.token });
        expect(await status(made)).to.deep.equal({ is: "absent" });
      });

      it("given a payout / when it is sent / it is pending, done, and final, and exactly its amount arrived", async () => {
        const made = await prepare();
        expect(await chain.executor.broadcast(made.signed)).to.equal("accepted");
        expect(await status(made)).to.deep.equal({ is: "pending" });
        await chain.mine(1);
        expect(await status(made)).to.deep.equal({ is: "done", txId: made.signed.txId, final: false });
        await chain.mine(chain.depth - 1);
        expect(await status(made)).to.deep.equal({ is: "done", txId: made.signed.txId, final: true });
        expect(await chain.received(made.effect)).to.equal(chain.amount);
      });

      it("given a payout that was sent / when the same bytes go again and again / it happens once", async () => {
        const made = await prepare();
        await chain.executor.broadcast(made.signed);
        expect(await chain.executor.broadcast(made.signed)).to.be.oneOf(["accepted", "known"]);
        await chain.mine(1);
        // A mined transaction gives the error of a lost conflict at some nodes: never "rejected", which would say it can't happen.
        expect(await chain.executor.broadcast(made.signed)).to.be.oneOf(["accepted", "known", "ambiguous"]);
        expect(await finish(made)).to.deep.equal({ is: "done", txId: made.signed.txId, final: true });
        expect(await chain.received(made.effect)).to.equal(chain.amount);
      });

      it("given nodes whose answers get lost / when a payout is sent / it is ambiguous, and the same bytes make it certain", async () => {
        const made = await prepare();
        chain.swallowAnswers();
        expect(await chain.executor.broadcast(made.signed)).to.equal("ambiguous");
        chain.behonest();
        expect(await chain.executor.broadcast(made.signed)).to.be.oneOf(["accepted", "known"]);
        expect(await finish(made)).to.deep.equal({ is: "done", txId: made.signed.txId, final: true });
        expect(await chain.received(made.effect)).to.equal(chain.amount);
      });

      it("given a stuck payout / when it is replaced for more / one of the two happens, and it is done by whichever", async () => {
        const made = await prepare();
        await chain.executor.broadcast(made.signed);
        const dearer = await chain.executor.replace(
          [made.signed],
          made.effect,
          { ...quote, rate: quote.rate * 2n },
          [],
        );
        expect(dearer.token).to.deep.equal(made.token);
        expect(dearer.fee > made.signed.fee).to.equal(true);
        const replacement = await chain.sign(dearer);
        expect(await chain.executor.broadcast(replacement)).to.equal("accepted");
        expect(await status(made)).to.deep.equal({ is: "pending" });
        const done = await finish(made);
        expect(done).to.deep.equal({ is: "done", txId: replacement.txId, final: true });
        expect(await chain.executor.broadcast(made.signed)).not.to.equal("accepted");
        expect(await chain.received(made.effect)).to.equal(chain.amount);
      });

      it("given a payout of which two versions were signed / when the older one is mined / it is done by that", async () => {
        const made = await prepare();
        const dearer = await chain.executor.replace(
          [made.signed],
          made.effect,
          { ...quote, rate: quote.rate * 2n },
          [],
        );
        const replacement = await chain.sign(dearer);
        await chain.executor.broadcast(made.signed);
        await chain.mine(1);
        expect(await chain.executor.broadcast(replacement)).not.to.equal("accepted");
        expect(await finish(made)).to.deep.equal({ is: "done", txId: made.signed.txId, final: true });
        expect(await chain.received(made.effect)).to.equal(chain.amount);
      });

      it("given a signed payout / when its token is voided / it is impossible for ever, whoever sends its bytes", async () => {
        const made = await prepare();
        const unsigned = await chain.executor.voidToken(made.effect, made.token, quote, [made.signed], []);
        const voided = await chain.sign(unsigned);
        expect(await chain.executor.broadcast(voided)).to.equal("accepted");
        await chain.mine(1);
        expect(await status(made)).to.deep.equal({ is: "impossible", txId: voided.txId, final: false });
        expect(await chain.executor.broadcast(made.signed)).not.to.equal("accepted");
        expect(await finish(made)).to.deep.equal({ is: "impossible", txId: voided.txId, final: true });
        expect(await chain.received(made.effect)).to.equal(0n);
      });

      it("given a sent payout that is stuck / when its token is voided for more / the void wins", async () => {
        const made = await prepare();
        await chain.executor.broadcast(made.signed);
        const unsigned = await chain.executor.voidToken(made.effect, made.token, quote, [made.signed], []);
        const voided = await chain.sign(unsigned);
        expect(await chain.executor.broadcast(voided)).to.equal("accepted");
        expect(await finish(made)).to.deep.equal({ is: "impossible", txId: voided.txId, final: true });
        expect(await chain.received(made.effect)).to.equal(0n);
      });

      it("given a confirmed payout / when its block is reorganised away / it isn't done, and the same bytes do it again, once", async () => {
        const made = await prepare();
        await chain.executor.broadcast(made.signed);
        await chain.mine(1);
        expect(await status(made)).to.deep.equal({ is: "done", txId: made.signed.txId, final: false });
        await chain.reorganise(1, "dropped");
        expect(await status(made)).to.deep.equal({ is: "absent" });
        expect(await chain.received(made.effect)).to.equal(0n);
        expect(await chain.executor.broadcast(made.signed)).to.equal("accepted");
        expect(await finish(made)).to.deep.equal({ is: "done", txId: made.signed.txId, final: true });
        expect(await chain.received(made.effect)).to.equal(chain.amount);
      });

      it("given a payout and blocks upon it / when a reorganisation goes below it / it is mined again, once", async () => {
        const made = await prepare();
        await chain.executor.broadcast(made.signed);
        await chain.mine(2);
        await chain.reorganise(2, "wait");
        expect(await status(made)).to.deep.equal({ is: "pending" });
        expect(await finish(made)).to.deep.equal({ is: "done", txId: made.signed.txId, final: true });
        expect(await chain.received(made.effect)).to.equal(chain.amount);
      });

      it("given a payout that waits / when the nodes forget it / it is absent, and the same bytes go again", async () => {
        const made = await prepare();
        await chain.executor.broadcast(made.signed);
        await chain.wipeMempools();
        expect(await status(made)).to.deep.equal({ is: "absent" });
        expect(await chain.executor.broadcast(made.signed)).to.equal("accepted");
        expect(await finish(made)).to.deep.equal({ is: "done", txId: made.signed.txId, final: true });
        expect(await chain.received(made.effect)).to.equal(chain.amount);
      });

      it("given payouts that are done / when it reconciles / none of their tokens is free", async () => {
        const made = await sendAndFinish();
        const { free, balance } = await chain.executor.reconcile();
        expect(free.map(({ value }) => value)).not.to.include(made.token.value);
        expect(balance > 0n).to.equal(true);
      });

      it("given a payout / when a signature isn't the key's / it is refused before it is sent", async () => {
        const { unsigned } = await prepare();
        const wrong = chain.executor
          .signingPayloads(unsigned)
          .map(({ scheme }) => (scheme === "bip340" ? "11".repeat(64) : "11".repeat(65)));
        expect(() => chain.executor.attach(unsigned, wrong)).to.throw(StrongroomError);
        expect(() => chain.executor.attach(unsigned, [])).to.throw(StrongroomError);
      });
    });
  });
}
