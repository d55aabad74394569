/** Where a payment stands in the contract, as `Payment` of IPayments. Amounts in raw units. */
export interface StoredPayment {
  /** What left for the payee, fees included. */
  readonly paid: bigint;
  /** What the payee has given back of it. */
  readonly refunded: bigint;
  readonly created: boolean;
  /** Whether its condition has been met in time. */
  readonly latched: boolean;
  /** Whether what wasn't paid has gone back. */
  readonly closed: boolean;
}

const AMOUNT = 112n;
const MASK = (1n << AMOUNT) - 1n;

/** A payment's slot, which its events carry, unpacked as contracts/payments/libraries/PaymentSlot.sol packs it. */
export function unpackPayment(slot: bigint): StoredPayment {
  const bit = (place: bigint): boolean => ((slot >> place) & 1n) === 1n;
  return {
    paid: slot & MASK,
    refunded: (slot >> AMOUNT) & MASK,
    created: bit(224n),
    latched: bit(225n),
    closed: bit(226n),
  };
}
