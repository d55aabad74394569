import type { ConflictToken, Effect } from "../../chains/chain.ts";
import type { Statement } from "../../gateway/statement.ts";
import type { Side } from "./decider.ts";
import type { Sighting } from "./sightings.ts";
import type { StoredSigned, StoredUnsigned } from "./stored-tx.ts";

/** Which effect of its stream: a stream has one of a name at a time. */
export type Part = "payment" | "authorise" | "report" | "credit" | "mature" | "void" | "upkeep";

/** What a transaction is to do with its token: bring the effect about, or make it impossible. */
export type Mode = "act" | "void";

interface OfPart {
  readonly part: Part;
  readonly side: Side;
  readonly effect: Effect;
}

/** The one thing that a stream wants done now. What comes of it comes back as a command. */
export type Intention =
  /** Nothing, until something happens; `for` is a sentence. */
  | { readonly do: "wait"; readonly for: string; readonly until?: number }
  /** Ask the chain whether a sighting is final, now that its height is. */
  | { readonly do: "confirm"; readonly sighting: Sighting }
  /** Have the committee say so. */
  | {
      readonly do: "prove";
      readonly what: string;
      readonly statement: Statement;
      readonly facts: Readonly<Record<string, string>>;
    }
  /** `word`: the digest of the token that the ledger has for it already, from a journal that was lost. */
  | ({ readonly do: "reserve"; readonly word?: string } & OfPart)
  /**
   * Look first, and build only if nothing has happened. `previous`: what is replaced. `again`: sent once more before that, as
   * nobody knows whether anyone has it.
   */
  | ({
      readonly do: "build";
      readonly token: ConflictToken;
      readonly mode: Mode;
      readonly previous: readonly StoredSigned[];
      readonly again?: StoredSigned;
    } & OfPart)
  | ({ readonly do: "sign"; readonly mode: Mode; readonly unsigned: StoredUnsigned } & OfPart)
  | ({ readonly do: "broadcast"; readonly signed: StoredSigned } & OfPart)
  /** Look; and send the last version's bytes again if nobody has them. */
  | ({
      readonly do: "watch";
      readonly token: ConflictToken;
      readonly last: StoredSigned;
      /** The ids of all versions: any of them may be the one that counts. */
      readonly sent: readonly string[];
    } & OfPart);
