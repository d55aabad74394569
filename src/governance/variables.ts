import type { Provider } from "ethers";
import type { SuiteAddresses } from "../../deploy/addresses.ts";
import { RetryableError } from "../core/errors.ts";
import { type Authority, empoweredBy, sidesOf } from "./governed/authorities.ts";
import { CONTRACTS, type GovernedContract, type Instance } from "./governed/contracts.ts";
import type { Bounds, Found, GovernedKind } from "./governed/kind.ts";
import { GOVERNED } from "./governed/kinds.ts";
import { UNORDERED } from "./governed/order.ts";
import { type GovernedLog, Reading } from "./governed/reading.ts";
import { type Wording, wording } from "./governed/wording.ts";
import { nodeAnswer, orWhereUnreadable } from "./node-answer.ts";

/** When a variable was last written. */
export interface LastChange {
  readonly block: number;
  /** Unix seconds. */
  readonly time: bigint;
  readonly transaction: string;
  readonly event: string;
}

/** One governed variable of a deployment at one block. Plain data: it can be written to a file and compared later. */
export interface Variable {
  /** Stable: `policy.TIER_WINDOW.2`, `vault.policy`, `safe.council.owners`. */
  readonly id: string;
  /** Its row of the table: `policy.TIER_WINDOW`, `safe.owners`. */
  readonly kind: string;
  readonly label: Wording;
  readonly contract: { readonly name: string; readonly address: string; readonly label: Wording };
  /**
   * Machine form. Of a number, what is in force: the tightening while it lasts, and for a tier the strictest of its own row
   * and all higher ones.
   */
  readonly value: string;
  /** What belongs to the value; of a number `base`, `own` (the row's own value in force), `tightened`, `until`, `version`. */
  readonly parts: Readonly<Record<string, string>>;
  readonly shown: Wording;
  readonly unit: Wording;
  readonly bounds: Bounds;
  /** Which value is tighter: for people, and as the id of an order (`orderOf`). */
  readonly tighter: Wording;
  readonly order: string;
  /** Orders of the parts that count as changes of the variable. */
  readonly partOrders: Readonly<Record<string, string>>;
  readonly tightenedBy: readonly Authority[];
  readonly loosenedBy: readonly Authority[];
  /** Names of the events that tell of a change, in the contract's ABI. */
  readonly events: readonly string[];
  /** Why nothing sets it, if nothing does. */
  readonly fixed?: Wording;
  /** Absent without history, and where nothing was ever written. */
  readonly lastChange?: LastChange;
}

/** What to read. */
export interface ReadOptions {
  /** The block; the latest unless given. The node must know its state. */
  readonly blockTag?: number | "latest";
  /** Whether to find each variable's last change too: a question more for each block where one lies. */
  readonly withHistory?: boolean;
  /** Whether variables of a contract that doesn't answer are `UNREADABLE`, instead of an error. */
  readonly withBroken?: boolean;
}

/** The id of a kind in one contract: of the instance's contract, not its name, as both timelocks have the same kinds. */
export function kindId(contract: GovernedContract, kind: GovernedKind): string {
  return `${contract}.${kind.name}`;
}

function idOf(instance: Instance, kind: GovernedKind, argument: string): string {
  return [instance.name, kind.name, ...(argument === "" ? [] : [argument])].join(".");
}

/** Names of all events that any row has, by contract. */
function eventsOf(kinds: readonly GovernedKind[]): ReadonlyMap<GovernedContract, ReadonlySet<string>> {
  const events = new Map<GovernedContract, Set<string>>();
  for (const { contracts, events: named } of kinds) {
    for (const contract of contracts) {
      const set = events.get(contract) ?? new Set<string>();
      for (const name of Object.keys(named)) set.add(name);
      events.set(contract, set);
    }
  }
  return events;
}

/** The last log of each variable, by its id. */
function lastLogs(at: Reading): ReadonlyMap<string, GovernedLog> {
  const last = new Map<string, GovernedLog>();
  for (const log of at.logs) {
    for (const kind of GOVERNED) {
      if (!kind.contracts.includes(log.instance.contract)) continue;
      for (const argument of kind.events[log.event]?.(log.args, at, log.instance) ?? []) {
        last.set(idOf(log.instance, kind, argument), log);
      }
    }
  }
  return last;
}

/** Times of blocks, each asked once. */
async function timesOf(at: Reading, blocks: Iterable<number>): Promise<ReadonlyMap<number, bigint>> {
  const unique = [...new Set(blocks)];
  const times = await Promise.all(
    unique.map(async (number) => {
      const block = await nodeAnswer("a block's time", { block: number }, () => at.provider.getBlock(number));
      if (block !== null) return BigInt(block.timestamp);
      throw new RetryableError("BLOCK_UNKNOWN", "The node doesn't know a block that it gave logs of", {
        facts: { block: number },
      });
    }),
  );
  return new Map(unique.map((block, index) => [block, times[index] ?? 0n]));
}

function labelOf({ label }: GovernedKind, { argument, of }: Found): Wording {
  if (argument === "") return label;
  const { en, zh } = of ?? wording(argument);
  return wording(`${label.en}, ${en}`, `${label.zh}，${zh}`);
}

/** What a variable has in place of a value whose contract doesn't answer. */
export const UNREADABLE = "unreadable";

/** All variables of a kind in one contract, when it doesn't answer. */
function unreadable(instance: Instance, kind: GovernedKind): Variable {
  const { name, address, contract } = instance;
  return {
    id: idOf(instance, kind, ""),
    kind: kindId(contract, kind),
    label: kind.label,
    contract: { name, address, label: CONTRACTS[contract].label },
    value: UNREADABLE,
    parts: {},
    shown: wording("does not answer", "无应答"),
    unit: kind.unit,
    bounds: { shown: kind.bounds ?? wording("none", "无") },
    tighter: UNORDERED.tighter,
    order: UNORDERED.id,
    partOrders: {},
    tightenedBy: [],
    loosenedBy: [],
    events: Object.keys(kind.events),
  };
}

async function readKind(
  at: Reading,
  instance: Instance,
  kind: GovernedKind,
  changeOf: (id: string) => LastChange | undefined,
): Promise<readonly Variable[]> {
  const [found, empowered] = await Promise.all([kind.read(at, instance), empoweredBy(at, instance, kind)]);
  return found.map((one): Variable => {
    const id = idOf(instance, kind, one.argument);
    const order = one.order ?? kind.order ?? UNORDERED;
    const partOrders = Object.entries({ ...kind.parts, ...one.partOrders });
    const lastChange = changeOf(id);
    return {
      id,
      kind: kindId(instance.contract, kind),
      label: labelOf(kind, one),
      contract: {
        name: instance.name,
        address: instance.address,
        label: CONTRACTS[instance.contract].label,
      },
      value: one.value,
      parts: one.parts ?? {},
      shown: one.shown,
      unit: kind.unit,
      bounds: one.bounds ?? { shown: kind.bounds ?? wording("none", "无") },
      tighter: order.tighter,
      order: order.id,
      partOrders: Object.fromEntries(partOrders.map(([name, { id: of }]) => [name, of])),
      ...sidesOf(empowered, order, kind.parameter !== undefined),
      events: Object.keys(kind.events),
      ...(kind.fixed === undefined ? {} : { fixed: kind.fixed }),
      ...(lastChange === undefined ? {} : { lastChange }),
    };
  });
}

/**
 * Every governed variable of a deployment, as its chain has it: values, hard bounds, who may tighten and who may loosen after
 * what delay, events, and with `withHistory` the last change.
 *
 * Reads the chain alone; of the record only the addresses and the first block are believed. The policy and its router are
 * those that the Vault asks.
 *
 * @throws TerminalError `WRONG_CHAIN`, `NOT_A_DEPLOYMENT`, `VARIABLE_UNREADABLE`
 * @throws RetryableError `BLOCK_UNKNOWN`, `LOGS_UNREADABLE`, `NODE_UNREACHABLE`
 * @example
 * const before = await readVariables(provider, addresses);
 * const after = await readVariables(fork, addresses);
 * const changes = diffVariables(before, after);
 */
export async function readVariables(
  provider: Provider,
  addresses: SuiteAddresses,
  { blockTag = "latest", withHistory = false, withBroken = false }: ReadOptions = {},
): Promise<readonly Variable[]> {
  const at = await Reading.open(provider, addresses, eventsOf(GOVERNED), blockTag, withBroken);
  const logs = withHistory ? lastLogs(at) : new Map<string, GovernedLog>();
  const times = await timesOf(
    at,
    [...logs.values()].map(({ blockNumber }) => blockNumber),
  );
  const changeOf = (id: string): LastChange | undefined => {
    const log = logs.get(id);
    if (log === undefined) return undefined;
    const { blockNumber: block, transaction, event } = log;
    return { block, time: times.get(block) ?? 0n, transaction, event };
  };
  const all = await Promise.all(
    at.instances.flatMap((instance) =>
      GOVERNED.filter(({ contracts }) => contracts.includes(instance.contract)).map((kind) =>
        withBroken
          ? orWhereUnreadable(readKind(at, instance, kind, changeOf), [unreadable(instance, kind)])
          : readKind(at, instance, kind, changeOf),
      ),
    ),
  );
  return all.flat();
}
