import type { Provider } from "ethers";
import type { SuiteAddresses } from "../../../deploy/addresses.ts";
import { TimelockController__factory } from "../../../typechain-types/factories/@openzeppelin/contracts/governance/TimelockController__factory.ts";
import { VetoGate__factory } from "../../../typechain-types/factories/contracts/governance/VetoGate__factory.ts";
import { eventsOf, logsOf } from "../logs.ts";
import { SEATS } from "../role-graph.ts";
import { Safe } from "../safe.ts";
import type { SafeSignature } from "../wallets/safe-signature.ts";
import type { Proposal } from "./proposal.ts";
import { refuseOtherChain } from "./review.ts";

/** Where a proposal stands. */
export type Phase =
  | "collecting" // signatures are missing
  | "signed" // the Safe's transaction can be sent
  | "waiting" // scheduled; the delay runs
  | "ready" // anyone can execute
  | "done"
  | "vetoed"
  | "replaced" // another transaction took the Safe's nonce
  | "expired"
  | "open"; // an account acts: it can be sent

/** A proposal's standing, from the chain. */
export interface Progress {
  readonly phase: Phase;
  readonly signatures: number;
  /** How many the Safe asks for; 0 where an account acts. */
  readonly needed: number;
  /** Unix seconds from which it can be executed. */
  readonly readyAt?: bigint;
  /** The Safe's next nonce. */
  readonly nextNonce?: bigint;
}

/** OpenZeppelin's mark of a done operation. */
const DONE = 1n;

async function wasExecuted(
  provider: Provider,
  safe: Safe,
  hash: string,
  fromBlock: number,
): Promise<boolean> {
  const { address, contract } = safe;
  const sent = await eventsOf(provider, address, contract.interface, "ExecutionSuccess", fromBlock);
  return sent.some(([of]) => of === hash);
}

async function wasSent(provider: Provider, { calls, simulation }: Proposal): Promise<boolean> {
  // An account's own act leaves its event at the target alone: read as done when a transaction with its data was mined. The
  // same act before the proposal was another one.
  const [call] = calls;
  const fromBlock = simulation.block.number + 1;
  if (call === undefined) return false;
  const toBlock = await provider.getBlockNumber();
  const logs = await logsOf(provider, { addresses: [call.to], topics: [], fromBlock, toBlock });
  for (const hash of new Set(logs.map(({ transactionHash }) => transactionHash))) {
    const sent = await provider.getTransaction(hash);
    if (sent?.to === call.to && sent.data === call.data) return true;
  }
  return false;
}

/**
 * Where a proposal stands, given the signatures that were collected.
 *
 * @throws TerminalError `OTHER_CHAIN`, `OTHER_DEPLOYMENT`
 */
export async function progressOf(
  provider: Provider,
  addresses: SuiteAddresses,
  proposal: Proposal,
  signatures: readonly SafeSignature[],
): Promise<Progress> {
  refuseOtherChain({ addresses }, proposal);
  const latest = await provider.getBlock("latest");
  const now = BigInt(latest?.timestamp ?? 0);
  const expired = now > BigInt(proposal.inputs.validUntil);
  if (proposal.safe === undefined) {
    const done = await wasSent(provider, proposal);
    return { phase: done ? "done" : expired ? "expired" : "open", signatures: 0, needed: 0 };
  }
  const safe = new Safe(proposal.safe.address, BigInt(addresses.chainId), provider);
  const [owners, needed, nextNonce] = await Promise.all([safe.owners(), safe.threshold(), safe.nonce()]);
  const counted = signatures.filter(({ owner }) =>
    owners.some((known) => BigInt(known) === BigInt(owner)),
  ).length;
  const base = { signatures: counted, needed, nextNonce };
  const { operation } = proposal;
  if (operation !== undefined) {
    const timelock = TimelockController__factory.connect(operation.timelock, provider);
    const readyAt = await timelock.getTimestamp(operation.id);
    if (readyAt === DONE) return { ...base, phase: "done" };
    const { gate } = SEATS[operation.timelock === addresses.timelock ? "suite" : "reserve"];
    if (await VetoGate__factory.connect(addresses[gate], provider).vetoed(operation.id))
      return { ...base, phase: "vetoed" };
    if (readyAt > DONE) {
      if (now < readyAt) return { ...base, phase: "waiting", readyAt };
      return { ...base, phase: expired ? "expired" : "ready", readyAt };
    }
  }
  if (BigInt(proposal.safe.transaction.nonce) < nextNonce) {
    const executed = await wasExecuted(provider, safe, proposal.safe.hashes.safeTx, addresses.fromBlock);
    // A batch whose scheduling was executed and whose operation is gone was cancelled.
    if (executed) return { ...base, phase: operation === undefined ? "done" : "vetoed" };
    return { ...base, phase: "replaced" };
  }
  if (expired) return { ...base, phase: "expired" };
  return { ...base, phase: counted >= needed ? "signed" : "collecting" };
}
