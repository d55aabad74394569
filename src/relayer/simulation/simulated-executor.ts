import type {
  BroadcastResult,
  ConflictToken,
  Effect,
  EffectExecutor,
  EffectStatus,
  FeeQuote,
  Payload,
  SignedTx,
  TokenReport,
  UnsignedTx,
} from "../../chains/chain.ts";
import { RetryableError, TerminalError } from "../../core/errors.ts";
import type { CoinTx, ForeignChain } from "./foreign-chain.ts";
import { SIM_FOREIGN, SIM_HOME } from "./gateway-model.ts";
import type { CallTx, HomeChain } from "./home-chain.ts";
import { digest } from "./sim-blocks.ts";
import type { SimulatedNetwork } from "./simulated-network.ts";
import type { Actor } from "./virtual-time.ts";

/** A route asks a hundred times for what it sends once: faults of sending are that much likelier. */
const BROADCAST = 6;

const witnessOf = (body: string) => `signed ${digest(body)}`;

/** Bytes with whatever signature: it doesn't count for the id. */
export function signedWith(
  { body, chain, effect, token, fee, rate }: UnsignedTx,
  [witness = ""]: readonly string[],
): SignedTx {
  const raw = JSON.stringify({ ...(JSON.parse(body) as object), witness });
  return { chain, effect, token, fee, rate, txId: digest(body), raw };
}

/** What every simulated executor shares: bytes are the text of a transaction and its signature. */
abstract class SimulatedExecutor<Tx> implements EffectExecutor {
  abstract readonly chain: string;
  readonly #net: SimulatedNetwork;
  readonly #actor: Actor;
  /** Told of everything that leaves a worker. */
  readonly #leaves: (actor: Actor, signed: SignedTx) => void;

  constructor(net: SimulatedNetwork, actor: Actor, leaves: (actor: Actor, signed: SignedTx) => void) {
    this.#net = net;
    this.#actor = actor;
    this.#leaves = leaves;
  }

  protected ask<T>(label: string, work: () => T, weight = 1): Promise<T> {
    const of = this.chain === SIM_HOME ? "home" : "foreign";
    return this.#net.ask(this.#actor, `${label} ${of}`, work, weight);
  }

  abstract effectStatus(effect: Effect, token: ConflictToken): Promise<EffectStatus>;
  abstract reserve(effect: Effect, taken: readonly ConflictToken[]): Promise<ConflictToken>;
  abstract findToken(is: (token: ConflictToken) => boolean): Promise<ConflictToken | undefined>;
  abstract build(
    effect: Effect,
    token: ConflictToken,
    fee: FeeQuote,
    spent: readonly string[],
  ): Promise<UnsignedTx>;
  abstract replace(
    previous: readonly SignedTx[],
    effect: Effect,
    fee: FeeQuote,
    spent: readonly string[],
  ): Promise<UnsignedTx>;
  abstract voidToken(effect: Effect, token: ConflictToken, fee: FeeQuote): Promise<UnsignedTx>;
  abstract reconcile(): Promise<TokenReport>;
  protected abstract receive(txId: string, tx: Tx): BroadcastResult;

  protected unsigned(effect: Effect, token: ConflictToken, { rate }: FeeQuote, tx: Tx): UnsignedTx {
    return { chain: this.chain, effect: effect.id, token, body: JSON.stringify(tx), fee: rate, rate };
  }

  signingPayloads({ body }: UnsignedTx): readonly Payload[] {
    return [{ scheme: "bip340", digest: digest(body) }];
  }

  attach(unsigned: UnsignedTx, signatures: readonly string[]): SignedTx {
    if (signatures[0] !== witnessOf(unsigned.body)) {
      throw new TerminalError("SIGNER_CHEATED", "A signature is none");
    }
    return signedWith(unsigned, signatures);
  }

  async broadcast(signed: SignedTx): Promise<BroadcastResult> {
    this.#leaves(this.#actor, signed);
    const short = signed.txId.slice(0, 8);
    try {
      const result = await this.ask(
        `broadcast ${short}`,
        () => this.receive(signed.txId, JSON.parse(signed.raw) as Tx),
        BROADCAST,
      );
      this.#net.time.note(this.#actor, `broadcast of ${short}: ${result}`);
      return result;
    } catch {
      return "ambiguous";
    }
  }

  fee(urgency: "economy" | "normal" | "urgent"): Promise<FeeQuote> {
    return this.ask("fee", () => ({ rate: urgency === "urgent" ? 15n : 10n, cap: 1_000n }));
  }
}

/** Pays on the simulated chain of coins. */
export class ForeignExecutor extends SimulatedExecutor<CoinTx> {
  readonly chain = SIM_FOREIGN;
  readonly #blocks: ForeignChain;

  constructor(
    blocks: ForeignChain,
    net: SimulatedNetwork,
    actor: Actor,
    leaves: (actor: Actor, signed: SignedTx) => void,
  ) {
    super(net, actor, leaves);
    this.#blocks = blocks;
  }

  effectStatus({ id }: Effect, token: ConflictToken): Promise<EffectStatus> {
    return this.ask("effectStatus", () => {
      const spent = this.#blocks.spentBy(token.value);
      if (spent === undefined) {
        return { is: this.#blocks.inPool(token.value) === undefined ? "absent" : "pending" };
      }
      const { tx, final } = spent;
      return { is: tx.kind === "payout" && tx.payoutId === id ? "done" : "impossible", txId: tx.id, final };
    });
  }

  reserve(_effect: Effect, taken: readonly ConflictToken[]): Promise<ConflictToken> {
    return this.ask("reserve", () => {
      const names = new Set(taken.map(({ value }) => value));
      const value = this.#blocks.freeAnchors().find((one) => !names.has(one));
      if (value === undefined) throw new RetryableError("NO_TOKEN", "All lanes are in use");
      return { chain: this.chain, kind: "outpoint", value };
    });
  }

  findToken(is: (token: ConflictToken) => boolean): Promise<ConflictToken | undefined> {
    const tokenOf = (value: string): ConflictToken => ({ chain: this.chain, kind: "outpoint", value });
    return this.ask("findToken", () => this.#blocks.anchors().map(tokenOf).find(is));
  }

  build(effect: Effect, token: ConflictToken, fee: FeeQuote, spent: readonly string[]): Promise<UnsignedTx> {
    return this.ask("build", () => this.#pay(effect, token, fee, spent));
  }

  #pay(
    effect: Effect,
    token: ConflictToken,
    fee: FeeQuote,
    spent: readonly string[],
    kept?: string,
  ): UnsignedTx {
    const free = this.#blocks.coins().find((coin) => !spent.includes(coin));
    const coin = kept !== undefined && this.#blocks.isCoin(kept) ? kept : free;
    if (coin === undefined) throw new RetryableError("NO_COINS", "All coins are in use");
    const { amount = "", script = "", account = "" } = effect.data;
    const tx = { kind: "payout", spends: [token.value, coin], rate: Number(fee.rate), payoutId: effect.id };
    return this.unsigned(effect, token, fee, { ...tx, amount, script, account } as unknown as CoinTx);
  }

  replace(
    previous: readonly SignedTx[],
    effect: Effect,
    fee: FeeQuote,
    spent: readonly string[],
  ): Promise<UnsignedTx> {
    return this.ask("replace", () => {
      const last = previous.at(-1) as SignedTx;
      const { spends } = JSON.parse(last.raw) as CoinTx;
      return this.#pay(effect, last.token, fee, spent, spends[1]);
    });
  }

  voidToken(effect: Effect, token: ConflictToken, fee: FeeQuote): Promise<UnsignedTx> {
    const tx = { kind: "void", spends: [token.value], rate: Number(fee.rate), payoutId: effect.id };
    return this.ask("voidToken", () => this.unsigned(effect, token, fee, tx as unknown as CoinTx));
  }

  protected receive(id: string, tx: CoinTx): BroadcastResult {
    return this.#blocks.broadcast({ ...tx, id });
  }

  reconcile(): Promise<TokenReport> {
    return this.ask("reconcile", () => ({
      free: this.#blocks.freeAnchors().map((value) => ({ chain: this.chain, kind: "outpoint", value })),
      balance: BigInt(this.#blocks.coins().length),
    }));
  }
}

/** What of the gateway's log says that a submission has had its effect. */
const SAYS: Readonly<Record<string, readonly string[]>> = {
  credit: ["DepositCredited", "DepositDelayed"],
  mature: ["DepositMatured"],
  authorise: ["PayoutAuthorised"],
  settle: ["PayoutSettled"],
  voided: ["PayoutVoided"],
};

/** What a revert means for who submits. */
const REVERTS: ReadonlyMap<string, "retry" | "ended"> = new Map([
  ["HELD", "retry"],
  ["NOT_DUE", "retry"],
  ["CONSUMED", "retry"],
  ["NOT_DELAYED", "retry"],
  ["NOT_REQUESTED", "retry"],
  ["NOT_AUTHORISED", "retry"],
  ["EPOCH_ENDED", "ended"],
  ["BAD_PROOF", "ended"],
]);

/** Submits to the gateway on the simulated chain of the ledger. */
export class HomeExecutor extends SimulatedExecutor<CallTx> {
  readonly chain = SIM_HOME;
  readonly #blocks: HomeChain;

  constructor(
    blocks: HomeChain,
    net: SimulatedNetwork,
    actor: Actor,
    leaves: (actor: Actor, signed: SignedTx) => void,
  ) {
    super(net, actor, leaves);
    this.#blocks = blocks;
  }

  effectStatus(effect: Effect, token: ConflictToken): Promise<EffectStatus> {
    return this.ask("effectStatus", () => this.#status(effect, token));
  }

  #status({ kind, data }: Effect, token: ConflictToken): EffectStatus {
    const says = SAYS[kind] ?? [];
    const log = this.#blocks.logs.find(
      ({ kind: said, data: of }) =>
        says.includes(said) &&
        (of.depositId === undefined || of.depositId === data.depositId) &&
        (of.payoutId === undefined || of.payoutId === data.payoutId) &&
        (of.attempt === undefined || of.attempt === data.attempt) &&
        (of.token === undefined || of.token === data.token) &&
        (of.txId === undefined || of.txId === data.txId),
    );
    if (log !== undefined)
      return { is: "done", txId: log.txId, final: log.height <= this.#blocks.final.height };
    const nonce = Number(token.value);
    const used = this.#blocks.nonce(nonce);
    if (used !== undefined) return { is: "impossible", ...used };
    const waits = [...this.#blocks.pool.values()].some((tx) => tx.nonce === nonce);
    return { is: waits ? "pending" : "absent" };
  }

  reserve(effect: Effect, taken: readonly ConflictToken[]): Promise<ConflictToken> {
    return this.ask("reserve", () => {
      this.#check(effect);
      const names = new Set(taken.map(({ value }) => value));
      let nonce = this.#blocks.nextNonce;
      while (names.has(String(nonce))) nonce += 1;
      return { chain: this.chain, kind: "nonce", value: String(nonce) };
    });
  }

  findToken(is: (token: ConflictToken) => boolean): Promise<ConflictToken | undefined> {
    const tokenOf = (_: unknown, nonce: number): ConflictToken => ({
      ...{ chain: this.chain, kind: "nonce", value: String(nonce) },
    });
    return this.ask("findToken", () => Array.from({ length: this.#blocks.nextNonce }, tokenOf).find(is));
  }

  /** Throws where the gateway would refuse the call. */
  #check({ kind, data }: Effect): void {
    const code = this.#blocks.wouldRevert({ kind, data });
    if (code === undefined) return;
    const means = REVERTS.get(code);
    const text = `The gateway refuses it: ${code}`;
    if (means === "ended") throw new TerminalError("PROOF_ENDED", text);
    if (means === "retry") throw new RetryableError(`GATEWAY_${code}`, text);
    throw new TerminalError(`GATEWAY_${code}`, text);
  }

  #call(effect: Effect, token: ConflictToken, fee: FeeQuote): UnsignedTx {
    this.#check(effect);
    const call = { kind: effect.kind, data: effect.data };
    const tx = { nonce: Number(token.value), call, rate: Number(fee.rate), by: "relayer" };
    return this.unsigned(effect, token, fee, tx as unknown as CallTx);
  }

  build(effect: Effect, token: ConflictToken, fee: FeeQuote): Promise<UnsignedTx> {
    return this.ask("build", () => this.#call(effect, token, fee));
  }

  replace(previous: readonly SignedTx[], effect: Effect, fee: FeeQuote): Promise<UnsignedTx> {
    return this.ask("replace", () => this.#call(effect, (previous.at(-1) as SignedTx).token, fee));
  }

  voidToken(effect: Effect, token: ConflictToken, fee: FeeQuote): Promise<UnsignedTx> {
    const call = { kind: "noop", data: {} };
    const tx = { nonce: Number(token.value), call, rate: Number(fee.rate), by: "relayer" };
    return this.ask("voidToken", () => this.unsigned(effect, token, fee, tx as unknown as CallTx));
  }

  protected receive(id: string, tx: CallTx): BroadcastResult {
    return this.#blocks.broadcast({ ...tx, id });
  }

  reconcile(): Promise<TokenReport> {
    return this.ask("reconcile", () => ({
      free: [{ chain: this.chain, kind: "nonce", value: String(this.#blocks.nextNonce) }],
      balance: 1_000n,
    }));
  }
}
