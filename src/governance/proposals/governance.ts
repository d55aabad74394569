import type { Provider } from "ethers";
import type { SuiteAddresses } from "../../../deploy/addresses.ts";
import type { FindArtifact } from "../changes/parts.ts";
import type { OpenFork } from "../simulation/fork.ts";
import type { CodeBook, CodeDescription } from "./code-book.ts";

/** One deployment, and what proposing and reviewing on it needs. */
export interface Governance {
  readonly network: string;
  readonly addresses: SuiteAddresses;
  readonly provider: Provider;
  readonly openFork: OpenFork;
  /** Contracts of this checkout. */
  readonly artifact: FindArtifact;
  /** What this checkout says of a contract's code; undefined for what can't be the Vault's. */
  readonly describe: (contract: string) => CodeDescription | undefined;
  /** What of its code has run on this chain. */
  readonly codeBook: CodeBook;
  /** Called with what is being done. */
  readonly say?: (line: string) => void;
}
