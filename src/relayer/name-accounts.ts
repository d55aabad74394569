import type { Caip2, Point } from "../chains/chain.ts";
import type { DepositBook } from "../chains/utxo/address-book.ts";
import type { UtxoIndex } from "../chains/utxo/utxo-index.ts";
import type { Journal } from "../journal/journal.ts";
import { AccountBook } from "../signing/account-book.ts";
import { RouteControl } from "./route-control.ts";
import type { StreamNames } from "./stream-names.ts";

/** Blocks that a process reads again when it begins: another worker may have had the route since it read them. */
const AGAIN = 144;

/** What accounts are named for. */
export interface AccountNaming {
  readonly journal: Journal;
  readonly chain: Caip2;
  readonly names: StreamNames;
  readonly book: DepositBook;
  readonly index: Pick<UtxoIndex, "rewind">;
}

/**
 * Names the accounts whose deposits are looked for, as the journal has them: those that it has now at once, as an index that reads
 * on without them has no coins of theirs; and others as they come, before blocks are scanned. The index may have read those blocks
 * already, when an account wasn't known yet: then it has no coin where the scan sees a deposit, and the deposit would count as
 * gone. So for each new account it reads them again, from as far back as an operator has asked for.
 *
 * @returns what is done before the blocks after a point are scanned, once the last of them is known: whoever named an account
 *   before it was mined finds it named
 */
export async function nameAccounts({
  journal,
  chain,
  names,
  book,
  index,
}: AccountNaming): Promise<(read: Point) => Promise<void>> {
  for (const account of (await AccountBook.open(journal, chain)).accounts) book.add(account);
  const named = new Set<string>();
  const control = new RouteControl(journal, names);
  let begun = false;
  let looked = 0;
  return async ({ height }) => {
    // Read first: whose blocks are to be read again is named by then.
    const { lookBacks } = await control.read();
    const { accounts } = await AccountBook.open(journal, chain);
    const fresh = accounts.filter((account) => !named.has(account));
    for (const account of fresh) book.add(account);
    // Each worker has an index of its own, which keeps what it has read again: once is enough, whenever it begins anew.
    for (; looked < lookBacks.length; looked++) {
      await index.rewind(lookBacks[looked] ?? 0, `${names.control()} ${looked + 1}`);
    }
    if (fresh.length === 0) return;
    await index.rewind(Math.max(0, begun ? height + 1 : height - AGAIN));
    for (const account of fresh) named.add(account);
    begun = true;
  };
}
