import type { SuiteAddresses } from "../../deploy/addresses.ts";

/** Fields of `SuiteAddresses` that hold text and no address. */
export const PLAIN = ["network", "chainId", "symbol", "id", "kind", "expiry", "budgetSeconds"] as const;

type Hexed<T> = T extends string
  ? `0x${string}`
  : T extends number
    ? T
    : T extends readonly (infer Item)[]
      ? readonly Hexed<Item>[]
      : { readonly [K in keyof T]: K extends (typeof PLAIN)[number] ? T[K] : Hexed<T[K]> };

/** Where everything of one deployment is, each address in the form that viem asks for; ethers takes it as well. */
export type PublishedAddresses = Hexed<SuiteAddresses>;
