import { TerminalError } from "../../core/errors.ts";
import { type CycleProposal, hashCycle, positionDigest, proposeCycle, type SignedCycle } from "./cycle.ts";
import { capacityOf, type Margin, NOTICE } from "./margin.ts";
import { readMargins, rehearseSettling } from "./netting-contract.ts";
import type { NettingDomain } from "./netting-domain.ts";
import { nameOf } from "./netting-graph.ts";
import { faultOf, hashObligation, isObligationSigned, type SignedObligation } from "./obligation.ts";
import { type LoadHighs, loadHighs } from "./relaxation.ts";
import { type ContractCaller, isSignedBy } from "./signed-by.ts";
import { solveCycle } from "./solve-cycle.ts";

/** The time, in Unix seconds, and how to let it pass. */
export interface CycleClock {
  now(): bigint;
  /** Resolves `seconds` later, or when `signal` is aborted. */
  wait(seconds: bigint, signal: AbortSignal): Promise<void>;
}

/** What a party is asked. */
export interface SigningRequest {
  readonly party: string;
  readonly proposal: CycleProposal;
  /** Under which it must sign; it reads its own all the same. */
  readonly nonce: bigint;
  /** Aborted when its time is over. */
  readonly signal: AbortSignal;
}

export interface Collecting {
  readonly domain: NettingDomain;
  /** All of one asset. */
  readonly obligations: readonly SignedObligation[];
  /** Reads margins, asks contracts about their signatures, rehearses the settlement. */
  readonly provider: ContractCaller;
  readonly clock: CycleClock;
  /** Shows a party its proposal and brings its signature. Whoever refuses (an error) or is late is left out. */
  ask(request: SigningRequest): Promise<string>;
  /** Seconds that parties have to sign, each round. */
  readonly signWithin: bigint;
  /** Seconds from then until the cycle's deadline. */
  readonly settleWithin: bigint;
  /** How often to begin anew without those who didn't sign. 10 if not given. */
  readonly rounds?: number;
  readonly loadHighs?: LoadHighs;
}

/** Why a party isn't in the cycle. */
export type Absence = "LATE" | "REFUSED" | "BAD_SIGNATURE" | "VOIDED";

/** Why an obligation was never considered. */
export interface Unfit {
  readonly obligation: SignedObligation;
  /** A clause. */
  readonly why: string;
}

interface Outcome {
  /** How many proposals were made. */
  readonly rounds: number;
  /** By address in lower case. */
  readonly absent: ReadonlyMap<string, Absence>;
  readonly unfit: readonly Unfit[];
}

/** A cycle that the contract settles, as it stood when it was asked. */
export interface CollectedCycle extends Outcome {
  readonly settles: true;
  readonly cycle: SignedCycle;
  readonly proposal: CycleProposal;
  readonly cleared: readonly SignedObligation[];
  /** Sum of what is cleared, raw units, and what no solver could exceed. */
  readonly gross: bigint;
  readonly bound: bigint;
}

/** No cycle, and why. */
export interface NoCycle extends Outcome {
  readonly settles: false;
  readonly code: "NOTHING_CLEARS" | "TOO_MANY_ROUNDS" | "REVERTS";
  /** A sentence. */
  readonly why: string;
}

type Answer = { readonly signature: string } | { readonly absence: Absence };

/**
 * Brings a cycle about: solves, asks all its parties at once to sign, leaves out whoever doesn't in time and begins anew
 * without them, until all have signed and the contract, asked by a static call, would settle it. Nothing is sent: anyone sends
 * `settle` with the result.
 *
 * Signatures of a former round are worth nothing once a later cycle is settled, and a later one nothing once a former is: both
 * are under the same nonces. So a party that brings its signature late can't have both.
 *
 * @throws {TerminalError} DEADLINE_TOO_FAR if signing and settling take longer than the contract's notice; MIXED_ASSETS
 * @throws {RetryableError} SOLVER_FAILED, and what the provider throws when it can't answer
 */
export async function collectCycle(collecting: Collecting): Promise<CollectedCycle | NoCycle> {
  const { domain, provider, clock, signWithin, settleWithin, rounds = 10 } = collecting;
  if (signWithin + settleWithin > NOTICE) {
    throw new TerminalError("DEADLINE_TOO_FAR", "Signing and settling take longer than the contract allows", {
      facts: { signWithin, settleWithin, most: NOTICE },
    });
  }
  const absent = new Map<string, Absence>();
  const { fit, unfit } = await sorted(collecting);
  for (let round = 1; round <= rounds; round++) {
    const none = (code: NoCycle["code"], why: string): NoCycle => ({
      settles: false,
      code,
      why,
      rounds: round,
      absent,
      unfit,
    });
    const deadline = clock.now() + signWithin + settleWithin;
    const candidates = fit.filter(
      ({ debtor, creditor, dueBy }) =>
        !absent.has(nameOf(debtor)) && !absent.has(nameOf(creditor)) && dueBy >= deadline,
    );
    const margins = await marginsOf(collecting, candidates);
    const solution = await solveCycle(
      candidates,
      (party) => capacityOf(marginIn(margins, party), deadline),
      collecting.loadHighs ?? loadHighs,
    );
    const { cleared, gross, bound } = solution;
    if (cleared.length === 0) {
      return none(
        "NOTHING_CLEARS",
        candidates.length === 0
          ? "No obligation is left between parties that sign"
          : "No obligation can be cleared within the parties' caps and balances",
      );
    }
    const proposal = proposeCycle(domain, cleared, deadline);
    const answers = await askAll(collecting, proposal, margins);
    const before = absent.size;
    for (const [party, answer] of answers) if ("absence" in answer) absent.set(party, answer.absence);
    if (absent.size > before) continue;
    const cycle = withSignatures(proposal, answers);
    const refusal = await rehearseSettling(provider, domain, cycle);
    if (refusal === null)
      return { settles: true, cycle, proposal, cleared, gross, bound, rounds: round, absent, unfit };
    if (refusal.party === null) return none("REVERTS", `The contract refuses the cycle: ${refusal.error}`);
    // It has changed its margin, or its contract its mind, since it was asked.
    absent.set(refusal.party, "VOIDED");
  }
  return {
    settles: false,
    code: "TOO_MANY_ROUNDS",
    why: `In each of ${rounds} rounds another party didn't sign`,
    rounds,
    absent,
    unfit,
  };
}

/** The obligations that can be netted at all, and why others can't. */
async function sorted({ obligations, domain, provider }: Collecting) {
  const fit: SignedObligation[] = [];
  const unfit: Unfit[] = [];
  const seen = new Set<string>();
  for (const obligation of obligations) {
    const hash = hashObligation(obligation);
    const signed = () => isObligationSigned(domain, obligation, provider);
    const why =
      faultOf(obligation) ??
      (seen.has(hash) ? "it is there twice" : null) ??
      ((await signed()) ? null : "its debtor hasn't signed it");
    seen.add(hash);
    if (why === null) fit.push(obligation);
    else unfit.push({ obligation, why });
  }
  return { fit, unfit };
}

function marginsOf({ provider, domain }: Collecting, obligations: readonly SignedObligation[]) {
  const parties = new Set(obligations.flatMap(({ debtor, creditor }) => [nameOf(debtor), nameOf(creditor)]));
  return readMargins(provider, domain, obligations[0]?.asset ?? 0n, [...parties]);
}

/** Asks all parties at once; who hasn't answered when the time is over is late. */
async function askAll(
  { ask, clock, signWithin, domain, provider }: Collecting,
  proposal: CycleProposal,
  margins: ReadonlyMap<string, Margin>,
): Promise<Map<string, Answer>> {
  const cycle = hashCycle(proposal.cycle);
  const over = new AbortController();
  const timer = new AbortController();
  const timeOut = clock.wait(signWithin, timer.signal).then((): Answer => ({ absence: "LATE" }));
  const answers = proposal.cycle.entries.map(async ({ party, net }): Promise<[string, Answer]> => {
    const { nonce } = marginIn(margins, party);
    const digest = positionDigest(domain, { cycle, party, asset: proposal.cycle.asset, net, nonce });
    const answered = async (): Promise<Answer> => {
      let signature: string;
      try {
        signature = await ask({ party, proposal, nonce, signal: over.signal });
      } catch {
        return { absence: "REFUSED" };
      }
      return (await isSignedBy(party, digest, signature, provider))
        ? { signature }
        : { absence: "BAD_SIGNATURE" };
    };
    return [party, await Promise.race([answered(), timeOut])];
  });
  try {
    return new Map(await Promise.all(answers));
  } finally {
    over.abort();
    timer.abort();
  }
}

function withSignatures({ cycle }: CycleProposal, answers: ReadonlyMap<string, Answer>): SignedCycle {
  const entries = cycle.entries.map((entry) => {
    const answer = answers.get(entry.party);
    return { ...entry, signature: answer !== undefined && "signature" in answer ? answer.signature : "0x" };
  });
  return { ...cycle, entries };
}

/** A party's margin; one that was not read has none. */
function marginIn(margins: ReadonlyMap<string, Margin>, party: string): Margin {
  return margins.get(nameOf(party)) ?? { balance: 0n, cap: 0n, nonce: 0n, withdrawal: 0n, from: 0n };
}
