import type {
  BroadcastResult,
  ConflictToken,
  Effect,
  EffectExecutor,
  EffectStatus,
  FeeQuote,
  Hex,
  Payload,
  SignedTx,
  TokenReport,
  UnsignedTx,
} from "../chains/chain.ts";
import { callEffect } from "../chains/evm/call-effect.ts";
import { RetryableError, StrongroomError, TerminalError } from "../core/errors.ts";
import { GATEWAY } from "../gateway/abi.ts";
import { chainHash, txWord } from "../gateway/statement.ts";

/** The committee's word counts no more, or never did under the epoch that it claims: it must be asked again. */
const PROOF_ENDED: ReadonlySet<string> = new Set([
  "Committee_BadSignature",
  "Committee_EpochEnded",
  "Committee_EpochRevoked",
  "Committee_UnknownEpoch",
  "Gateway_CommitteeRevoked",
]);
/** The chain is further than what was read of it, or a block was taken back: a look tells. */
const MOVED: ReadonlySet<string> = new Set(["Gateway_NotIn", "Gateway_Consumed", "Gateway_NotDelayed"]);

/** Where calls go, and from where. */
export interface GatewayPlace {
  readonly gateway: string;
  readonly account: string;
}

function deposit({
  chain = "",
  txId = "",
  index = "",
  account = "",
  asset = "",
  amount = "",
}: Effect["data"]) {
  return [chainHash(chain), txWord(txId), BigInt(index), account, BigInt(asset), BigInt(amount)];
}

/**
 * A submission as a call of the Gateway; what is for nothing is a transfer of nothing to the account itself.
 *
 * @throws TerminalError `NOT_A_SUBMISSION`
 */
export function submissionCall({ gateway, account }: GatewayPlace, { id, kind, data }: Effect): Effect {
  const { payoutId, txId, proof, token } = data;
  const call = (name: string, values: readonly unknown[]) =>
    callEffect(id, { to: gateway, data: GATEWAY.encodeFunctionData(name, values), value: 0n });
  switch (kind) {
    case "credit":
      return call("credit", [deposit(data), proof]);
    case "mature":
      return call("mature", [deposit(data)]);
    case "authorise":
      return call("authorise", [payoutId, token, proof]);
    case "settle":
    case "voided":
      return call(kind, [payoutId, txWord(txId ?? ""), proof]);
    case "void":
      return callEffect(id, { to: account, data: "0x", value: 0n });
    default:
      throw new TerminalError("NOT_A_SUBMISSION", `The Gateway has no call for ${kind}`, {
        facts: { effect: id, kind },
        advice: "Report it: this is a defect.",
      });
  }
}

/** What a refusal means for who submits: by the contract's error, not by its text. */
function meant(error: unknown): unknown {
  if (!(error instanceof StrongroomError) || error.code !== "CALL_REFUSED") return error;
  const [name = ""] = String(error.facts.reason ?? "").split(" ");
  const details = { facts: error.facts, cause: error };
  if (PROOF_ENDED.has(name))
    return new TerminalError("PROOF_ENDED", `The committee's word doesn't count: ${name}`, details);
  if (MOVED.has(name))
    return new RetryableError("GATEWAY_MOVED", "The Gateway is further than was read", details);
  return error;
}

/** Submits to the Gateway by calls of an account. */
export class GatewayExecutor implements EffectExecutor {
  readonly chain: string;
  readonly #inner: EffectExecutor;
  readonly #place: GatewayPlace;

  constructor(inner: EffectExecutor, place: GatewayPlace) {
    this.chain = inner.chain;
    this.#inner = inner;
    this.#place = place;
  }

  #call(effect: Effect): Effect {
    return submissionCall(this.#place, effect);
  }

  async #building<T>(work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } catch (error) {
      throw meant(error);
    }
  }

  effectStatus(effect: Effect, token: ConflictToken, sent?: readonly Hex[]): Promise<EffectStatus> {
    return this.#inner.effectStatus(this.#call(effect), token, sent);
  }

  reserve(effect: Effect, taken: readonly ConflictToken[]): Promise<ConflictToken> {
    return this.#building(() => this.#inner.reserve(this.#call(effect), taken));
  }

  findToken(is: (token: ConflictToken) => boolean): Promise<ConflictToken | undefined> {
    return this.#inner.findToken(is);
  }

  build(effect: Effect, token: ConflictToken, fee: FeeQuote, spent: readonly string[]): Promise<UnsignedTx> {
    return this.#building(() => this.#inner.build(this.#call(effect), token, fee, spent));
  }

  replace(
    previous: readonly SignedTx[],
    effect: Effect,
    fee: FeeQuote,
    spent: readonly string[],
  ): Promise<UnsignedTx> {
    return this.#building(() => this.#inner.replace(previous, this.#call(effect), fee, spent));
  }

  voidToken(
    effect: Effect,
    token: ConflictToken,
    fee: FeeQuote,
    previous: readonly SignedTx[],
    spent: readonly string[],
  ): Promise<UnsignedTx> {
    return this.#building(() => this.#inner.voidToken(this.#call(effect), token, fee, previous, spent));
  }

  signingPayloads(unsigned: UnsignedTx): readonly Payload[] {
    return this.#inner.signingPayloads(unsigned);
  }

  attach(unsigned: UnsignedTx, signatures: readonly Hex[]): SignedTx {
    return this.#inner.attach(unsigned, signatures);
  }

  broadcast(signed: SignedTx): Promise<BroadcastResult> {
    return this.#inner.broadcast(signed);
  }

  fee(urgency: "economy" | "normal" | "urgent"): Promise<FeeQuote> {
    return this.#inner.fee(urgency);
  }

  reconcile(): Promise<TokenReport> {
    return this.#inner.reconcile();
  }
}
