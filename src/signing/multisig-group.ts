import { secp256k1 } from "@noble/curves/secp256k1.js";
import { hexToBytes } from "@noble/curves/utils.js";
import { computeAddress } from "ethers";
import type { Hex, Payload } from "../chains/chain.ts";
import { StrongroomError, TerminalError } from "../core/errors.ts";
import type { GroupNotices } from "./frost-group.ts";
import type { SigningRequest } from "./signer.ts";
import { ask, reasonOf, type SignerChannel, tooFew } from "./signer-channel.ts";
import { wireText } from "./wire-messages.ts";

/** One of a committee's signers. */
export interface MultisigMember {
  readonly channel: SignerChannel;
  /** Of its key, as the verifier has it; with checksum or in lower case. */
  readonly address: string;
}

/** What a multisig group is made of. */
export interface MultisigParts {
  /** The name that every member knows its own key by. */
  readonly key: string;
  /** How many signatures the verifier wants. */
  readonly threshold: number;
  readonly members: readonly MultisigMember[];
  readonly notices?: GroupNotices;
}

/** Whose signature it is; undefined where it is none, or not in the one form that contracts take. */
export function recoveredAddress(digest: Hex, signature: Hex): string | undefined {
  if (!/^[0-9a-f]{130}$/.test(signature)) return undefined;
  const v = Number.parseInt(signature.slice(128), 16);
  if (v !== 27 && v !== 28) return undefined;
  try {
    const parts = secp256k1.Signature.fromBytes(hexToBytes(signature.slice(0, 128)), "compact");
    if (parts.hasHighS()) return undefined;
    const point = parts.addRecoveryBit(v - 27).recoverPublicKey(hexToBytes(digest));
    return computeAddress(`0x${point.toHex(false)}`).toLowerCase();
  } catch {
    return undefined;
  }
}

/**
 * A committee that signs statements with one ECDSA key for each member, for the MultisigVerifier: exactly as many signatures as are
 * wanted, 65 bytes each, in ascending order of their addresses.
 */
export class MultisigGroup {
  readonly key: string;
  readonly scheme: Payload["scheme"] = "ecdsa";
  readonly #parts: MultisigParts;
  readonly #cheaters = new Map<string, string>();

  /** @throws TerminalError `MULTISIG_INVALID` */
  constructor(parts: MultisigParts) {
    const addresses = new Set(parts.members.map(({ address }) => address.toLowerCase()));
    if (
      addresses.size !== parts.members.length ||
      parts.threshold < 1 ||
      parts.threshold > parts.members.length
    ) {
      throw new TerminalError(
        "MULTISIG_INVALID",
        "A committee has different members, at least as many as sign",
        {
          facts: { members: parts.members.length, different: addresses.size, threshold: parts.threshold },
          advice: "List the members and the threshold as the verifier on chain has them.",
        },
      );
    }
    this.key = parts.key;
    this.#parts = parts;
  }

  /** Who has cheated since this was made, and how. */
  get cheaters(): ReadonlyMap<string, string> {
    return this.#cheaters;
  }

  /**
   * @returns for each payload the signatures, one after another
   * @throws RetryableError `SIGNERS_UNAVAILABLE`; TerminalError `SIGNING_REFUSED`, `SIGNER_CHEATED`
   */
  async sign(request: SigningRequest): Promise<readonly Hex[]> {
    const { threshold, members } = this.#parts;
    const params = JSON.parse(wireText({ request })) as unknown;
    const refused = new Map<string, string>();
    const unavailable = new Map<string, string>();
    const signed: { readonly address: string; readonly signatures: readonly Hex[] }[] = [];
    const waiting = members.filter(({ channel }) => !this.#cheaters.has(channel.name));
    while (signed.length < threshold) {
      const next = waiting.splice(0, threshold - signed.length);
      if (next.length === 0) {
        throw tooFew(this.key, threshold, {
          refused,
          unavailable,
          cheaters: this.#cheaters,
          members: members.length,
        });
      }
      await Promise.all(
        next.map(async ({ channel, address }) => {
          const own = address.toLowerCase();
          try {
            const { signatures } = await ask(channel, "ecdsa", params);
            const good = request.payloads.every(
              ({ digest }, place) => recoveredAddress(digest, signatures[place] ?? "") === own,
            );
            if (good) {
              signed.push({ address: own, signatures });
              return;
            }
            this.#cheaters.set(channel.name, "its signature is not by its key");
            this.#parts.notices?.cheated?.(channel.name, "its signature is not by its key");
          } catch (error) {
            if (!(error instanceof StrongroomError)) throw error;
            (error.retryable ? unavailable : refused).set(channel.name, reasonOf(error));
            this.#parts.notices?.absent?.(channel.name, reasonOf(error));
          }
        }),
      );
    }
    signed.sort((a, b) => (a.address < b.address ? -1 : 1));
    return request.payloads.map((_, place) =>
      signed.map(({ signatures }) => signatures[place] ?? "").join(""),
    );
  }
}
