import type { Caip2, Hex, Payload, UnsignedTx } from "../chains/chain.ts";
import type { Statement } from "../gateway/statement.ts";

/**
 * What a signature is for. A signer doesn't sign digests: it derives them from this, after it has seen for itself that what is
 * asked is due.
 */
export type Purpose =
  | { readonly kind: "transaction"; readonly unsigned: UnsignedTx }
  | {
      readonly kind: "statement";
      readonly statement: Statement;
      readonly facts: Readonly<Record<string, string>>;
    };

/** A request for signatures, one for each payload, in order. */
export interface SigningRequest {
  /** Names the request in logs and at other signers; asked again with the same content it is the same request. */
  readonly id: string;
  readonly key: string;
  readonly purpose: Purpose;
  readonly payloads: readonly Payload[];
}

/**
 * A key, wherever and in however many parts it is: a keystore, a group of FROST signers, later an HSM.
 *
 * Errors: `RetryableError` `SIGNERS_UNAVAILABLE` (too few answered), `TerminalError` `SIGNING_REFUSED` (with each refusal's
 * reason), `SIGNER_CHEATED` (names who gave a share that is none).
 */
export interface Signer {
  /** Its name in `SigningRequest.key`. */
  readonly key: string;
  readonly scheme: Payload["scheme"];
  /** ECDSA: 33 bytes compressed. BIP-340: 32 bytes, x only, before any tweak. */
  publicKey(): Promise<Hex>;
  /** BIP-340: 64 bytes each. ECDSA: 65 bytes each, r, s (low), v (27 or 28). */
  sign(request: SigningRequest): Promise<readonly Hex[]>;
}

/** What leaves within a rolling day. */
export interface Spend {
  /** What is counted together: a chain's coins. */
  readonly window: string;
  /** Smallest unit. */
  readonly amount: bigint;
  /** The most within any 24 hours, smallest unit. */
  readonly cap: bigint;
}

/** Why a request isn't signed, for people; or, where it may be, what would leave by it. */
export type Judgement = { readonly no: string } | { readonly spend?: Spend };

/** What a signer asks before it gives a share: its own look at the chains, and its own limits. */
export interface SigningPolicy {
  /** @throws RetryableError where it can't tell now */
  judge(request: SigningRequest): Promise<Judgement>;
}

/** Where a chain's keys are named: one for its coins, one for statements about it. */
export interface RouteKeys {
  readonly chain: Caip2;
  readonly coins: string;
  readonly statements: string;
}
