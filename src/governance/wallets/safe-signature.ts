import { dataLength, dataSlice, getAddress, isHexString, Signature, toBeHex, zeroPadValue } from "ethers";
import { TerminalError } from "../../core/errors.ts";

/** The four ways in which a Safe takes an owner's consent. */
export const SIGNATURE_KINDS = ["eip712", "eth_sign", "approved-hash", "contract"] as const;

/**
 * `eip712`: v 27 or 28, over the hash itself. `eth_sign`: v 31 or 32, over the hash as a personal message.
 * `approved-hash`: v 1, the owner has called `approveHash`. `contract`: v 0, the owner is a contract (ERC-1271).
 */
export type SignatureKind = (typeof SIGNATURE_KINDS)[number];

/** An owner's consent to one transaction. */
export interface SafeSignature {
  readonly owner: string;
  readonly kind: SignatureKind;
  /** As the Safe reads it, were it the only one: 65 bytes, for a contract followed by length and data. */
  readonly signature: string;
}

/** What a signature says by itself, before anything is recovered from it. */
export type ParsedSignature =
  | { readonly kind: "eip712" | "eth_sign"; readonly ecdsa: Signature; readonly signature: string }
  | { readonly kind: "approved-hash"; readonly owner: string; readonly signature: string }
  | {
      readonly kind: "contract";
      readonly owner: string;
      readonly signature: string;
      readonly data: string;
    };

/** The static part of one signature, bytes. */
export const STATIC_BYTES = 65;
const WORD = 32;
const ORDER = 0xfffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141n;

function malformed(problem: string, facts: Record<string, string | number> = {}): TerminalError {
  return new TerminalError("SIGNATURE_MALFORMED", `This is not a signature that a Safe takes: ${problem}`, {
    facts,
    advice:
      "Paste the whole signature as the wallet gave it: 0x and 130 hex digits, or 128 for the short form.",
    docs: "docs/wallets.md",
  });
}

/** The signature of a contract, as the Safe reads it. */
export function contractSignature(owner: string, data: string): string {
  const head = `${ownerWord(owner)}${word(STATIC_BYTES)}00`;
  return `0x${head}${word(dataLength(data))}${data.slice(2)}`;
}

/** The consent of an owner who has called `approveHash`. */
export function approvedHashSignature(owner: string): string {
  return `0x${ownerWord(owner)}${word(0)}01`;
}

/** The bytes that a contract owner's `isValidSignature` gets. */
export function contractData(signature: string): string {
  return dataSlice(signature, STATIC_BYTES + WORD);
}

/**
 * Reads a pasted signature of any of the four kinds and brings it into the Safe's form: the short form of EIP-2098 becomes
 * long, v 0 or 1 of an ordinary signature becomes 27 or 28.
 *
 * @throws TerminalError `SIGNATURE_MALFORMED`, `SIGNATURE_HIGH_S`
 */
export function parseSignature(text: string): ParsedSignature {
  const pasted = text.trim();
  const hex = (pasted.startsWith("0x") ? pasted : `0x${pasted}`).toLowerCase();
  if (!isHexString(hex) || hex.length % 2 !== 0) throw malformed("it is not hex bytes");
  const length = dataLength(hex);
  if (length === 64) return fromShort(hex);
  if (length < STATIC_BYTES) throw malformed("it is too short", { bytes: length });
  const [r, s] = [dataSlice(hex, 0, WORD), dataSlice(hex, WORD, 2 * WORD)];
  const v = Number(dataSlice(hex, 2 * WORD, STATIC_BYTES));
  const owner = ownerOf(r);
  if (length > STATIC_BYTES) {
    if (v !== 0 || owner === undefined) throw malformed("it is too long", { bytes: length, v });
    return fromContract(hex, owner, BigInt(s));
  }
  // An r that looks like an address is one: by chance it happens once in 2^96 signatures.
  if (v === 1 && owner !== undefined) {
    return { kind: "approved-hash", owner, signature: approvedHashSignature(owner) };
  }
  if (v === 0 && owner !== undefined) throw malformed("the contract's part is missing");
  return fromWords(r, s, v);
}

/** Whether r, s and v can be a signature of secp256k1 in its low form. */
function fromWords(r: string, s: string, v: number): ParsedSignature {
  const plain = v === 0 || v === 1 ? v + 27 : v;
  const parity = plain > 30 ? plain - 4 : plain;
  if (parity !== 27 && parity !== 28) throw malformed("its last byte names no kind", { v });
  const [x, scalar] = [BigInt(r), BigInt(s)];
  if (x === 0n || x >= ORDER || scalar === 0n || scalar >= ORDER) throw malformed("r or s is out of range");
  if (scalar > ORDER / 2n) {
    throw new TerminalError(
      "SIGNATURE_HIGH_S",
      "The signature's s is in the upper half of the curve's order",
      {
        facts: { s },
        advice: "No wallet gives such a signature: somebody has changed it on the way. Ask its owner again.",
        docs: "docs/wallets.md",
      },
    );
  }
  return {
    kind: plain > 30 ? "eth_sign" : "eip712",
    ecdsa: Signature.from({ r, s, v: parity as 27 | 28 }),
    signature: `0x${r.slice(2)}${s.slice(2)}${toBeHex(plain, 1).slice(2)}`,
  };
}

/** EIP-2098: the parity is the highest bit of s. */
function fromShort(hex: string): ParsedSignature {
  const parityAndS = BigInt(dataSlice(hex, WORD));
  const s = parityAndS & ((1n << 255n) - 1n);
  return fromWords(dataSlice(hex, 0, WORD), toBeHex(s, WORD), 27 + Number(parityAndS >> 255n));
}

function fromContract(hex: string, owner: string, offset: bigint): ParsedSignature {
  if (offset !== BigInt(STATIC_BYTES))
    throw malformed("the contract's part is not where it points", { offset: `${offset}` });
  if (dataLength(hex) < STATIC_BYTES + WORD) throw malformed("the contract's part has no length");
  const said = BigInt(dataSlice(hex, STATIC_BYTES, STATIC_BYTES + WORD));
  const data = contractData(hex);
  if (said !== BigInt(dataLength(data))) {
    throw malformed("the contract's part has another length than it says", {
      said: `${said}`,
      found: dataLength(data),
    });
  }
  return { kind: "contract", owner, signature: contractSignature(owner, data), data };
}

/** The address in a word that holds nothing else. */
function ownerOf(r: string): string | undefined {
  return /^0x0{24}/.test(r) && BigInt(r) !== 0n ? getAddress(dataSlice(r, 12)) : undefined;
}

function ownerWord(owner: string): string {
  return zeroPadValue(owner, WORD).slice(2).toLowerCase();
}

function word(value: number): string {
  return toBeHex(value, WORD).slice(2);
}
