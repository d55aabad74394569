import type { Hex } from "../chain.ts";
import { depositScript } from "./deposit-address.ts";
import type { UtxoWallet } from "./wallet-transaction.ts";

/** Whose deposit address a script is. */
export interface AddressBook {
  /** The account, 0x-prefixed in lower case; undefined: nobody's. */
  accountOf(script: Hex): string | undefined;
}

/**
 * Deposit addresses of accounts that are named one by one. An account must be named before the block of its first deposit is
 * scanned: what was scanned before it has to be scanned again (`UtxoIndex.rewind`).
 */
export class DepositBook implements AddressBook {
  readonly #wallet: UtxoWallet;
  readonly #accounts = new Map<Hex, string>();

  constructor(wallet: UtxoWallet, accounts: Iterable<string> = []) {
    this.#wallet = wallet;
    for (const account of accounts) this.add(account);
  }

  /** Names an account; its deposit script. Throws `TerminalError` `ADDRESS_INVALID`. */
  add(account: string): Hex {
    const { network, ...terms } = this.#wallet;
    const script = depositScript({ ...terms, account, chain: network.chain });
    this.#accounts.set(script, account.toLowerCase());
    return script;
  }

  accountOf(script: Hex): string | undefined {
    return this.#accounts.get(script);
  }
}
