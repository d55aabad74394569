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
import { approveCeremony } from "../../src/signing/frost/approvals.ts";
import { CeremonyTerms } from "../../src/signing/frost/ceremony-terms.ts";
import type { GroupKey } from "../../src/signing/frost/group-key.ts";
import { leadCeremony } from "../../src/signing/frost/lead-ceremony.ts";
import { FrostGroup } from "../../src/signing/frost-group.ts";
import { Keystore } from "../../src/signing/keystore.ts";
import { placesIn } from "../../src/signing/signer-config.ts";
import { Identity } from "../../src/signing/transport/identity.ts";
import { SignerServer } from "../../src/signing/transport/signer-server.ts";
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

  describe("given a signer that has turned, behind its own certificate", () => {
    it("is named over the wire, and the others sign", async () => {
      const anna = channel("anna");
      const turned = await SignerServer.listen({
        identity: named("anna").identity,
        host: HOST,
        port: 0,
        peers: new Map([[relayer.fingerprint, "relayer"]]),
        // Her process answers honestly; what leaves her machine is one bit off.
        answer: async (_peer, method, params) => {
          const answer = await anna.call(method, params);
          if (method !== "share") return answer;
          const { shares } = answer as Answer<"share">;
          return {
            shares: shares.map((share) => share.replace(/.$/, (digit) => (digit === "0" ? "1" : "0"))),
          };
        },
      });
      const place = {
        name: "anna",
        host: HOST,
        port: turned.port,
        fingerprint: named("anna").identity.fingerprint,
      };
      const bent = new TlsChannel(place, relayer);
      const accused: string[] = [];
      const group = new FrostGroup({
        group: coins,
        channels: [bent, channel("ben"), channel("cleo")],
        notices: { cheated: (name) => accused.push(name) },
      });
      expect(await group.sign(request)).to.have.length(3);
      expect(accused).to.deep.equal(["anna"]);
      const two = new FrostGroup({ group: coins, channels: [bent, channel("ben")] });
      const { facts } = await refuses("SIGNERS_UNAVAILABLE", two.sign(request));
      expect(Object.keys(facts)).to.include.members(["anna", "cleo"]);
      await bent.close();
      await turned.close();
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
