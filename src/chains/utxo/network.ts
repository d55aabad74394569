import { TerminalError } from "../../core/errors.ts";
import type { Caip2, Caip19, Hex } from "../chain.ts";

/** What names a family of coins' network in an address, and what its nodes ask of a transaction. */
export interface UtxoNetwork {
  readonly name: string;
  /** The genesis block's hash as explorers show it. */
  readonly genesis: Hex;
  readonly chain: Caip2;
  readonly asset: Caip19;
  /** Human-readable part of BIP-173 and BIP-350 addresses. */
  readonly bech32: string;
  /** Version byte of a pay-to-public-key-hash address. */
  readonly pubKeyHash: number;
  /** Version byte of a pay-to-script-hash address. */
  readonly scriptHash: number;
  /** A version byte that was in use for pay-to-script-hash and that other coins use too: refused, and named. */
  readonly formerScriptHash: number | undefined;
  /** Confirmations after which a block counts as final, unless the configuration says otherwise. */
  readonly confirmations: number;
  /** Smallest units per kvB at which the nodes' dust limit is computed (`dustrelayfee`). */
  readonly dustRate: bigint;
  /** Smallest units per kvB below which nodes relay nothing (`minrelaytxfee`). */
  readonly relayRate: bigint;
  /** Smallest units per kvB by which a replacement pays more (`incrementalrelayfee`, BIP-125 rule 4). */
  readonly incrementalRate: bigint;
  /** Whether a node without an estimate means that the least that is relayed is enough: test chains only. */
  readonly feesMayBeUnknown: boolean;
  /** Smallest units per kvB that no estimate goes beyond. */
  readonly rateCap: bigint;
  /** Smallest units that no transaction pays beyond. */
  readonly feeCap: bigint;
  /** Smallest units in each anchor: above every dust limit. */
  readonly anchor: bigint;
}

type Family = Pick<
  UtxoNetwork,
  "dustRate" | "relayRate" | "incrementalRate" | "rateCap" | "feeCap" | "anchor"
>;

/** Bitcoin Core's defaults; caps: 1,000 sat/vB, and 0.02 BTC a transaction. */
const BITCOIN: Family = {
  dustRate: 3_000n,
  relayRate: 1_000n,
  incrementalRate: 1_000n,
  rateCap: 1_000_000n,
  feeCap: 2_000_000n,
  anchor: 10_000n,
};

/** Litecoin Core's defaults (`litecoind -help-debug`); caps: 2,000 litoshi/vB, and 0.2 LTC a transaction. */
const LITECOIN: Family = {
  dustRate: 30_000n,
  relayRate: 1_000n,
  incrementalRate: 1_000n,
  rateCap: 2_000_000n,
  feeCap: 20_000_000n,
  anchor: 10_000n,
};

/** SLIP-44's number for all test coins. */
const TEST_COIN = 1;

type Named = Omit<UtxoNetwork, keyof Family | "chain" | "asset"> & { readonly coin: number };

function network(family: Family, { coin, ...named }: Named): UtxoNetwork {
  const chain = `bip122:${named.genesis.slice(0, 32)}`;
  return { ...family, ...named, chain, asset: `${chain}/slip44:${coin}` };
}

/**
 * Every network that is supported. A new one is one entry: its values come from its node's `chainparams` and `policy`.
 *
 * @see https://chainagnostic.org/CAIPs/caip-4 bip122
 * @see https://github.com/satoshilabs/slips/blob/master/slip-0044.md
 */
export const UTXO_NETWORKS = {
  bitcoin: network(BITCOIN, {
    name: "Bitcoin",
    genesis: "000000000019d6689c085ae165831e934ff763ae46a2a6c172b3f1b60a8ce26f",
    coin: 0,
    bech32: "bc",
    pubKeyHash: 0x00,
    scriptHash: 0x05,
    formerScriptHash: undefined,
    confirmations: 6,
    feesMayBeUnknown: false,
  }),
  bitcoinTestnet: network(BITCOIN, {
    name: "Bitcoin testnet",
    genesis: "000000000933ea01ad0ee984209779baaec3ced90fa3f408719526f8d77f4943",
    coin: TEST_COIN,
    bech32: "tb",
    pubKeyHash: 0x6f,
    scriptHash: 0xc4,
    formerScriptHash: undefined,
    confirmations: 6,
    feesMayBeUnknown: false,
  }),
  bitcoinRegtest: network(BITCOIN, {
    name: "Bitcoin regtest",
    genesis: "0f9188f13cb7b2c71f2a335e3a4fc328bf5beb436012afca590b1a11466e2206",
    coin: TEST_COIN,
    bech32: "bcrt",
    pubKeyHash: 0x6f,
    scriptHash: 0xc4,
    formerScriptHash: undefined,
    confirmations: 6,
    feesMayBeUnknown: true,
  }),
  litecoin: network(LITECOIN, {
    name: "Litecoin",
    genesis: "12a765e31ffd4059bada1e25190f6e98c99d9714d334efa41a195a7e7e04bfe2",
    coin: 2,
    bech32: "ltc",
    pubKeyHash: 0x30,
    scriptHash: 0x32,
    formerScriptHash: 0x05,
    confirmations: 12,
    feesMayBeUnknown: false,
  }),
  litecoinTestnet: network(LITECOIN, {
    name: "Litecoin testnet",
    genesis: "4966625a4b2851d9fdee139e56211a0d88575f59ed816ff5e6a63deb4e3e29a0",
    coin: TEST_COIN,
    bech32: "tltc",
    pubKeyHash: 0x6f,
    scriptHash: 0x3a,
    formerScriptHash: 0xc4,
    confirmations: 12,
    feesMayBeUnknown: false,
  }),
  litecoinRegtest: network(LITECOIN, {
    name: "Litecoin regtest",
    genesis: "530827f38f93b43ed12af0b3ad25a288dc02ed74d6d7857862df51fc56c416f9",
    coin: TEST_COIN,
    bech32: "rltc",
    pubKeyHash: 0x6f,
    scriptHash: 0x3a,
    formerScriptHash: 0xc4,
    confirmations: 6,
    feesMayBeUnknown: true,
  }),
} as const satisfies Record<string, UtxoNetwork>;

/**
 * The network of a CAIP-2 name.
 *
 * @throws TerminalError `CHAIN_UNKNOWN`
 */
export function utxoNetwork(chain: Caip2): UtxoNetwork {
  const found = Object.values(UTXO_NETWORKS).find((known) => known.chain === chain);
  if (found !== undefined) return found;
  throw new TerminalError("CHAIN_UNKNOWN", `There is no UTXO network ${chain}`, {
    advice: `Known: ${Object.values(UTXO_NETWORKS)
      .map((known) => `${known.chain} (${known.name})`)
      .join(", ")}. A new one is an entry in src/chains/utxo/network.ts.`,
    facts: { chain },
  });
}
