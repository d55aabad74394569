import { createCipheriv, createDecipheriv, hkdfSync } from "node:crypto";
import { x25519 } from "@noble/curves/ed25519.js";
import { bytesToHex, hexToBytes } from "@noble/curves/utils.js";
import type { Hex } from "../../chains/chain.ts";
import type { Random } from "./dealing.ts";

/** Between whom a share goes, and in which run of which ceremony. */
export interface Seal {
  readonly transcript: Hex;
  readonly from: string;
  readonly to: string;
}

/** A key pair for one run of one ceremony, or for one dealer in it. */
export interface SealKeys {
  readonly secret: Hex;
  readonly open: Hex;
}

/** What is published of several pairs. */
export function openKeys(pairs: ReadonlyMap<string, SealKeys>): Record<string, Hex> {
  return Object.fromEntries([...pairs].map(([name, { open }]) => [name, open]));
}

export function sealKeys(random: Random): SealKeys {
  const secret = random(32);
  return { secret: bytesToHex(secret), open: bytesToHex(x25519.getPublicKey(secret)) };
}

/** The public key of a seal key. */
export const openKeyOf = (secret: Hex): Hex => bytesToHex(x25519.getPublicKey(hexToBytes(secret)));

function keyOf(secret: Hex, open: Hex, { transcript, from, to }: Seal): Buffer {
  const shared = x25519.getSharedSecret(hexToBytes(secret), hexToBytes(open));
  const info = `strongroom ceremony share 1\n${from}\n${to}`;
  return Buffer.from(hkdfSync("sha256", shared, Buffer.from(transcript, "hex"), info, 32));
}

/**
 * A share sealed to one member: X25519 (both keys are of this run only), HKDF-SHA-256, AES-256-GCM.
 *
 * @param secret the sender's own
 * @param open the recipient's
 */
export function sealShare(share: Uint8Array, secret: Hex, open: Hex, seal: Seal, random: Random): string {
  const iv = random(12);
  const cipher = createCipheriv("aes-256-gcm", keyOf(secret, open, seal), iv);
  return Buffer.concat([iv, cipher.update(share), cipher.final(), cipher.getAuthTag()]).toString("base64");
}

/** The share; undefined where it doesn't open. */
export function unsealShare(sealed: string, secret: Hex, open: Hex, seal: Seal): Uint8Array | undefined {
  const bytes = Buffer.from(sealed, "base64");
  if (bytes.length !== 12 + 32 + 16) return undefined;
  try {
    const decipher = createDecipheriv("aes-256-gcm", keyOf(secret, open, seal), bytes.subarray(0, 12));
    decipher.setAuthTag(bytes.subarray(-16));
    return new Uint8Array(Buffer.concat([decipher.update(bytes.subarray(12, -16)), decipher.final()]));
  } catch {
    // Also a key that is no point, or one of small order.
    return undefined;
  }
}
