import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { addressOfScript } from "../../../chains/utxo/address.ts";
import { ownScript } from "../../../chains/utxo/deposit-address.ts";
import { utxoNetwork } from "../../../chains/utxo/network.ts";
import { MOST_ANCHORS } from "../../../chains/utxo/upkeep-transaction.ts";
import { readRouteConfig } from "../../../relayer/route-config.ts";
import { GroupKey } from "../../../signing/frost/group-key.ts";
import { ExitCode } from "../../exit-code.ts";
import { print } from "../../output.ts";
import type { RelayOptions } from "./route-session.ts";

/** `relay wallet`: the wallet's own address, where an operator sends the float that pays fees, and an anchor for each lane. */
export async function relayWallet(options: RelayOptions): Promise<number> {
  const { config, folder } = readRouteConfig(options.config);
  const { foreign } = config;
  const { publicKey } = new GroupKey(
    JSON.parse(readFileSync(resolve(folder, foreign.group), "utf8")) as unknown,
  );
  const network = utxoNetwork(foreign.chain);
  const address = addressOfScript(network, ownScript(publicKey)) ?? "";
  const { anchor } = network;
  const lines = [
    address,
    `A lane is an output of exactly ${anchor} there, in the smallest unit: one for each payout that is to be on its`,
    `way at once, ${MOST_ANCHORS} at most. Any other output there is float: it pays the network's fees.`,
    "`relay upkeep anchors COUNT` makes lanes out of float.",
    "",
  ];
  print(options.json, { address, anchor }, lines.join("\n"));
  return ExitCode.done;
}
