import { Interface, type ParamType, type Provider, type Result } from "ethers";
import type { SuiteAddresses } from "../../deploy/addresses.ts";
import { AccessManager__factory } from "../../typechain-types/factories/@openzeppelin/contracts/access/manager/AccessManager__factory.ts";
import { TimelockController__factory } from "../../typechain-types/factories/@openzeppelin/contracts/governance/TimelockController__factory.ts";
import { Succession__factory } from "../../typechain-types/factories/contracts/governance/Succession__factory.ts";
import { VetoGate__factory } from "../../typechain-types/factories/contracts/governance/VetoGate__factory.ts";
import { FeedSet__factory } from "../../typechain-types/factories/contracts/oracle/FeedSet__factory.ts";
import { isOfContract } from "./node-answer.ts";
import { DEPLOYED, FACES } from "./role-graph.ts";
import type { Call } from "./safe.ts";
import { safeArtifact } from "./safe-contracts.ts";

/** Begins the names of what a change itself deploys. */
export const PART = "new.";

/** One contract that people know by a name. */
export interface Entry {
  /** As change files write it after a dollar sign: `vault`, `safes.council`. */
  readonly name: string;
  readonly address: string;
  readonly face: Interface;
}

/** What a function or a constructor is given, as people read it. */
export interface ReadArgument {
  readonly name: string;
  readonly type: string;
  readonly value: string;
}

/** A call as people read it. */
export interface DecodedCall {
  readonly target: string;
  readonly to: string;
  readonly value: string;
  /** Solidity's canonical signature. */
  readonly function: string;
  readonly arguments: readonly ReadArgument[];
  /** A call inside of this one: what a Safe does as the timelock's module. */
  readonly inside?: DecodedCall;
}

/** An event as people read it. */
export interface DecodedEvent {
  readonly source: string;
  readonly name: string;
  readonly arguments: readonly { readonly name: string; readonly value: string }[];
}

const SAFE = new Interface(safeArtifact("singleton").abi as never);
const MANAGER = AccessManager__factory.createInterface();
const TIMELOCK = TimelockController__factory.createInterface();
const GATE = VetoGate__factory.createInterface();
const SUCCESSION = Succession__factory.createInterface();
const FEED_SET = FeedSet__factory.createInterface();
/** What Solidity itself reverts with. */
const PLAIN = new Interface(["error Error(string)", "error Panic(uint256)"]);

/** Every contract of a deployment that governance speaks to, by name and by address. */
export class AddressBook {
  readonly entries: readonly Entry[];
  readonly #byAddress: ReadonlyMap<bigint, Entry>;
  readonly #byName: ReadonlyMap<string, Entry>;
  /** Names of accounts that are no contracts of ours: tokens, the deployer. */
  readonly #labels: ReadonlyMap<bigint, string>;

  constructor(entries: readonly Entry[], labels: ReadonlyMap<bigint, string> = new Map()) {
    this.entries = entries;
    this.#byAddress = new Map(entries.map((entry) => [BigInt(entry.address), entry]));
    this.#byName = new Map(entries.map((entry) => [entry.name, entry]));
    this.#labels = labels;
  }

  at(address: string): Entry | undefined {
    return this.#byAddress.get(BigInt(address));
  }

  named(name: string): Entry | undefined {
    return this.#byName.get(name);
  }

  /** A name, or the address where it has none. */
  nameOf(address: string): string {
    return this.at(address)?.name ?? this.#labels.get(BigInt(address)) ?? address;
  }

  /** Undefined where the target or its function isn't known, or the data holds more than its arguments. */
  decode({ to, data, value = 0n }: Call): DecodedCall | undefined {
    const entry = this.at(to);
    if (entry !== undefined && data === "0x") {
      return {
        target: entry.name,
        to: entry.address,
        value: value.toString(),
        function: "receive()",
        arguments: [],
      };
    }
    const parsed = entry?.face.parseTransaction({ data });
    if (entry === undefined || parsed === null || parsed === undefined) return undefined;
    // Bytes that the decoding doesn't show are bytes that nobody has read.
    if (entry.face.encodeFunctionData(parsed.fragment, parsed.args) !== data.toLowerCase()) return undefined;
    const inside =
      parsed.name === "execTransactionFromModule"
        ? this.decode({
            to: String(parsed.args[0]),
            data: String(parsed.args[2]),
            value: parsed.args[1] as bigint,
          })
        : undefined;
    return {
      target: entry.name,
      to: entry.address,
      value: value.toString(),
      function: parsed.signature,
      arguments: this.argumentsOf(parsed.fragment.inputs, parsed.args),
      ...(inside === undefined ? {} : { inside }),
    };
  }

  /** Arguments as people read them, addresses by their names. */
  argumentsOf(inputs: readonly ParamType[], values: readonly unknown[]): readonly ReadArgument[] {
    return inputs.map((input, index) => ({
      name: input.name,
      type: input.format("sighash"),
      value: this.textOf(values[index]),
    }));
  }

  /** Undefined where the emitter or the event isn't known. */
  event(log: {
    readonly address: string;
    readonly topics: readonly string[];
    readonly data: string;
  }): DecodedEvent | undefined {
    const entry = this.at(log.address);
    const parsed = entry?.face.parseLog({ topics: [...log.topics], data: log.data });
    if (entry === undefined || parsed === null || parsed === undefined) return undefined;
    return {
      source: entry.name,
      name: parsed.name,
      arguments: parsed.fragment.inputs.map((input, index) => ({
        name: input.name,
        value: this.textOf(parsed.args[index]),
      })),
    };
  }

  /** A revert's data as the contract's own words. */
  refusal(data: string): string {
    for (const face of [PLAIN, ...new Set(this.entries.map((entry) => entry.face))]) {
      const error = data.length >= 10 ? face.parseError(data) : null;
      if (error !== null)
        return `${error.name}(${error.args.map((arg: unknown) => this.textOf(arg)).join(", ")})`;
    }
    return data.length < 10 ? "reverted without a reason" : `reverted with ${data.slice(0, 74)}`;
  }

  /** A value for people: numbers as digits, addresses with their names. */
  textOf(value: unknown): string {
    if (Array.isArray(value))
      return `[${(value as Result | unknown[]).map((item: unknown) => this.textOf(item)).join(", ")}]`;
    const text = String(value);
    if (!/^0x[0-9a-fA-F]{40}$/.test(text)) return text;
    const name = this.nameOf(text);
    return name === text ? text : `${name} (${text})`;
  }
}

/**
 * The book of a deployment as its chain is now: what governance replaced since (policy, feed sets, implementation) is read
 * from the pointers, not from the record.
 */
export async function readAddressBook(
  provider: Provider,
  addresses: SuiteAddresses,
  parts: readonly Entry[] = [],
): Promise<AddressBook> {
  const read = async (face: Interface, to: string, name: string, args: readonly unknown[] = []) => {
    const data = face.encodeFunctionData(name, [...args]);
    return face.decodeFunctionResult(name, await provider.call({ to, data }))[0] as unknown;
  };
  // A Vault whose code is broken answers nothing, and is rolled back all the same: then the record has to do.
  const policy = await read(FACES.vault, addresses.vault, "policy").then(String, (error: unknown) => {
    if (isOfContract(error)) return addresses.policy;
    throw error;
  });
  const entries: Entry[] = DEPLOYED.map((name) => ({
    name,
    address: name === "policy" ? policy : addresses[name],
    face: FACES[name],
  }));
  entries.push(
    { name: "manager", address: addresses.manager, face: MANAGER },
    { name: "reserveManager", address: addresses.reserveManager, face: MANAGER },
    { name: "timelock", address: addresses.timelock, face: TIMELOCK },
    { name: "reserveTimelock", address: addresses.reserveTimelock, face: TIMELOCK },
    { name: "vetoGate", address: addresses.vetoGate, face: GATE },
    { name: "reserveVetoGate", address: addresses.reserveVetoGate, face: GATE },
    { name: "succession", address: addresses.succession, face: SUCCESSION },
    { name: "reserveSuccession", address: addresses.reserveSuccession, face: SUCCESSION },
  );
  for (const [name, address] of Object.entries(addresses.safes)) {
    entries.push({ name: `safes.${name}`, address, face: SAFE });
  }
  for (const { symbol, id } of addresses.assets) {
    const address = String(await read(FACES.router, addresses.router, "feedSetOf", [id]));
    if (BigInt(address) !== 0n) entries.push({ name: `feedSets.${symbol}`, address, face: FEED_SET });
  }
  const labels = new Map<bigint, string>([
    [BigInt(addresses.deployer), "deployer"],
    [BigInt(addresses.vaultImplementation), "vaultImplementation"],
    [BigInt(addresses.vaultAdmin), "vaultAdmin"],
    [BigInt(addresses.proxyAdmin), "proxyAdmin"],
    [BigInt(addresses.safeGuard), "safeGuard"],
    [BigInt(addresses.reserveSafeGuard), "reserveSafeGuard"],
    ...addresses.assets
      .filter(({ token }) => BigInt(token) !== 0n)
      .map(({ symbol, token }): [bigint, string] => [BigInt(token), `tokens.${symbol}`]),
  ]);
  return new AddressBook([...entries, ...parts], labels);
}
