import type { SeededRandom } from "./seeded-random.ts";

/** What goes wrong in one simulation, and how often. Probabilities are for each call or step. */
export interface Scenario {
  readonly workers: number;
  readonly deposits: number;
  readonly payouts: number;
  /** Milliseconds until which faults happen. */
  readonly faultsUntil: number;
  readonly lostRequests: number;
  readonly lostAnswers: number;
  readonly lateAnswers: number;
  readonly doubled: number;
  readonly crashes: number;
  readonly pauses: number;
  readonly storeFaults: number;
  /** Probabilities for each block. */
  readonly homeReorgs: number;
  readonly foreignReorgs: number;
  /** Milliseconds of blocks that don't become final. */
  readonly slowFinality: number;
  readonly lossyPool: number;
  /** Signers that sign whatever they are asked: then the relayer's own rules must hold alone. */
  readonly blindSigners: boolean;
  readonly signersDown: number;
  readonly signersRefuse: number;
  /** Signers that give a signature or a proof of something else. */
  readonly signersLie: number;
  /** Milliseconds that wall clocks are wrong by, at most. */
  readonly skew: number;
  readonly operatorGivesUp: boolean;
  readonly chainIsHeld: boolean;
  readonly epochRotates: boolean;
  readonly deepReorg: boolean;
  /** Deposits that are replaced by another transaction while their block isn't final. */
  readonly faithlessDepositors: boolean;
  /** Blocks of the coins' chain take what pays much only, for so many milliseconds. */
  readonly congestion: number;
  /** Accounts that cancel their payouts while they can. */
  readonly cancels: number;
  /** Deposits that are more than is credited at once. */
  readonly delayed: boolean;
}

/** A scenario by chance: a third of all have none of a kind of fault, so that others show. */
export function scenarioOf(random: SeededRandom): Scenario {
  const some = (most: number) => (random.chance(0.35) ? 0 : random.next() * most);
  return {
    workers: random.chance(0.35) ? 2 : 1,
    deposits: random.between(1, 2),
    payouts: random.between(1, 2),
    faultsUntil: random.between(25, 80) * 1_000,
    lostRequests: some(0.05),
    lostAnswers: some(0.06),
    lateAnswers: some(0.08),
    doubled: some(0.05),
    crashes: some(0.012),
    pauses: some(0.006),
    storeFaults: some(0.06),
    homeReorgs: some(0.12),
    foreignReorgs: some(0.15),
    slowFinality: random.chance(0.2) ? random.between(10, 60) * 1_000 : 0,
    lossyPool: some(0.3),
    blindSigners: random.chance(0.5),
    signersDown: some(0.1),
    signersRefuse: some(0.05),
    signersLie: some(0.08),
    skew: random.chance(0.3) ? random.between(0, 600) * 1_000 : 0,
    operatorGivesUp: random.chance(0.3),
    chainIsHeld: random.chance(0.12),
    epochRotates: random.chance(0.15),
    deepReorg: random.chance(0.04),
    faithlessDepositors: random.chance(0.2),
    congestion: random.chance(0.35) ? random.between(20, 90) * 1_000 : 0,
    cancels: random.chance(0.15) ? 0.4 : 0,
    delayed: random.chance(0.25),
  };
}
