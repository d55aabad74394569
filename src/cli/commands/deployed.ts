import { checkSameChain } from "../../../deploy/beginning.ts";
import { chainOf, connectNetwork, type NetworkConnection } from "../../../deploy/connect.ts";
import { DEPLOYMENTS, type DeploymentRecord, loadRecord } from "../../../deploy/record.ts";

/** A deployment as the command line names it. */
export interface NamedDeployment {
  readonly network: string;
  /** A node's address instead of the configured one. */
  readonly rpc?: string;
  /** Where records are kept, instead of deployments/. */
  readonly deployments?: string;
}

/**
 * Connects to a network that was deployed to, and reads its record. The caller closes the connection.
 *
 * @param readOnly asks for no key
 * @throws TerminalError `NOT_DEPLOYED`, `RECORD_INVALID`, `CHAIN_RESET`.
 */
export async function openDeployed(
  { network, rpc, deployments = DEPLOYMENTS }: NamedDeployment,
  readOnly: boolean,
): Promise<{ readonly connection: NetworkConnection; readonly record: DeploymentRecord }> {
  const connection = await connectNetwork(network, { rpc, readOnly });
  try {
    const chainId = await chainOf(connection);
    const record = loadRecord(chainId, deployments);
    await checkSameChain(connection.ethers.provider, chainId, record, deployments);
    return { connection, record };
  } catch (error) {
    await connection.close();
    throw error;
  }
}
