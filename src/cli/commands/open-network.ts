import { developmentConfig, loadConfig } from "../../../deploy/config/load.ts";
import type { SuiteConfig } from "../../../deploy/config/schema.ts";
import {
  chainOf,
  connectNetwork,
  DEVELOPMENT_NETWORKS,
  type NetworkConnection,
} from "../../../deploy/connect.ts";
import { buildContracts } from "../build-contracts.ts";

/** A network as the command line names it. */
export interface NamedNetwork {
  readonly network: string;
  /** A parameter file instead of the network's own. */
  readonly config?: string | undefined;
  /** A node's address instead of the configured one. */
  readonly rpc?: string | undefined;
  /** Seconds that the node may take for one answer. */
  readonly timeout?: number | undefined;
}

/** Builds the contracts, connects to a network and reads its parameters. The caller closes the connection. */
export async function openNetwork(
  { network, config, rpc, timeout }: NamedNetwork,
  readOnly = false,
): Promise<{ readonly connection: NetworkConnection; readonly config: SuiteConfig }> {
  const own = config === undefined && DEVELOPMENT_NETWORKS.has(network);
  // A file that is wrong is said before anything is built or asked.
  const parameters = own ? undefined : await loadConfig(network, config);
  await buildContracts();
  const connection = await connectNetwork(network, { rpc, readOnly, timeoutSeconds: timeout });
  try {
    return { connection, config: parameters ?? developmentConfig(network, await chainOf(connection)) };
  } catch (error) {
    await connection.close();
    throw error;
  }
}
