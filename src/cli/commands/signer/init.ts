import { randomBytes } from "node:crypto";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { TerminalError, UsageError } from "../../../core/errors.ts";
import { writeWhole } from "../../../core/write-whole.ts";
import { spoken } from "../../../signing/frost/ceremony-terms.ts";
import { STORE_NAME } from "../../../signing/key-names.ts";
import { Keystore } from "../../../signing/keystore.ts";
import { placesIn } from "../../../signing/signer-config.ts";
import { Identity } from "../../../signing/transport/identity.ts";
import { ExitCode } from "../../exit-code.ts";
import type { PasswordOptions } from "../../option-values.ts";
import { print } from "../../output.ts";
import { keystorePassword } from "./password.ts";

export interface SignerInitCommand extends PasswordOptions {
  readonly folder: string;
  readonly name: string;
  readonly listen: string;
  readonly coordinator?: boolean;
  readonly json?: boolean;
}

function place(listen: string): { readonly host: string; readonly port: number } {
  const at = listen.lastIndexOf(":");
  const port = Number(listen.slice(at + 1));
  if (at > 0 && Number.isInteger(port) && port >= 0 && port <= 65_535)
    return { host: listen.slice(0, at), port };
  throw new UsageError("--listen takes HOST:PORT", { facts: { found: listen.slice(0, 50) } });
}

/** Makes an identity and a configuration to be filled in. Never overwrites. */
export async function signerInit(options: SignerInitCommand): Promise<number> {
  const { folder, name, listen, coordinator = false } = options;
  if (!STORE_NAME.test(name)) {
    throw new UsageError("--name takes lower-case letters, digits and hyphens", {
      facts: { found: name.slice(0, 80) },
    });
  }
  const places = placesIn(folder);
  const file = join(folder, coordinator ? "coordinator.json" : "signer.json");
  if (existsSync(file)) {
    throw new TerminalError("FILE_EXISTS", `${file} exists already`, {
      advice: "Choose another folder: an identity is never overwritten, as others have pinned it.",
    });
  }
  const keystore = new Keystore(places.keys, await keystorePassword(options, folder));
  const identity = Identity.create(name, randomBytes);
  await keystore.write(identity.entry());
  writeWhole(places.identity, `${JSON.stringify(identity.open, null, 2)}\n`);
  const config = coordinator
    ? { version: 1, name, signers: [] }
    : { version: 1, name, listen: place(listen), coordinators: [], routes: [] };
  writeWhole(file, `${JSON.stringify(config, null, 2)}\n`);
  const { fingerprint } = identity;
  print(
    options.json,
    { name, fingerprint, config: file, identity: places.identity },
    [
      `${name}: ${spoken(fingerprint)}`,
      `Give ${places.identity} to the others, and read the fingerprint to them by voice.`,
      `Fill in ${file}.`,
      "",
    ].join("\n"),
  );
  return ExitCode.done;
}
