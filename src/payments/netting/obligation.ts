import { AbiCoder, getAddress, id, keccak256, type Signer, TypedDataEncoder } from "ethers";
import { TerminalError } from "../../core/errors.ts";
import { signText, type TypedText } from "../../custody/typed-text.ts";
import { MAX_AMOUNT } from "../../governance/parameters.ts";
import type { NettingDomain } from "./netting-domain.ts";
import { type ContractCaller, isSignedBy } from "./signed-by.ts";

/** What one party owes another, as the debtor signs it and both keep it: `Obligation` of INetting.sol. */
export interface Obligation {
  readonly debtor: string;
  readonly creditor: string;
  /** The ledger's asset id. */
  readonly asset: bigint;
  /** Raw units. */
  readonly amount: bigint;
  /** 32 bytes: hash of an outside reference, an invoice or an ISO 20022 end-to-end id. */
  readonly ref: string;
  /** Unix seconds after which it is no longer for netting. */
  readonly dueBy: bigint;
  /** Tells obligations of equal terms apart. Random, it also hides the terms from whoever sees only the hash. */
  readonly salt: bigint;
}

/** An obligation as the creditor holds it. */
export interface SignedObligation extends Obligation {
  /** Of the debtor: 64 or 65 bytes of a key, or whatever a contract's ERC-1271 wants. */
  readonly signature: string;
}

/** EIP-712 types of {@link Obligation}. */
export const OBLIGATION_TYPES: Record<string, { name: string; type: string }[]> = {
  Obligation: [
    { name: "debtor", type: "address" },
    { name: "creditor", type: "address" },
    { name: "asset", type: "uint256" },
    { name: "amount", type: "uint112" },
    { name: "ref", type: "bytes32" },
    { name: "dueBy", type: "uint40" },
    { name: "salt", type: "uint256" },
  ],
};

const TYPE_HASH = id(TypedDataEncoder.from(OBLIGATION_TYPES).encodeType("Obligation"));
const WORDS = ["bytes32", "address", "address", "uint256", "uint112", "bytes32", "uint40", "uint256"];
/** The EIP-712 struct hash, by which an obligation is known in a cycle: the same on all chains and contracts. */
export function hashObligation(o: Obligation): string {
  // As TypedDataEncoder has it, and several times as fast: a cycle has thousands.
  const { debtor, creditor, asset, amount, ref, dueBy, salt } = o;
  return keccak256(
    AbiCoder.defaultAbiCoder().encode(WORDS, [TYPE_HASH, debtor, creditor, asset, amount, ref, dueBy, salt]),
  );
}

/** What the debtor's wallet shows and signs. */
export function obligationText(domain: NettingDomain, obligation: Obligation): TypedText {
  return { domain, types: OBLIGATION_TYPES, message: { ...termsOf(obligation) } };
}

/** What the debtor's key signs. */
export function obligationDigest(domain: NettingDomain, obligation: Obligation): string {
  return TypedDataEncoder.hash(domain, OBLIGATION_TYPES, termsOf(obligation));
}

/**
 * Signs an obligation as its debtor.
 *
 * @throws {TerminalError} OBLIGATION_NOT_YOURS if the signer isn't the debtor, BAD_OBLIGATION if it can't be netted. A
 *   contract's debtor signs by its own means over {@link obligationDigest}.
 */
export async function signObligation(
  signer: Signer,
  domain: NettingDomain,
  obligation: Obligation,
): Promise<SignedObligation> {
  const wrong = faultOf(obligation);
  if (wrong !== null)
    throw new TerminalError("BAD_OBLIGATION", `The obligation can't be netted: ${wrong}`, {
      facts: { debtor: obligation.debtor, creditor: obligation.creditor, amount: obligation.amount },
    });
  const account = await signer.getAddress();
  if (getAddress(account) !== getAddress(obligation.debtor)) {
    throw new TerminalError("OBLIGATION_NOT_YOURS", "Only its debtor signs an obligation", {
      facts: { debtor: obligation.debtor, signer: account },
    });
  }
  const terms = termsOf(obligation);
  return { ...terms, signature: await signText(signer, obligationText(domain, terms)) };
}

/** Whether the debtor has signed; contracts are asked over `provider` (ERC-1271), without one they haven't. */
export function isObligationSigned(
  domain: NettingDomain,
  obligation: SignedObligation,
  provider?: ContractCaller,
): Promise<boolean> {
  return isSignedBy(obligation.debtor, obligationDigest(domain, obligation), obligation.signature, provider);
}

/** What keeps terms from being netted anywhere, as a clause; null = nothing. */
export function faultOf({ debtor, creditor, amount }: Obligation): string | null {
  if (BigInt(debtor) === BigInt(creditor)) return "it is owed to its debtor";
  if (amount <= 0n) return "its amount is not above zero";
  return amount > MAX_AMOUNT ? "its amount has more than 112 bits" : null;
}

/** The signed fields alone. */
function termsOf({ debtor, creditor, asset, amount, ref, dueBy, salt }: Obligation): Obligation {
  return { debtor, creditor, asset, amount, ref, dueBy, salt };
}
