import { TypedDataEncoder } from "ethers";
import { z } from "zod";
import { IVault__factory } from "../../typechain-types/factories/contracts/custody/interfaces/IVault__factory.ts";
import { TerminalError } from "../core/errors.ts";
import { INTENT_TYPES, type Intent, intentDigest, VERB, vaultDomain } from "../custody/intent.ts";

const FORMAT = "strongroom/withdraw-intent@1";

/** What an owner asks of the Vault by signature: to withdraw. */
export type WithdrawIntent = Intent<typeof VERB.WITHDRAW>;

const digits = z.string().regex(/^\d{1,78}$/, "not a number in decimal digits");
const address = z.string().regex(/^0x[0-9a-fA-F]{40}$/, "not an address");
const hex = z.string().regex(/^0x(?:[0-9a-fA-F]{2})*$/, "not bytes in hex");
const file = z.strictObject({
  format: z.literal(FORMAT),
  /** For people; nothing is taken from it. */
  say: z.string(),
  typedData: z.strictObject({
    types: z.record(z.string(), z.array(z.strictObject({ name: z.string(), type: z.string() }))),
    primaryType: z.literal("Intent"),
    domain: z.strictObject({
      name: z.string(),
      version: z.string(),
      chainId: z.union([z.string(), z.number()]),
      verifyingContract: address,
    }),
    message: z.strictObject({
      owner: address,
      verb: z.union([z.literal("2"), z.literal(2)], "not 2: only withdrawals are carried out"),
      asset: digits,
      amount: digits,
      to: address,
      ref: hex,
      nonce: digits,
      deadline: digits,
    }),
  }),
  digest: hex,
  /** What the owner may send itself instead of signing: a call of the Vault. */
  call: z.strictObject({ to: address, data: hex }),
  signature: hex.nullable(),
});

/** An intent as its file has it. */
export interface IntentFile {
  readonly intent: WithdrawIntent;
  /** null: nobody has signed yet. */
  readonly signature: string | null;
}

/**
 * An intent as a file for its owner: `typedData` is what wallets take (`eth_signTypedData_v4`), `signature` is where the result
 * goes.
 */
export function writeIntent(chainId: bigint, vault: string, intent: WithdrawIntent, say: string): string {
  const face = IVault__factory.createInterface();
  const { asset, amount, to } = intent;
  const typedData = TypedDataEncoder.getPayload(vaultDomain(chainId, vault), INTENT_TYPES, intent) as object;
  const digest = intentDigest(chainId, vault, intent);
  const call = { to: vault, data: face.encodeFunctionData("withdraw", [asset, amount, to]) };
  return `${JSON.stringify({ format: FORMAT, say, typedData, digest, call, signature: null }, null, 2)}\n`;
}

/**
 * Reads an intent's file.
 *
 * @throws TerminalError `INTENT_UNREADABLE`, `INTENT_OTHER_VAULT` (chain or Vault), `INTENT_TAMPERED` if digest and text differ.
 */
export function readIntent(chainId: bigint, vault: string, text: string): IntentFile {
  let content: unknown;
  try {
    content = JSON.parse(text);
  } catch {
    content = undefined;
  }
  const parsed = file.safeParse(content);
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    throw new TerminalError("INTENT_UNREADABLE", "This is no intent to withdraw", {
      facts: { field: issue?.path.join(".") ?? "none", why: issue?.message ?? "not JSON" },
      advice: "Only `signature` is to be filled in; the rest stays as it was written.",
    });
  }
  const { typedData, digest, signature } = parsed.data;
  const { domain, message } = typedData;
  if (BigInt(domain.chainId) !== chainId || BigInt(domain.verifyingContract) !== BigInt(vault)) {
    throw new TerminalError("INTENT_OTHER_VAULT", "This intent is for another Vault or chain", {
      facts: { chainId: domain.chainId, vault: domain.verifyingContract },
    });
  }
  const { owner, asset, amount, to, ref, nonce, deadline } = message;
  const intent: WithdrawIntent = {
    ...{ owner, verb: VERB.WITHDRAW, to, ref },
    ...{ asset: BigInt(asset), amount: BigInt(amount), nonce: BigInt(nonce), deadline: BigInt(deadline) },
  };
  if (intentDigest(chainId, vault, intent) !== digest) {
    throw new TerminalError("INTENT_TAMPERED", "The text of this intent is not that of its digest", {
      facts: { owner, digest },
      advice: "Have it written again, and signed again.",
    });
  }
  return { intent, signature };
}
