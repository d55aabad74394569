import { AbiCoder, Interface } from "ethers";
import type { Hex, Payload } from "../chains/chain.ts";
import { type ChainView, pointOf } from "../chains/evm/chain-view.ts";
import { RetryableError } from "../core/errors.ts";
import type { Statement } from "../gateway/statement.ts";
import { type CommitteePlace, statementPayload } from "../signing/purpose-payloads.ts";
import type { SigningRequest } from "../signing/signer.ts";
import type { Committee } from "./route-desk.ts";

const FACE = new Interface(["function current() view returns (uint32)"]);

/** Who signs statements: a group with one key, or several with one each. */
export interface StatementSigners {
  readonly key: string;
  readonly scheme: Payload["scheme"];
  sign(request: SigningRequest): Promise<readonly Hex[]>;
}

/** The committee as the route's chain has it: its signers' word, with the epoch that counts now. */
export class GatewayCommittee implements Committee {
  readonly #view: ChainView;
  readonly #place: CommitteePlace;
  readonly #signers: StatementSigners;

  constructor(view: ChainView, place: CommitteePlace, signers: StatementSigners) {
    this.#view = view;
    this.#place = place;
    this.#signers = signers;
  }

  async prove(statement: Statement, facts: Readonly<Record<string, string>>): Promise<string> {
    const { key, scheme } = this.#signers;
    const payload = statementPayload(statement, this.#place, scheme);
    const [signature] = await this.#signers.sign({
      id: `statement/${payload.digest}`,
      key,
      purpose: { kind: "statement", statement, facts },
      payloads: [payload],
    });
    return AbiCoder.defaultAbiCoder().encode(
      ["uint32", "bytes"],
      [await this.#epoch(), `0x${signature ?? ""}`],
    );
  }

  async #epoch(): Promise<bigint> {
    const head = pointOf(await this.#view.head());
    const answer = await this.#view.callAt(head, this.#place.address, FACE.encodeFunctionData("current"));
    if ("result" in answer) return FACE.decodeFunctionResult("current", answer.result).toArray()[0];
    throw new RetryableError("COMMITTEE_SILENT", "The Committee doesn't say which epoch counts", {
      facts: { committee: this.#place.address },
      advice: "Check its address.",
    });
  }
}
