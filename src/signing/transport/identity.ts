import {
  createHash,
  createPrivateKey,
  createPublicKey,
  generateKeyPairSync,
  type KeyObject,
  sign,
  X509Certificate,
} from "node:crypto";
import { z } from "zod";
import type { Hex } from "../../chains/chain.ts";
import { TerminalError } from "../../core/errors.ts";
import { Redacted } from "../../core/redacted.ts";
import { type SignedMessage, signedBytes } from "../frost/ceremony-messages.ts";
import { IDENTITY_KEY } from "../frost/ceremony-terms.ts";
import type { Random } from "../frost/dealing.ts";
import { IDENTITY, STORE_NAME } from "../key-names.ts";
import type { KeyEntry } from "../keystore-file.ts";
import { selfSignedCertificate } from "./self-signed-certificate.ts";

/** Who somebody is, for others: what `signer init` writes for them. */
export const PUBLIC_IDENTITY = z.strictObject({
  name: z.string().regex(STORE_NAME),
  /** P-256, SubjectPublicKeyInfo in base64. */
  identity: IDENTITY_KEY,
  /** SHA-256 of that key. */
  fingerprint: z.string().regex(/^[0-9a-f]{64}$/),
});
export type PublicIdentity = z.infer<typeof PUBLIC_IDENTITY>;

/** SHA-256 of a key as certificates have it: what configurations pin. */
export function fingerprintOf(key: KeyObject | Uint8Array): Hex {
  const bytes = key instanceof Uint8Array ? key : key.export({ type: "spki", format: "der" });
  return createHash("sha256").update(bytes).digest("hex");
}

/** A P-256 key by which a signer or coordinator is known: for TLS, and for what it says in ceremonies. */
export class Identity {
  readonly name: string;
  /** PEM. */
  readonly certificate: string;
  readonly fingerprint: Hex;
  readonly #key: KeyObject;
  readonly #open: KeyObject;

  private constructor(name: string, key: KeyObject, certificate: string) {
    this.name = name;
    this.#key = key;
    this.#open = createPublicKey(key);
    this.certificate = certificate;
    this.fingerprint = fingerprintOf(this.#open);
  }

  /** A new one. */
  static create(name: string, random: Random): Identity {
    const keys = generateKeyPairSync("ec", { namedCurve: "P-256" });
    const certificate = new X509Certificate(selfSignedCertificate(name, keys, random(16)));
    return new Identity(name, keys.privateKey, certificate.toString());
  }

  /** @throws TerminalError `KEYSTORE_DAMAGED` */
  static fromEntry(entry: KeyEntry): Identity {
    const open = z
      .strictObject({ name: z.string().regex(STORE_NAME), certificate: z.string() })
      .safeParse(entry.open);
    if (entry.kind !== "identity" || !open.success) throw damaged();
    const key = createPrivateKey({ key: Buffer.from(entry.secret.expose()), format: "der", type: "pkcs8" });
    const { name, certificate } = open.data;
    if (!new X509Certificate(certificate).checkPrivateKey(key)) throw damaged();
    return new Identity(name, key, certificate);
  }

  entry(): KeyEntry {
    const secret = new Redacted(new Uint8Array(this.#key.export({ type: "pkcs8", format: "der" })));
    return {
      name: IDENTITY,
      kind: "identity",
      open: { name: this.name, certificate: this.certificate },
      secret,
    };
  }

  /** What others need to know it by. */
  get open(): PublicIdentity {
    const identity = this.#open.export({ type: "spki", format: "der" }).toString("base64");
    return { name: this.name, identity, fingerprint: this.fingerprint };
  }

  /** Certificate and key for TLS. */
  credentials(): { readonly cert: string; readonly key: string } {
    return { cert: this.certificate, key: this.#key.export({ type: "pkcs8", format: "pem" }).toString() };
  }

  /** Signs what it says in a ceremony. */
  sign(body: string): SignedMessage {
    const signature = sign("sha256", signedBytes(body), { key: this.#key, dsaEncoding: "ieee-p1363" });
    return { body, signature: signature.toString("base64") };
  }
}

function damaged(): TerminalError {
  return new TerminalError("KEYSTORE_DAMAGED", "The identity's key and certificate don't fit each other", {
    advice: "Restore the keystore from a copy; a new identity must be pinned anew by everybody.",
  });
}
