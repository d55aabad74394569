import type { Signer } from "ethers";
import { TerminalError } from "../../core/errors.ts";
import { type CycleProposal, hashCycle, signPosition } from "./cycle.ts";
import { NOTICE } from "./margin.ts";
import type { NettingDomain } from "./netting-domain.ts";
import { nameOf } from "./netting-graph.ts";
import { faultOf, hashObligation, isObligationSigned, type SignedObligation } from "./obligation.ts";
import { obligationTree } from "./obligation-tree.ts";
import type { ContractCaller } from "./signed-by.ts";

/** What a party knows by itself, without whoever proposes cycles. */
export interface PartyBooks {
  readonly party: string;
  /** Where it nets: its own chain and contract. */
  readonly domain: NettingDomain;
  /** All obligations that it owes or is owed and that no cycle has cleared; of any asset. */
  readonly open: readonly SignedObligation[];
  /** Unix seconds. */
  readonly now: bigint;
  /** Asked about signatures of debtors that are contracts. */
  readonly provider?: ContractCaller;
}

/** Why not to sign. */
export interface CycleFault {
  readonly code: CycleFaultCode;
  /** A sentence. */
  readonly message: string;
}

export type CycleFaultCode =
  | "OTHER_DEPLOYMENT"
  | "TOO_LATE"
  | "DEADLINE_TOO_FAR"
  | "NOT_ASCENDING"
  | "NOT_ZERO_SUM"
  | "NOT_NAMED"
  | "OBLIGATION_TWICE"
  | "OTHER_ROOT"
  | "BAD_OBLIGATION"
  | "OTHER_ASSET"
  | "NOT_FOR_NETTING"
  | "NOT_SIGNED"
  | "COUNTERPARTY_NOT_NAMED"
  | "WRONG_NET";

/** What a proposal means to one party. */
export interface CycleCheck {
  /** Nothing in it: sign. */
  readonly faults: readonly CycleFault[];
  /** Of its own obligations, those that the cycle clears. */
  readonly cleared: readonly SignedObligation[];
  /** What they come to: raw units that the party gets, negative = gives. */
  readonly net: bigint;
}

/**
 * Compares a proposal with a party's own books, trusting nobody: that the root is of the hashes that are shown and of nothing
 * else, that its net follows from those of its obligations that are under it, that each of these is signed by its debtor, of
 * this asset, still for netting, and its other party named, so that both sign; then deadline, vector, chain and contract.
 *
 * What it can't see is what others owe each other, and it need not: each of them checks its own. An obligation that is left out
 * isn't a fault: it stays owed.
 *
 * @throws what `books.provider` throws when it can't answer
 */
export async function checkCycle(proposal: CycleProposal, books: PartyBooks): Promise<CycleCheck> {
  const { cycle, hashes } = proposal;
  const party = nameOf(books.party);
  const shown = new Set(hashes.map((hash) => hash.toLowerCase()));
  const mine = [...new Map(books.open.map((o) => [hashObligation(o), o])).values()].filter(
    ({ debtor, creditor }) => nameOf(debtor) === party || nameOf(creditor) === party,
  );
  const cleared = mine.filter((obligation) => shown.has(hashObligation(obligation)));
  let net = 0n;
  for (const { debtor, amount } of cleared) net += nameOf(debtor) === party ? -amount : amount;
  const faults = [
    ...faultsOfVector(proposal, books),
    ...faultsOfRoot(proposal),
    ...(
      await Promise.all(cleared.map((obligation) => faultsOfObligation(proposal, obligation, books)))
    ).flat(),
  ];
  const named = cycle.entries.find((entry) => nameOf(entry.party) === party);
  if (named === undefined) {
    faults.push({ code: "NOT_NAMED", message: "The cycle doesn't name this party" });
  } else if (named.net !== net) {
    faults.push({
      code: "WRONG_NET",
      message: `The cycle gives this party ${named.net}, and its obligations under the root come to ${net}`,
    });
  }
  return { faults, cleared, net };
}

/**
 * Checks a proposal and signs the party's position.
 *
 * @param nonce the party's own reading of how many cycles it has been in: `readMargins`
 * @throws {TerminalError} CYCLE_REFUSED with all that is wrong
 */
export async function signCycle(
  signer: Signer,
  proposal: CycleProposal,
  books: PartyBooks,
  nonce: bigint,
): Promise<string> {
  const { faults, net } = await checkCycle(proposal, books);
  const [first] = faults;
  if (first !== undefined) {
    throw new TerminalError("CYCLE_REFUSED", faults.map(({ message }) => message).join(". "), {
      facts: { party: books.party, fault: first.code, faults: faults.length },
      advice: "Don't sign. Whoever proposes it must explain, or is lying.",
    });
  }
  const { asset } = proposal.cycle;
  const position = { cycle: hashCycle(proposal.cycle), party: books.party, asset, net, nonce };
  return signPosition(signer, books.domain, position);
}

function faultsOfVector({ domain, cycle }: CycleProposal, books: PartyBooks): CycleFault[] {
  const faults: CycleFault[] = [];
  const own = books.domain;
  if (
    domain.chainId !== own.chainId ||
    nameOf(domain.verifyingContract) !== nameOf(own.verifyingContract) ||
    domain.name !== own.name ||
    domain.version !== own.version
  ) {
    faults.push({
      code: "OTHER_DEPLOYMENT",
      message: `The cycle is for ${domain.verifyingContract} on chain ${domain.chainId}`,
    });
  }
  if (cycle.deadline < books.now)
    faults.push({ code: "TOO_LATE", message: `The cycle's deadline was ${cycle.deadline}` });
  if (cycle.deadline > books.now + NOTICE) {
    faults.push({
      code: "DEADLINE_TOO_FAR",
      message: `The cycle's deadline ${cycle.deadline} is more than ${NOTICE} seconds ahead`,
    });
  }
  const places = cycle.entries.map(({ party }) => BigInt(party));
  if (places.some((place, i) => place <= (places[i - 1] ?? 0n))) {
    faults.push({ code: "NOT_ASCENDING", message: "The cycle's parties don't ascend, each named once" });
  }
  const sum = cycle.entries.reduce((total, { net }) => total + net, 0n);
  if (sum !== 0n) faults.push({ code: "NOT_ZERO_SUM", message: `The cycle's nets sum to ${sum}` });
  return faults;
}

function faultsOfRoot({ cycle, hashes }: CycleProposal): CycleFault[] {
  try {
    const { root } = obligationTree(hashes);
    if (root.toLowerCase() === cycle.obligations.toLowerCase()) return [];
  } catch (error) {
    // Hashes that make no tree are no cycle's.
    if (error instanceof TerminalError && error.code === "OBLIGATION_TWICE")
      return [{ code: "OBLIGATION_TWICE", message: error.message }];
  }
  return [{ code: "OTHER_ROOT", message: "The cycle's root isn't that of the hashes that are shown" }];
}

async function faultsOfObligation(
  { cycle }: CycleProposal,
  obligation: SignedObligation,
  books: PartyBooks,
): Promise<CycleFault[]> {
  const faults: CycleFault[] = [];
  const hash = hashObligation(obligation);
  const wrong = faultOf(obligation);
  if (wrong !== null)
    faults.push({ code: "BAD_OBLIGATION", message: `Obligation ${hash} can't be netted: ${wrong}` });
  if (obligation.asset !== cycle.asset)
    faults.push({ code: "OTHER_ASSET", message: `Obligation ${hash} is of another asset` });
  if (obligation.dueBy < cycle.deadline) {
    faults.push({
      code: "NOT_FOR_NETTING",
      message: `Obligation ${hash} is not for netting after ${obligation.dueBy}, and the cycle can settle until ${cycle.deadline}`,
    });
  }
  for (const party of [obligation.debtor, obligation.creditor]) {
    if (cycle.entries.some((entry) => nameOf(entry.party) === nameOf(party))) continue;
    faults.push({
      code: "COUNTERPARTY_NOT_NAMED",
      message: `Obligation ${hash} is cleared without the signature of ${party}`,
    });
  }
  if (!(await isObligationSigned(books.domain, obligation, books.provider)))
    faults.push({ code: "NOT_SIGNED", message: `Obligation ${hash} isn't signed by its debtor` });
  return faults;
}
