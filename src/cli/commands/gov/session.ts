import { resolve } from "node:path";
import type { Signer } from "ethers";
import hre from "hardhat";
import { kindOfChain } from "../../../../deploy/chains.ts";
import { REHEARSAL } from "../../../../deploy/connect.ts";
import { DEPLOYMENTS } from "../../../../deploy/record.ts";
import { type StrongroomError, UsageError } from "../../../core/errors.ts";
import { terminalJson, terminalText } from "../../../core/terminal-text.ts";
import { artifactsOf } from "../../../governance/changes/find-artifact.ts";
import { codeBookOf, descriptionsOf } from "../../../governance/proposals/code-book.ts";
import type { Governance } from "../../../governance/proposals/governance.ts";
import { forkOfNode } from "../../../governance/simulation/fork.ts";
import { openKeystore } from "../../../governance/wallets/keystore.ts";
import { type PasswordSource, readPassword } from "../../../governance/wallets/password.ts";
import { openDeployed } from "../deployed.ts";

/** What every command of governance is told about where it works. */
export interface GovOptions {
  readonly network?: string;
  readonly rpc?: string;
  readonly deployments?: string;
  readonly proposals?: string;
  readonly json?: boolean;
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

/** Progress and what is said to people. Proposals come from other machines: nothing of them steers the terminal. */
export function say(line: string): void {
  process.stderr.write(`${terminalText(line)}\n`);
}

/** Tells of a signature's file that counts for nothing. */
export function sayRefused(file: string, { message, code }: StrongroomError): void {
  say(`not counted: ${file}: ${message} (${code})`);
}

/** Tells of a proposal that can't be read. */
export function sayUnreadable(folder: string, { message, code }: StrongroomError): void {
  say(`unreadable: ${folder}: ${message} (${code})`);
}

/** Prints a result: one JSON object, or lines for people. */
export function print(json: boolean | undefined, object: unknown, text: string): void {
  const digits = (_key: string, value: unknown) => (typeof value === "bigint" ? value.toString() : value);
  process.stdout.write(
    json === true ? `${terminalJson(JSON.stringify(object, digits, 2))}\n` : terminalText(text),
  );
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
  const { connection, record } = await openDeployed(
    { network, ...(rpc === undefined ? {} : { rpc }), deployments },
    true,
  );
  const { addresses } = record;
  const { provider } = connection.ethers;
  const url = rpc ?? (await nodeUrl(network));
  const governance: Governance = {
    network,
    addresses,
    provider,
    openFork: forkOfNode(url, BigInt(addresses.chainId)),
    artifact: artifactsOf(".", () => hre.tasks.getTask("build").run({ quiet: true, noTests: true })),
    describe: descriptionsOf("."),
    codeBook: codeBookOf(deployments, addresses.chainId),
    say,
  };
  return {
    governance,
    proposals,
    signers: async () => {
      const isDevelopment = kindOfChain(BigInt(addresses.chainId)) === "development";
      if (isDevelopment) return connection.ethers.getSigners();
      const { connectNetwork } = await import("../../../../deploy/connect.ts");
      return (await connectNetwork(network, { rpc })).ethers.getSigners();
    },
    close: () => connection.close(),
  };
}

/** The node's address as the configuration or the keystore has it. */
async function nodeUrl(network: string): Promise<string> {
  const config = hre.config.networks[network];
  if (config?.type !== "http") throw new UsageError(`hardhat.config.ts has no network ${network}`);
  return config.url.getUrl();
}

/** How a keystore's password is given. */
export interface PasswordOptions {
  readonly passwordEnv?: string;
  readonly passwordFd?: string;
}

/** Where the password of a keystore comes from. */
export function passwordSource({ passwordEnv, passwordFd }: PasswordOptions, file: string): PasswordSource {
  if (passwordEnv !== undefined && passwordFd !== undefined) {
    throw new UsageError("Give the password one way", { advice: "Either --password-env or --password-fd." });
  }
  if (passwordEnv !== undefined) return { from: "env", name: passwordEnv };
  if (passwordFd !== undefined) {
    const fd = Number(passwordFd);
    if (!Number.isInteger(fd) || fd < 0) throw new UsageError(`${passwordFd} is no file descriptor`);
    return { from: "fd", fd };
  }
  return { from: "prompt", message: `Password of ${file}` };
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

/** A path as the user meant it. */
export function fromUser(userDirectory: string, path: string): string {
  return resolve(userDirectory, path);
}
