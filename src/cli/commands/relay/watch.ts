import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { getAddress, isAddress } from "ethers";
import { addressOfScript } from "../../../chains/utxo/address.ts";
import { depositScript } from "../../../chains/utxo/deposit-address.ts";
import { utxoNetwork } from "../../../chains/utxo/network.ts";
import { UsageError } from "../../../core/errors.ts";
import { AccountBook } from "../../../signing/account-book.ts";
import { GroupKey } from "../../../signing/frost/group-key.ts";
import { ExitCode } from "../../exit-code.ts";
import { print } from "../../output.ts";
import { type RelayOptions, withRoute } from "./route-session.ts";

/** `relay watch ACCOUNT`: from now on deposits to the account's address are looked for; prints the address. */
export function relayWatch(options: RelayOptions, account: string): Promise<number> {
  if (!/^0x[0-9a-fA-F]{40}$/.test(account) || !isAddress(account)) {
    throw new UsageError("An account is an address", { facts: { found: String(account).slice(0, 50) } });
  }
  return withRoute(options, async ({ journal, configured: { config, folder } }) => {
    const { foreign, home } = config;
    const { publicKey } = new GroupKey(
      JSON.parse(readFileSync(resolve(folder, foreign.group), "utf8")) as unknown,
    );
    const network = utxoNetwork(foreign.chain);
    const terms = {
      ...{ groupKey: publicKey, chain: foreign.chain, home: home.chain.chain },
      ...{ vault: home.vault, account },
    };
    const address = addressOfScript(network, depositScript(terms)) ?? "";
    await (await AccountBook.open(journal, foreign.chain)).add(account.toLowerCase());
    print(options.json, { account: getAddress(account), address }, `${address}\n`);
    return ExitCode.done;
  });
}
