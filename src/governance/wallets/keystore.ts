import { encryptKeystoreJson, getAddress, isHexString, isKeystoreJson, Wallet } from "ethers";
import { z } from "zod";
import { TerminalError } from "../../core/errors.ts";
import { refuseWeakPassword, warnOfOthers, writeSecretFile } from "../../core/secret-file.ts";
import { readForeign } from "./foreign-json.ts";
import { SAFE_TX_TYPES, safeDomain } from "./safe-hashes.ts";
import type { OwnerSigner } from "./sign.ts";

/** scrypt's N: the work of one guess. Geth's and ethers' standard. */
const SCRYPT_N = 131_072;

/** How a keystore is made. */
export interface KeystoreOptions {
  /** 32 bytes in hex; a fresh random key if none is given. */
  readonly privateKey?: string;
  /** scrypt's N, a power of two; less than the standard only where nothing is kept. */
  readonly scryptN?: number;
}

/**
 * Writes a key as an encrypted JSON keystore (version 3, as Geth's), readable by its owner alone. It never overwrites.
 *
 * @throws TerminalError `FILE_EXISTS`, `PASSWORD_WEAK`, `KEY_INVALID`
 * @example
 * const { address } = await createKeystore("anna.json", password);
 */
export async function createKeystore(
  file: string,
  password: string,
  { privateKey, scryptN = SCRYPT_N }: KeystoreOptions = {},
): Promise<{ readonly address: string }> {
  refuseWeakPassword(password);
  const wallet = privateKey === undefined ? Wallet.createRandom() : walletOf(privateKey);
  const { address } = wallet;
  const scrypt = { N: scryptN, r: 8, p: 1 };
  const content = await encryptKeystoreJson({ address, privateKey: wallet.privateKey }, password, { scrypt });
  writeSecretFile(file, `${content}\n`);
  return { address };
}

function walletOf(privateKey: string): Wallet {
  try {
    if (!isHexString(privateKey, 32)) throw new Error("not 32 bytes");
    return new Wallet(privateKey);
  } catch {
    // No cause: it could show the key.
    throw new TerminalError("KEY_INVALID", "The private key is not 32 bytes in hex, or out of range", {
      advice: "Give 0x and 64 hex digits.",
    });
  }
}

/** What tells a person about a keystore file. */
export interface KeystoreNotices {
  /** A sentence about the file, e.g. that others can read it. */
  warn?(warning: string): void;
}

/**
 * An owner whose key is in an encrypted keystore. It is decrypted when it signs, and the key is not kept.
 *
 * @param password gives the password when it is needed
 * @throws TerminalError `FILE_UNREADABLE`, `KEYSTORE_INVALID`; on signing `KEYSTORE_PASSWORD`, `KEYSTORE_INVALID`
 */
export function keystoreSigner(
  file: string,
  password: () => Promise<string>,
  notices: KeystoreNotices = {},
): OwnerSigner {
  const owner = addressIn(keystoreText(file));
  return {
    ...(owner === undefined ? {} : { owner }),
    sign: async ({ transaction, account }) => {
      const wallet = await openKeystore(file, password, notices);
      return wallet.signTypedData(safeDomain(account), SAFE_TX_TYPES, transaction);
    },
  };
}

/** The address that a keystore says it holds; opening it proves that. Undefined if it doesn't say. */
function addressIn(text: string): string | undefined {
  const { address } = JSON.parse(text) as { address?: unknown };
  if (typeof address !== "string" || !/^(0x)?[0-9a-fA-F]{40}$/.test(address)) return undefined;
  return getAddress(`0x${address.replace(/^0x/, "").toLowerCase()}`);
}

function keystoreText(file: string): string {
  const json = readForeign(file, {
    schema: z.looseObject({}),
    code: "KEYSTORE_INVALID",
    what: "an encrypted keystore",
    advice: "Give a JSON keystore of version 3, as Geth and ethers write it.",
  });
  const text = JSON.stringify(json);
  if (isKeystoreJson(text)) return text;
  throw new TerminalError("KEYSTORE_INVALID", `${file} is not an encrypted keystore of version 3`, {
    advice: "Give a JSON keystore as Geth and ethers write it.",
  });
}

/**
 * Opens a keystore for an account that pays or acts itself.
 *
 * @throws TerminalError `FILE_UNREADABLE`, `KEYSTORE_INVALID`, `KEYSTORE_PASSWORD`
 */
export async function openKeystore(
  file: string,
  password: () => Promise<string>,
  { warn }: KeystoreNotices = {},
): Promise<Wallet> {
  const text = keystoreText(file);
  warnOfOthers(file, warn);
  const secret = await password();
  try {
    const wallet = await Wallet.fromEncryptedJson(text, secret);
    return new Wallet(wallet.privateKey);
  } catch (error) {
    if (!(error instanceof Error && /incorrect password/.test(error.message))) {
      throw new TerminalError(
        "KEYSTORE_INVALID",
        `${file} can't be decrypted: it is damaged or of an unknown kind`,
        {
          advice: "Restore it from a copy.",
        },
      );
    }
    throw new TerminalError("KEYSTORE_PASSWORD", `The password does not open ${file}`, {
      advice: "Try again; check the keyboard's layout. There is no way around a lost password.",
    });
  }
}
