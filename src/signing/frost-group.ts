import { schnorr, schnorr_FROST } from "@noble/curves/secp256k1.js";
import { bytesToHex, hexToBytes } from "@noble/curves/utils.js";
import type { Hex, Payload } from "../chains/chain.ts";
import { StrongroomError } from "../core/errors.ts";
import { readPoint } from "./frost/dealing.ts";
import { type GroupKey, identifierOf, type Member } from "./frost/group-key.ts";
import { suiteCommitments } from "./frost/share-desk.ts";
import type { Signer, SigningRequest } from "./signer.ts";
import { ask, reasonOf, type SignerChannel, tooFew } from "./signer-channel.ts";
import { type Commitment, wireText } from "./wire-messages.ts";

/** What a coordinator tells about its signers. */
export interface GroupNotices {
  /** A signer gave what is no share of its key: it is asked no more. */
  cheated?(signer: string, why: string): void;
  /** A signer took no part in a request. */
  absent?(signer: string, why: string): void;
}

interface FrostGroupParts {
  readonly group: GroupKey;
  /** The ways to its members, by their names. */
  readonly channels: readonly SignerChannel[];
  readonly notices?: GroupNotices;
}

/** One member in one request. */
interface Seat {
  readonly member: Member;
  readonly channel: SignerChannel;
}
interface Committed extends Seat {
  readonly session: Hex;
  readonly commitments: readonly Commitment[];
}

/** A member's answer that shows it cheats. */
class Cheat extends Error {}

/** What has become of the members in one request. */
class Outcome {
  readonly refused = new Map<string, string>();
  readonly unavailable = new Map<string, string>();

  out(name: string): boolean {
    return this.refused.has(name) || this.unavailable.has(name);
  }
}

/**
 * A key in the shares of several signers: asks as many as are needed, others where one is down or refuses, and puts their shares
 * together. It holds no secret. Who gives a bad share is named, and is asked no more.
 *
 * @example
 * const group = new FrostGroup({ group: key, channels });
 * const [signature] = await group.sign(request);
 */
export class FrostGroup implements Signer {
  readonly scheme: Payload["scheme"] = "bip340";
  readonly #group: GroupKey;
  readonly #seats: readonly Seat[];
  readonly #notices: GroupNotices;
  readonly #cheaters = new Map<string, string>();
  /** Who is asked first: whoever failed goes to the end. */
  #order: Seat[];

  constructor({ group, channels, notices = {} }: FrostGroupParts) {
    this.#group = group;
    this.#notices = notices;
    this.#seats = group.members.flatMap((member) => {
      const channel = channels.find(({ name }) => name === member.name);
      return channel === undefined ? [] : [{ member, channel }];
    });
    this.#order = [...this.#seats];
  }

  get key(): string {
    return this.#group.name;
  }

  async publicKey(): Promise<Hex> {
    return this.#group.publicKey;
  }

  /** Who has cheated since this was made, and how. */
  get cheaters(): ReadonlyMap<string, string> {
    return this.#cheaters;
  }

  /**
   * @throws RetryableError `SIGNERS_UNAVAILABLE`; TerminalError `SIGNING_REFUSED`, `SIGNER_CHEATED`
   */
  async sign(request: SigningRequest): Promise<readonly Hex[]> {
    const outcome = new Outcome();
    // Each turn either ends with signatures or puts a member out.
    for (;;) {
      const committed = await this.#commit(request, outcome);
      const signatures = await this.#share(request, committed, outcome);
      if (signatures !== undefined) return signatures;
    }
  }

  /** Round 1: until as many have committed as are needed. */
  async #commit(request: SigningRequest, outcome: Outcome): Promise<readonly Committed[]> {
    const { threshold, generation } = this.#group;
    // What is sent is fixed here: a caller can't change it between two signers.
    const params = JSON.parse(wireText({ request, generation })) as unknown;
    const committed: Committed[] = [];
    const asked = new Set<Seat>();
    while (committed.length < threshold) {
      const next = this.#order
        .filter((seat) => !asked.has(seat) && !this.#isOut(seat, outcome))
        .slice(0, threshold - committed.length);
      if (next.length === 0) throw this.#tooFew(outcome);
      const answers = await Promise.all(
        next.map((seat) => {
          asked.add(seat);
          return this.#orOut(seat, outcome, async () => {
            const answer = await ask(seat.channel, "commit", params);
            const sound =
              answer.commitments.length === request.payloads.length &&
              answer.commitments.every(
                ({ index, hiding, binding }) =>
                  index === seat.member.index &&
                  readPoint(hiding) !== undefined &&
                  readPoint(binding) !== undefined,
              );
            if (!sound) throw new Cheat("its commitments are none");
            return { ...seat, ...answer };
          });
        }),
      );
      committed.push(...answers.filter((answer) => answer !== undefined));
    }
    return committed;
  }

  /** Round 2. Undefined where somebody failed: nonces are never used again, so all begin anew. */
  async #share(
    request: SigningRequest,
    committed: readonly Committed[],
    outcome: Outcome,
  ): Promise<readonly Hex[] | undefined> {
    const commitments = request.payloads.map((_, place) =>
      committed.flatMap((seat) => seat.commitments[place] ?? []),
    );
    const all = await Promise.all(
      committed.map((seat) =>
        this.#orOut(seat, outcome, async () => {
          const { shares } = await ask(seat.channel, "share", { session: seat.session, commitments });
          for (const [place, payload] of request.payloads.entries()) {
            if (!this.#shareIsGood(payload, commitments[place] ?? [], seat.member, shares[place])) {
              throw new Cheat(`its share of signature ${place} is none`);
            }
          }
          return shares;
        }),
      ),
    );
    if (all.some((shares) => shares === undefined)) return undefined;
    return request.payloads.map((payload, place) => {
      const shares = committed.map(
        ({ member }, seat) => [identifierOf(member.index), bytes(all[seat]?.[place] ?? "")] as const,
      );
      const signature = schnorr_FROST.aggregate(
        this.#group.publicPackage(payload.merkleRoot),
        suiteCommitments(commitments[place] ?? []),
        bytes(payload.digest),
        Object.fromEntries(shares),
      );
      const key = this.#group.outputKey(payload.merkleRoot);
      if (!schnorr.verify(signature, bytes(payload.digest), key)) {
        throw new Error("sound shares make a signature that is none");
      }
      return bytesToHex(signature);
    });
  }

  #shareIsGood(
    payload: Payload,
    commitments: readonly Commitment[],
    { index }: Member,
    share: Hex | undefined,
  ): boolean {
    try {
      return schnorr_FROST.verifyShare(
        this.#group.publicPackage(payload.merkleRoot),
        suiteCommitments(commitments),
        bytes(payload.digest),
        identifierOf(index),
        bytes(share ?? ""),
      );
    } catch {
      // No scalar at all.
      return false;
    }
  }

  #isOut({ member: { name } }: Seat, outcome: Outcome): boolean {
    return this.#cheaters.has(name) || outcome.out(name);
  }

  /** Asks one member; whoever fails is out of this request, whoever cheats is out for good. */
  async #orOut<T>(seat: Seat, outcome: Outcome, work: () => Promise<T>): Promise<T | undefined> {
    try {
      return await work();
    } catch (error) {
      const { name } = seat.member;
      if (error instanceof Cheat) {
        this.#cheaters.set(name, error.message);
        this.#notices.cheated?.(name, error.message);
        return undefined;
      }
      if (!(error instanceof StrongroomError)) throw error;
      const why = reasonOf(error);
      (error.retryable ? outcome.unavailable : outcome.refused).set(name, why);
      this.#notices.absent?.(name, why);
      this.#order = [...this.#order.filter((other) => other !== seat), seat];
      return undefined;
    }
  }

  #tooFew({ refused, unavailable }: Outcome): StrongroomError {
    const { threshold, members } = this.#group;
    const ways = new Set(this.#seats.map(({ member }) => member.name));
    for (const { name } of members) if (!ways.has(name)) unavailable.set(name, "no way to it is configured");
    return tooFew(this.key, threshold, {
      refused,
      unavailable,
      cheaters: this.#cheaters,
      members: members.length,
    });
  }
}

const bytes = (hex: Hex) => hexToBytes(hex) as Uint8Array<ArrayBuffer>;
