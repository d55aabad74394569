import type { Caip2, Payload } from "../chains/chain.ts";
import { StrongroomError, TerminalError } from "../core/errors.ts";
import { claimsOf } from "./claims.ts";
import type { Purpose, SigningPolicy, SigningRequest } from "./signer.ts";
import type { SigningRecord } from "./signing-record.ts";

/** A key as a guard knows it. A key for coins never signs statements, nor the other way round. */
export interface KeyUse {
  readonly name: string;
  readonly scheme: Payload["scheme"];
  readonly use: Purpose["kind"];
}

/** What a guard asks. */
export interface GuardParts {
  /** The chains that this signer serves. */
  readonly chains: readonly Caip2[];
  /** What must be signed for a purpose: derived from the purpose itself, never taken from the request. */
  payloadsFor(purpose: Purpose, scheme: Payload["scheme"]): readonly Payload[];
  readonly policy: SigningPolicy;
  readonly record: SigningRecord;
}

/** The error of a request that isn't signed. */
export function refused(request: SigningRequest, reason: string, cause?: unknown): TerminalError {
  return new TerminalError("SIGNING_REFUSED", `Not signed: ${reason}`, {
    facts: { request: request.id, key: request.key, reason },
    advice: "See which check refused it, and what that means, in docs/operations/signer.md.",
    docs: "docs/operations/signer.md",
    ...(cause === undefined ? {} : { cause }),
  });
}

const samePayload = (a: Payload, b: Payload) =>
  a.scheme === b.scheme && a.digest === b.digest && a.merkleRoot === b.merkleRoot;

/** What stands between a request and a key. */
export class SigningGuard {
  readonly #parts: GuardParts;

  constructor(parts: GuardParts) {
    this.#parts = parts;
  }

  /**
   * Whether a request may be signed now; nothing is written.
   *
   * @throws TerminalError `SIGNING_REFUSED`; RetryableError where it can't be told now
   */
  async check(request: SigningRequest, key: KeyUse): Promise<void> {
    const { claims, spend } = await this.#judge(request, key);
    const objection = await this.#parts.record.objection(claims, spend);
    if (objection !== undefined) throw refused(request, objection);
  }

  /**
   * The same, and binds this signer to it: what is asked is in its journal before this returns. Only then may a signature or a
   * share leave.
   *
   * @throws TerminalError `SIGNING_REFUSED`; RetryableError where it can't be told now
   */
  async admit(request: SigningRequest, key: KeyUse): Promise<void> {
    const { claims, spend } = await this.#judge(request, key);
    const objection = await this.#parts.record.claim(claims, spend);
    if (objection !== undefined) throw refused(request, objection);
  }

  async #judge(request: SigningRequest, key: KeyUse) {
    const { purpose } = request;
    if (request.key !== key.name) throw refused(request, `the key is ${key.name}, not ${request.key}`);
    if (purpose.kind !== key.use) {
      throw refused(request, `${key.name} signs each ${key.use}, and never a ${purpose.kind}`);
    }
    const due = this.#payloads(request, key);
    if (due.length === 0 || due.length !== request.payloads.length) {
      throw refused(request, `${due.length} signatures follow from it, ${request.payloads.length} are asked`);
    }
    for (const [index, payload] of due.entries()) {
      const asked = request.payloads[index];
      if (payload.scheme !== key.scheme || asked === undefined || !samePayload(payload, asked)) {
        throw refused(request, `payload ${index} does not follow from what it is for`);
      }
    }
    const claims = claimsOf(purpose, this.#parts.chains);
    if (typeof claims === "string") throw refused(request, claims);
    const judgement = await this.#parts.policy.judge(request);
    if ("no" in judgement) throw refused(request, judgement.no);
    return { claims, spend: judgement.spend };
  }

  #payloads(request: SigningRequest, key: KeyUse): readonly Payload[] {
    try {
      return this.#parts.payloadsFor(request.purpose, key.scheme);
    } catch (error) {
      if (error instanceof StrongroomError && error.retryable) throw error;
      throw refused(request, "what it is for can't be read", error);
    }
  }
}
