import type { Caip2, ConflictToken, Hex, UnsignedTx } from "../chains/chain.ts";
import { isUpkeepId } from "../chains/utxo/upkeep-transaction.ts";
import { RetryableError, StrongroomError } from "../core/errors.ts";
import { chainHash, depositContent, depositId, type Statement, tokenWord } from "../gateway/statement.ts";
import { canonicalToken, tokenName } from "./claims.ts";
import type {
  ForeignTransaction,
  ForeignWatch,
  GatewayAtFinal,
  PayoutAtFinal,
  PayoutReader,
  RouteLimits,
} from "./gateway-view.ts";
import { isPast, paymentObjection, standingObjection, voidObjection } from "./payout-objections.ts";
import type { Judgement, SigningPolicy, SigningRequest } from "./signer.ts";
import {
  type DepositFacts,
  effectOf,
  followsFrom,
  type OutcomeFacts,
  STATEMENT_FACTS,
  type TokenFacts,
} from "./statement-facts.ts";

/** One route as a signer judges it: which coins, for which Vault, by whose eyes, within which limits. */
export interface GatewayRoute {
  readonly chain: Caip2;
  /** Of the chain that the Vault is on. */
  readonly homeChainId: bigint;
  readonly vault: string;
  /** The ledger's id of the chain's coin. */
  readonly asset: bigint;
  readonly gateway: PayoutReader;
  readonly foreign: ForeignWatch;
  readonly limits: RouteLimits;
  /** The tokens that this signer has ever bound an effect to. */
  tokensOf(effect: Hex): Promise<readonly ConflictToken[]>;
}

const no = (why: string): Judgement => ({ no: why });

/**
 * A signer's own look at both chains before it signs. What a request says tells it where to look, and nothing else: all that is
 * compared comes from its own nodes, at final blocks, or is computed from the request's own bytes. What it can't see it doesn't
 * sign.
 *
 * Attempts of one payout have different tokens; so that two of them are never both paid, a further token is signed for only after
 * every former one that this signer knows was finally spent otherwise.
 */
export class GatewayPolicy implements SigningPolicy {
  readonly chain: Caip2;
  readonly #route: GatewayRoute;

  constructor(route: GatewayRoute) {
    this.chain = route.chain;
    this.#route = route;
  }

  /** @throws RetryableError where this signer's nodes can't tell now, or the chain is held */
  judge({ purpose }: SigningRequest): Promise<Judgement> {
    return purpose.kind === "transaction"
      ? this.#transaction(purpose.unsigned)
      : this.#statement(purpose.statement, purpose.facts);
  }

  async #statement(statement: Statement, given: Readonly<Record<string, string>>): Promise<Judgement> {
    if (statement.chain !== chainHash(this.chain)) return no("the statement is about another chain");
    const facts = STATEMENT_FACTS.safeParse(given);
    if (!facts.success) return no("the statement's facts are of no known kind");
    if (facts.data.kind === "deposit") return this.#deposit(statement, facts.data);
    if (!followsFrom(statement, facts.data)) return no("the statement is not the one that its facts make");
    return facts.data.kind === "token" ? this.#token(facts.data) : this.#outcome(facts.data);
  }

  async #deposit(statement: Statement, facts: DepositFacts): Promise<Judgement> {
    const { chain, homeChainId, vault, asset, foreign, limits } = this.#route;
    const { txId } = facts;
    const id = depositId({ chain, destination: homeChainId, vault, txId, index: Number(facts.index) });
    if (statement.messageId !== id) return no("the message is not that of the deposit's output");
    const seen = await foreign.depositAt(facts);
    if (seen === undefined) return no("this signer sees no such deposit");
    if (!seen.final) {
      throw new RetryableError(
        "DEPOSIT_NOT_FINAL",
        "The deposit's block is not final by this signer's nodes",
        {
          facts: { txId, height: facts.height },
        },
      );
    }
    if (statement.content !== depositContent(seen.account, asset, seen.amount)) {
      return no("the deposit is of another account or amount");
    }
    return { spend: { window: `${chain}/credits`, amount: seen.amount, cap: limits.credits } };
  }

  async #token(facts: TokenFacts): Promise<Judgement> {
    const { chain, gateway, foreign, limits } = this.#route;
    const token = canonicalToken({ chain, kind: facts.tokenKind, value: facts.tokenValue });
    if (token === undefined || token.value !== facts.tokenValue) return no("the conflict token is none");
    const final = await gateway.atFinal();
    const payout = await final.payoutOf(facts.payoutId);
    const wrong = standingObjection(payout, "REQUESTED", BigInt(facts.attempt)) ?? this.#otherRoute(payout);
    if (wrong !== undefined) return no(wrong);
    if (limits.denied.has(payout.script)) return no("its recipient is on this signer's deny list");
    await this.#open(final);
    if (!(await foreign.isFree(token)))
      return no("the conflict token is not the wallet's, not final, or spent");
    return (await this.#formerToken(facts.payoutId, payout, token)) ?? {};
  }

  async #outcome(facts: OutcomeFacts): Promise<Judgement> {
    const { gateway, foreign } = this.#route;
    const payout = await (await gateway.atFinal()).payoutOf(facts.payoutId);
    const wrong = standingObjection(payout, "AUTHORISED", BigInt(facts.attempt)) ?? this.#otherRoute(payout);
    if (wrong !== undefined) return no(wrong);
    const token = await this.#tokenBehind(facts, payout);
    const status = await foreign.effectStatus(this.#effect(facts.payoutId, payout), token);
    const due = facts.outcome === "PAID" ? "done" : "impossible";
    const ended = status.is === "done" || status.is === "impossible" ? status : undefined;
    if (ended === undefined || !ended.final) {
      throw new RetryableError(
        "OUTCOME_NOT_FINAL",
        "How the token was spent is not final by this signer's nodes",
        {
          facts: { token: token.value, is: status.is },
        },
      );
    }
    if (ended.is !== due) return no(`by this signer's nodes the payment is ${ended.is}`);
    return ended.txId === facts.txId ? {} : no("another transaction spent the token");
  }

  async #transaction(unsigned: UnsignedTx): Promise<Judgement> {
    const { chain, foreign, limits } = this.#route;
    let read: ForeignTransaction;
    try {
      read = foreign.read(unsigned.body);
    } catch (error) {
      if (!(error instanceof StrongroomError) || error.retryable) throw error;
      return no(`the transaction is none of this wallet's: ${error.message}`);
    }
    const token = canonicalToken(read.token);
    const asked = canonicalToken(unsigned.token);
    if (token === undefined || asked === undefined || tokenName(token) !== tokenName(asked)) {
      return no("it does not spend the conflict token that it names");
    }
    if (unsigned.chain !== chain || token.chain !== chain) return no("it is for another chain");
    const effect = read.kind === "upkeep" ? read.effect : read.payoutId;
    if (effectOf(unsigned.effect) !== effect) return no("it says another effect than it is asked for");
    if (read.fee > limits.fee) return no(`it pays the network ${read.fee}, more than ${limits.fee}`);
    if (read.kind === "payout") return this.#payment(read, token);
    if (read.kind === "upkeep") {
      const wrong = await this.#wrongUpkeep(unsigned.body, read.effect, token);
      if (wrong !== undefined) return no(wrong);
      await this.#solvent(await this.#route.gateway.atFinal(), read.fee);
    }
    if (read.kind === "void") {
      const wrong = await this.#wrongVoid(read.payoutId, token);
      if (wrong !== undefined) return no(wrong);
    }
    return { spend: { window: `${chain}/upkeep`, amount: read.fee, cap: limits.upkeep } };
  }

  /**
   * A void pays nobody, and binds its token to the payout for ever. The token of an AUTHORISED payout is that payout's anyway. One
   * that a payout had in vain is so by this signer's own record; who has no record of it, as others were asked then, takes it for
   * the payout's where it would have stated it: what is nobody's yet, final and unspent.
   */
  async #wrongVoid(payoutId: Hex, token: ConflictToken): Promise<string | undefined> {
    const { gateway, foreign, tokensOf } = this.#route;
    const payout = await (await gateway.atFinal()).payoutOf(`0x${payoutId}`);
    const wrong = voidObjection(payout, token) ?? this.#otherRoute(payout);
    if (wrong !== undefined || payout.token === tokenWord(token)) return wrong;
    const bound = await tokensOf(payoutId);
    if (bound.some((known) => tokenName(known) === tokenName(token)) || (await foreign.isFree(token))) {
      return undefined;
    }
    return "the conflict token is not the wallet's, not final, or spent";
  }

  /**
   * Upkeep is due whenever somebody asks for it, and binds its token for ever: what isn't as the transaction says would never be
   * mined, and keep a payout from the token.
   */
  async #wrongUpkeep(body: string, effect: Hex, token: ConflictToken): Promise<string | undefined> {
    if (!isUpkeepId(effect)) return "its id may be a payout's: upkeep's begins with 16 bytes of zero";
    const { foreign, tokensOf } = this.#route;
    const bound = await tokensOf(effect);
    // Bound already: what is asked for now may replace what has spent it.
    if (bound.some((known) => tokenName(known) === tokenName(token))) return undefined;
    const isTrue = await foreign.tokenIsTrue(body);
    if (isTrue === undefined) {
      throw new RetryableError(
        "TOKEN_UNSEEN",
        "This signer's nodes don't have the output that upkeep begins with",
        {
          facts: { token: token.value },
        },
      );
    }
    return isTrue ? undefined : "its conflict token holds something else than it says";
  }

  async #payment(
    { payoutId, recipientScript, amount, fee }: Extract<ForeignTransaction, { kind: "payout" }>,
    token: ConflictToken,
  ): Promise<Judgement> {
    const { chain, gateway, limits } = this.#route;
    const final = await gateway.atFinal();
    const payout = await final.payoutOf(`0x${payoutId}`);
    const wrong = paymentObjection(payout, token) ?? this.#otherRoute(payout);
    if (wrong !== undefined) return no(wrong);
    if (payout.script !== recipientScript) return no("it pays another script than the payout's");
    if (payout.amount !== amount) return no(`it pays ${amount}, the payout is ${payout.amount}`);
    if (limits.denied.has(recipientScript)) return no("its recipient is on this signer's deny list");
    await this.#open(final);
    const former = await this.#formerToken(`0x${payoutId}`, payout, token);
    if (former !== undefined) return former;
    await this.#solvent(final, fee);
    return { spend: { window: `${chain}/payouts`, amount, cap: limits.payouts } };
  }

  /**
   * That the coins stay worth the claims on them. This payout is on both sides until it is settled, so what must hold is the rest;
   * payouts that have left the coins and are not settled yet are claims no more.
   */
  async #solvent(final: GatewayAtFinal, fee: bigint): Promise<void> {
    const { foreign, asset } = this.#route;
    const [balance, supply] = await Promise.all([foreign.balance(), final.supply(asset)]);
    let short = supply + fee - balance;
    if (short <= 0n) return;
    // The ledger is behind with the latest ones, if with any.
    for (const { payoutId, amount } of await foreign.paid()) {
      if ((await final.statusOf(`0x${payoutId}`)) === "AUTHORISED") short -= amount;
      if (short <= 0n) return;
    }
    throw new RetryableError(
      "WALLET_SHORT",
      "The wallet's coins would be worth less than the claims on them",
      {
        facts: { balance, fee, supply, short },
        advice: "Send coins to the wallet's own address: network fees are paid from the operator's float.",
        docs: "docs/operations/signer.md",
      },
    );
  }

  #otherRoute(payout: PayoutAtFinal): string | undefined {
    if (payout.asset !== this.#route.asset) return "the payout is of another asset";
    return payout.chain === chainHash(this.chain) ? undefined : "the payout is for another chain";
  }

  async #open(final: GatewayAtFinal): Promise<void> {
    if (await final.isOpen(chainHash(this.chain))) return;
    throw new RetryableError("CHAIN_CLOSED", "The chain is held, or halted by an equivocation", {
      facts: { chain: this.chain },
      advice: "Wait for the hold to end, or for the timelock to resume the chain.",
    });
  }

  /** An objection while a former token of this payout might still pay it. */
  async #formerToken(
    payoutId: string,
    payout: PayoutAtFinal,
    token: ConflictToken,
  ): Promise<Judgement | undefined> {
    const { tokensOf, foreign } = this.#route;
    for (const former of await tokensOf(effectOf(payoutId))) {
      if (tokenName(former) === tokenName(token)) continue;
      if (isPast(await foreign.effectStatus(this.#effect(payoutId, payout), former))) continue;
      return no("a former conflict token of this payout could still pay it, or has paid it");
    }
    return undefined;
  }

  /** The token whose hash the Gateway has: from the facts, or from what this signer has signed for. */
  async #tokenBehind(facts: OutcomeFacts, payout: PayoutAtFinal): Promise<ConflictToken> {
    const { chain, tokensOf } = this.#route;
    const { tokenKind: kind, tokenValue: value } = facts;
    const given = kind !== undefined && value !== undefined ? [{ chain, kind, value }] : [];
    const known = [...given, ...(await tokensOf(effectOf(facts.payoutId)))];
    const found = known.find((token) => tokenWord(token) === payout.token);
    if (found !== undefined) return found;
    throw new RetryableError("TOKEN_UNKNOWN", "This signer doesn't know which token the payout has", {
      advice: "Name it in the request: tokenKind and tokenValue.",
    });
  }

  #effect(payoutId: string, { script, amount }: PayoutAtFinal) {
    return { id: effectOf(payoutId), kind: "payout", data: { script, amount: amount.toString() } };
  }
}
