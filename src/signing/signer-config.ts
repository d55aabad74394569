import { join } from "node:path";
import { isAddress } from "ethers";
import { z } from "zod";
import { type Configured, readConfigFile } from "../core/config-file.ts";
import { STORE_NAME } from "./key-names.ts";

const NAME = z.string().regex(STORE_NAME, "lower-case letters, digits and hyphens");
const FINGERPRINT = z.string().regex(/^[0-9a-f]{64}$/, "64 hexadecimal digits in lower case");
const PORT = z.number().int().min(0).max(65_535);
const PLACE = z.strictObject({ host: z.string().min(1).max(255), port: PORT });

/** A signer's configuration, beside which its keys, journal and approvals are. */
const SIGNER = z.strictObject({
  $schema: z.string().optional(),
  version: z.literal(1),
  name: NAME,
  listen: PLACE,
  /** Who may ask for signatures and lead ceremonies. */
  coordinators: z.array(z.strictObject({ name: NAME, fingerprint: FINGERPRINT })).max(32),
  /** The contract that statements are for. */
  committee: z
    .strictObject({
      chainId: z.number().int().positive(),
      address: z.string().refine((text) => isAddress(text), "must be an address"),
    })
    .optional(),
  /** What it signs for, each as its kind says; none: it takes part in ceremonies only. */
  routes: z.array(z.looseObject({ kind: z.string() })).max(32),
});
export type SignerConfigText = z.infer<typeof SIGNER>;

/** A coordinator's: the relayer's, or that of who leads a ceremony. */
const COORDINATOR = z.strictObject({
  $schema: z.string().optional(),
  version: z.literal(1),
  name: NAME,
  signers: z.array(PLACE.extend({ name: NAME, fingerprint: FINGERPRINT })).max(64),
});
export type CoordinatorConfigText = z.infer<typeof COORDINATOR>;

function unique<T>(items: readonly T[]): boolean {
  return new Set(items).size === items.length;
}

const KIND = {
  advice: "docs/operations/signer.md shows one; signer init writes one.",
  docs: "docs/operations/signer.md",
};

/** @throws TerminalError `CONFIG_MISSING`, `CONFIG_INVALID` */
export function readSignerConfig(file: string): Configured<SignerConfigText> {
  const schema = SIGNER.refine(
    ({ coordinators }) => unique(coordinators.map(({ fingerprint }) => fingerprint)),
    "two coordinators have the same fingerprint",
  );
  return readConfigFile(file, schema, { of: "a signer", ...KIND });
}

/** @throws TerminalError `CONFIG_MISSING`, `CONFIG_INVALID` */
export function readCoordinatorConfig(file: string): Configured<CoordinatorConfigText> {
  const schema = COORDINATOR.refine(
    ({ signers }) => unique(signers.map(({ name }) => name)) && unique(signers.map((one) => one.fingerprint)),
    "two signers have the same name or fingerprint",
  ).refine(
    ({ signers }) => unique(signers.map(({ host, port }) => `${host.toLowerCase()}:${port}`)),
    "two signers are at the same place",
  );
  return readConfigFile(file, schema, { of: "a coordinator", ...KIND });
}

/** Where the parts of a signer or coordinator are. */
export function placesIn(folder: string) {
  return {
    keys: join(folder, "keys"),
    ceremonies: join(folder, "ceremonies"),
    journal: join(folder, "journal.sqlite"),
    lock: join(folder, "signer"),
    identity: join(folder, "identity.json"),
  } as const;
}
