import type { HardhatEthers } from "@nomicfoundation/hardhat-ethers/types";
import type { NetworkHelpers } from "@nomicfoundation/hardhat-network-helpers/types";
import { JsonRpcProvider, type Provider, type Signer, toBeHex } from "ethers";
import { TerminalError } from "../../core/errors.ts";

/** A copy of a chain's state on which everything can be tried: what happens here happens nowhere else. */
export interface Fork {
  readonly provider: Provider;
  /** The block of the live chain that it begins at. */
  readonly block: { readonly number: number; readonly time: bigint };
  /** Acts as any account, without its key, and with gas to spend. */
  as(account: string): Promise<Signer>;
  /** Lets time pass. */
  wait(seconds: bigint): Promise<void>;
  close(): Promise<void>;
}

/** Opens forks of one chain. */
export type OpenFork = () => Promise<Fork>;

/** What a fork needs of a Hardhat connection to an embedded chain. */
export interface EmbeddedConnection {
  readonly ethers: HardhatEthers;
  readonly networkHelpers: Pick<NetworkHelpers<"edr">, "mine" | "time" | "setBalance">;
  close?(): Promise<void>;
}

/** A fork's passer-by, who does what anyone may. */
export const ANYONE = "0x000000000000000000000000000000000000bEEF";

const GAS_MONEY = 10n ** 24n;

async function forkOf(connection: EmbeddedConnection, close: () => Promise<void>): Promise<Fork> {
  const { ethers, networkHelpers } = connection;
  const latest = await ethers.provider.getBlock("latest");
  if (latest === null) throw new TerminalError("NO_BLOCK", "The node has no latest block");
  return {
    provider: ethers.provider,
    block: { number: latest.number, time: BigInt(latest.timestamp) },
    async as(account) {
      await networkHelpers.setBalance(account, GAS_MONEY);
      return ethers.getImpersonatedSigner(account);
    },
    wait: async (seconds) => {
      await networkHelpers.time.increase(seconds);
    },
    close,
  };
}

/** Unless told a block, a fork begins 128 blocks behind the latest: at a state that governance has left. */
async function latestBlock(url: string, chainId: bigint): Promise<number> {
  const node = new JsonRpcProvider(url, chainId, { staticNetwork: true });
  try {
    return await node.getBlockNumber();
  } finally {
    node.destroy();
  }
}

/** An embedded chain that goes on from the latest block of the chain behind a node. The caller closes it. */
export async function continuedChain(url: string, chainId: bigint) {
  const { default: hre } = await import("hardhat");
  return hre.network.create({
    network: "default",
    override: { forking: { url, blockNumber: await latestBlock(url, chainId) }, chainId: Number(chainId) },
  });
}

/** Of an account that was never changed here, each call asks the node anew, three times, and again with each of its slots. */
async function bringOver({ ethers, networkHelpers }: EmbeddedConnection, accounts: Iterable<string>) {
  for (const account of accounts) {
    await networkHelpers.setBalance(account, await ethers.provider.getBalance(account));
  }
}

/**
 * Forks the chain behind a node by its address at its latest block, inside this process.
 *
 * @param accounts that most calls will touch
 */
export function forkOfNode(url: string, chainId: bigint, accounts: Iterable<string>): OpenFork {
  return async () => {
    const connection = await continuedChain(url, chainId);
    const fork = await forkOf(connection, () => connection.close());
    // The node knows which rules hold for blocks of its own only: from here on every question is about one of those.
    await connection.networkHelpers.mine();
    const coinbase: string = await connection.ethers.provider.send("eth_coinbase", []);
    await bringOver(connection, new Set([coinbase, ...accounts]));
    return fork;
  };
}

/** Tries things on an embedded chain itself and takes all of it back: nobody else may use the chain meanwhile. */
export function forkOfEmbedded(connection: EmbeddedConnection): OpenFork {
  return async () => {
    const { provider } = connection.ethers;
    const snapshot: unknown = await provider.send("evm_snapshot", []);
    return forkOf(connection, async () => {
      const reverted: unknown = await provider.send("evm_revert", [snapshot]);
      if (reverted !== true) {
        throw new TerminalError("SNAPSHOT_LOST", "The embedded chain could not go back to where it was", {
          facts: { snapshot: String(snapshot), block: toBeHex(await provider.getBlockNumber()) },
        });
      }
    });
  };
}
