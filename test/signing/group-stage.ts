import type { GroupKey } from "../../src/signing/frost/group-key.ts";
import { shareEntry } from "../../src/signing/frost/stored-share.ts";
import type { SigningRequest } from "../../src/signing/signer.ts";
import type { Answer, Ask } from "../../src/signing/wire-messages.ts";
import { dkgTerms, hold, person } from "./group-fixture.ts";
import {
  type StagedSigner,
  type StageOptions,
  stagedSigner,
  transaction,
  transactionRequest,
} from "./signing-stage.ts";

export const NAMES = ["anna", "ben", "cleo"];

export interface Stage {
  readonly signers: readonly StagedSigner[];
  readonly coins: GroupKey;
  readonly statements: GroupKey;
  close(): Promise<void>;
}

export const PEOPLE = NAMES.map(person);
/** Two keys of the same three, 2 of 3: made once, as that takes most of the time. */
const MADE = (["transaction", "statement"] as const).map((use) => {
  const terms = dkgTerms(PEOPLE, 2, { key: use === "transaction" ? "coins" : "statements", use });
  return { terms, shares: hold(terms, PEOPLE) };
});

/** Three signers who share a key for coins and one for statements, 2 of 3. */
export async function stage(options: StageOptions = {}): Promise<Stage> {
  const signers = await Promise.all(PEOPLE.map((who) => stagedSigner(who, options)));
  const groups: GroupKey[] = [];
  for (const { terms, shares } of MADE) {
    for (const { person: who, keystore } of signers) {
      const share = shares.get(who.name);
      if (share === undefined) throw new Error(`${who.name} has no share`);
      const confirmation = who.sign("{}");
      await keystore.write(shareEntry(share.group.name, { share, ceremony: terms.digest, confirmation }));
      groups.push(share.group);
    }
  }
  await Promise.all(signers.map((signer) => signer.restart()));
  const [coins, statements] = ["coins", "statements"].map((name) =>
    groups.find((group) => group.name === name),
  );
  if (coins === undefined || statements === undefined) throw new Error("a key is missing");
  const close = async () => {
    await Promise.all(signers.map((signer) => signer.close()));
  };
  return { signers, coins, statements, close };
}

/** What two inputs of a payout ask for: one of the wallet's own address, one untweaked. */
export const REQUEST = transactionRequest(transaction("p", { roots: ["empty", "-"] }));

/** A stage's signers by name, and the two rounds as a coordinator asks for them by hand. */
export function handsOn(the: () => Stage) {
  const signer = (name: string) => the().signers.find(({ person: who }) => who.name === name) as StagedSigner;
  const channels = () => the().signers.map(({ channel }) => channel);
  const ask = <M extends "commit" | "share">(name: string, method: M, params: Ask<M> | unknown) =>
    signer(name).channel.call(method, params) as Promise<Answer<M>>;
  /** Round 1 with some signers. */
  const begun = async (names = ["anna", "ben"], of: SigningRequest = REQUEST) => {
    const params = { request: of, generation: the().coins.generation };
    const made = await Promise.all(names.map((name) => ask(name, "commit", params)));
    const commitments = of.payloads.map((_, place) => made.flatMap((one) => one.commitments[place] ?? []));
    return { sessions: made.map(({ session }) => session), commitments };
  };
  return { signer, channels, ask, begun };
}
