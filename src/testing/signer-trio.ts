import { randomBytes } from "node:crypto";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { Redacted } from "../core/redacted.ts";
import { openChannels } from "../signing/coordinator.ts";
import { approveCeremony } from "../signing/frost/approvals.ts";
import { CeremonyTerms } from "../signing/frost/ceremony-terms.ts";
import type { GroupKey } from "../signing/frost/group-key.ts";
import { leadCeremony } from "../signing/frost/lead-ceremony.ts";
import { Keystore } from "../signing/keystore.ts";
import { placesIn, readCoordinatorConfig, type SignerConfigText } from "../signing/signer-config.ts";
import { Identity } from "../signing/transport/identity.ts";
import { type Daemon, startDaemon } from "./daemon.ts";
import { freePort } from "./free-port.ts";

/** Who holds the shares. */
export const HOLDERS = ["anna", "ben", "cleo"] as const;
export type Holder = (typeof HOLDERS)[number];

/** Names and passwords of keystores that hold nothing but a development chain's keys. */
const PASSWORD = "only for development";
export const KEYSTORE_PASSWORD = { STRONGROOM_DEV_PASSWORD: PASSWORD } as const;
export const KEYSTORE_PASSWORD_ENV = "STRONGROOM_DEV_PASSWORD";
/** scrypt's N for identities, which are made anew each time. */
const QUICK = { scryptN: 1024 };
const HOST = "127.0.0.1";

/** What signers are told once the contracts stand. */
export type SignerDuties = Pick<SignerConfigText, "committee" | "routes">;

/** Three holders, each a process of `signer run`, and the coordinator whom they answer. */
export interface SignerTrio {
  /** The coordinator's configuration: of who leads the ceremony, and of the relayer. */
  readonly coordinator: string;
  /** Holds a ceremony of 2 of 3 among the processes that run, and writes the group's public file. */
  ceremony(
    key: string,
    use: "transaction" | "statement",
  ): Promise<{ readonly group: GroupKey; readonly file: string }>;
  /** Writes down what they sign for, and starts them again. */
  assign(duties: SignerDuties, environment: Readonly<Record<string, string>>): Promise<void>;
  start(...names: readonly Holder[]): Promise<void>;
  end(signal: "SIGTERM" | "SIGKILL", ...names: readonly Holder[]): Promise<void>;
  /** What a holder's process has said last. */
  said(name: Holder): readonly string[];
  close(): Promise<void>;
}

/** Makes three identities and a coordinator's in a folder, and starts the three without routes: fit for a ceremony. */
export async function startSignerTrio(folder: string): Promise<SignerTrio> {
  const password = new Redacted(PASSWORD);
  const identities = new Map<Holder, Identity>();
  const ports = new Map<Holder, number>();
  const daemons = new Map<Holder, Daemon>();
  let environment: Readonly<Record<string, string>> = {};
  const at = (...names: string[]) => join(folder, ...names);
  const write = (file: string, json: object) => writeFileSync(file, `${JSON.stringify(json, null, 2)}\n`);
  const make = async (name: string): Promise<Identity> => {
    mkdirSync(at(name), { recursive: true });
    const identity = Identity.create(name, randomBytes);
    await new Keystore(placesIn(at(name)).keys, password, QUICK).write(identity.entry());
    return identity;
  };
  const relayer = await make("relayer");
  for (const name of HOLDERS) {
    identities.set(name, await make(name));
    ports.set(name, await freePort());
  }
  const place = (name: Holder) => ({ host: HOST, port: ports.get(name) ?? 0 });
  const configure = (duties: SignerDuties) => {
    for (const name of HOLDERS) {
      write(at(name, "signer.json"), {
        ...{ version: 1, name, listen: place(name) },
        coordinators: [{ name: "relayer", fingerprint: relayer.fingerprint }],
        ...duties,
      });
    }
  };
  const coordinator = at("relayer", "coordinator.json");
  write(coordinator, {
    ...{ version: 1, name: "relayer" },
    signers: HOLDERS.map((name) => ({
      name,
      ...place(name),
      fingerprint: identities.get(name)?.fingerprint,
    })),
  });
  const start: SignerTrio["start"] = async (...names) => {
    await Promise.all(
      names.map(async (name) => {
        const words = ["signer", "run", "--config", at(name, "signer.json"), "--password-env"];
        const daemon = startDaemon([...words, KEYSTORE_PASSWORD_ENV], {
          ...KEYSTORE_PASSWORD,
          ...environment,
        });
        daemons.set(name, daemon);
        await daemon.says((line) => line.includes(`${name} listens on`));
      }),
    );
  };
  const end: SignerTrio["end"] = async (signal, ...names) => {
    await Promise.all(names.map((name) => daemons.get(name)?.end(signal)));
  };
  configure({ routes: [] });
  try {
    await start(...HOLDERS);
  } catch (error) {
    await end("SIGKILL", ...HOLDERS);
    throw error;
  }
  return {
    coordinator,
    start,
    end,
    said: (name) => daemons.get(name)?.said ?? [],
    async ceremony(key, use) {
      const members = HOLDERS.map((name, index) => ({
        ...{ name, index: index + 1 },
        identity: identities.get(name)?.open.identity,
      }));
      const terms = new CeremonyTerms({
        version: 1,
        kind: "dkg",
        key,
        use,
        threshold: 2,
        members,
        attempt: 1,
      });
      for (const name of HOLDERS) approveCeremony(placesIn(at(name)).ceremonies, terms);
      const { channels, close } = await openChannels(readCoordinatorConfig(coordinator), password);
      try {
        const group = await leadCeremony({ terms, channels });
        const file = at(`${key}.json`);
        write(file, group.text);
        return { group, file };
      } finally {
        await close();
      }
    },
    async assign(duties, more) {
      environment = more;
      configure(duties);
      await end("SIGTERM", ...HOLDERS);
      await start(...HOLDERS);
    },
    close: () => end("SIGKILL", ...HOLDERS),
  };
}
