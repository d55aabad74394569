import { Contract, getAddress, Interface, id, keccak256, type Provider, ZeroAddress } from "ethers";
import { TerminalError } from "../core/errors.ts";
import { logsOf } from "../governance/logs.ts";
import { safeArtifact } from "../governance/safe-contracts.ts";
import { SENTINEL } from "../governance/safe-settings.ts";
import {
  handlerEdition,
  proxyVersion,
  type SafeEdition,
  setupEdition,
  singletonEdition,
} from "./safe-editions.ts";

/** Where every Safe proxy keeps its singleton, and a Safe its guards and what answers unknown calls. */
const SINGLETON_SLOT = 0n;
const GUARD_SLOT = id("guard_manager.guard.address");
const MODULE_GUARD_SLOT = id("module_manager.module_guard.address");
const HANDLER_SLOT = id("fallback_manager.handler.address");

/** More modules than this, and the list is cut: a Safe in use has a few. */
const MODULES_READ = 100n;

/** An EOA that delegates (EIP-7702) has 23 bytes of code and still one key. */
const DELEGATED = "0xef0100";

/** What a Safe is, as its chain says. */
export interface SafeFacts {
  readonly address: string;
  readonly chainId: bigint;
  /** The proxy's version by its code; undefined if it is none of the authors'. */
  readonly proxy: string | undefined;
  readonly singleton: string;
  /** What the singleton is by its code; undefined if it is none of the authors', and all that follows is its word only. */
  readonly edition: SafeEdition | undefined;
  readonly owners: readonly string[];
  /** Owners that are contracts: their signatures are ERC-1271's. */
  readonly contractOwners: readonly string[];
  readonly threshold: number;
  /** In the order of the Safe's own list. */
  readonly modules: readonly string[];
  /** Zero: none. */
  readonly guard: string;
  /** Zero: none; versions before 1.5 never look at it. */
  readonly moduleGuard: string;
  readonly handler: string;
  readonly handlerEdition: SafeEdition | undefined;
  readonly nonce: bigint;
  /** What the Safe delegated to while it was made, by its `SafeSetup` log; undefined if nobody looked. */
  readonly madeWith: { readonly initializer: string; readonly edition: SafeEdition | undefined } | undefined;
}

const SETUP_EVENT = new Interface([
  "event SafeSetup(address indexed initiator, address[] owners, uint256 threshold, address initializer, address fallbackHandler)",
]);

async function codeHash(provider: Provider, address: string): Promise<string> {
  return keccak256(await provider.getCode(address));
}

async function addressIn(provider: Provider, account: string, slot: bigint | string): Promise<string> {
  return getAddress(`0x${(await provider.getStorage(account, slot)).slice(-40)}`);
}

/** What was delegated to in the transaction that made the Safe. Only `sinceBlock` makes the question affordable. */
async function madeWith(
  provider: Provider,
  address: string,
  sinceBlock: number,
): Promise<SafeFacts["madeWith"]> {
  const topic = SETUP_EVENT.getEvent("SafeSetup")?.topicHash;
  const toBlock = await provider.getBlockNumber();
  const filter = { addresses: [address], topics: [topic ?? ""], fromBlock: sinceBlock, toBlock };
  const [log] = await logsOf(provider, filter);
  const parsed = log === undefined ? null : SETUP_EVENT.parseLog(log);
  if (parsed === null) return undefined;
  const initializer = String(parsed.args.initializer);
  return { initializer, edition: setupEdition(await codeHash(provider, initializer)) };
}

/**
 * Reads a Safe. Code and slots are the chain's own; owners, threshold, modules and nonce are answers of the singleton, worth
 * what `edition` says it is.
 *
 * @param sinceBlock a block not later than the Safe's making; without it nobody looks at how the Safe was made
 * @throws TerminalError `ADOPT_NO_CONTRACT` for an account without code (a key's, delegated or not), `ADOPT_NOT_A_SAFE` for a
 * contract that doesn't answer as one.
 * @example
 * const facts = await readSafe(provider, "0x…");
 */
export async function readSafe(provider: Provider, address: string, sinceBlock?: number): Promise<SafeFacts> {
  const { chainId } = await provider.getNetwork();
  const code = await provider.getCode(address);
  if (code === "0x" || code.startsWith(DELEGATED)) {
    throw new TerminalError("ADOPT_NO_CONTRACT", "There is no contract at this address", {
      facts: {
        address,
        chainId,
        ...(code === "0x" ? {} : { delegatesTo: getAddress(`0x${code.slice(8)}`) }),
      },
      advice:
        "An account with one key can't hold an office: name a Safe, and see that network and address belong together.",
    });
  }
  const safe = new Contract(address, safeArtifact("singleton").abi as never, provider);
  const ask = <T>(name: string, ...args: unknown[]): Promise<T> =>
    safe.getFunction(name).staticCall(...args) as Promise<T>;
  try {
    const singleton = await addressIn(provider, address, SINGLETON_SLOT);
    const owners = [...(await ask<string[]>("getOwners"))];
    const codes = await Promise.all(owners.map((owner) => provider.getCode(owner)));
    const [modules] = await ask<[string[], string]>("getModulesPaginated", SENTINEL, MODULES_READ);
    const handler = await addressIn(provider, address, HANDLER_SLOT);
    return {
      address,
      chainId,
      proxy: proxyVersion(keccak256(code)),
      singleton,
      edition: singletonEdition(await codeHash(provider, singleton)),
      owners,
      contractOwners: owners.filter((_, i) => codes[i] !== "0x" && codes[i]?.startsWith(DELEGATED) === false),
      threshold: Number(await ask<bigint>("getThreshold")),
      modules: [...modules],
      guard: await addressIn(provider, address, GUARD_SLOT),
      moduleGuard: await addressIn(provider, address, MODULE_GUARD_SLOT),
      handler,
      handlerEdition: handler === ZeroAddress ? undefined : handlerEdition(await codeHash(provider, handler)),
      nonce: await ask<bigint>("nonce"),
      madeWith: sinceBlock === undefined ? undefined : await madeWith(provider, address, sinceBlock),
    };
  } catch (cause) {
    // A node that doesn't answer is another matter.
    await provider.getBlockNumber();
    throw new TerminalError("ADOPT_NOT_A_SAFE", "The contract at this address does not answer as a Safe", {
      facts: { address, chainId },
      cause,
      advice: "Compare the address with the one that Safe's own interface shows.",
    });
  }
}
