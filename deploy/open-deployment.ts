import type { Signer } from "ethers";
import { checkSameChain } from "./beginning.ts";
import { chainOf, connectNetwork, type NetworkConnection } from "./connect.ts";
import { configOf, DEPLOYMENTS, type DeploymentRecord, loadRecord } from "./record.ts";
import { type Suite, standingSuite } from "./suite.ts";

/** How a recorded deployment is found. */
export interface OpenRecordedOptions {
  /** A node's address instead of the configured one. */
  readonly rpc?: string | undefined;
  /** Where records are kept. */
  readonly folder?: string | undefined;
  /** Reads alone: no key is asked for. */
  readonly readOnly?: boolean;
}

/** How a recorded deployment is taken up. */
export interface OpenDeploymentOptions extends Omit<OpenRecordedOptions, "readOnly"> {
  /** Keys of Safe owners that are at hand; on development chains, those of deploy/config/local.ts. */
  readonly keys?: readonly Signer[];
  /** On a development node `suite.wait` moves the clock instead of sleeping. */
  readonly moveTime?: boolean;
}

/** A recorded deployment and a way to its chain. */
export interface Recorded {
  readonly connection: NetworkConnection;
  readonly record: DeploymentRecord;
}

/** What `use` makes of a connection, which stays open only if that succeeds. */
export async function openedFor<T>(
  connection: Pick<NetworkConnection, "close">,
  use: () => Promise<T>,
): Promise<T> {
  try {
    return await use();
  } catch (error) {
    await connection.close();
    throw error;
  }
}

/**
 * Connects to a network that was deployed to, and reads its record. The caller closes the connection.
 *
 * @throws TerminalError `NOT_DEPLOYED`, `RECORD_INVALID`, `CHAIN_RESET`; RetryableError `NODE_FAILED`.
 * @example
 * const { connection, record } = await openRecorded("sepolia", { readOnly: true });
 */
export async function openRecorded(
  network: string,
  { rpc, folder = DEPLOYMENTS, readOnly = false }: OpenRecordedOptions = {},
): Promise<Recorded> {
  const connection = await connectNetwork(network, { rpc, readOnly });
  return openedFor(connection, async () => {
    const chainId = await chainOf(connection);
    const record = loadRecord(chainId, folder);
    await checkSameChain(connection.ethers.provider, chainId, record, folder);
    return { connection, record };
  });
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
  { rpc, folder, ...options }: OpenDeploymentOptions = {},
): Promise<Recorded & { readonly suite: Suite }> {
  const { connection, record } = await openRecorded(network, { rpc, folder });
  return openedFor(connection, async () => {
    const suite = await standingSuite(connection, configOf(record), record.addresses, options);
    return { connection, record, suite };
  });
}
