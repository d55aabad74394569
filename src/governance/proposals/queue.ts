import { type Provider, ZeroHash } from "ethers";
import type { SuiteAddresses } from "../../../deploy/addresses.ts";
import { TimelockController__factory } from "../../../typechain-types/factories/@openzeppelin/contracts/governance/TimelockController__factory.ts";
import type { AddressBook, DecodedCall } from "../address-book.ts";
import { eventsOf } from "../logs.ts";

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
