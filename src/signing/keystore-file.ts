import {
  createCipheriv,
  createDecipheriv,
  createHash,
  createHmac,
  scrypt,
  timingSafeEqual,
} from "node:crypto";
import { promisify } from "node:util";
import { z } from "zod";
import { canonicalJson } from "../core/canonical-json.ts";
import { TerminalError } from "../core/errors.ts";
import { Redacted } from "../core/redacted.ts";
import { STORE_NAME } from "./key-names.ts";

/** What a keystore file keeps. */
export const KEY_KINDS = ["identity", "ecdsa", "bip340", "frost-share"] as const;
export type KeyKind = (typeof KEY_KINDS)[number];

/** One secret and what may be known of it. */
export interface KeyEntry {
  readonly name: string;
  readonly kind: KeyKind;
  /** JSON that is stored in the clear, and can't be changed without the password. */
  readonly open: Readonly<Record<string, unknown>>;
  readonly secret: Redacted<Uint8Array>;
}

/** scrypt's N: the work of one guess. 128 MiB and about half a second; Geth's and ethers' standard. */
export const SCRYPT_N = 131_072;
const R = 8;

const base64 = (bytes: number) =>
  z.base64().refine((text) => Buffer.from(text, "base64").length === bytes, `must be ${bytes} bytes`);
const FILE = z.strictObject({
  version: z.literal(1),
  name: z.string().regex(STORE_NAME),
  kind: z.enum(KEY_KINDS),
  open: z.record(z.string(), z.unknown()),
  kdf: z.strictObject({
    name: z.literal("scrypt"),
    // Bounded, as a file that somebody put there could ask for all of the memory.
    n: z
      .number()
      .int()
      .min(1024)
      .max(1 << 20)
      .refine((n) => (n & (n - 1)) === 0, "must be a power of two"),
    r: z.literal(R),
    p: z.literal(1),
    salt: base64(32),
  }),
  /** Tells a wrong password from a damaged file; says nothing about the cipher's key. */
  check: base64(32),
  cipher: z.strictObject({
    name: z.literal("aes-256-gcm"),
    iv: base64(12),
    tag: base64(16),
    text: z.base64().max(65_536),
  }),
  /** SHA-256 of all others: finds what a disk or an editor did, before the password is asked for. */
  sum: z.string().regex(/^[0-9a-f]{64}$/),
});
type KeyFile = z.infer<typeof FILE>;

const sumOf = ({ sum: _, ...rest }: KeyFile) =>
  createHash("sha256").update(canonicalJson(rest)).digest("hex");
const header = ({ version, name, kind, open, kdf }: Omit<KeyFile, "check" | "cipher" | "sum">) =>
  Buffer.from(canonicalJson({ version, name, kind, open, kdf }));

const derive = promisify<string, Buffer, number, object, Buffer>(scrypt);

/** Two keys of one password: for the cipher, and for the check. */
async function keysOf(password: Redacted<string>, salt: Buffer, n: number) {
  const options = { N: n, r: R, p: 1, maxmem: 256 * n * R };
  const both = await derive(password.expose().normalize("NFKC"), salt, 64, options);
  const check = createHmac("sha256", both.subarray(32)).update("strongroom keystore check").digest();
  return { cipher: both.subarray(0, 32), check };
}

/** How a file is written. */
export interface SealOptions {
  readonly random: (bytes: number) => Uint8Array;
  /** scrypt's N; less than the standard only where nothing is kept. */
  readonly scryptN?: number;
}

/**
 * A secret as the text of a file: scrypt, then AES-256-GCM, which covers the open part too.
 *
 * @throws TerminalError `KEYSTORE_NAME`
 */
export async function sealEntry(
  entry: KeyEntry,
  password: Redacted<string>,
  { random, scryptN = SCRYPT_N }: SealOptions,
): Promise<string> {
  if (!STORE_NAME.test(entry.name)) {
    throw new TerminalError("KEYSTORE_NAME", "A key's name has lower-case letters, digits and hyphens", {
      facts: { found: entry.name.slice(0, 80) },
      advice: "Choose another name, of at most 63 characters.",
    });
  }
  const salt = Buffer.from(random(32));
  const iv = Buffer.from(random(12));
  const kdf = {
    name: "scrypt" as const,
    n: scryptN,
    r: R as typeof R,
    p: 1 as const,
    salt: salt.toString("base64"),
  };
  const top = { version: 1 as const, name: entry.name, kind: entry.kind, open: { ...entry.open }, kdf };
  const keys = await keysOf(password, salt, scryptN);
  const cipher = createCipheriv("aes-256-gcm", keys.cipher, iv).setAAD(header(top));
  const text = Buffer.concat([cipher.update(entry.secret.expose()), cipher.final()]).toString("base64");
  const sealed = {
    name: "aes-256-gcm" as const,
    iv: iv.toString("base64"),
    tag: cipher.getAuthTag().toString("base64"),
    text,
  };
  const file = { ...top, check: keys.check.toString("base64"), cipher: sealed, sum: "" };
  return `${JSON.stringify({ ...file, sum: sumOf(file) }, null, 2)}\n`;
}

function damaged(file: string, why: string): TerminalError {
  return new TerminalError("KEYSTORE_DAMAGED", `${file} is not as it was written: ${why}`, {
    advice: "Restore it from a copy. A share of a group can also be replaced by resharing.",
    docs: "docs/operations/signer.md",
  });
}

/** @throws TerminalError `KEYSTORE_DAMAGED`, `KEYSTORE_NEWER` */
function parse(text: string, file: string): KeyFile {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    throw damaged(file, "it is no JSON");
  }
  const { version } = z.object({ version: z.number().optional() }).catch({}).parse(json);
  if (version !== undefined && version > 1) {
    throw new TerminalError("KEYSTORE_NEWER", `${file} was written by a later version`, {
      facts: { version },
      advice: "Use that version of Strongroom.",
    });
  }
  const parsed = FILE.safeParse(json);
  if (!parsed.success) throw damaged(file, z.prettifyError(parsed.error).slice(0, 300));
  if (sumOf(parsed.data) !== parsed.data.sum) throw damaged(file, "its checksum differs");
  return parsed.data;
}

/**
 * What a file says openly, without a password. Whoever can write the file can have changed it: `openEntry` proves it.
 *
 * @throws TerminalError `KEYSTORE_DAMAGED`, `KEYSTORE_NEWER`
 */
export function readOpen(text: string, file: string): Omit<KeyEntry, "secret"> {
  const { name, kind, open } = parse(text, file);
  return { name, kind, open };
}

/**
 * Opens a file's text.
 *
 * @param file its name, for errors
 * @throws TerminalError `KEYSTORE_PASSWORD` (the file is well, the password isn't its own), `KEYSTORE_DAMAGED`, `KEYSTORE_NEWER`
 */
export async function openEntry(text: string, password: Redacted<string>, file: string): Promise<KeyEntry> {
  const sealed = parse(text, file);
  const { kdf, cipher } = sealed;
  const keys = await keysOf(password, Buffer.from(kdf.salt, "base64"), kdf.n);
  if (!timingSafeEqual(keys.check, Buffer.from(sealed.check, "base64"))) {
    throw new TerminalError("KEYSTORE_PASSWORD", `The password does not open ${file}`, {
      advice: "Try again; check the keyboard's layout. There is no way around a lost password.",
    });
  }
  const decipher = createDecipheriv("aes-256-gcm", keys.cipher, Buffer.from(cipher.iv, "base64"))
    .setAAD(header(sealed))
    .setAuthTag(Buffer.from(cipher.tag, "base64"));
  try {
    const secret = Buffer.concat([decipher.update(Buffer.from(cipher.text, "base64")), decipher.final()]);
    const { name, kind, open } = sealed;
    return { name, kind, open, secret: new Redacted(new Uint8Array(secret)) };
  } catch {
    throw damaged(file, "what it holds was changed after it was written");
  }
}
