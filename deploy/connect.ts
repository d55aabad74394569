import hre from "hardhat";
import { StrongroomError, TerminalError, UsageError } from "../src/core/errors.ts";
import { nodeFailure } from "./run-steps.ts";

/** The rehearsal: an embedded chain that ends with the process. */
export const REHEARSAL = "local";
/** Development nodes, whose chain id is theirs to say. */
export const DEVELOPMENT_NETWORKS: ReadonlySet<string> = new Set(["localhost", "anvil"]);

/** How a network is reached. */
export interface ConnectOptions {
  /** A node's address instead of the configured one. */
  readonly rpc?: string | undefined;
  /** Reads alone: no key is asked for. */
  readonly readOnly?: boolean;
  /** How long the node may take for one answer. */
  readonly timeoutSeconds?: number | undefined;
}

/** Seconds for one answer, unless the caller says otherwise. */
const TIMEOUT = 60;

function checkAddress(rpc: string): void {
  if (URL.canParse(rpc) && ["http:", "https:"].includes(new URL(rpc).protocol)) return;
  throw new UsageError("--rpc takes the http address of a node", {
    advice: "For example http://127.0.0.1:8545.",
  });
}

/**
 * Connects to a network of hardhat.config.ts by name.
 *
 * @throws UsageError for a name that it does not have, or an address that is none.
 * @example
 * const { ethers } = await connectNetwork("anvil", { rpc: node.url, readOnly: true });
 */
export async function connectNetwork(
  network: string,
  { rpc, readOnly = false, timeoutSeconds = TIMEOUT }: ConnectOptions = {},
) {
  if (rpc !== undefined) checkAddress(rpc);
  if (network === REHEARSAL) return hre.network.create();
  const known = hre.config.networks[network];
  if (known === undefined || known.type !== "http") {
    const names = Object.entries(hre.config.networks).flatMap(([name, { type }]) =>
      type === "http" ? [name] : [],
    );
    throw new UsageError(`hardhat.config.ts has no network ${network}`, {
      advice: `Use one of: ${[REHEARSAL, ...names].join(", ")}.`,
    });
  }
  return hre.network.create({
    network,
    override: {
      timeout: timeoutSeconds * 1_000,
      ...(rpc === undefined ? {} : { url: rpc }),
      ...(readOnly ? { accounts: "remote" as const } : {}),
    },
  });
}

/** The address of a network's node: the given one, or as the configuration or the keystore has it. */
export async function nodeUrl(network: string, rpc: string | undefined): Promise<string> {
  if (rpc !== undefined) return rpc;
  const config = hre.config.networks[network];
  if (config?.type !== "http") throw new UsageError(`hardhat.config.ts has no network ${network}`);
  return config.url.getUrl();
}

/**
 * The first key that the configuration names for a network, from Hardhat's keystore or the environment; undefined where its node
 * signs itself.
 */
export async function networkKey(network: string): Promise<string | undefined> {
  const accounts = hre.config.networks[network]?.accounts;
  const [first] = Array.isArray(accounts) ? accounts : [];
  return first === undefined || !("getHexString" in first) ? undefined : first.getHexString();
}

/** An open connection. */
export type NetworkConnection = Awaited<ReturnType<typeof connectNetwork>>;

/** The chain that a connection's node says it is: the first question to it. */
export async function chainOf(
  connection: Pick<NetworkConnection, "ethers" | "networkName">,
): Promise<bigint> {
  try {
    return (await connection.ethers.provider.getNetwork()).chainId;
  } catch (error) {
    throw asFailure(error, connection.networkName);
  }
}

/** Hardhat's errors about a secret that its configuration names: not in the environment, or anything about the keystore. */
const UNSET = 7;
const KEYSTORE = [50_000, 59_999] as const;

/** An error of Hardhat or of the node as one that says what to do; errors of our own stay. */
export function asFailure(error: unknown, network: string): StrongroomError {
  if (error instanceof StrongroomError) return error;
  const { code, number } = error as { code?: unknown; number?: unknown };
  if (typeof number === "number" && (number === UNSET || (number >= KEYSTORE[0] && number <= KEYSTORE[1]))) {
    return new TerminalError("SECRET_MISSING", `A secret that network ${network} needs is not set`, {
      cause: error,
      advice: "Set it with npx hardhat keystore set NAME, or in the environment; NAME is above.",
    });
  }
  if (error instanceof TypeError || error instanceof ReferenceError || error instanceof RangeError) {
    return new TerminalError("DEPLOYMENT_BROKEN", "A mistake in this program stopped it", {
      cause: error,
      facts: { where: error.stack?.split("\n")[1]?.trim() ?? "unknown", code: String(code ?? "none") },
      advice: "Report it; what was sent is not lost, and the same command goes on.",
    });
  }
  return nodeFailure(error);
}
