import { secp256k1 } from "@noble/curves/secp256k1.js";
import { bytesToHex } from "@noble/curves/utils.js";
import { computeAddress } from "ethers";
import { z } from "zod";
import { RetryableError, TerminalError } from "../core/errors.ts";
import { CeremonyDesk } from "./frost/ceremony-desk.ts";
import type { FrostShare } from "./frost/ceremony-member.ts";
import type { SignedMessage } from "./frost/ceremony-messages.ts";
import type { Random } from "./frost/dealing.ts";
import type { VaultLimits } from "./frost/nonce-vault.ts";
import { ShareDesk } from "./frost/share-desk.ts";
import { storedShare } from "./frost/stored-share.ts";
import { isPending } from "./key-names.ts";
import type { Keystore } from "./keystore.ts";
import type { KeyEntry } from "./keystore-file.ts";
import { LocalSigner } from "./local-signer.ts";
import type { SigningRequest } from "./signer.ts";
import type { SigningGuard } from "./signing-guard.ts";
import { type Answer, type Ask, METHODS, type Method } from "./wire-messages.ts";

/** What a signer is made of. */
export interface SignerServiceParts {
  readonly name: string;
  readonly keystore: Keystore;
  readonly guard: SigningGuard;
  /** Where approved ceremonies are. */
  readonly ceremonies: string;
  readonly random: Random;
  /** Milliseconds of a clock that only goes forwards. */
  readonly now: () => number;
  /** Unix milliseconds at the start, for people. */
  readonly since: number;
  /** Signs a ceremony's message with the identity. */
  sign(body: string): SignedMessage;
  readonly limits?: VaultLimits;
}

/** The most questions of one coordinator at once: each asks nodes, so they are bounded, and nobody crowds out another one. */
const MOST_AT_ONCE = 32;
const OWN_KEY = z.object({ use: z.enum(["transaction", "statement"]) });

/**
 * One signer: answers what coordinators ask. It trusts none of them: each question is parsed, bounded, and answered by its own
 * keys, journal and look at the chains.
 */
export class SignerService {
  readonly #parts: SignerServiceParts;
  readonly #shares = new Map<string, FrostShare>();
  readonly #locals = new Map<
    string,
    { readonly signer: LocalSigner; readonly use: string; readonly address: string }
  >();
  readonly #desk: ShareDesk;
  readonly #ceremonies: CeremonyDesk;
  readonly #busy = new Map<string, number>();

  /** Opens the keystore's keys. Throws what `Keystore.read` throws. */
  static async open(parts: SignerServiceParts): Promise<SignerService> {
    const service = new SignerService(parts);
    for (const name of parts.keystore.names()) {
      if (isPending(name)) continue;
      service.#add(await parts.keystore.read(name));
    }
    return service;
  }

  private constructor(parts: SignerServiceParts) {
    this.#parts = parts;
    const { guard, random, now, limits, keystore, ceremonies, name } = parts;
    this.#desk = new ShareDesk({
      guard,
      random,
      now,
      shareOf: (key) => this.#shares.get(key),
      ...(limits === undefined ? {} : { limits }),
    });
    this.#ceremonies = new CeremonyDesk({
      folder: ceremonies,
      keystore,
      me: name,
      random,
      sign: (body) => parts.sign(body),
      shares: this.#shares,
      changed: () => this.#desk.clear(),
    });
  }

  #add(entry: KeyEntry): void {
    if (entry.kind === "identity") return;
    if (entry.kind === "frost-share") {
      this.#shares.set(entry.name, storedShare(entry).share);
      return;
    }
    const open = OWN_KEY.safeParse(entry.open);
    if (!open.success) {
      throw new TerminalError("KEYSTORE_DAMAGED", `The key ${entry.name} doesn't say what it is for`, {
        advice: "Make it by signer key.",
      });
    }
    const { use } = open.data;
    const { guard } = this.#parts;
    const signer = new LocalSigner({
      name: entry.name,
      scheme: entry.kind,
      use,
      secret: entry.secret,
      guard,
    });
    const address = computeAddress(`0x${bytesToHex(secp256k1.getPublicKey(entry.secret.expose(), false))}`);
    this.#locals.set(entry.name, { signer, use, address });
  }

  /**
   * Answers one question.
   *
   * @param peer who asks, as the transport has proven
   * @throws TerminalError `QUESTION_MALFORMED`, RetryableError `SIGNER_BUSY`, and what the method throws
   */
  async answer(peer: string, method: Method, params: unknown): Promise<unknown> {
    const parsed = METHODS[method].ask.safeParse(params);
    if (!parsed.success) {
      throw new TerminalError("QUESTION_MALFORMED", `What is asked by ${method} can't be read`, {
        facts: { why: z.prettifyError(parsed.error).slice(0, 300) },
        advice: "Use the same version of Strongroom on both sides.",
      });
    }
    const busy = this.#busy.get(peer) ?? 0;
    if (busy >= MOST_AT_ONCE) {
      throw new RetryableError(
        "SIGNER_BUSY",
        `This signer has as many questions of ${peer} as it takes at once`,
      );
    }
    this.#busy.set(peer, busy + 1);
    try {
      return await this.#dispatch(peer, method, parsed.data);
    } finally {
      this.#busy.set(peer, (this.#busy.get(peer) ?? 1) - 1);
    }
  }

  #dispatch(peer: string, method: Method, params: unknown): Promise<unknown> {
    switch (method) {
      case "status":
        return this.#status();
      case "commit":
        return this.#desk.commit(peer, params as Ask<"commit">);
      case "share":
        return this.#desk.share(peer, params as Ask<"share">);
      case "ecdsa":
        return this.#ecdsa(params as Ask<"ecdsa">);
      case "open":
      case "deal":
      case "finish":
      case "confirmation":
      case "activate":
        return this.#ceremonies.answer(method, params);
    }
  }

  async #ecdsa({ request }: Ask<"ecdsa">): Promise<Answer<"ecdsa">> {
    const local = this.#locals.get(request.key);
    if (local?.signer.scheme !== "ecdsa") {
      throw new TerminalError("KEY_UNKNOWN", `This signer has no key ${request.key} of its own`, {
        advice: "Make it by signer key, and give its address to the committee.",
      });
    }
    return { signatures: [...(await local.signer.sign(request satisfies SigningRequest))] };
  }

  async #status(): Promise<Answer<"status">> {
    const { name, since } = this.#parts;
    return {
      name,
      since,
      sessions: this.#desk.sessions,
      groups: [...this.#shares.values()].map(({ group, index }) => ({
        group: group.text,
        generation: group.generation,
        index,
      })),
      keys: [...this.#locals].map(([key, { use, address }]) => ({ name: key, use, address })),
      approved: [...this.#ceremonies.approved()].slice(0, 64),
      pending: [...this.#ceremonies.pending()],
    };
  }
}
