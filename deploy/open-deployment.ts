import type { Signer } from "ethers";
import { checkSameChain } from "./beginning.ts";
import { chainOf, connectNetwork, type NetworkConnection } from "./connect.ts";
import { configOf, DEPLOYMENTS, type DeploymentRecord, loadRecord } from "./record.ts";
import { type Suite, standingSuite } from "./suite.ts";

/** How a recorded deployment is opened. */
export interface OpenDeploymentOptions {
  /** A node's address instead of the configured one. */
  readonly rpc?: string;
  /** Where records are kept. */
  readonly folder?: string;
  /** Keys of Safe owners that are at hand; on development chains, those of deploy/config/local.ts. */
  readonly keys?: readonly Signer[];
  /** On a development node `suite.wait` moves the clock instead of sleeping. */
  readonly moveTime?: boolean;
}

/**
 * Connects to a network and takes its recorded deployment up. The caller closes the connection.
 *
 * @throws TerminalError `NOT_DEPLOYED`, `RECORD_INVALID`, `CHAIN_RESET`; RetryableError `NODE_FAILED`.
 * @example
 * const { connection, suite } = await openDeployment("anvil", { rpc: node.url, moveTime: true });
 */
export async function openDeployment(
  network: string,
  { rpc, folder = DEPLOYMENTS, ...options }: OpenDeploymentOptions = {},
): Promise<{
  readonly connection: NetworkConnection;
  readonly record: DeploymentRecord;
  readonly suite: Suite;
}> {
  const connection = await connectNetwork(network, { rpc });
  try {
    const chainId = await chainOf(connection);
    const record = loadRecord(chainId, folder);
    await checkSameChain(connection.ethers.provider, chainId, record, folder);
    const suite = await standingSuite(connection, configOf(record), record.addresses, options);
    return { connection, record, suite };
  } catch (error) {
    await connection.close();
    throw error;
  }
}
