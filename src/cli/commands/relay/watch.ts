import { readFileSync } from "node:fs";
import { userInfo } from "node:os";
import { resolve } from "node:path";
import { getAddress, isAddress, ZeroAddress } from "ethers";
import { addressOfScript } from "../../../chains/utxo/address.ts";
import { depositScript } from "../../../chains/utxo/deposit-address.ts";
import { utxoNetwork } from "../../../chains/utxo/network.ts";
import { UsageError } from "../../../core/errors.ts";
import { tokenOf } from "../../../governance/parameters.ts";
import { RouteControl } from "../../../relayer/route-control.ts";
import { AccountBook } from "../../../signing/account-book.ts";
import { GroupKey } from "../../../signing/frost/group-key.ts";
import { ExitCode } from "../../exit-code.ts";
import { print } from "../../output.ts";
import { type RelayOptions, withRoute } from "./route-session.ts";

export interface RelayWatchCommand extends RelayOptions {
  /** The height from which blocks are read again. */
  readonly since?: number;
}

/**
 * `relay watch ACCOUNT [--since HEIGHT]`: from now on deposits to the account's address are looked for, and those in blocks from a
 * height on are found; prints the address.
 */
export function relayWatch(options: RelayWatchCommand, account: string): Promise<number> {
  if (!/^0x[0-9a-fA-F]{40}$/.test(account) || !isAddress(account)) {
    throw new UsageError("An account is an address", { facts: { found: String(account).slice(0, 50) } });
  }
  const { since } = options;
  return withRoute(options, async ({ journal, names, configured: { config, folder } }) => {
    const { foreign, home } = config;
    // Nobody spends their balances: the gateway refuses to credit them, and the coins would be lost.
    const nobodys = [ZeroAddress, home.vault, home.chain.gateway, tokenOf(BigInt(foreign.asset))];
    if (nobodys.some((one) => BigInt(one) === BigInt(account))) {
      throw new UsageError("Nobody could spend what this account is credited", {
        facts: { account },
        advice: "Name the account of whoever is to have the coins, not the Vault, the gateway or a token.",
      });
    }
    if (since !== undefined && since < foreign.birth) {
      throw new UsageError(`The wallet's blocks are read from ${foreign.birth} on`, {
        advice:
          "Say that height or a later one; an earlier birth is the route's configuration and the signers'.",
      });
    }
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
    // Named first: who reads again finds it named.
    if (since !== undefined) {
      await new RouteControl(journal, names).lookBack(since, account.toLowerCase(), userInfo().username);
    }
    print(options.json, { account: getAddress(account), address, since }, `${address}\n`);
    return ExitCode.done;
  });
}
