import { RetryableError, TerminalError } from "../../core/errors.ts";
import type { Statement } from "../../gateway/statement.ts";
import type { Signer, SigningRequest } from "../../signing/signer.ts";
import type { Committee } from "../route-desk.ts";
import type { CoinTx } from "./foreign-chain.ts";
import { type PayoutRow, proofOf } from "./gateway-model.ts";
import type { Judge } from "./judge.ts";
import type { Scenario } from "./scenario.ts";
import type { SeededRandom } from "./seeded-random.ts";
import { digest } from "./sim-blocks.ts";
import type { SimulatedNetwork } from "./simulated-network.ts";
import type { Actor } from "./virtual-time.ts";
import type { World } from "./world.ts";

/**
 * All signers of a simulation together: the committee, and those with the coins' key. Strict ones look at the chains themselves;
 * blind ones sign whatever they are asked. Both remember, and tell the judge of everything that they are asked for.
 */
export class SimulatedSigners {
  readonly #world: World;
  readonly #judge: Judge;
  readonly #random: SeededRandom;
  readonly #scenario: Scenario;
  readonly #net: SimulatedNetwork;
  readonly #contents = new Map<string, string>();
  readonly #tokens = new Map<string, string>();

  constructor(world: World, judge: Judge, net: SimulatedNetwork, random: SeededRandom, scenario: Scenario) {
    this.#world = world;
    this.#judge = judge;
    this.#net = net;
    this.#random = random;
    this.#scenario = scenario;
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

  #refuse(why: string): never {
    throw new TerminalError("SIGNING_REFUSED", why);
  }

  committee(actor: Actor): Committee {
    return {
      prove: (statement, facts) =>
        this.#net.ask(actor, `prove ${facts.kind}`, () => this.#prove(statement, facts)),
    };
  }

  #prove(statement: Statement, facts: Readonly<Record<string, string>>): string {
    this.#mood();
    const { messageId, content } = statement;
    const truth = this.#judge.statement(statement, facts);
    if (!this.#scenario.blindSigners) {
      if (truth !== undefined) this.#refuse(truth);
      const before = this.#contents.get(messageId);
      if (before !== undefined && before !== content) this.#refuse("it contradicts what was signed");
    }
    this.#contents.set(messageId, content);
    return proofOf(this.#world.home.gateway.epoch, messageId, content);
  }

  /** Of the account that pays for submissions. */
  homeSigner(actor: Actor): Signer {
    return this.#signer(actor, "gas", () => undefined);
  }

  /** Of the coins: what it signs is due, or it doesn't sign it. */
  foreignSigner(actor: Actor): Signer {
    return this.#signer(actor, "coins", (request) => {
      if (request.purpose.kind !== "transaction") return "it signs transactions only";
      const { token, body, effect } = request.purpose.unsigned;
      const tx = JSON.parse(body) as CoinTx;
      const before = this.#tokens.get(token.value);
      if (before !== undefined && before !== effect) return "the token has another effect";
      if (tx.kind === "payout") {
        const row = this.#world.finalPayout(`0x${effect}`);
        const objection = payable(row, tx);
        if (objection !== undefined) return objection;
      }
      this.#tokens.set(token.value, effect);
      return undefined;
    });
  }

  #signer(actor: Actor, key: string, objection: (request: SigningRequest) => string | undefined): Signer {
    return {
      key,
      scheme: "bip340",
      publicKey: async () => digest(key),
      sign: (request) =>
        this.#net.ask(actor, `sign with ${key}`, () => {
          this.#mood();
          const why = this.#scenario.blindSigners ? undefined : objection(request);
          if (why !== undefined) this.#refuse(why);
          return request.payloads.map((payload) => `signed ${payload.digest}`);
        }),
    };
  }
}

function payable(row: PayoutRow | undefined, tx: CoinTx): string | undefined {
  if (row === undefined || row.status !== "AUTHORISED") return "it isn't authorised in a final block";
  if (row.amount.toString() !== tx.amount || row.script !== tx.script) return "it isn't what was asked for";
  return undefined;
}
