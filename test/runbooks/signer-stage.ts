import { randomBytes } from "node:crypto";
import { mkdirSync, writeFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { Redacted } from "../../src/core/redacted.ts";
import { openChannels } from "../../src/signing/coordinator.ts";
import { CeremonyTerms } from "../../src/signing/frost/ceremony-terms.ts";
import { leadCeremony } from "../../src/signing/frost/lead-ceremony.ts";
import { Keystore } from "../../src/signing/keystore.ts";
import { placesIn, readCoordinatorConfig, readSignerConfig } from "../../src/signing/signer-config.ts";
import { type RunningSigner, startSigner } from "../../src/signing/signer-process.ts";
import { signerRoutes } from "../../src/signing/signer-routes.ts";
import { Identity } from "../../src/signing/transport/identity.ts";
import { PageFolder } from "./folder.ts";

const PASSWORD = "only for the runbooks' test";
const PASSWORD_ENV = "RUNBOOK_PASSWORD";
/** The prompt's answer is given by a variable: a test has no terminal. */
export const ANSWERED = ` --password-env ${PASSWORD_ENV}`;
/** Nothing is kept: keystores that open quickly. */
const QUICK = { scryptN: 1_024 };
const HOST = "127.0.0.1";

/** Signers that listen on ports of this machine, each with its own folder, and a coordinator that knows them. */
export class SignerStage extends PageFolder {
  readonly #running = new Map<string, RunningSigner>();
  readonly #identities = new Map<string, Identity>();

  constructor() {
    super({ [PASSWORD_ENV]: PASSWORD });
    this.words.set("COORDINATOR", `relayer/coordinator.json${ANSWERED}`);
  }

  async wait(seconds: number): Promise<void> {
    await sleep(seconds * 1_000);
  }

  /** Makes holders and a coordinator, and starts the holders. */
  async open(...names: readonly string[]): Promise<void> {
    const { fingerprint } = await this.#make("relayer");
    const config = { version: 1, coordinators: [{ name: "relayer", fingerprint }], routes: [] };
    for (const name of names) {
      await this.#make(name);
      const own = { ...config, name, listen: { host: HOST, port: 0 } };
      writeFileSync(this.at(name, "signer.json"), JSON.stringify(own));
      await this.start(name);
    }
    writeFileSync(
      this.at("relayer", "coordinator.json"),
      JSON.stringify({ version: 1, name: "relayer", signers: names.map((name) => this.entry(name)) }),
    );
  }

  async #make(name: string): Promise<Identity> {
    mkdirSync(this.at(name));
    const identity = Identity.create(name, randomBytes);
    this.#identities.set(name, identity);
    await new Keystore(placesIn(this.at(name)).keys, new Redacted(PASSWORD), QUICK).write(identity.entry());
    writeFileSync(this.at(name, "identity.json"), JSON.stringify(identity.open));
    return identity;
  }

  /** A signer that runs, as a coordinator's configuration has it. */
  entry(name: string) {
    const { port = 0, fingerprint } = this.#running.get(name) ?? {};
    return { name, host: HOST, port, fingerprint };
  }

  async start(name: string): Promise<void> {
    const parts = { password: new Redacted(PASSWORD), compose: signerRoutes, log: () => {}, keystore: QUICK };
    this.#running.set(
      name,
      await startSigner({ ...readSignerConfig(this.at(name, "signer.json")), ...parts }),
    );
  }

  async end(name: string): Promise<void> {
    await this.#running.get(name)?.close();
    this.#running.delete(name);
  }

  /** Has a key made by those who run, 2 of them sign, and writes its public file. */
  async makeKey(key: string): Promise<void> {
    const members = [...this.#running.keys()].map((name, at) => {
      const identity = this.#identities.get(name)?.open.identity;
      return { name, identity, index: at + 1 };
    });
    const of = { version: 1, kind: "dkg", key, use: "transaction", threshold: 2, attempt: 1 };
    const terms = new CeremonyTerms({ ...of, members });
    writeFileSync(this.at("plan.json"), JSON.stringify(terms.text));
    const approve = `--ceremony plan.json --fingerprint ${terms.digest}`;
    await Promise.all(
      members.map(({ name }) =>
        this.run(`./strongroom signer approve --config ${name}/signer.json ${approve}`),
      ),
    );
    const configured = readCoordinatorConfig(this.at("relayer", "coordinator.json"));
    const { channels, close } = await openChannels(configured, new Redacted(PASSWORD));
    try {
      const group = await leadCeremony({ terms, channels });
      writeFileSync(this.at(`${key}.json`), JSON.stringify(group.text));
    } finally {
      await close();
    }
  }

  override async close(): Promise<void> {
    for (const name of [...this.#running.keys()]) await this.end(name);
    await super.close();
  }
}
