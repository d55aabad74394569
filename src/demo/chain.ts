import { Interface, type LogDescription, type Result, toBeHex } from "ethers";
import type { EIP1193Provider } from "hardhat/types/providers";
import { AccessManager__factory } from "../../typechain-types/factories/@openzeppelin/contracts/access/manager/AccessManager__factory.ts";
import { TimelockController__factory } from "../../typechain-types/factories/@openzeppelin/contracts/governance/TimelockController__factory.ts";
import { DepositFactory__factory } from "../../typechain-types/factories/contracts/custody/DepositFactory__factory.ts";
import { IVault__factory } from "../../typechain-types/factories/contracts/custody/interfaces/IVault__factory.ts";
import { Reserve__factory } from "../../typechain-types/factories/contracts/custody/Reserve__factory.ts";
import { VaultLens__factory } from "../../typechain-types/factories/contracts/custody/VaultLens__factory.ts";
import { Guardian__factory } from "../../typechain-types/factories/contracts/governance/Guardian__factory.ts";
import { UpgradeController__factory } from "../../typechain-types/factories/contracts/governance/UpgradeController__factory.ts";
import { VetoGate__factory } from "../../typechain-types/factories/contracts/governance/VetoGate__factory.ts";
import { MockApp__factory } from "../../typechain-types/factories/contracts/mocks/MockApp__factory.ts";
import { MockERC20__factory } from "../../typechain-types/factories/contracts/mocks/MockERC20__factory.ts";
import { MockAggregator__factory } from "../../typechain-types/factories/contracts/mocks/oracle/MockAggregator__factory.ts";
import { Plunderer__factory } from "../../typechain-types/factories/contracts/mocks/Plunderer__factory.ts";
import { PriceRouter__factory } from "../../typechain-types/factories/contracts/oracle/PriceRouter__factory.ts";
import { Netting__factory } from "../../typechain-types/factories/contracts/payments/Netting__factory.ts";
import { Payments__factory } from "../../typechain-types/factories/contracts/payments/Payments__factory.ts";
import { ExitPolicy__factory } from "../../typechain-types/factories/contracts/policy/ExitPolicy__factory.ts";
import { TierRegistry__factory } from "../../typechain-types/factories/contracts/policy/TierRegistry__factory.ts";
import { TerminalError } from "../core/errors.ts";

/** The vault's face is that of both halves of its code. */
const SUITE_FACES = {
  vault: IVault__factory.createInterface(),
  lens: VaultLens__factory.createInterface(),
  policy: ExitPolicy__factory.createInterface(),
  registry: TierRegistry__factory.createInterface(),
  guardian: Guardian__factory.createInterface(),
  factory: DepositFactory__factory.createInterface(),
  timelock: TimelockController__factory.createInterface(),
  upgradeController: UpgradeController__factory.createInterface(),
  vetoGate: VetoGate__factory.createInterface(),
  reserve: Reserve__factory.createInterface(),
  payments: Payments__factory.createInterface(),
  netting: Netting__factory.createInterface(),
  manager: AccessManager__factory.createInterface(),
  token: MockERC20__factory.createInterface(),
  app: MockApp__factory.createInterface(),
  feed: MockAggregator__factory.createInterface(),
  router: PriceRouter__factory.createInterface(),
  plunderer: Plunderer__factory.createInterface(),
} as const;
export type Face = keyof typeof SUITE_FACES;

/** The same, typed as any contract's face: calls are built by name. */
export const FACES: Readonly<Record<Face, Interface>> = SUITE_FACES;

/** A function call, ready to be sent. */
export interface Call {
  readonly to: string;
  readonly data: string;
  readonly value?: bigint;
}

/** An event as its face decodes it. */
export interface ChainEvent {
  readonly address: string;
  readonly name: string;
  readonly args: Result;
}

/** Why a call reverted: the contract's own error. */
export interface Refusal {
  readonly name: string;
  readonly args: readonly unknown[];
}

/** What became of a transaction. */
export type Outcome =
  | { readonly ok: true; readonly gas: bigint; readonly events: readonly ChainEvent[] }
  | { readonly ok: false; readonly refusal: Refusal };

interface RawLog {
  readonly address: string;
  readonly topics: string[];
  readonly data: string;
}

const GAS = toBeHex(5_000_000);

/** Builds a call of one face's function. */
export function callOf(face: Face, to: string, name: string, args: readonly unknown[], value = 0n): Call {
  return { to, data: FACES[face].encodeFunctionData(name, args), value };
}

/** Which face knows an error's selector or an event's topic. */
const ERRORS = new Map<string, Interface>();
const EVENTS = new Map<string, Interface>();
for (const face of [...Object.values(FACES), new Interface(["error Error(string)"])]) {
  face.forEachError((error) => ERRORS.set(error.selector, face));
  face.forEachEvent((event) => EVENTS.set(event.topicHash, face));
}

function decodeError(data: string): Refusal {
  const error = ERRORS.get(data.slice(0, 10))?.parseError(data);
  if (error === null || error === undefined)
    return { name: data.length < 10 ? "no reason" : data.slice(0, 10), args: [] };
  // A plain revert string is its own name.
  return error.name === "Error"
    ? { name: String(error.args[0]), args: [] }
    : { name: error.name, args: [...error.args] };
}

function decodeEvent(log: RawLog): ChainEvent | undefined {
  let parsed: LogDescription | null | undefined;
  try {
    parsed = EVENTS.get(log.topics[0] ?? "")?.parseLog(log);
  } catch {
    // Another contract's event with the same types and other indexed fields.
  }
  return parsed ? { address: log.address, name: parsed.name, args: parsed.args } : undefined;
}

/** The bytes that a failed request carries, if the contract reverted; anything else is no refusal. */
function revertData(error: unknown): string | undefined {
  if (typeof error !== "object" || error === null || !("data" in error)) return undefined;
  const { data } = error;
  if (typeof data === "string") return data;
  if (typeof data === "object" && data !== null && "data" in data && typeof data.data === "string")
    return data.data;
  return undefined;
}

/**
 * The embedded chain with a clock that the caller sets: transactions are mined one by one at exactly the time it stands at.
 * Senders need no keys here; what needs signatures (Safes, attestations) is signed elsewhere, for real.
 */
export class Chain {
  readonly #provider: EIP1193Provider;
  readonly #senders = new Set<string>();
  #time = 0;

  constructor(provider: EIP1193Provider) {
    this.#provider = provider;
  }

  /** Unix seconds. */
  get time(): number {
    return this.#time;
  }

  /** Takes the clock from the latest block, after others have mined. */
  async sync(): Promise<void> {
    const block = (await this.#request("eth_getBlockByNumber", ["latest", false])) as { timestamp: string };
    this.#time = Number(block.timestamp);
  }

  /** Moves the clock on to `time`: the next transaction is mined then; views still see the latest block. */
  setTime(time: number): void {
    if (time < this.#time) {
      throw new TerminalError("CLOCK_BACKWARDS", "The chain's clock can't go back", {
        facts: { from: this.#time, to: time },
      });
    }
    this.#time = time;
  }

  /** Moves the clock on to `time` with an empty block, so that views see it. */
  async advanceTo(time: number): Promise<void> {
    if (time === this.#time) return;
    this.setTime(time);
    await this.#request("evm_setNextBlockTimestamp", [toBeHex(time)]);
    await this.#request("evm_mine", []);
  }

  advance(seconds: number): Promise<void> {
    return this.advanceTo(this.#time + seconds);
  }

  /** Lets whatever is sent next be mined at the time at which the clock stands. */
  async prepare(): Promise<void> {
    await this.#request("evm_setNextBlockTimestamp", [toBeHex(this.#time)]);
  }

  /** Sends and mines one transaction. */
  async send(from: string, call: Call): Promise<Outcome> {
    if (!this.#senders.has(from)) {
      this.#senders.add(from);
      await this.#request("hardhat_impersonateAccount", [from]);
    }
    await this.prepare();
    try {
      const transaction = { from, to: call.to, data: call.data, value: toBeHex(call.value ?? 0n), gas: GAS };
      const hash = await this.#request("eth_sendTransaction", [transaction]);
      const receipt = (await this.#request("eth_getTransactionReceipt", [hash])) as {
        gasUsed: string;
        logs: RawLog[];
      };
      const events = receipt.logs.map(decodeEvent).filter((event) => event !== undefined);
      return { ok: true, gas: BigInt(receipt.gasUsed), events };
    } catch (error) {
      const data = revertData(error);
      if (data === undefined) throw error;
      return { ok: false, refusal: decodeError(data) };
    }
  }

  /** Sends what must succeed. */
  async must(from: string, call: Call): Promise<Extract<Outcome, { ok: true }>> {
    const outcome = await this.send(from, call);
    if (!outcome.ok) {
      throw new TerminalError("CALL_REFUSED", `The chain refused a call: ${outcome.refusal.name}`, {
        facts: { from, to: call.to, arguments: outcome.refusal.args.map(String).join(", ").slice(0, 200) },
      });
    }
    return outcome;
  }

  /** Reads a view at the clock's time. */
  async view(face: Face, to: string, name: string, args: readonly unknown[] = []): Promise<Result> {
    const data = await this.call({ to, data: FACES[face].encodeFunctionData(name, args) });
    return FACES[face].decodeFunctionResult(name, data);
  }

  /** What a view answers at the clock's time, as bytes. */
  async call(request: { readonly to: string; readonly data: string }): Promise<string> {
    return (await this.#request("eth_call", [request, "latest"])) as string;
  }

  async balanceOf(account: string): Promise<bigint> {
    return BigInt((await this.#request("eth_getBalance", [account, "latest"])) as string);
  }

  async setBalance(account: string, wei: bigint): Promise<void> {
    await this.#request("hardhat_setBalance", [account, toBeHex(wei)]);
  }

  /** Remembers the whole state. A snapshot serves once: take another after going back. */
  async snapshot(): Promise<{ readonly id: string; readonly time: number }> {
    return { id: (await this.#request("evm_snapshot", [])) as string, time: this.#time };
  }

  async revert(snapshot: { readonly id: string; readonly time: number }): Promise<void> {
    await this.#request("evm_revert", [snapshot.id]);
    this.#time = snapshot.time;
  }

  #request(method: string, params: unknown[]): Promise<unknown> {
    return this.#provider.request({ method, params });
  }
}
