import type { Signer } from "ethers";
import { kindOfChain } from "../../../../deploy/chains.ts";
import { namedContracts } from "../../../../deploy/code-hashes.ts";
import { connectNetwork, type NetworkConnection, nodeUrl, REHEARSAL } from "../../../../deploy/connect.ts";
import { openedFor, openRecorded } from "../../../../deploy/open-deployment.ts";
import { DEPLOYMENTS } from "../../../../deploy/record.ts";
import { type StrongroomError, UsageError } from "../../../core/errors.ts";
import { artifactsOf } from "../../../governance/changes/find-artifact.ts";
import { codeBookOf, descriptionsOf } from "../../../governance/proposals/code-book.ts";
import type { Governance } from "../../../governance/proposals/governance.ts";
import type { Proposal } from "../../../governance/proposals/proposal.ts";
import { openProposal, type ProposalFolder } from "../../../governance/proposals/proposal-folder.ts";
import { forkOfNode } from "../../../governance/simulation/fork.ts";
import { openKeystore } from "../../../governance/wallets/keystore.ts";
import { readPassword } from "../../../governance/wallets/password.ts";
import { buildContracts } from "../../build-contracts.ts";
import type { DeploymentOptions } from "../../deployment-command.ts";
import { type PasswordOptions, passwordSource } from "../../option-values.ts";
import { say } from "../../output.ts";
import { sayUnverified } from "../../unverified.ts";

/** What every command of governance is told about where it works. */
export interface GovOptions extends DeploymentOptions {
  readonly proposals?: string | undefined;
}

/** Where proposals are kept, from the repository's root. */
export const PROPOSALS = "proposals";

/** One deployment's governance, ready to be worked with. */
export interface Session {
  readonly governance: Governance;
  readonly proposals: string;
  /** The network's own accounts: configured keys, or those of a development node. */
  signers(): Promise<readonly Signer[]>;
  close(): Promise<void>;
}

/** Tells of a signature's file that counts for nothing. */
export function sayRefused(file: string, { message, code }: StrongroomError): void {
  say(`not counted: ${file}: ${message} (${code})`);
}

/** Tells of a proposal that can't be read. */
export function sayUnreadable(folder: string, { message, code }: StrongroomError): void {
  say(`unreadable: ${folder}: ${message} (${code})`);
}

/** Warns of a proposal that isn't its Safe's next: what is signed for later is sent when others choose. */
export function queuedBehind(ahead: bigint): string {
  return `warning: ${ahead} other transactions of the Safe come first; once signed, this one can be sent by anyone whenever they are made, after its end too`;
}

/** Connects to a network that was deployed to. The caller closes it. */
export async function openSession(options: GovOptions): Promise<Session> {
  const { network, rpc, deployments = DEPLOYMENTS, proposals = PROPOSALS } = options;
  if (network === undefined) {
    throw new UsageError("Name the network", {
      advice: "For example --network sepolia, or --network anvil --rpc URL.",
    });
  }
  if (network === REHEARSAL) {
    throw new UsageError("The rehearsal's chain ends with each command: there is nothing to govern on it", {
      advice: "Start a node, for example npx anvil, deploy to it, and say --network anvil.",
    });
  }
  const { connection, record } = await openRecorded(network, { rpc, folder: deployments, readOnly: true });
  const url = await openedFor(connection, async () => {
    await sayUnverified(connection.ethers.provider, record.addresses);
    return nodeUrl(network, rpc);
  });
  const { addresses } = record;
  const chainId = BigInt(addresses.chainId);
  const { provider } = connection.ethers;
  const governance: Governance = {
    network,
    addresses,
    provider,
    openFork: forkOfNode(url, chainId, namedContracts(addresses).values()),
    artifact: artifactsOf(".", buildContracts),
    describe: descriptionsOf("."),
    codeBook: codeBookOf(deployments, addresses.chainId),
    say,
  };
  let keyed: NetworkConnection | undefined;
  return {
    governance,
    proposals,
    signers: async () => {
      // A development node signs for its own accounts; elsewhere the network's key is asked for only now.
      if (kindOfChain(chainId) === "development") return connection.ethers.getSigners();
      keyed ??= await connectNetwork(network, { rpc });
      return keyed.ethers.getSigners();
    },
    close: async () => {
      await keyed?.close();
      await connection.close();
    },
  };
}

/** The session of the network that a proposal names, unless the user names it. The caller closes it. */
export function openSessionOf(
  proposal: Pick<Proposal, "network"> | undefined,
  options: GovOptions,
): Promise<Session> {
  return openSession({ ...options, network: options.network ?? proposal?.network });
}

/** A proposal, and its session. */
export async function openProposalSession(
  path: string,
  options: GovOptions,
): Promise<Session & ProposalFolder> {
  const opened = openProposal(path);
  return { ...opened, ...(await openSessionOf(opened.proposal, options)) };
}

/** Who pays for a transaction: a keystore, or the network's own account. */
export async function payer(
  session: Session,
  { keystore, ...password }: PasswordOptions & { readonly keystore?: string },
): Promise<Signer> {
  if (keystore !== undefined) {
    const wallet = await openKeystore(keystore, () => readPassword(passwordSource(password, keystore)), {
      warn: say,
    });
    return wallet.connect(session.governance.provider);
  }
  const [first] = await session.signers();
  if (first !== undefined) return first;
  throw new UsageError("No account pays for the transaction", {
    advice: "Give --keystore, or set the network's key: npx hardhat keystore set DEPLOYER_KEY",
  });
}
