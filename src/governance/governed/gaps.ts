import type { Interface } from "ethers";
import { PERMISSIONS, type Permission } from "../role-graph.ts";
import { CONTRACTS, type ContractClass, type GovernedContract } from "./contracts.ts";
import type { GovernedKind } from "./kind.ts";
import { GOVERNED } from "./kinds.ts";
import { UNGOVERNED, UNGOVERNED_CONTRACTS, type Ungoverned } from "./ungoverned.ts";
import type { Wording } from "./wording.ts";

/** Why the table isn't the whole truth. */
export interface Gap {
  readonly code:
    | "SETTER_WITHOUT_ROW"
    | "SETTER_UNKNOWN"
    | "SETTER_WITHOUT_CALLER"
    | "ROW_TWICE"
    | "ROW_WITHOUT_BOUND"
    | "ROW_WITHOUT_EVENT"
    | "ROW_WITHOUT_SETTER"
    | "ROW_WITHOUT_WORDS"
    | "EVENT_UNKNOWN"
    | "EXEMPTION_UNKNOWN"
    | "EXEMPTION_AMBIGUOUS"
    | "EXEMPTION_GOVERNED"
    | "CONTRACT_UNKNOWN"
    | "PARAMETER_WITHOUT_ROW"
    | "ROW_WITHOUT_PARAMETER";
  readonly subject: string;
}

/** A contract as the compiler made it. */
export interface OwnContract {
  readonly name: string;
  readonly face: Interface;
}

/** What is compared: all of it the project's own unless a test gives another. */
export interface Declared {
  readonly kinds?: readonly GovernedKind[];
  readonly contracts?: Readonly<Record<string, Pick<ContractClass, "face" | "artifacts">>>;
  readonly permissions?: readonly Permission[];
  readonly ungoverned?: readonly Ungoverned[];
  readonly ungovernedContracts?: Readonly<Record<string, string>>;
  /** Every contract of ours that can be deployed. */
  readonly own: readonly OwnContract[];
  /** contracts/shared/ParamKeys.sol: each kind's name, byte, and the contract that it stands under. */
  readonly keys: readonly { readonly name: string; readonly number: bigint; readonly contract: string }[];
  /** Bounds of numbers by the kind's byte, as the contracts tell. */
  readonly specs: ReadonlyMap<bigint, { readonly min: bigint; readonly max: bigint }>;
}

/** Functions that change state, as signatures. */
function writers(face: Interface): readonly { readonly name: string; readonly signature: string }[] {
  const found: { name: string; signature: string }[] = [];
  face.forEachFunction((fragment) => {
    if (!fragment.constant) found.push({ name: fragment.name, signature: fragment.format("sighash") });
  });
  return found;
}

function isIn(face: Interface, kind: "function" | "event", name: string): boolean {
  return (kind === "function" ? face.getFunction(name) : face.getEvent(name)) !== null;
}

function hasWords({ en, zh }: Wording): boolean {
  return en !== "" && /\p{Script=Han}/u.test(zh);
}

type Faces = Readonly<Record<string, Pick<ContractClass, "face" | "artifacts">>>;

function gapsOfKind(kind: GovernedKind, faces: Faces, { permissions = PERMISSIONS, specs }: Declared): Gap[] {
  const gaps: Gap[] = [];
  const id = `${kind.contracts.join("+")}.${kind.name}`;
  const add = (code: Gap["code"], subject: string) => gaps.push({ code, subject });
  for (const { contract, signature, by } of kind.setters) {
    const face = faces[contract]?.face;
    if (face === undefined || !isIn(face, "function", signature)) {
      add("SETTER_UNKNOWN", `${contract}.${signature}`);
    } else if (
      by === undefined &&
      !permissions.some((row) => row.target === contract && row.signature === signature)
    ) {
      add("SETTER_WITHOUT_CALLER", `${contract}.${signature}`);
    }
  }
  if (kind.setters.length === 0 && kind.fixed === undefined) add("ROW_WITHOUT_SETTER", id);
  const events = Object.keys(kind.events);
  if (kind.setters.length > 0 && events.length === 0) add("ROW_WITHOUT_EVENT", id);
  for (const event of events) {
    for (const contract of kind.contracts) {
      const face = faces[contract]?.face;
      if (face === undefined || !isIn(face, "event", event)) add("EVENT_UNKNOWN", `${contract}.${event}`);
    }
  }
  if (kind.parameter === undefined) {
    if (kind.bounds === undefined || !hasWords(kind.bounds)) add("ROW_WITHOUT_BOUND", id);
  } else {
    const spec = specs.get(kind.parameter);
    // A number that may be anything is not bounded.
    if (spec === undefined || spec.min >= spec.max || spec.max >= (1n << 64n) - 1n)
      add("ROW_WITHOUT_BOUND", id);
  }
  const words = [kind.label, kind.unit, ...(kind.argument === undefined ? [] : [kind.argument])];
  if (!words.every(hasWords)) add("ROW_WITHOUT_WORDS", id);
  return gaps;
}

function matches({ contract }: Ungoverned, of: string): boolean {
  return contract === undefined || contract === of;
}

function gapsOfContract(
  contract: string,
  face: Interface,
  kinds: readonly GovernedKind[],
  ungoverned: readonly Ungoverned[],
): Gap[] {
  const set = new Set(
    kinds.flatMap(({ setters }) =>
      setters.filter((setter) => setter.contract === contract).map(({ signature }) => signature),
    ),
  );
  const gaps: Gap[] = [];
  const all = writers(face);
  for (const { name, signature } of all) {
    const exempt = ungoverned.some((row) => matches(row, contract) && row.functions.includes(name));
    const subject = `${contract}.${signature}`;
    if (exempt && set.has(signature)) gaps.push({ code: "EXEMPTION_GOVERNED", subject });
    if (exempt && all.filter((other) => other.name === name).length > 1) {
      gaps.push({ code: "EXEMPTION_AMBIGUOUS", subject });
    }
    if (!exempt && !set.has(signature)) gaps.push({ code: "SETTER_WITHOUT_ROW", subject });
  }
  return gaps;
}

function gapsOfExemptions(ungoverned: readonly Ungoverned[], faces: Faces): Gap[] {
  return ungoverned.flatMap((row) =>
    row.functions
      .filter((name) =>
        Object.entries(faces)
          .filter(([contract]) => matches(row, contract))
          .every(([, { face }]) => writers(face).every((writer) => writer.name !== name)),
      )
      .map((name): Gap => ({ code: "EXEMPTION_UNKNOWN", subject: `${row.contract ?? "any"}.${name}` })),
  );
}

/** Functions of compiled contracts that no face shows: a new contract, or one that has outgrown its interface. */
function gapsOfOwn(
  own: readonly OwnContract[],
  faces: Faces,
  exempt: Readonly<Record<string, string>>,
): Gap[] {
  return own.flatMap(({ name, face }): Gap[] => {
    const all = writers(face);
    if (all.length === 0 || name in exempt) return [];
    const governed = Object.values(faces).find(({ artifacts }) => artifacts.includes(name));
    if (governed === undefined) return [{ code: "CONTRACT_UNKNOWN", subject: name }];
    return all
      .filter(({ signature }) => !isIn(governed.face, "function", signature))
      .map(({ signature }): Gap => ({ code: "SETTER_WITHOUT_ROW", subject: `${name}.${signature}` }));
  });
}

/** Kinds of numbers that the contracts have and the table hasn't, and the other way round. */
function gapsOfParameters(kinds: readonly GovernedKind[], faces: Faces, { keys }: Declared): Gap[] {
  const rows = kinds.flatMap(({ parameter, name, contracts }) =>
    parameter === undefined ? [] : contracts.map((contract) => ({ parameter, name, contract })),
  );
  const fits = (row: (typeof rows)[number], key: (typeof keys)[number]) =>
    row.parameter === key.number &&
    row.name === key.name &&
    (faces[row.contract]?.artifacts.includes(key.contract) ?? false);
  return [
    ...keys
      .filter((key) => !rows.some((row) => fits(row, key)))
      .map(({ contract, name }): Gap => ({ code: "PARAMETER_WITHOUT_ROW", subject: `${contract}.${name}` })),
    ...rows
      .filter((row) => !keys.some((key) => fits(row, key)))
      .map(({ contract, name }): Gap => ({ code: "ROW_WITHOUT_PARAMETER", subject: `${contract}.${name}` })),
  ];
}

function twice(kinds: readonly GovernedKind[]): Gap[] {
  const ids = kinds.flatMap(({ contracts, name }) => contracts.map((contract) => `${contract}.${name}`));
  const repeated = ids.filter((id, index) => ids.indexOf(id) !== index);
  return repeated.map((subject): Gap => ({ code: "ROW_TWICE", subject }));
}

/**
 * Where the table of governed variables is incomplete: setters without a row, rows without a bound, an event or a caller,
 * words that name nothing. Empty, or the build fails.
 */
export function gapsOf(declared: Declared): readonly Gap[] {
  const {
    kinds = GOVERNED,
    contracts: faces = CONTRACTS,
    ungoverned = UNGOVERNED,
    ungovernedContracts = UNGOVERNED_CONTRACTS,
    own,
  } = declared;
  return [
    ...twice(kinds),
    ...kinds.flatMap((kind) => gapsOfKind(kind, faces, declared)),
    ...Object.entries(faces).flatMap(([contract, { face }]) =>
      gapsOfContract(contract as GovernedContract, face, kinds, ungoverned),
    ),
    ...gapsOfExemptions(ungoverned, faces),
    ...gapsOfParameters(kinds, faces, declared),
    ...gapsOfOwn(own, faces, ungovernedContracts),
  ];
}
