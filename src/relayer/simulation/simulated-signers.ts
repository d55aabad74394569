import type { ConflictToken, EffectStatus } from "../../chains/chain.ts";
import { RetryableError, TerminalError } from "../../core/errors.ts";
import type { Statement } from "../../gateway/statement.ts";
import {
  isPast,
  type PayoutStanding,
  paymentObjection,
  standingObjection,
  voidObjection,
} from "../../signing/payout-objections.ts";
import type { Signer, SigningRequest } from "../../signing/signer.ts";
import type { Committee } from "../route-desk.ts";
import type { CoinTx } from "./foreign-chain.ts";
import { type PayoutRow, proofOf, SIM_FOREIGN } from "./gateway-model.ts";
import type { Judge } from "./judge.ts";
import type { Scenario } from "./scenario.ts";
import type { SeededRandom } from "./seeded-random.ts";
import { digest } from "./sim-blocks.ts";
import type { SimulatedNetwork } from "./simulated-network.ts";
import type { Actor } from "./virtual-time.ts";
import type { World } from "./world.ts";

/** Of so many signers so many must agree. */
const SIGNERS = 3;
const THRESHOLD = 2;

/** The rules of real signers that a mutant may break. */
export interface SignerRules {
  readonly voidObjection: typeof voidObjection;
}

/** What one signer has bound itself to, for ever: one content for a message, one effect for a token. */
class Bound {
  readonly contents = new Map<string, string>();
  /** Effects by their tokens. */
  readonly tokens = new Map<string, string>();

  /** Why what is asked contradicts what was signed before; undefined where it doesn't. */
  claim(token: string | undefined, effect: string, messageId?: string, content = ""): string | undefined {
    const before = messageId === undefined ? undefined : this.contents.get(messageId);
    if (before !== undefined && before !== content) return "it contradicts what was signed";
    const owner = token === undefined ? undefined : this.tokens.get(token);
    if (owner !== undefined && owner !== effect) return "the token has another effect";
    if (messageId !== undefined) this.contents.set(messageId, content);
    if (token !== undefined) this.tokens.set(token, effect);
    return undefined;
  }

  tokensOf(effect: string): readonly string[] {
    return [...this.tokens].filter(([, owner]) => owner === effect).map(([token]) => token);
  }
}

/** What one signer says to a request: why not, or nothing; once it says nothing, it is bound. */
type Say = (signer: Bound) => string | undefined;

/**
 * The signers of a simulation: the committee, and those with the coins' key. Strict ones look at the chains themselves, each with
 * a record of its own, and judge as real ones do; blind ones sign whatever they are asked. Both tell the judge of everything that
 * they are asked for.
 */
export class SimulatedSigners {
  readonly #world: World;
  readonly #judge: Judge;
  readonly #random: SeededRandom;
  readonly #scenario: Scenario;
  readonly #net: SimulatedNetwork;
  readonly #rules: SignerRules;
  readonly #all = Array.from({ length: SIGNERS }, () => new Bound());

  constructor(
    world: World,
    judge: Judge,
    net: SimulatedNetwork,
    random: SeededRandom,
    scenario: Scenario,
    rules: SignerRules = { voidObjection },
  ) {
    this.#world = world;
    this.#judge = judge;
    this.#net = net;
    this.#random = random;
    this.#scenario = scenario;
    this.#rules = rules;
  }

  /** Down, or out of humour, now and then. */
  #mood(): void {
    if (!this.#net.faulty) return;
    if (this.#random.chance(this.#scenario.signersDown)) {
      throw new RetryableError("SIGNERS_UNAVAILABLE", "Too few signers answer");
    }
    if (this.#random.chance(this.#scenario.signersRefuse)) {
      const cheated = this.#random.chance(0.5);
      throw new TerminalError(
        cheated ? "SIGNER_CHEATED" : "SIGNING_REFUSED",
        "A signer does what it shouldn't",
      );
    }
  }

  /** Has as many as are needed agree, whoever they are; a dishonest one among them may spoil what comes of it. */
  #agreed<T extends string>(say: Say, right: T, wrong: T): T {
    this.#mood();
    if (!this.#scenario.blindSigners) {
      let agreeing = 0;
      let objection: string | undefined;
      const first = this.#random.between(0, SIGNERS - 1);
      for (let place = 0; place < SIGNERS && agreeing < THRESHOLD; place++) {
        const why = say(this.#all[(first + place) % SIGNERS] as Bound);
        if (why === undefined) agreeing += 1;
        else objection = why;
      }
      if (agreeing < THRESHOLD) throw new TerminalError("SIGNING_REFUSED", objection ?? "too few agree");
    }
    if (!this.#net.faulty || !this.#random.chance(this.#scenario.signersLie)) return right;
    this.#judge.lied(wrong);
    return wrong;
  }

  committee(actor: Actor): Committee {
    return {
      prove: (statement, facts) =>
        this.#net.ask(actor, `prove ${facts.kind}`, () => this.#prove(statement, facts)),
    };
  }

  #prove(statement: Statement, facts: Readonly<Record<string, string>>): string {
    const { messageId, content } = statement;
    const truth = this.#judge.statement(statement, facts);
    const { payoutId = "", tokenValue = "" } = facts;
    const token = facts.kind === "token" ? tokenValue : undefined;
    const say: Say = (signer) =>
      truth ??
      this.#unstated(signer, facts) ??
      signer.claim(token, payoutId.replace(/^0x/, ""), messageId, content);
    const { epoch } = this.#world.home.gateway;
    return this.#agreed(
      say,
      proofOf(epoch, messageId, content),
      proofOf(epoch, messageId, digest(`not ${content}`)),
    );
  }

  /** Why a signer doesn't state something of a payout: as `GatewayPolicy` has it. */
  #unstated(signer: Bound, facts: Readonly<Record<string, string>>): string | undefined {
    const { kind, payoutId = "", attempt = "0", tokenValue = "" } = facts;
    if (kind === "deposit") return undefined;
    const payout = standingOf(this.#world.finalPayout(payoutId));
    const wanted = kind === "token" ? "REQUESTED" : "AUTHORISED";
    const wrong = standingObjection(payout, wanted, BigInt(attempt));
    if (wrong !== undefined || kind !== "token") return wrong;
    if (!this.#isFree(tokenValue)) return "the token isn't free";
    return this.#formerToken(signer, payoutId.replace(/^0x/, ""), tokenValue);
  }

  #isFree(token: string): boolean {
    return this.#world.foreign.freeAnchors().includes(token);
  }

  #formerToken(signer: Bound, effect: string, token: string): string | undefined {
    const former = signer.tokensOf(effect).filter((one) => one !== token);
    return former.every((one) => isPast(this.#statusOf(one, effect)))
      ? undefined
      : "a former token could still pay it, or has paid it";
  }

  #statusOf(token: string, effect: string): EffectStatus {
    const spent = this.#world.foreign.spentBy(token);
    if (spent === undefined) return { is: "absent" };
    const { tx, final } = spent;
    const is = tx.kind === "payout" && tx.payoutId === effect ? "done" : "impossible";
    return { is, txId: tx.id, final };
  }

  /** Of the account that pays for submissions. */
  homeSigner(actor: Actor): Signer {
    return this.#signer(actor, "gas", () => undefined);
  }

  /** Of the coins: what it signs is due, or it doesn't sign it. */
  foreignSigner(actor: Actor): Signer {
    return this.#signer(actor, "coins", (signer, request) => {
      if (request.purpose.kind !== "transaction") return "it signs transactions only";
      const { token, body, effect } = request.purpose.unsigned;
      return (
        this.#unspendable(signer, JSON.parse(body) as CoinTx, token) ?? signer.claim(token.value, effect)
      );
    });
  }

  /** Why a signer doesn't sign a payment or a void: as `GatewayPolicy` has it. */
  #unspendable(signer: Bound, tx: CoinTx, { kind, value }: ConflictToken): string | undefined {
    const { payoutId = "" } = tx;
    const row = this.#world.finalPayout(`0x${payoutId}`);
    const payout = standingOf(row);
    const token: ConflictToken = { chain: SIM_FOREIGN, kind, value };
    if (tx.kind === "void") {
      const wrong = this.#rules.voidObjection(payout, token);
      if (wrong !== undefined || payout.status === "AUTHORISED") return wrong;
      return signer.tokens.get(value) === payoutId || this.#isFree(value)
        ? undefined
        : "the token isn't free";
    }
    const wrong = paymentObjection(payout, token);
    if (wrong !== undefined) return wrong;
    if (row?.amount.toString() !== tx.amount || row?.script !== tx.script)
      return "it isn't what was asked for";
    return this.#formerToken(signer, payoutId, value);
  }

  #signer(
    actor: Actor,
    key: string,
    objection: (signer: Bound, request: SigningRequest) => string | undefined,
  ): Signer {
    return {
      key,
      scheme: "bip340",
      publicKey: async () => digest(key),
      sign: (request) =>
        this.#net.ask(actor, `sign with ${key}`, () =>
          request.payloads.map((payload) =>
            this.#agreed(
              (signer) => objection(signer, request),
              `signed ${payload.digest}`,
              `signed ${digest(`not ${payload.digest}`)}`,
            ),
          ),
        ),
    };
  }
}

function standingOf(row: PayoutRow | undefined): PayoutStanding {
  if (row === undefined) return { status: "NONE", attempt: 0n, token: "" };
  return { status: row.status, attempt: BigInt(row.attempt), token: row.token };
}
