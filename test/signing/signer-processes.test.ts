import { type ChildProcess, spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { schnorr } from "@noble/curves/secp256k1.js";
import { hexToBytes } from "@noble/curves/utils.js";
import { expect } from "chai";
import { createProgram } from "../../src/cli/program.ts";
import { approveCeremony } from "../../src/signing/frost/ceremony-desk.ts";
import { CeremonyTerms } from "../../src/signing/frost/ceremony-terms.ts";
import { GroupKey } from "../../src/signing/frost/group-key.ts";
import { leadCeremony } from "../../src/signing/frost/lead-ceremony.ts";
import { FrostGroup } from "../../src/signing/frost-group.ts";
import { Keystore } from "../../src/signing/keystore.ts";
import { placesIn } from "../../src/signing/signer-config.ts";
import { Identity } from "../../src/signing/transport/identity.ts";
import { TlsChannel } from "../../src/signing/transport/tls-channel.ts";
import { type Answer, wireText } from "../../src/signing/wire-messages.ts";
import { refuses } from "../support/refusal.ts";
import {
  COMMITTEE,
  depositRequest,
  PASSWORD,
  QUICK,
  transaction,
  transactionRequest,
} from "./signing-stage.ts";

const UNDER_TEST = fileURLToPath(new URL("./signer-under-test.ts", import.meta.url));
const MAIN = fileURLToPath(new URL("../../src/cli/main.ts", import.meta.url));
const HOST = "127.0.0.1";

/** One holder's process. */
class SignerProcess {
  readonly name: string;
  readonly folder: string;
  readonly identity: Identity;
  #child: ChildProcess | undefined;
  #port = 0;

  constructor(name: string, folder: string, identity: Identity) {
    this.name = name;
    this.folder = folder;
    this.identity = identity;
  }

  async start(): Promise<void> {
    const child = spawn(process.execPath, [UNDER_TEST, this.folder], { stdio: ["ignore", "pipe", "pipe"] });
    this.#child = child;
    let said = "";
    child.stderr?.on("data", (chunk: Buffer) => {
      said += chunk.toString();
    });
    const lines = createInterface({ input: child.stdout as NodeJS.ReadableStream });
    const [first] = (await Promise.race([
      once(lines, "line"),
      once(child, "exit").then(() => {
        throw new Error(`${this.name} did not start: ${said}`);
      }),
    ])) as [string];
    this.#port = (JSON.parse(first) as { port: number }).port;
  }

  /** As when its machine loses power: nothing is said, nothing is written. */
  async kill(): Promise<void> {
    const child = this.#child;
    if (child === undefined || child.exitCode !== null || child.signalCode !== null) return;
    const gone = once(child, "exit");
    child.kill("SIGKILL");
    await gone;
  }

  channel(by: Identity): TlsChannel {
    const { name } = this;
    const place = { name, host: HOST, port: this.#port, fingerprint: this.identity.fingerprint };
    return new TlsChannel(place, by, { connect: 20_000, answer: 30_000 });
  }
}

describe("signers in processes of their own", () => {
  const root = mkdtempSync(join(tmpdir(), "strongroom-signers-"));
  const relayer = Identity.create("relayer", randomBytes);
  let signers: SignerProcess[] = [];
  let channels: TlsChannel[] = [];
  const connect = () => {
    for (const channel of channels) void channel.close();
    channels = signers.map((signer) => signer.channel(relayer));
    return channels;
  };

  const holder = async (name: string): Promise<SignerProcess> => {
    const folder = join(root, name);
    const identity = Identity.create(name, randomBytes);
    await new Keystore(placesIn(folder).keys, PASSWORD, QUICK).write(identity.entry());
    const config = {
      version: 1,
      name,
      listen: { host: HOST, port: 0 },
      coordinators: [{ name: "relayer", fingerprint: relayer.fingerprint }],
      committee: { chainId: Number(COMMITTEE.chainId), address: COMMITTEE.address },
      routes: [],
    };
    writeFileSync(join(folder, "signer.json"), JSON.stringify(config));
    const signer = new SignerProcess(name, folder, identity);
    await signer.start();
    return signer;
  };
  const named = (name: string) => signers.find((signer) => signer.name === name) as SignerProcess;
  const channel = (name: string) => channels.find((one) => one.name === name) as TlsChannel;
  const participants = (names: readonly string[]) =>
    names.map((name, place) => ({ name, index: place + 1, identity: named(name).identity.open.identity }));
  const approve = (terms: CeremonyTerms) => {
    for (const { name } of terms.participants)
      approveCeremony(placesIn(named(name).folder).ceremonies, terms);
    return terms;
  };

  let coins: GroupKey;
  let statements: GroupKey;
  const request = transactionRequest(transaction("p", { roots: ["empty", "5b".repeat(32), "-"] }));
  const signs = async (group: GroupKey, of = request) => {
    const signatures = await new FrostGroup({ group, channels }).sign(of);
    for (const [place, { digest, merkleRoot }] of of.payloads.entries()) {
      const key = group.outputKey(merkleRoot);
      expect(schnorr.verify(hexToBytes(signatures[place] ?? ""), hexToBytes(digest), key)).to.equal(true);
    }
  };

  before(async () => {
    signers = [];
    for (const name of ["anna", "ben", "cleo"]) signers.push(await holder(name));
    connect();
    const names = signers.map(({ name }) => name);
    const make = (key: string, use: string) =>
      leadCeremony({
        terms: approve(
          new CeremonyTerms({
            version: 1,
            kind: "dkg",
            key,
            use,
            threshold: 2,
            members: participants(names),
            attempt: 1,
          }),
        ),
        channels,
      });
    coins = await make("coins", "transaction");
    statements = await make("statements", "statement");
  });
  after(async () => {
    for (const one of channels) await one.close();
    await Promise.all(signers.map((signer) => signer.kill()));
    rmSync(root, { recursive: true, force: true });
  });

  describe("given 2 of 3 that made their key over TLS", () => {
    it("signs a transaction's inputs under their tweaks, and statements", async () => {
      await signs(coins);
      await signs(statements, depositRequest("a"));
    });

    it("keeps keys in files that nobody else may read", () => {
      const file = join(placesIn(named("anna").folder).keys, "coins.json");
      expect(statSync(file).mode & 0o777).to.equal(0o600);
      const text = readFileSync(file, "utf8");
      expect(text).to.include(coins.text.commitments[0] ?? "");
      expect(text).not.to.include(PASSWORD.expose());
    });
  });

  describe("given one signer that is killed between the rounds", () => {
    it("never uses a nonce twice: the session is gone, and what was signed is remembered", async () => {
      const ask = JSON.parse(wireText({ request, generation: coins.generation })) as object;
      const made = await Promise.all(
        ["anna", "ben"].map((name) => channel(name).call("commit", ask) as Promise<Answer<"commit">>),
      );
      const commitments = request.payloads.map((_, place) =>
        made.flatMap((one) => one.commitments[place] ?? []),
      );
      const [annas, bens] = made as [Answer<"commit">, Answer<"commit">];
      const nonces = new Set(annas.commitments.map(({ hiding }) => hiding));
      await named("anna").kill();
      await named("anna").start();
      connect();
      const round2 = { session: annas.session, commitments };
      await refuses("SESSION_UNKNOWN", channel("anna").call("share", round2));
      // A share that has left is not computed again either, in this process or the next.
      const sent = { session: bens.session, commitments };
      expect(((await channel("ben").call("share", sent)) as Answer<"share">).shares).to.have.length(3);
      await refuses("SESSION_UNKNOWN", channel("ben").call("share", sent));
      await named("ben").kill();
      await named("ben").start();
      connect();
      await refuses("SESSION_UNKNOWN", channel("ben").call("share", sent));
      const again = (await channel("anna").call("commit", ask)) as Answer<"commit">;
      for (const { hiding } of again.commitments) expect(nonces.has(hiding)).to.equal(false);
      await signs(coins);
      // Whoever was killed after it had signed for a token still refuses another effect.
      const other = transactionRequest(transaction("q", { roots: ["empty"] }));
      const { facts } = await refuses(
        "SIGNING_REFUSED",
        new FrostGroup({ group: coins, channels }).sign(other),
      );
      expect(String(facts.ben)).to.include("another effect");
    });

    it("is done without while it is down", async () => {
      await named("cleo").kill();
      connect();
      await signs(coins);
      await named("cleo").start();
      connect();
    });
  });

  describe("given somebody who starts the same signer twice", () => {
    it("refuses the second process", async () => {
      const second = new SignerProcess("anna", named("anna").folder, named("anna").identity);
      const error = await second.start().then(
        () => "started",
        (thrown: Error) => thrown.message,
      );
      expect(error).to.include("Another process is this signer already");
    });
  });

  describe("given a stranger with a key of its own", () => {
    it("gets no answer from any of them", async () => {
      const stranger = Identity.create("relayer", randomBytes);
      const way = named("anna").channel(stranger);
      await refuses("SIGNER_UNREACHABLE", way.call("status", {}));
    });
  });

  describe("given the key shared anew, to 3 of 5", () => {
    it("signs with three of the five, and old shares are refused", async () => {
      for (const name of ["dan", "eve"]) signers.push(await holder(name));
      connect();
      const names = ["anna", "ben", "cleo", "dan", "eve"];
      const terms = new CeremonyTerms({
        version: 1,
        kind: "reshare",
        key: "coins",
        use: "transaction",
        threshold: 3,
        members: participants(names),
        attempt: 1,
        from: coins.text,
        dealers: participants(names).slice(0, 2),
      });
      const renewed = await leadCeremony({ terms: approve(terms), channels });
      expect(renewed.publicKey).to.equal(coins.publicKey);
      await signs(renewed);
      await Promise.all(["dan", "anna"].map((name) => named(name).kill()));
      connect();
      await signs(renewed);
      await Promise.all(["dan", "anna"].map((name) => named(name).start()));
      connect();
      await signs(renewed);
      const { facts } = await refuses(
        "SIGNING_REFUSED",
        new FrostGroup({ group: coins, channels }).sign(request),
      );
      expect(String(facts.anna)).to.include("GENERATION_OTHER");
      coins = renewed;
    });
  });
});

describe("the signer commands", () => {
  const root = mkdtempSync(join(tmpdir(), "strongroom-signer-"));
  const running: ChildProcess[] = [];
  const here = (...names: string[]) => join(root, ...names);
  const env = { ...process.env, SIGNER_PASSWORD: "correct horse battery" };

  /** Runs a command in this process, and gives what it prints. */
  async function strongroom(
    ...words: string[]
  ): Promise<{ readonly code: number; readonly json: Record<string, unknown> }> {
    let code = -1;
    const program = createProgram((finished) => {
      code = finished;
    }, root);
    const { write } = process.stdout;
    let said = "";
    process.stdout.write = ((text: string) => {
      said += text;
      return true;
    }) as typeof write;
    const quiet = process.stderr.write;
    process.stderr.write = (() => true) as typeof quiet;
    try {
      await program.parseAsync(["signer", ...words, "--json"], { from: "user" });
    } finally {
      process.stdout.write = write;
      process.stderr.write = quiet;
    }
    return { code, json: JSON.parse(said) as Record<string, unknown> };
  }
  const password = ["--password-env", "SIGNER_PASSWORD"];

  /** Runs a signer as its operator would, and gives its port. */
  async function run(name: string): Promise<number> {
    const child = spawn(
      process.execPath,
      [MAIN, "signer", "run", "--config", here(name, "signer.json"), ...password],
      {
        env,
        stdio: ["ignore", "ignore", "pipe"],
      },
    );
    running.push(child);
    const lines = createInterface({ input: child.stderr as NodeJS.ReadableStream });
    for await (const line of lines) {
      const port = /listens on [^:]+:(\d+)/.exec(line)?.[1];
      if (port !== undefined) return Number(port);
      throw new Error(line);
    }
    throw new Error(`${name} ended`);
  }

  before(() => {
    process.env.SIGNER_PASSWORD = env.SIGNER_PASSWORD;
  });
  after(async () => {
    delete process.env.SIGNER_PASSWORD;
    await Promise.all(
      running.map(async (child) => {
        if (child.exitCode !== null || child.signalCode !== null) return;
        const gone = once(child, "exit");
        child.kill("SIGKILL");
        await gone;
      }),
    );
    rmSync(root, { recursive: true, force: true });
  });

  describe("given two holders and a relayer with nothing yet", () => {
    it("make identities, plan, approve and hold a ceremony, and say how they are", async () => {
      const edit = (file: string, change: (config: Record<string, unknown>) => object) =>
        writeFileSync(
          file,
          JSON.stringify(change(JSON.parse(readFileSync(file, "utf8")) as Record<string, unknown>)),
        );
      const relayer = await strongroom(
        "init",
        "--folder",
        "relayer",
        "--name",
        "relayer",
        "--coordinator",
        ...password,
      );
      const ports: { name: string; host: string; port: number; fingerprint: unknown }[] = [];
      for (const name of ["anna", "ben"]) {
        const { json } = await strongroom(
          "init",
          "--folder",
          name,
          "--name",
          name,
          "--listen",
          "127.0.0.1:0",
          ...password,
        );
        edit(here(name, "signer.json"), (config) => ({
          ...config,
          coordinators: [{ name: "relayer", fingerprint: relayer.json.fingerprint }],
        }));
        ports.push({ name, host: "127.0.0.1", port: await run(name), fingerprint: json.fingerprint });
      }
      edit(here("relayer", "coordinator.json"), (config) => ({ ...config, signers: ports }));
      const members = ["anna", "ben"].flatMap((name) => ["--member", here(name, "identity.json")]);
      const plan = [
        "plan",
        "--key",
        "coins",
        "--use",
        "transaction",
        "--threshold",
        "2",
        ...members,
        "--out",
        "plan.json",
      ];
      const { json: planned } = await strongroom(...plan);
      const lead = [
        "dkg",
        "--config",
        here("relayer", "coordinator.json"),
        "--ceremony",
        "plan.json",
        "--out",
        here("coins.json"),
        ...password,
      ];
      await refuses("CEREMONY_NOT_APPROVED", strongroom(...lead));
      for (const name of ["anna", "ben"]) {
        const approve = ["approve", "--config", here(name, "signer.json"), "--ceremony", "plan.json"];
        await refuses("USAGE", strongroom(...approve, "--fingerprint", "00".repeat(32)));
        expect((await strongroom(...approve)).json.approved).to.equal(false);
        const spoken = String(planned.ceremony).match(/.{8}/g)?.join(" ") ?? "";
        expect((await strongroom(...approve, "--fingerprint", spoken)).json.approved).to.equal(true);
      }
      const { json: made } = await strongroom(...lead);
      const group = new GroupKey(JSON.parse(readFileSync(here("coins.json"), "utf8")));
      expect(made.publicKey).to.equal(group.publicKey);
      const status = await strongroom("status", "--config", here("relayer", "coordinator.json"), ...password);
      expect(status.code).to.equal(0);
      expect(JSON.stringify(status.json)).to.include(group.generation);
      await refuses("FILE_EXISTS", strongroom("init", "--folder", "anna", "--name", "anna", ...password));
    });
  });
});
