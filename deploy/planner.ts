import { concat, Interface } from "ethers";
import { TerminalError } from "../src/core/errors.ts";
import { safeProxyAddress } from "../src/governance/safe-contracts.ts";
import { create3Address, create3Call } from "./factories/createx.ts";

/** A question to the chain whose answer shows that a step was done. */
export interface Probe {
  readonly to: string;
  readonly data: string;
  /** The whole answer, in hex. */
  readonly equals: string;
}

/** One transaction of a deployment. It can be sent again and again: whether it is needed, the chain says. */
export interface Step {
  /** Unique: `Vault`, `council_safe`, `gate_vetoes`. */
  readonly id: string;
  readonly kind: "contract" | "safe" | "call";
  /** Whose code it creates or calls. */
  readonly contract: string;
  /** The function that it calls; of a contract, its constructor. */
  readonly functionName: string;
  readonly to: string;
  readonly data: string;
  /** The address where code then stands; a call leaves none. */
  readonly creates: string | undefined;
  /** Any of these answers shows that it was done; a creation shows itself by its code. */
  readonly done: readonly Probe[];
  /** Any other answer than this shows it too. */
  readonly unless: Probe | undefined;
  /** Ids of steps that come before it, besides those whose addresses it mentions. */
  readonly after: readonly string[];
}

/** What a contract's name stands for. */
export interface PlannedCode {
  readonly face: Interface;
  /** Empty for an interface. */
  readonly bytecode: string;
}

/** Gives code and interface by name; throws for a name that it does not know. */
export type CodeOf = (name: string) => PlannedCode;

/** What a contract needs besides its constructor's arguments. */
interface Naming {
  /** The contract's name, unless a plan has two of it. */
  readonly id?: string;
  readonly after?: readonly string[];
}

/**
 * Collects the steps of a deployment. All addresses are known before anything is sent: they follow from the deployer and a
 * name (CREATE3), or from what a Safe is set up with (CREATE2). So a plan is computed from its input alone.
 *
 * @example
 * const plan = new Planner(codeOf, deployer, "1");
 * const timelock = plan.contract("TimelockController", [delay, [], [ZeroAddress], deployer]);
 * const guard = plan.contract("SafeGuard", [timelock]);
 */
export class Planner {
  readonly deployer: string;
  readonly #codeOf: CodeOf;
  readonly #prefix: string;
  readonly #steps = new Map<string, Step>();

  /** @param salt another one gives all contracts other addresses: a second deployment of the same deployer. */
  constructor(codeOf: CodeOf, deployer: string, salt: string) {
    this.#codeOf = codeOf;
    this.deployer = deployer;
    this.#prefix = `strongroom/${salt}/`;
  }

  get steps(): readonly Step[] {
    return [...this.#steps.values()];
  }

  /** Where a contract of this id will stand, planned already or not. */
  addressOf(id: string): string {
    return create3Address(this.deployer, this.#prefix + id);
  }

  /** Plans a contract, and gives its address. */
  contract(name: string, args: readonly unknown[] = [], { id = name, after = [] }: Naming = {}): string {
    const { face, bytecode } = this.#codeOf(name);
    const creation = concat([bytecode, face.encodeDeploy([...args])]);
    const creates = this.addressOf(id);
    this.#add({
      id,
      kind: "contract",
      contract: name,
      functionName: "constructor",
      ...create3Call(this.deployer, this.#prefix + id, creation),
      creates,
      done: [],
      unless: undefined,
      after,
    });
    return creates;
  }

  /** Plans a Safe of these terms, and gives its address. Anyone may create it: it is the same one. */
  safe(factory: string, singleton: string, setup: string, saltNonce: bigint, id: string): string {
    const creates = safeProxyAddress(factory, singleton, setup, saltNonce);
    const functionName = "createProxyWithNonce";
    this.#add({
      id,
      kind: "safe",
      contract: "SafeProxyFactory",
      functionName,
      to: factory,
      data: new Interface([
        `function ${functionName}(address, bytes, uint256) returns (address)`,
      ]).encodeFunctionData(functionName, [singleton, setup, saltNonce]),
      creates,
      done: [],
      unless: undefined,
      after: [],
    });
    return creates;
  }

  /** Plans a call of a function. */
  call(
    to: string,
    name: string,
    functionName: string,
    args: readonly unknown[],
    {
      id,
      done,
      unless,
      after = [],
    }: { id: string; done: readonly Probe[]; unless?: Probe; after?: readonly string[] },
  ): void {
    const data = this.encode(name, functionName, args);
    this.#add({
      id,
      kind: "call",
      contract: name,
      functionName,
      to,
      data,
      creates: undefined,
      done,
      unless,
      after,
    });
  }

  /** The calldata of a function. */
  encode(name: string, functionName: string, args: readonly unknown[]): string {
    return this.#codeOf(name).face.encodeFunctionData(functionName, [...args]);
  }

  /** What a view must answer for a step to count as done. */
  probe(
    to: string,
    name: string,
    functionName: string,
    args: readonly unknown[],
    answer: readonly unknown[],
  ): Probe {
    const { face } = this.#codeOf(name);
    return {
      to,
      data: face.encodeFunctionData(functionName, [...args]),
      equals: face.encodeFunctionResult(functionName, [...answer]),
    };
  }

  #add(step: Step): void {
    if (this.#steps.has(step.id)) throw new TerminalError("PLAN_INVALID", `Two steps are called ${step.id}`);
    this.#steps.set(step.id, step);
  }
}

/**
 * The steps in waves: a step stands behind those whose contracts it mentions and those that it names. Within a wave no order
 * is needed, so that all of it can be sent before any of it is waited for.
 *
 * @throws TerminalError `PLAN_INVALID` if a step names one that comes later or not at all.
 */
export function wavesOf(steps: readonly Step[]): readonly (readonly Step[])[] {
  const waveOf = new Map<string, number>();
  const waves: Step[][] = [];
  for (const [index, step] of steps.entries()) {
    const text = (step.to + step.data).toLowerCase();
    const needed = steps
      .slice(0, index)
      .filter(
        ({ id, creates }) => step.after.includes(id) || (creates !== undefined && mentions(text, creates)),
      );
    const unknown = step.after.find((id) => !waveOf.has(id));
    if (unknown !== undefined) {
      throw new TerminalError(
        "PLAN_INVALID",
        `${step.id} waits for ${unknown}, which does not come before it`,
      );
    }
    const wave = Math.max(-1, ...needed.map(({ id }) => waveOf.get(id) ?? -1)) + 1;
    waveOf.set(step.id, wave);
    waves[wave] = [...(waves[wave] ?? []), step];
  }
  return waves;
}

function mentions(text: string, address: string): boolean {
  return text.includes(address.slice(2).toLowerCase());
}
