/** One line on a wallet's screen, as ERC-7730 (schema version 2) has it. */
export interface Field {
  readonly path: string;
  readonly label: string;
  readonly format:
    | "raw"
    | "addressName"
    | "amount"
    | "tokenAmount"
    | "date"
    | "duration"
    | "enum"
    | "calldata";
  readonly params?: Readonly<Record<string, string | readonly string[]>>;
  /** `never`: left out on purpose. */
  readonly visible?: "always" | "never";
}

/** What one function or message means. */
export interface Format {
  readonly $id: string;
  readonly intent: string;
  readonly fields: readonly Field[];
}

/** Where a descriptor is valid. An empty list binds it to nothing: a wallet must not use it. */
export interface Deployment {
  readonly chainId: number;
  readonly address: string;
}

/** A descriptor file. */
export interface Descriptor {
  readonly $schema: string;
  readonly context:
    | { readonly $id: string; readonly contract: { readonly deployments: readonly Deployment[] } }
    | {
        readonly $id: string;
        readonly eip712: {
          readonly domain?: { readonly name: string; readonly version: string };
          readonly deployments: readonly Deployment[];
        };
      };
  readonly metadata: {
    readonly owner: string;
    readonly contractName: string;
    readonly enums?: Readonly<Record<string, Readonly<Record<string, string>>>>;
  };
  readonly display: { readonly formats: Readonly<Record<string, Format>> };
}

/** What a kind of contract or message is to a person. */
export interface Meaning {
  readonly intent: string;
  readonly fields: readonly Field[];
}

/** Meanings by canonical signature. */
export type Meanings = Readonly<Record<string, Meaning>>;

/** Whose names a wallet may put in an address's place. */
type AddressType = "eoa" | "wallet" | "contract" | "token";

/** An address, by name where the wallet knows one. */
export function account(path: string, label: string, ...types: AddressType[]): Field {
  const params = { types: types.length === 0 ? (["eoa", "wallet", "contract"] as const) : types };
  return { path, label, format: "addressName", params };
}

/** A number, a flag, a hash or bytes, as they are. */
export function plain(path: string, label: string): Field {
  return { path, label, format: "raw" };
}

/** Unix seconds. */
export function date(path: string, label: string): Field {
  return { path, label, format: "date", params: { encoding: "timestamp" } };
}

/** Seconds. */
export function duration(path: string, label: string): Field {
  return { path, label, format: "duration" };
}

/** An amount of the chain's own currency. */
export function amount(path: string, label: string): Field {
  return { path, label, format: "amount" };
}

/** A value of one of the enums below. */
export function choice(path: string, label: string, name: string): Field {
  return { path, label, format: "enum", params: { $ref: `$.metadata.enums.${name}` } };
}

/** A call within the call, shown by the descriptor of what it calls. */
export function innerCall(path: string, label: string, params: Readonly<Record<string, string>>): Field {
  return { path, label, format: "calldata", params };
}

/** Left out on purpose. */
export function hidden(path: string, label: string): Field {
  return { ...plain(path, label), visible: "never" };
}

/** An asset's id: its class is its first byte, an ERC-20's address its last twenty. */
export function asset(path: string, label: string): readonly Field[] {
  return [
    choice(`${path}.[0:1]`, `${label}'s class`, "assetClass"),
    account(`${path}.[-20:]`, `${label} (zero: native)`, "token"),
  ];
}

/** A parameter's key: its kind is its first byte, the rest a tier or an asset's id without its class. */
export function parameterKey(path: string): readonly Field[] {
  return [choice(`${path}.[0:1]`, "Parameter", "parameter"), plain(`${path}.[1:]`, "Tier or asset")];
}
