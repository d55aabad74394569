import { AbiCoder, Interface, type Result } from "ethers";
import type { Hex, Payload, Point } from "../chains/chain.ts";
import { type CallAnswer, type ChainView, pointOf } from "../chains/evm/chain-view.ts";
import { RetryableError } from "../core/errors.ts";
import { GATEWAY } from "../gateway/abi.ts";
import type { Statement } from "../gateway/statement.ts";
import { type CommitteePlace, statementPayload } from "../signing/purpose-payloads.ts";
import type { SigningRequest } from "../signing/signer.ts";
import type { Committee } from "./route-desk.ts";

const FACE = new Interface([
  "function current() view returns (uint32)",
  "function verify((bytes32 chain, bytes32 messageId, bytes32 content) statement, bytes proof) view returns (uint32)",
]);

/** Epochs that are asked, the newest first: a former one counts for 7 days at most, in which nobody rotates more often. */
const MOST_EPOCHS = 16n;

/** Why an epoch takes no proof, after its number. */
const OBJECTIONS: Readonly<Record<string, string>> = {
  Committee_BadSignature: "has another key",
  Committee_EpochEnded: "has ended",
  Committee_EpochRevoked: "is revoked",
};

/** Who signs statements: a group with one key, or several with one each. */
export interface StatementSigners {
  readonly key: string;
  readonly scheme: Payload["scheme"];
  sign(request: SigningRequest): Promise<readonly Hex[]>;
}

/**
 * The committee as the route's chain has it: its signers' word, with the epoch whose verifier takes their signature. While one
 * committee follows another that may be the former one's; the chain is asked, so that no proof is handed out that it refuses.
 */
export class GatewayCommittee implements Committee {
  readonly #view: ChainView;
  readonly #place: CommitteePlace;
  readonly #signers: StatementSigners;

  constructor(view: ChainView, place: CommitteePlace, signers: StatementSigners) {
    this.#view = view;
    this.#place = place;
    this.#signers = signers;
  }

  /** @throws RetryableError `KEY_NOT_IN_OFFICE` where no epoch that counts takes it, `COMMITTEE_SILENT` */
  async prove(statement: Statement, facts: Readonly<Record<string, string>>): Promise<string> {
    const { key, scheme } = this.#signers;
    const payload = statementPayload(statement, this.#place, scheme);
    const [signature] = await this.#signers.sign({
      id: `statement/${payload.digest}`,
      key,
      purpose: { kind: "statement", statement, facts },
      payloads: [payload],
    });
    return this.#claimed(statement, `0x${signature ?? ""}`);
  }

  /** The proof by the newest epoch that takes the signature, as the chain is now. */
  async #claimed(statement: Statement, signature: string): Promise<string> {
    const at = pointOf(await this.#view.head());
    const current: bigint = this.#said("current", await this.#ask(at, "current", []));
    const objections: string[] = [];
    for (let epoch = current; epoch > 0n && epoch > current - MOST_EPOCHS; epoch--) {
      const proof = AbiCoder.defaultAbiCoder().encode(["uint32", "bytes"], [epoch, signature]);
      const answer = await this.#ask(at, "verify", [statement, proof]);
      if ("result" in answer && this.#said("verify", answer) === epoch) return proof;
      objections.push(`epoch ${epoch} ${objectionOf(answer)}`);
    }
    const { key } = this.#signers;
    throw new RetryableError(
      "KEY_NOT_IN_OFFICE",
      `No epoch that counts takes a signature by ${key}: ${objections.slice(0, 3).join(", ")}. Configure the committee of epoch ${current} and start again, or wait until the rotation to ${key} is executed`,
      {
        facts: { committee: this.#place.address, key, current, height: at.height },
        docs: "docs/operations/rotate-committee.md",
      },
    );
  }

  #ask(at: Point, name: string, values: readonly unknown[]): Promise<CallAnswer> {
    return this.#view.callAt(at, this.#place.address, FACE.encodeFunctionData(name, values));
  }

  #said(name: string, answer: CallAnswer): bigint {
    let said: Result | undefined;
    try {
      if ("result" in answer) said = FACE.decodeFunctionResult(name, answer.result);
    } catch {
      // No answer of a Committee's.
    }
    if (said !== undefined) return said.toArray()[0];
    throw new RetryableError("COMMITTEE_SILENT", "The Committee doesn't say which epoch counts", {
      facts: { committee: this.#place.address, call: name },
      advice: "Check its address.",
    });
  }
}

function objectionOf(answer: CallAnswer): string {
  const revert = "revert" in answer ? answer.revert : "";
  const name = revert.length < 10 ? undefined : GATEWAY.parseError(revert)?.name;
  return OBJECTIONS[name ?? ""] ?? "doesn't take it";
}
