import { isError, type Provider, type Signer, type TransactionReceipt } from "ethers";
import type { SuiteAddresses } from "../../../deploy/addresses.ts";
import { TimelockController__factory } from "../../../typechain-types/factories/@openzeppelin/contracts/governance/TimelockController__factory.ts";
import { TerminalError } from "../../core/errors.ts";
import { type AddressBook, type DecodedEvent, readAddressBook } from "../address-book.ts";
import type { CompiledChange } from "../changes/compile.ts";
import type { GoverningPath } from "../changes/governing-path.ts";
import { revertDataOf } from "../revert-data.ts";
import { type Call, Safe } from "../safe.ts";
import { columnsOf, operationOf, scheduleCall } from "../timelock.ts";
import { type Change, diffVariables } from "../variable-changes.ts";
import { readVariables, UNREADABLE, type Variable } from "../variables.ts";
import { approvedHashSignature } from "../wallets/safe-signature.ts";
import { ANYONE, type Fork } from "./fork.ts";
import { lockOuts, refuseLockOuts } from "./lock-out.ts";

/** One transaction of the way. */
export interface SimulatedStep {
  readonly step: "schedule" | "execute" | "act";
  /** Gas used, the transaction's own costs included. */
  readonly gas: bigint;
}

/** What came of trying a change on a fork. */
export interface Simulation {
  /** Of the live chain: what it was tried on. */
  readonly block: { readonly number: number; readonly time: bigint };
  /** When it took effect on the fork, Unix seconds: what counts from then moves with it. */
  readonly effectiveAt: bigint;
  readonly steps: readonly SimulatedStep[];
  /** Every governed variable that is another one afterwards. */
  readonly changes: readonly Change[];
  readonly events: readonly DecodedEvent[];
}

async function send(
  signer: Signer,
  call: Call,
  what: string,
  book: AddressBook,
): Promise<TransactionReceipt> {
  const { to, data, value = 0n } = call;
  try {
    await signer.call({ to, data, value });
    const sent = await signer.sendTransaction({ to, data, value });
    const receipt = await sent.wait();
    if (receipt === null) throw new TerminalError("SIMULATION_LOST", "The fork lost a transaction");
    return receipt;
  } catch (error) {
    const reverted = revertDataOf(error);
    if (reverted === undefined && !isError(error, "CALL_EXCEPTION")) throw error;
    throw new TerminalError("SIMULATION_REVERTS", `${what} would revert`, {
      facts: { because: reverted === undefined ? "no reason given" : book.refusal(reverted) },
      advice: "docs/errors.md says what each error means. Nothing was written.",
      docs: "docs/errors.md",
    });
  }
}

/** A contract that answers again, or no more, changes no variable: only whether it can be read. */
function isAnswerAgain(
  { kind, before, after }: Change,
  old: readonly Variable[],
  next: readonly Variable[],
): boolean {
  const isBroken = (side: readonly Variable[]) =>
    side.some((variable) => variable.kind === kind && variable.value === UNREADABLE);
  return (before === undefined && isBroken(old)) || (after === undefined && isBroken(next));
}

/** As many owners as the Safe asks for approve on chain; then anyone carries it out: every check of the Safe and its guard runs. */
async function throughSafe(
  fork: Fork,
  addresses: SuiteAddresses,
  name: string,
  call: Call,
  book: AddressBook,
) {
  const where = addresses.safes[name as keyof SuiteAddresses["safes"]];
  if (where === undefined) throw new TerminalError("UNKNOWN_SAFE", `This deployment has no ${name} Safe`);
  const safe = new Safe(where, BigInt(addresses.chainId), fork.provider);
  const transaction = await safe.build(call);
  const owners = (await safe.owners()).slice(0, await safe.threshold());
  const hash = safe.hash(transaction);
  for (const owner of owners) {
    const data = safe.contract.interface.encodeFunctionData("approveHash", [hash]);
    await send(await fork.as(owner), { to: where, data }, `The approval of ${owner}`, book);
  }
  const signatures = owners.map((owner) => ({
    owner,
    kind: "approved-hash" as const,
    signature: approvedHashSignature(owner),
  }));
  return send(
    await fork.as(ANYONE),
    safe.executionOf(transaction, signatures),
    `The ${name} Safe's transaction`,
    book,
  );
}

async function alongPath(
  fork: Fork,
  addresses: SuiteAddresses,
  { calls, salt, book }: CompiledChange,
  path: GoverningPath,
): Promise<{ steps: SimulatedStep[]; receipts: TransactionReceipt[] }> {
  const [only] = calls;
  if (path.by !== "timelock") {
    if (only === undefined) throw new TerminalError("TIMELOCK_EMPTY", "An operation needs at least one call");
    const receipt =
      path.by === "safe"
        ? await throughSafe(fork, addresses, path.safe, only, book)
        : await send(await fork.as(path.account), only, "The call", book);
    return { steps: [{ step: "act", gas: receipt.gasUsed }], receipts: [receipt] };
  }
  const operation = operationOf(calls, salt);
  const timelock = TimelockController__factory.connect(path.timelock, fork.provider);
  const schedule = await scheduleCall(timelock, operation);
  const scheduled = await throughSafe(fork, addresses, path.safe, schedule, book);
  await fork.wait(await timelock.getMinDelay());
  const data = timelock.interface.encodeFunctionData("executeBatch", [
    ...columnsOf(calls),
    operation.predecessor,
    operation.salt,
  ]);
  const executed = await send(await fork.as(ANYONE), { to: path.timelock, data }, "The execution", book);
  return {
    steps: [
      { step: "schedule", gas: scheduled.gasUsed },
      { step: "execute", gas: executed.gasUsed },
    ],
    receipts: [scheduled, executed],
  };
}

/** What decides exits or prices afterwards was known before, or is built from this change's own sources. */
function refuseUnknownCode(before: AddressBook, after: AddressBook): void {
  for (const { name, address } of after.entries) {
    if (before.at(address) !== undefined) continue;
    throw new TerminalError(
      "UNKNOWN_TARGET",
      `The ${name} would be a contract that governance doesn't know`,
      {
        facts: { address },
        advice: "Declare it under `deploy`, so that it is built from the sources that reviewers have.",
      },
    );
  }
}

function eventsOf(before: AddressBook, after: AddressBook, receipts: readonly TransactionReceipt[]) {
  // What a change puts in force speaks under its own name afterwards.
  return receipts
    .flatMap(({ logs }) => logs)
    .map((log) => before.event(log) ?? after.event(log))
    .filter((event): event is DecodedEvent => event !== undefined);
}

/**
 * Tries a compiled change on a fork of the live state, the whole way: the Safe's owners approve, the timelock waits, anyone
 * executes.
 *
 * @param live the chain that was forked: it says itself how things are before, sooner than a fork that asks it for each account
 * @throws TerminalError `SIMULATION_REVERTS` with the contract's own error; `UNKNOWN_TARGET`; the codes of `refuseLockOuts`
 */
export async function simulate(
  live: Provider,
  fork: Fork,
  addresses: SuiteAddresses,
  change: CompiledChange,
): Promise<Simulation> {
  const [before, lockedBefore] = await Promise.all([
    readVariables(live, addresses, { withBroken: true, blockTag: fork.block.number }),
    lockOuts(live, addresses),
  ]);
  const { steps, receipts } = await alongPath(fork, addresses, change, change.path);
  refuseLockOuts(lockedBefore, await lockOuts(fork.provider, addresses));
  const after = await readVariables(fork.provider, addresses, { withBroken: true });
  const book = await readAddressBook(fork.provider, addresses);
  refuseUnknownCode(change.book, book);
  const events = eventsOf(change.book, book, receipts);
  const last = await fork.provider.getBlock(receipts.at(-1)?.blockNumber ?? "latest");
  const effectiveAt = BigInt(last?.timestamp ?? 0);
  // Every act of a Safe counts its nonce up: that is no change that anyone decides on.
  const changes = diffVariables(before, after).filter(
    (change) => change.kind !== "safe.nonce" && !isAnswerAgain(change, before, after),
  );
  return { block: fork.block, effectiveAt, steps, changes, events };
}
