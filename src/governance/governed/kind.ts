import type { Result } from "ethers";
import type { GovernedContract, Instance } from "./contracts.ts";
import type { Order } from "./order.ts";
import type { Reading } from "./reading.ts";
import type { Wording } from "./wording.ts";

/**
 * Who may call a setter where no role of the AccessManager says so.
 * `admin`: ADMIN of the AccessManager itself · `itself`: the contract, so its timelock's proposals · `canceller`: the veto
 * gate's Safe · `proposers`: PROPOSER of the timelock · `offices`: the succession's · `keys`: live guardian keys · `owner`:
 * the ProxyAdmin's · `holder`: who holds what it gives up · `owners`: a Safe's, enough of them · `anyone`.
 */
export type By =
  | "admin"
  | "itself"
  | "canceller"
  | "proposers"
  | "offices"
  | "keys"
  | "owner"
  | "holder"
  | "owners"
  | "anyone";

/** A function that changes a variable. */
export interface Setter {
  readonly contract: GovernedContract;
  /** Solidity's canonical signature. */
  readonly signature: string;
  /** What it can do to the variable. */
  readonly effect: "tightens" | "loosens" | "either";
  /** Absent: the role that the AccessManager asks for. */
  readonly by?: By;
  /** A wait or condition beside the caller's own delay. */
  readonly when?: Wording;
}

/** The log of an event: whose variables it changes, as their arguments; `""` for a kind without. */
export type Touched = (args: Result, at: Reading, instance: Instance) => readonly string[];

/** One variable as it is read: what the kind adds to it is the same for all of them. */
export interface Found {
  /** Tells variables of one kind apart, stable: a tier, `native`, an address, a role. `""` if there is only one. */
  readonly argument: string;
  /** The argument for people, where it isn't the argument itself. */
  readonly of?: Wording;
  /** Machine form: a decimal, an address, a bit as `true`, members between commas. */
  readonly value: string;
  /** What belongs to the value: compared where the kind has an order for it, else only shown to machines. */
  readonly parts?: Readonly<Record<string, string>>;
  readonly shown: Wording;
  /** Bounds that are the instance's own. */
  readonly bounds?: Bounds;
  /** Where the order is the contract's to tell. */
  readonly order?: Order;
  /** Orders of parts, likewise. */
  readonly partOrders?: Readonly<Record<string, Order>>;
}

/** What code never lets a variable leave. */
export interface Bounds {
  /** Decimals in the variable's unit; absent where the bound is no number. */
  readonly min?: string;
  readonly max?: string;
  readonly shown: Wording;
}

/** A kind of governed variable: a row of the table. */
export interface GovernedKind {
  /** After the instance's name it makes the id. */
  readonly name: string;
  readonly label: Wording;
  /** Where it is. */
  readonly contracts: readonly GovernedContract[];
  /** What an argument is; absent if there is none. */
  readonly argument?: Wording;
  readonly unit: Wording;
  /** Absent: the contract answers `specOf`. */
  readonly bounds?: Wording;
  /** Absent: the contract answers `specOf`. */
  readonly order?: Order;
  /** Orders of parts that are compared too. */
  readonly parts?: Readonly<Record<string, Order>>;
  /** Empty only if `fixed`. */
  readonly setters: readonly Setter[];
  /** By their names in the contract's ABI. */
  readonly events: Readonly<Record<string, Touched>>;
  /** Why there is no setter: how it changes instead. */
  readonly fixed?: Wording;
  /** The kind's byte, for rows of a parametrised contract. */
  readonly parameter?: bigint;
  read(at: Reading, instance: Instance): Promise<readonly Found[]>;
}

/** For kinds without argument: the event changes the one variable. */
export const whole: Touched = () => [""];
