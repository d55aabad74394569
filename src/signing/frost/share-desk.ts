import type { NonceCommitments, Nonces } from "@noble/curves/abstract/frost.js";
import { schnorr_FROST } from "@noble/curves/secp256k1.js";
import { bytesToHex, hexToBytes } from "@noble/curves/utils.js";
import type { Hex, Payload } from "../../chains/chain.ts";
import { TerminalError } from "../../core/errors.ts";
import type { SigningRequest } from "../signer.ts";
import type { SigningGuard } from "../signing-guard.ts";
import type { Answer, Ask, Commitment } from "../wire-messages.ts";
import type { FrostShare } from "./ceremony-member.ts";
import { asRng, type Random, readPoint } from "./dealing.ts";
import { type GroupKey, identifierOf } from "./group-key.ts";
import { NonceVault, type VaultLimits } from "./nonce-vault.ts";

/** What waits between the rounds. */
interface Session {
  readonly request: SigningRequest;
  readonly share: FrostShare;
  /** One for each payload. */
  readonly nonces: readonly Nonces[];
}

/** What a desk works with. */
export interface ShareDeskParts {
  readonly guard: SigningGuard;
  readonly random: Random;
  /** Milliseconds of a clock that only goes forwards. */
  readonly now: () => number;
  readonly limits?: VaultLimits;
  /** The share of a key, as it is now. */
  shareOf(key: string): FrostShare | undefined;
}

function wrong(why: string): TerminalError {
  return new TerminalError("SESSION_WRONG", `Round 2 doesn't fit round 1: ${why}`, {
    advice: "Begin again with round 1; if it stays so, the coordinator is not to be trusted.",
  });
}

const bytesOf = (hex: Hex) => hexToBytes(hex) as Uint8Array<ArrayBuffer>;

/** Commitments of one payload as the suite takes them. */
export function suiteCommitments(list: readonly Commitment[]): NonceCommitments[] {
  return list.map(({ index, hiding, binding }) => ({
    identifier: identifierOf(index),
    hiding: bytesOf(hiding),
    binding: bytesOf(binding),
  }));
}

/**
 * A signer's side of FROST's two rounds. The coordinator is not trusted: round 2 takes nothing from it but the others'
 * commitments. What is signed, and under which tweak, is what round 1 was about.
 *
 * @see https://www.rfc-editor.org/rfc/rfc9591#section-5
 */
export class ShareDesk {
  readonly #parts: ShareDeskParts;
  readonly #vault: NonceVault<Session>;

  constructor(parts: ShareDeskParts) {
    this.#parts = parts;
    this.#vault = new NonceVault(parts.now, parts.limits);
  }

  get sessions(): number {
    return this.#vault.sessions;
  }

  /** Ends every session: shares have changed. */
  clear(): void {
    this.#vault.clear();
  }

  /**
   * Round 1: fresh nonces for each payload, if this signer would sign.
   *
   * @throws TerminalError `KEY_UNKNOWN`, `GENERATION_OTHER`, `SIGNING_REFUSED`; RetryableError `SIGNER_BUSY`, and the policy's
   */
  async commit(peer: string, { request, generation }: Ask<"commit">): Promise<Answer<"commit">> {
    const { guard, random } = this.#parts;
    const share = this.#share(request.key, generation);
    await guard.check(request, keyUse(share.group));
    const secret = share.group.secretPackage(share.index, share.secret, undefined);
    // The nonces hash fresh randomness together with the share: a weak source alone doesn't give them away.
    const made = request.payloads.map(() => schnorr_FROST.commit(secret, asRng(random)));
    secret.signingShare.fill(0);
    const session = { request, share, nonces: made.map(({ nonces }) => nonces) };
    return {
      session: this.#vault.put(peer, session, made.length),
      commitments: made.map(({ commitments: { hiding, binding } }) => ({
        index: share.index,
        hiding: bytesToHex(hiding),
        binding: bytesToHex(binding),
      })),
    };
  }

  /**
   * Round 2. The nonces are out of the vault before anything else is looked at, and what is signed is in the journal before a
   * share is computed.
   *
   * @throws TerminalError `SESSION_WRONG`, `GENERATION_OTHER`, `SIGNING_REFUSED`; RetryableError `SESSION_UNKNOWN`, and the policy's
   */
  async share(peer: string, { session, commitments }: Ask<"share">): Promise<Answer<"share">> {
    const { request, share, nonces } = this.#vault.take(peer, session);
    try {
      if (commitments.length !== request.payloads.length) throw wrong("another number of payloads");
      for (const list of commitments) checkCommitments(share.group, share.index, list);
      this.#share(request.key, share.group.generation);
      await this.#parts.guard.admit(request, keyUse(share.group));
      // Again, as that took its time.
      this.#share(request.key, share.group.generation);
      const shares = request.payloads.map((payload, place) =>
        signedShare(share, payload, nonces[place], commitments[place]),
      );
      return { shares };
    } finally {
      for (const { hiding, binding } of nonces) {
        hiding.fill(0);
        binding.fill(0);
      }
    }
  }

  #share(key: string, generation: Hex): FrostShare {
    const share = this.#parts.shareOf(key);
    if (share === undefined) {
      throw new TerminalError("KEY_UNKNOWN", `This signer has no share of ${key}`, {
        advice: "Ask the group's members only.",
      });
    }
    if (share.group.generation === generation) return share;
    throw new TerminalError("GENERATION_OTHER", `The shares of ${key} are of another generation here`, {
      facts: { asked: generation, has: share.group.generation },
      advice: "Give the coordinator the group's file that the latest ceremony has written.",
    });
  }
}

function keyUse({ name, text }: GroupKey) {
  return { name, scheme: "bip340" as const, use: text.use };
}

function checkCommitments(group: GroupKey, own: number, list: readonly Commitment[]): void {
  const indices = list.map(({ index }) => index);
  if (indices.length < group.threshold) throw wrong("fewer signers than the threshold");
  if (new Set(indices).size !== indices.length) throw wrong("a signer comes twice");
  if (!indices.includes(own)) throw wrong("this signer is not among those who sign");
  const members = new Set(group.members.map(({ index }) => index));
  for (const { index, hiding, binding } of list) {
    if (!members.has(index)) throw wrong(`${index} is no member`);
    if (readPoint(hiding) === undefined || readPoint(binding) === undefined)
      throw wrong("a commitment is no point");
  }
}

function signedShare(
  { group, index, secret }: FrostShare,
  { digest, merkleRoot }: Payload,
  nonces: Nonces | undefined,
  list: readonly Commitment[] | undefined,
): Hex {
  if (nonces === undefined || list === undefined) throw wrong("a payload has no nonces");
  const mine = group.secretPackage(index, secret, merkleRoot);
  try {
    const share = schnorr_FROST.signShare(
      mine,
      group.publicPackage(merkleRoot),
      nonces,
      suiteCommitments(list),
      bytesOf(digest),
    );
    return bytesToHex(share);
  } catch (cause) {
    // The suite compares this signer's commitment with its nonces.
    throw new TerminalError(
      "SESSION_WRONG",
      "Round 2 doesn't fit round 1: the commitments are not what was given",
      {
        cause,
        advice: "Begin again with round 1; if it stays so, the coordinator is not to be trusted.",
      },
    );
  } finally {
    mine.signingShare.fill(0);
  }
}
