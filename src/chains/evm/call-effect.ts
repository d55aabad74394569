import { getAddress } from "ethers";
import { z } from "zod";
import { TerminalError } from "../../core/errors.ts";
import type { Effect, Hex } from "../chain.ts";

/** A call that an account makes. */
export interface Call {
  readonly to: string;
  /** 0x-prefixed. */
  readonly data: string;
  /** Wei. */
  readonly value: bigint;
}

const callSchema = z.object({
  to: z.string().regex(/^0x[0-9a-f]{40}$/i),
  data: z.string().regex(/^0x([0-9a-f]{2})*$/i),
  value: z
    .string()
    .regex(/^\d{1,78}$/)
    .default("0"),
});

/**
 * A call as an effect.
 *
 * @param id idempotency key, 32 bytes
 */
export function callEffect(id: Hex, { to, data, value }: Call): Effect {
  return { id, kind: "call", data: { to: getAddress(to), data, value: value.toString() } };
}

/**
 * The call that an effect is.
 *
 * @throws TerminalError `NOT_A_CALL`
 */
export function callOf(effect: Effect): Call {
  const parsed = callSchema.safeParse(effect.data);
  if (effect.kind !== "call" || !parsed.success) {
    throw new TerminalError("NOT_A_CALL", "This effect is no call of a contract", {
      facts: { effect: effect.id, kind: effect.kind },
      cause: parsed.error,
      advice: "Give it `to`, `data` and, if it carries any, `value` in wei.",
    });
  }
  const { to, data, value } = parsed.data;
  return { to: getAddress(to.toLowerCase()), data: data.toLowerCase(), value: BigInt(value) };
}
