/** One field of a packed slot: its name and its width in bits, lowest first. */
export type Field = readonly [name: string, bits: bigint];

/** The Vault's packed slots, as contracts/custody/interfaces/IVaultTypes.sol and the libraries that pack them say. */
export const SLOTS = {
  account: [
    ["subject", 160n],
    ["instantFrom", 40n],
    ["exits", 32n],
    ["kind", 8n],
    ["listed", 8n],
    ["members", 8n],
  ],
  subject: [
    ["tiers", 8n],
    ["tierFrom", 40n],
    ["tierUntil", 40n],
    ["heldUntil", 40n],
    ["listed", 8n],
    ["cap", 40n],
    ["nextCap", 40n],
    ["nextCapFrom", 40n],
  ],
  asset: [
    ["liabilities", 112n],
    ["queuedTicks", 38n],
    ["smallLane", 41n],
    ["largeLane", 41n],
    ["class", 3n],
    ["decimals", 5n],
    ["tickExponent", 5n],
    ["freshHours", 8n],
    ["impaired", 1n],
    ["windingDown", 1n],
  ],
  open: [
    ["phase", 8n],
    ["large", 8n],
    ["slot", 48n],
    ["prior", 48n],
  ],
  param: [
    ["base", 64n],
    ["tight", 64n],
    ["until", 40n],
    ["version", 32n],
  ],
  door: [
    ["policy", 160n],
    ["heldUntil", 40n],
    ["instantClosed", 8n],
  ],
  screen: [
    ["list", 160n],
    ["heldUntil", 40n],
  ],
  balance: [
    ["total", 112n],
    ["oldSteps", 48n],
    ["newSteps", 48n],
    ["oldUntil", 24n],
    ["newUntil", 24n],
  ],
} as const satisfies Record<string, readonly Field[]>;

/** Lane clocks and slots count seconds in 1/256, as `Units.LANE_ONE`. */
export const LANE_ONE = 256n;

/** A lane's clock or slot as Unix seconds, rounded up, as `Lanes.secondsUp`. */
export function laneSeconds(clock: bigint): bigint {
  return (clock + LANE_ONE - 1n) / LANE_ONE;
}

export type SlotKind = keyof typeof SLOTS;

/** The names of a slot's fields. */
export type FieldOf<K extends SlotKind> = (typeof SLOTS)[K][number][0];

/**
 * Takes a packed slot apart.
 *
 * @example
 * unpack("door", 5n << 160n).heldUntil // 5n
 */
export function unpack<K extends SlotKind>(kind: K, word: bigint): Record<FieldOf<K>, bigint> {
  let shift = 0n;
  const fields = SLOTS[kind].map(([name, bits]) => {
    const value = (word >> shift) & ((1n << bits) - 1n);
    shift += bits;
    return [name, value] as const;
  });
  return Object.fromEntries(fields) as Record<FieldOf<K>, bigint>;
}

/** Puts fields together again. Throws on a value that does not fit its field. */
export function pack<K extends SlotKind>(kind: K, fields: Record<FieldOf<K>, bigint>): bigint {
  let shift = 0n;
  let word = 0n;
  for (const [name, bits] of SLOTS[kind] as readonly Field[]) {
    const value = fields[name as FieldOf<K>];
    if (value < 0n || value >> bits !== 0n)
      throw new RangeError(`${kind}.${name} is not below 2^${bits}: ${value}`);
    word |= value << shift;
    shift += bits;
  }
  return word;
}
