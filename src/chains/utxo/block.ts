import { createHash } from "node:crypto";
import { RetryableError } from "../../core/errors.ts";
import type { Hex } from "../chain.ts";

/** An output of a transaction in a block. */
export interface BlockOutput {
  readonly script: Hex;
  readonly amount: bigint;
}

/** A transaction in a block, with all that its id commits to. */
export interface BlockTransaction {
  readonly txId: Hex;
  /** `txid:vout` of what each input spends; none for a coinbase. */
  readonly spends: readonly string[];
  readonly outputs: readonly BlockOutput[];
  readonly coinbase: boolean;
}

/** A block that says truly what its hash commits to. */
export interface Block {
  readonly hash: Hex;
  readonly parent: Hex;
  readonly transactions: readonly BlockTransaction[];
}

const HEADER = 80;
const COINBASE = "00".repeat(32);
const WITNESS = 1;
/** Litecoin's flag of a transaction with a part in its extension block (LIP-2). In a block that part is empty. */
const MWEB = 8;

function sha256d(...parts: readonly Uint8Array[]): Buffer {
  const first = createHash("sha256");
  for (const part of parts) first.update(part);
  return createHash("sha256").update(first.digest()).digest();
}

/** A hash as explorers show it: backwards. */
function shown(hash: Uint8Array): Hex {
  return Buffer.from(hash).reverse().toString("hex");
}

/** The id of a block by its header's 80 bytes. */
export function blockHash(header: Uint8Array): Hex {
  return shown(sha256d(header));
}

/** The parent's id by a header's 80 bytes. */
export function parentHash(header: Uint8Array): Hex {
  return shown(header.subarray(4, 36));
}

/** Reads on from a place. Beyond the end it throws, as every length comes from the node. */
class Reader {
  readonly bytes: Buffer;
  at = 0;

  constructor(bytes: Buffer) {
    this.bytes = bytes;
  }

  take(length: number): Buffer {
    if (length > this.bytes.length - this.at) throw new RangeError("the block ends too early");
    this.at += length;
    return this.bytes.subarray(this.at - length, this.at);
  }

  size(): number {
    const first = this.take(1).readUInt8();
    if (first < 0xfd) return first;
    if (first === 0xfd) return this.take(2).readUInt16LE();
    if (first === 0xfe) return this.take(4).readUInt32LE();
    throw new RangeError("a length in the block is beyond all bounds");
  }
}

function transaction(reader: Reader): BlockTransaction {
  const version = reader.take(4);
  const flagged = reader.bytes[reader.at] === 0;
  const flags = flagged ? (reader.take(2)[1] ?? 0) : 0;
  if (flagged && (flags === 0 || (flags & ~(WITNESS | MWEB)) !== 0)) {
    throw new RangeError("a transaction has flags that nobody knows");
  }
  const from = reader.at;
  const spends: string[] = [];
  const inputs = reader.size();
  for (let n = 0; n < inputs; n++) {
    const previous = shown(reader.take(32));
    spends.push(`${previous}:${reader.take(4).readUInt32LE()}`);
    reader.take(reader.size());
    reader.take(4);
  }
  const outputs: BlockOutput[] = [];
  for (let left = reader.size(); left > 0; left--) {
    const amount = reader.take(8).readBigUInt64LE();
    outputs.push({ amount, script: reader.take(reader.size()).toString("hex") });
  }
  const body = reader.bytes.subarray(from, reader.at);
  if ((flags & WITNESS) !== 0) {
    for (let n = 0; n < inputs; n++)
      for (let left = reader.size(); left > 0; left--) reader.take(reader.size());
  }
  if ((flags & MWEB) !== 0 && reader.take(1)[0] !== 0) {
    throw new RangeError("a transaction in a block carries a part of the extension block");
  }
  const coinbase = spends.length === 1 && spends[0]?.startsWith(COINBASE) === true;
  const txId = shown(sha256d(version, body, reader.take(4)));
  return { txId, spends: coinbase ? [] : spends, outputs, coinbase };
}

/** The Merkle root of transactions' ids, as a header has it. */
function merkleRoot(ids: readonly Hex[]): Hex {
  let level = ids.map((id) => Buffer.from(id, "hex").reverse());
  while (level.length > 1) {
    const next: Buffer<ArrayBuffer>[] = [];
    for (let n = 0; n < level.length; n += 2) {
      const left = level[n] as Buffer;
      next.push(Buffer.from(sha256d(left, level[n + 1] ?? left)));
    }
    level = next;
  }
  return (level[0] ?? Buffer.alloc(32)).toString("hex");
}

/**
 * Reads a block as nodes send it (`getblock` with verbosity 0) and checks that it is the one with that hash: the header's hash, and
 * the Merkle root of its transactions' ids. So whoever gave it can't have changed, added or left out anything but witnesses, which
 * aren't read. Bitcoin's and Litecoin's: the latter's extension block after the transactions isn't read.
 *
 * @throws RetryableError `BLOCK_FALSE`
 */
export function readBlock(hash: Hex, raw: Hex): Block {
  try {
    const bytes = Buffer.from(raw, "hex");
    if (bytes.length * 2 !== raw.length) throw new RangeError("it is no hex");
    const reader = new Reader(bytes);
    const header = reader.take(HEADER);
    if (blockHash(header) !== hash) throw new RangeError("its hash is another one");
    const transactions: BlockTransaction[] = [];
    for (let left = reader.size(); left > 0; left--) transactions.push(transaction(reader));
    const ids = transactions.map(({ txId }) => txId);
    // The Merkle tree repeats a last leaf, so a list with repetitions has the root of one without (CVE-2012-2459).
    if (new Set(ids).size !== ids.length) throw new RangeError("it has a transaction twice");
    if (merkleRoot(ids) !== header.subarray(36, 68).toString("hex")) {
      throw new RangeError("its transactions aren't those that its header commits to");
    }
    if (transactions.filter(({ coinbase }) => coinbase).length !== 1 || transactions[0]?.coinbase !== true) {
      throw new RangeError("its first transaction, and no other, must be a coinbase");
    }
    return { hash, parent: parentHash(header), transactions };
  } catch (cause) {
    throw new RetryableError("BLOCK_FALSE", `The node's block ${hash} isn't the one with that hash`, {
      advice: "The node lies or its disk is broken: take it out if it happens again.",
      facts: { hash },
      cause,
    });
  }
}
