import { Contract, EventLog, getAddress, getCreateAddress, Interface, type Provider } from "ethers";
import { TerminalError } from "../../src/core/errors.ts";
import { logsOf } from "../../src/governance/logs.ts";
import { revertDataOf } from "../../src/governance/revert-data.ts";

/** One property of a deployment, read from its chain. */
export interface CheckResult {
  /** Stable, for machines: `manager.members.ADMIN`. */
  readonly id: string;
  /** What is claimed, as a sentence. */
  readonly title: string;
  readonly ok: boolean;
  /** What was expected and what was found, where they differ. */
  readonly found: string;
  readonly expected: string;
}

/** Collects results: every property is looked at, whatever the others say. */
export class Findings {
  readonly results: CheckResult[] = [];

  equal(id: string, title: string, found: unknown, expected: unknown): void {
    const [left, right] = [text(found), text(expected)];
    this.results.push({ id, title, ok: left === right, found: left, expected: right });
  }

  /** Sets are compared without order. */
  sameSet(id: string, title: string, found: Iterable<string>, expected: Iterable<string>): void {
    this.equal(id, title, [...new Set(found)].sort(), [...new Set(expected)].sort());
  }

  none(id: string, title: string, found: Iterable<string>): void {
    this.sameSet(id, title, found, []);
  }
}

function text(value: unknown): string {
  if (Array.isArray(value)) return value.length === 0 ? "none" : value.map(text).join(", ");
  return String(value);
}

/** Holds nothing anywhere: asks as a stranger. */
export const NOBODY = "0x000000000000000000000000000000000000bEEF";

/** Reads one chain: views, slots, code, and logs since the deployment. */
export class Chain {
  readonly provider: Provider;
  readonly fromBlock: number;

  constructor(provider: Provider, fromBlock: number) {
    this.provider = provider;
    this.fromBlock = fromBlock;
  }

  at(address: string, face: Interface | readonly string[]): Contract {
    return new Contract(address, face instanceof Interface ? face : [...face], this.provider);
  }

  /** One view's answer. */
  async view<T>(contract: Contract, name: string, ...args: readonly unknown[]): Promise<T> {
    return (await contract.getFunction(name).staticCall(...args)) as T;
  }

  /** All logs of an event, oldest first. */
  async logs(contract: Contract, event: string): Promise<readonly EventLog[]> {
    const fragment = contract.interface.getEvent(event);
    if (fragment === null) throw new TerminalError("NO_EVENT", `The contract's face has no event ${event}`);
    const logs = await logsOf(this.provider, {
      addresses: [await contract.getAddress()],
      topics: [fragment.topicHash],
      fromBlock: this.fromBlock,
      toBlock: await this.provider.getBlockNumber(),
    });
    return logs.map((log) => new EventLog(log, contract.interface, fragment));
  }

  /** The address in a storage slot. */
  async addressIn(account: string, slot: bigint | string): Promise<string> {
    const word = await this.provider.getStorage(account, slot);
    return getAddress(`0x${word.slice(-40)}`);
  }

  /** What a call reverts with; undefined if it succeeds. */
  async refusalOf(call: { to: string; from: string; data: string }): Promise<string | undefined> {
    try {
      await this.provider.call(call);
      return undefined;
    } catch (error) {
      const data = revertDataOf(error);
      if (data === undefined) throw error;
      return data;
    }
  }

  /**
   * The code that a constructor would leave, by running it in a call, immutables included; and the address under which it
   * ran, which some contracts keep in their code.
   */
  async codeAfter(creation: string): Promise<{ code: string; ranAt: string }> {
    const nonce = await this.provider.getTransactionCount(NOBODY);
    const code = await this.provider.call({ from: NOBODY, data: creation });
    return { code, ranAt: getCreateAddress({ from: NOBODY, nonce }) };
  }

  async now(): Promise<bigint> {
    return BigInt((await this.provider.getBlock("latest"))?.timestamp ?? 0);
  }
}
