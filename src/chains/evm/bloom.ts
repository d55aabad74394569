import { getBytes, keccak256 } from "ethers";

/** Three bits of 2,048, as the Yellow Paper sets them for an address or a topic (§4.3.1, function M). */
type Bits = readonly (readonly [place: number, bit: number])[];

/** Where an address would show in a block's bloom filter. */
export function bloomBits(address: string): Bits {
  const hash = getBytes(keccak256(address));
  return [0, 2, 4].map((at) => {
    const bit = (((hash[at] ?? 0) << 8) | (hash[at + 1] ?? 0)) & 2047;
    // Hex digits are four bits each, the highest first.
    return [511 - (bit >> 2), bit & 3] as const;
  });
}

/**
 * Whether a block may have logs of an address: a no is certain.
 *
 * @param bloom 256 bytes as hex digits, 0x-prefixed
 */
export function mayHave(bloom: string, bits: Bits): boolean {
  return bits.every(([place, bit]) => ((Number.parseInt(bloom[place + 2] ?? "0", 16) >> bit) & 1) === 1);
}
