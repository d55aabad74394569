import { randomBytes } from "node:crypto";
import { schnorr, secp256k1 } from "@noble/curves/secp256k1.js";
import { bytesToHex, hexToBytes } from "@noble/curves/utils.js";
import type { Hex, Payload } from "../chains/chain.ts";
import { TerminalError } from "../core/errors.ts";
import type { Redacted } from "../core/redacted.ts";
import type { Signer, SigningRequest } from "./signer.ts";
import type { KeyUse, SigningGuard } from "./signing-guard.ts";
import { tweakSecret } from "./taproot-tweak.ts";

/** What a local signer is made of. */
export interface LocalSignerParts extends KeyUse {
  /** 32 bytes. */
  readonly secret: Redacted<Uint8Array>;
  readonly guard: SigningGuard;
  /** Auxiliary randomness of BIP-340. */
  readonly random?: (bytes: number) => Uint8Array;
}

/**
 * A key in this process: the reference that every other `Signer` is compared with.
 *
 * @see https://github.com/bitcoin/bips/blob/master/bip-0340.mediawiki
 */
export class LocalSigner implements Signer {
  readonly key: string;
  readonly scheme: Payload["scheme"];
  readonly #use: KeyUse;
  readonly #secret: Redacted<Uint8Array>;
  readonly #guard: SigningGuard;
  readonly #random: (bytes: number) => Uint8Array;

  /** @throws TerminalError `KEY_INVALID` */
  constructor({ name, scheme, use, secret, guard, random = randomBytes }: LocalSignerParts) {
    if (!secp256k1.utils.isValidSecretKey(secret.expose())) {
      // No cause: it could show the key.
      throw new TerminalError("KEY_INVALID", `The secret of ${name} is not 32 bytes, or out of range`, {
        advice: "Restore the keystore from a copy.",
      });
    }
    this.key = name;
    this.scheme = scheme;
    this.#use = { name, scheme, use };
    this.#secret = secret;
    this.#guard = guard;
    this.#random = random;
  }

  async publicKey(): Promise<Hex> {
    const secret = this.#secret.expose();
    return bytesToHex(
      this.scheme === "ecdsa" ? secp256k1.getPublicKey(secret, true) : schnorr.getPublicKey(secret),
    );
  }

  /** @throws TerminalError `SIGNING_REFUSED`; RetryableError of the policy or the journal */
  async sign(request: SigningRequest): Promise<readonly Hex[]> {
    await this.#guard.admit(request, this.#use);
    return request.payloads.map((payload) => this.#signature(payload));
  }

  #signature({ digest, merkleRoot }: Payload): Hex {
    const message = hexToBytes(digest);
    if (this.scheme === "ecdsa") return ecdsaSignature(message, this.#secret.expose());
    return bytesToHex(
      schnorr.sign(message, tweakSecret(this.#secret.expose(), merkleRoot), this.#random(32)),
    );
  }
}

/** r, s (low), v as Ethereum's contracts take them: 65 bytes. The nonce is RFC 6979's: no randomness that could fail. */
export function ecdsaSignature(digest: Uint8Array, secret: Uint8Array): Hex {
  const recovered = secp256k1.sign(digest, secret, { prehash: false, lowS: true, format: "recovered" });
  const { r, s, recovery } = secp256k1.Signature.fromBytes(recovered, "recovered");
  const word = (scalar: bigint) => scalar.toString(16).padStart(64, "0");
  return `${word(r)}${word(s)}${(27 + (recovery ?? 0)).toString(16)}`;
}
