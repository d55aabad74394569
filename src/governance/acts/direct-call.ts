import { FunctionFragment, type Provider, type Result, type Signer } from "ethers";
import type { SuiteAddresses } from "../../../deploy/addresses.ts";
import { DepositFactory__factory } from "../../../typechain-types/factories/contracts/custody/DepositFactory__factory.ts";
import { VaultLens__factory } from "../../../typechain-types/factories/contracts/custody/VaultLens__factory.ts";
import { PullPrices__factory } from "../../../typechain-types/factories/contracts/oracle/PullPrices__factory.ts";
import { TerminalError } from "../../core/errors.ts";
import { readClaims } from "../../treasury/vault-claims.ts";
import { type AddressBook, type DecodedEvent, type Entry, readAddressBook } from "../address-book.ts";
import { resolve } from "../changes/context.ts";
import { revertDataOf } from "../revert-data.ts";
import type { Call } from "../safe.ts";
import { send } from "../send.ts";
import { argumentOf } from "./call-words.ts";

/** A call of one of a deployment's contracts that needs no proposal: a view, an owner's own verb, or anyone's. */
export interface DirectCall {
  readonly call: Call;
  readonly target: Entry;
  readonly fragment: FunctionFragment;
  readonly book: AddressBook;
}

/** What a call came to. */
export interface DirectResult {
  /** What a view answers, by name; numbers as digits, addresses with their names. None of a transaction: events tell what it did. */
  readonly returns: readonly (readonly [name: string, value: string])[];
  /** Absent where nothing was sent. */
  readonly transaction?: string;
  readonly events: readonly DecodedEvent[];
}

/** The deployment's contracts, those too that governance doesn't speak to. */
async function wholeBook(provider: Provider, addresses: SuiteAddresses): Promise<AddressBook> {
  return readAddressBook(provider, addresses, [
    { name: "lens", address: addresses.lens, face: VaultLens__factory.createInterface() },
    { name: "factory", address: addresses.factory, face: DepositFactory__factory.createInterface() },
    { name: "pullPrices", address: addresses.pullPrices, face: PullPrices__factory.createInterface() },
  ]);
}

function functionOf(target: Entry, name: string, count: number): FunctionFragment {
  const known = target.face.fragments.filter(FunctionFragment.isFragment);
  const named = known.filter((fragment) => fragment.name === name || fragment.format("sighash") === name);
  const [found, ...others] = named.filter(({ inputs }) => inputs.length === count);
  if (found !== undefined && others.length === 0) return found;
  if (named.length === 0) {
    throw new TerminalError("UNKNOWN_FUNCTION", `${target.name} has no function ${name}`, {
      advice: `It has ${[...new Set(known.map((fragment) => fragment.name))].sort().join(", ")}.`,
    });
  }
  throw new TerminalError("CALL_ARGUMENTS", `${target.name}.${name} can't be told from these arguments`, {
    facts: { given: count, wants: named.map((fragment) => fragment.format("sighash")).join(" or ") },
    advice: "Give one word for each argument; name the whole signature where several fit.",
  });
}

/**
 * Reads a call as people type it.
 *
 * @param words the arguments, as `argumentOf` reads them
 * @throws TerminalError `UNKNOWN_TARGET`, `UNKNOWN_FUNCTION`, `UNKNOWN_NAME`, `UNKNOWN_EXIT`, `CALL_ARGUMENTS`
 * @example
 * const call = await readDirectCall(provider, addresses, "vault", "setCap", ["0"]);
 */
export async function readDirectCall(
  provider: Provider,
  addresses: SuiteAddresses,
  name: string,
  functionName: string,
  words: readonly string[],
): Promise<DirectCall> {
  const book = await wholeBook(provider, addresses);
  const target = book.named(name);
  if (target === undefined) {
    throw new TerminalError("UNKNOWN_TARGET", `This deployment has no contract ${name}`, {
      advice: `It has ${book.entries.map((entry) => entry.name).join(", ")}.`,
    });
  }
  const fragment = functionOf(target, functionName, words.length);
  // Exits are looked up in the Vault's logs: only where one is named.
  const asksExits = fragment.format("sighash").includes("(address,address,uint256,uint112,");
  const { claims } = asksExits ? await readClaims(provider, addresses) : { claims: [] };
  const args = fragment.inputs.map((type, index) =>
    argumentOf(words[index] ?? "", type, {
      address: (word) => resolve({ parts: new Map(), book, addresses }, word),
      asset: (word) => {
        const asset = addresses.assets.find(({ symbol }) => symbol === word);
        return asset === undefined ? undefined : BigInt(asset.id);
      },
      exit: (id) => {
        const exit = claims.find((claim) => claim.exit?.id.toLowerCase() === id)?.exit;
        if (exit !== undefined)
          return [exit.owner, exit.to, exit.asset, exit.amount, exit.soon, exit.late, exit.seq];
        throw new TerminalError("UNKNOWN_EXIT", "No exit of this id is open", {
          facts: { id },
          advice: "It was paid or cancelled, or the id is another one: see ./strongroom exits.",
        });
      },
    }),
  );
  return {
    call: { to: target.address, data: target.face.encodeFunctionData(fragment, args) },
    target,
    fragment,
    book,
  };
}

/** Values under their names; a tuple that is all there is, field by field. */
function named({ target, fragment, book }: DirectCall, data: string): DirectResult["returns"] {
  const values: Result = target.face.decodeFunctionResult(fragment, data);
  const [only] = fragment.outputs;
  const alone = fragment.outputs.length === 1 && only?.baseType === "tuple";
  const types = alone ? (only.components ?? []) : fragment.outputs;
  const items = (alone ? values[0] : values) as Result;
  return types.map((type, index) => [type.name || "result", book.textOf(items[index])]);
}

async function refused<T>({ book, target, fragment }: DirectCall, action: () => Promise<T>): Promise<T> {
  try {
    return await action();
  } catch (error) {
    const data = revertDataOf(error);
    if (data === undefined) throw error;
    throw new TerminalError("CALL_REVERTS", `${target.name}.${fragment.name} is refused`, {
      cause: error,
      facts: { because: book.refusal(data) },
      advice:
        "docs/errors.md says what each error means. What only governance may do is proposed: gov propose.",
      docs: "docs/errors.md",
    });
  }
}

/**
 * Makes a call. A view is asked; anything else is tried first and then sent by the signer.
 *
 * @throws TerminalError `CALL_REVERTS` with the contract's own error, `TRANSACTION_FAILED`
 */
export async function makeDirectCall(
  provider: Provider,
  direct: DirectCall,
  signer: () => Promise<Signer>,
): Promise<DirectResult> {
  const { call, fragment, book } = direct;
  if (fragment.constant) {
    const data = await refused(direct, () => provider.call({ to: call.to, data: call.data }));
    return { returns: named(direct, data), events: [] };
  }
  const own = await signer();
  await refused(direct, () => own.call({ to: call.to, data: call.data }));
  const receipt = await send(own, call);
  return {
    returns: [],
    transaction: receipt.hash,
    events: receipt.logs.map((log) => book.event(log)).filter((event) => event !== undefined),
  };
}
