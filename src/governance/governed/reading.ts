import { getAddress, Interface, type Log, type Provider, type Result, ZeroAddress, ZeroHash } from "ethers";
import type { SuiteAddresses } from "../../../deploy/addresses.ts";
import { RetryableError, TerminalError } from "../../core/errors.ts";
import { logsOf } from "../logs.ts";
import { nodeAnswer, orWhereUnreadable } from "../node-answer.ts";
import { type ReadAsset, readAssets, recordedAssets } from "./assets.ts";
import { CONTRACTS, type GovernedContract, type Instance, instancesOf } from "./contracts.ts";
import { type Wording, wording } from "./wording.ts";

/** A log that its contract's face knows. */
export interface GovernedLog {
  readonly instance: Instance;
  readonly event: string;
  readonly args: Result;
  readonly blockNumber: number;
  readonly index: number;
  readonly transaction: string;
}

/** One deployment at one block: every question of one reading goes through here, and each view is asked once. */
export class Reading {
  readonly provider: Provider;
  readonly addresses: SuiteAddresses;
  readonly block: number;
  /** Unix seconds of the block. */
  readonly time: bigint;
  readonly instances: readonly Instance[];
  readonly assets: readonly ReadAsset[];
  readonly logs: readonly GovernedLog[];
  readonly #answers: Map<string, Promise<string>>;
  readonly #names: ReadonlyMap<string, string>;

  private constructor(rest: {
    provider: Provider;
    addresses: SuiteAddresses;
    block: number;
    time: bigint;
    instances: readonly Instance[];
    assets: readonly ReadAsset[];
    logs: readonly GovernedLog[];
    answers: Map<string, Promise<string>>;
  }) {
    this.provider = rest.provider;
    this.addresses = rest.addresses;
    this.block = rest.block;
    this.time = rest.time;
    this.instances = rest.instances;
    this.assets = rest.assets;
    this.logs = rest.logs;
    this.#answers = rest.answers;
    this.#names = namesOf(rest.addresses, rest.instances);
  }

  /**
   * Opens a reading: the policy in force and its router, the listed assets, and all logs of the events asked for since the
   * deployment.
   *
   * @param events names of events by contract
   * @param withBroken whether the record does where a contract doesn't answer
   * @throws TerminalError `WRONG_CHAIN`, `NOT_A_DEPLOYMENT`
   * @throws RetryableError `BLOCK_UNKNOWN`, `LOGS_UNREADABLE`, `NODE_UNREACHABLE`
   */
  static async open(
    provider: Provider,
    recorded: SuiteAddresses,
    events: ReadonlyMap<GovernedContract, ReadonlySet<string>>,
    blockTag: number | "latest" = "latest",
    withBroken = false,
  ): Promise<Reading> {
    const [network, head] = await nodeAnswer("which chain and block it has", { blockTag }, () =>
      Promise.all([provider.getNetwork(), provider.getBlock(blockTag)]),
    );
    if (network.chainId !== BigInt(recorded.chainId)) {
      throw new TerminalError("WRONG_CHAIN", "The deployment is on another chain than the node", {
        facts: { deployment: recorded.chainId, node: network.chainId },
        advice: "Name the network that the deployment was made on.",
      });
    }
    if (head === null) {
      throw new RetryableError("BLOCK_UNKNOWN", "The node doesn't know that block", { facts: { blockTag } });
    }
    const answers = new Map<string, Promise<string>>();
    const before = new Reading({
      provider,
      addresses: recorded,
      block: head.number,
      time: BigInt(head.timestamp),
      instances: [],
      assets: [],
      logs: [],
      answers,
    });
    const code = await nodeAnswer("the Vault's code", { block: head.number }, () =>
      provider.getCode(recorded.vault, head.number),
    );
    if (code === "0x") {
      throw new TerminalError("NOT_A_DEPLOYMENT", "There is no Vault at the recorded address", {
        facts: { vault: recorded.vault, block: head.number },
        advice: "Check the deployment's record, and that the node knows this block.",
      });
    }
    // The record may be older than the policy in force: what counts is what the Vault asks.
    const orRecorded = <T>(answer: Promise<T>, instead: T) =>
      withBroken ? orWhereUnreadable(answer, instead) : answer;
    const policy = await orRecorded(before.view<string>(recorded.vault, "vault", "policy"), recorded.policy);
    const router = await orRecorded(before.view<string>(policy, "policy", "priceRouter"), recorded.router);
    const addresses: SuiteAddresses = { ...recorded, policy, router };
    const instances = instancesOf(addresses);
    const [assets, logs] = await Promise.all([
      orRecorded(readAssets(before), recordedAssets(recorded)),
      readLogs(provider, instances, events, addresses.fromBlock, head.number),
    ]);
    return new Reading({
      provider,
      addresses,
      block: head.number,
      time: BigInt(head.timestamp),
      instances,
      assets,
      logs,
      answers,
    });
  }

  /** The instance of that name. */
  instance(name: string): Instance {
    const found = this.instances.find((instance) => instance.name === name);
    if (found === undefined) {
      throw new TerminalError("NO_SUCH_CONTRACT", `The deployment has no ${name}`, { facts: { name } });
    }
    return found;
  }

  /** The AccessManager or timelock that an instance obeys. */
  governing(instance: Instance, which: "manager" | "timelock"): Instance {
    if (instance.domain === "suite") return this.instance(which);
    return this.instance(which === "manager" ? "reserveManager" : "reserveTimelock");
  }

  /** A view's answer, of a governed contract or by a face given: a single one as it is, several as ethers' `Result`. */
  async view<T>(
    address: string,
    face: GovernedContract | Interface,
    name: string,
    args: readonly unknown[] = [],
  ): Promise<T> {
    const contract = face instanceof Interface ? face : CONTRACTS[face].face;
    const data = contract.encodeFunctionData(name, [...args]);
    return nodeAnswer(name, { address, block: this.block }, async () => {
      const answer = await this.#once(`${address} ${data}`, () =>
        this.provider.call({ to: address, data, blockTag: this.block }),
      );
      const decoded = contract.decodeFunctionResult(name, answer);
      return (decoded.length === 1 ? decoded[0] : decoded) as T;
    });
  }

  /** A view of an instance. */
  of<T>(instance: Instance, name: string, args: readonly unknown[] = []): Promise<T> {
    return this.view<T>(instance.address, instance.contract, name, args);
  }

  /** The address in a storage slot. */
  async addressIn(account: string, slot: string): Promise<string> {
    const word = await nodeAnswer(`storage of ${account}`, { slot }, () =>
      this.#once(`${account} slot ${slot}`, () => this.provider.getStorage(account, slot, this.block)),
    );
    return getAddress(`0x${word.slice(-40)}`);
  }

  /** All logs of one event of an instance, oldest first. */
  logsOf(instance: Instance, ...events: readonly string[]): readonly GovernedLog[] {
    return this.logs.filter((log) => log.instance === instance && events.includes(log.event));
  }

  /** An address for people: with the name that it has in the deployment, if it has one. Never shortened. */
  account(address: string): Wording {
    if (address === ZeroAddress) return wording("none", "无");
    const name = this.#names.get(address.toLowerCase());
    return wording(name === undefined ? address : `${name} ${address}`);
  }

  /** An asset for people. */
  assetLabel(name: string): Wording {
    return wording(this.assets.find((asset) => asset.name === name)?.symbol ?? name);
  }

  #once(key: string, ask: () => Promise<string>): Promise<string> {
    const known = this.#answers.get(key);
    if (known !== undefined) return known;
    const answer = ask();
    this.#answers.set(key, answer);
    return answer;
  }
}

/** What the deployment calls its addresses. */
function namesOf(addresses: SuiteAddresses, instances: readonly Instance[]): ReadonlyMap<string, string> {
  const names = new Map<string, string>();
  for (const [name, value] of Object.entries(addresses)) {
    if (typeof value === "string" && /^0x[0-9a-fA-F]{40}$/.test(value)) names.set(value.toLowerCase(), name);
  }
  for (const { symbol, feedSet, sources } of addresses.assets) {
    names.set(feedSet.toLowerCase(), `feedSet.${symbol}`);
    for (const [index, { address }] of sources.entries()) {
      names.set(address.toLowerCase(), `source.${symbol}.${index}`);
    }
  }
  names.set(addresses.safeContracts.fallbackHandler.toLowerCase(), "fallbackHandler");
  names.set(addresses.safeContracts.singleton.toLowerCase(), "safeSingleton");
  for (const { name, address } of instances) names.set(address.toLowerCase(), name);
  names.delete(ZeroAddress);
  return names;
}

async function readLogs(
  provider: Provider,
  instances: readonly Instance[],
  events: ReadonlyMap<GovernedContract, ReadonlySet<string>>,
  fromBlock: number,
  toBlock: number,
): Promise<readonly GovernedLog[]> {
  const topics = new Set<string>();
  for (const [contract, names] of events) {
    for (const name of names) topics.add(CONTRACTS[contract].face.getEvent(name)?.topicHash ?? ZeroHash);
  }
  const byAddress = new Map(instances.map((instance) => [instance.address.toLowerCase(), instance]));
  const raw = await logsOf(provider, {
    addresses: [...byAddress.keys()].map(getAddress),
    topics: [...topics],
    fromBlock,
    toBlock,
  });
  return raw.flatMap((log: Log): GovernedLog[] => {
    const instance = byAddress.get(log.address.toLowerCase());
    if (instance === undefined) return [];
    const parsed = CONTRACTS[instance.contract].face.parseLog(log);
    if (parsed === null || !events.get(instance.contract)?.has(parsed.name)) return [];
    return [
      {
        instance,
        event: parsed.name,
        args: parsed.args,
        blockNumber: log.blockNumber,
        index: log.index,
        transaction: log.transactionHash,
      },
    ];
  });
}
