import { type Provider, type Signer, type TransactionReceipt, ZeroHash } from "ethers";
import type { SuiteAddresses } from "../../../deploy/addresses.ts";
import { TimelockController__factory } from "../../../typechain-types/factories/@openzeppelin/contracts/governance/TimelockController__factory.ts";
import { RetryableError, TerminalError } from "../../core/errors.ts";
import { type AddressBook, type DecodedCall, readAddressBook } from "../address-book.ts";
import { eventsOf } from "../logs.ts";
import { revertDataOf } from "../revert-data.ts";
import { execute } from "../timelock.ts";
import { callsOf } from "./written.ts";

/** An operation that a timelock holds and that is neither done nor cancelled. */
export interface QueuedOperation {
  readonly id: string;
  readonly timelock: string;
  /** Unix seconds. */
  readonly readyAt: bigint;
  readonly predecessor: string;
  readonly salt: string;
  readonly calls: readonly {
    readonly to: string;
    readonly value: string;
    readonly data: string;
    /** Undefined where governance doesn't know what is called. */
    readonly reads: DecodedCall | undefined;
  }[];
}

/**
 * Executes what waits in a timelock and is ready, whoever scheduled it. Whoever runs it only pays the gas.
 *
 * @throws TerminalError `NOT_QUEUED`; RetryableError `NOT_READY`; TerminalError `EXECUTION_REVERTS`
 */
export async function executeQueued(
  provider: Provider,
  addresses: SuiteAddresses,
  id: string,
  signer: Signer,
): Promise<TransactionReceipt> {
  const book = await readAddressBook(provider, addresses);
  const operation = (await queueOf(provider, addresses, book)).find((queued) => queued.id === id);
  if (operation === undefined) {
    throw new TerminalError("NOT_QUEUED", "No timelock of this deployment holds this operation", {
      facts: { operation: id },
      advice: "It was executed or vetoed, or the id is another one: see gov status.",
    });
  }
  const { timelock, readyAt, predecessor, salt, calls } = operation;
  const now = BigInt((await provider.getBlock("latest"))?.timestamp ?? 0);
  if (now < readyAt) {
    throw new RetryableError("NOT_READY", "The timelock's delay is not over", {
      facts: { readyAt: new Date(Number(readyAt) * 1_000).toISOString() },
      advice: "Run the same command again after that.",
    });
  }
  try {
    return await execute(TimelockController__factory.connect(timelock, signer), {
      calls: callsOf(calls),
      predecessor,
      salt,
    });
  } catch (error) {
    const data = revertDataOf(error);
    if (data === undefined) throw error;
    throw new TerminalError("EXECUTION_REVERTS", "The chain refuses it", {
      cause: error,
      facts: { because: book.refusal(data) },
      advice: "docs/errors.md says what each error means.",
    });
  }
}

/** What waits in both timelocks, by their own logs, whoever scheduled it. */
export async function queueOf(
  provider: Provider,
  addresses: SuiteAddresses,
  book: AddressBook,
): Promise<readonly QueuedOperation[]> {
  const queued: QueuedOperation[] = [];
  for (const address of [addresses.timelock, addresses.reserveTimelock]) {
    const timelock = TimelockController__factory.connect(address, provider);
    const [scheduled, salts] = await Promise.all([
      eventsOf(provider, address, timelock.interface, "CallScheduled", addresses.fromBlock),
      eventsOf(provider, address, timelock.interface, "CallSalt", addresses.fromBlock),
    ]);
    for (const id of new Set(scheduled.map((args) => String(args.id)))) {
      const readyAt = await timelock.getTimestamp(id);
      if (readyAt <= 1n) continue;
      const latest = new Map(scheduled.filter((args) => args.id === id).map((args) => [args.index, args]));
      const calls = [...latest.values()].map(({ target, value, data }) => ({
        to: target,
        value: value.toString(),
        data,
        reads: book.decode({ to: target, data, value }),
      }));
      queued.push({
        id,
        timelock: address,
        readyAt,
        predecessor: [...latest.values()][0]?.predecessor ?? ZeroHash,
        salt: salts.find((args) => args.id === id)?.salt ?? ZeroHash,
        calls,
      });
    }
  }
  return queued.sort((a, b) => Number(a.readyAt - b.readyAt));
}
