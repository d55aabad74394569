import { randomBytes, X509Certificate } from "node:crypto";
import { connect as plain, createServer as plainServer, type Socket } from "node:net";
import { connect, createServer, type TLSSocket } from "node:tls";
import { expect } from "chai";
import { RetryableError, TerminalError } from "../../src/core/errors.ts";
import { frame, MOST_BYTES } from "../../src/signing/transport/frames.ts";
import { Identity } from "../../src/signing/transport/identity.ts";
import { SERVER_LIMITS, SignerServer } from "../../src/signing/transport/signer-server.ts";
import { TlsChannel } from "../../src/signing/transport/tls-channel.ts";
import { refusal, refusalOf } from "../support/refusal.ts";

const anna = Identity.create("anna", randomBytes);
const relayer = Identity.create("relayer", randomBytes);
const stranger = Identity.create("relayer", randomBytes);
const HOST = "127.0.0.1";

/** How a raw connection ends that says something, or nothing. */
function ending(socket: Socket | TLSSocket, say?: Buffer): Promise<string> {
  return new Promise((resolve) => {
    let got = "";
    socket.on("data", (chunk: Buffer) => {
      got += chunk.toString("latin1");
    });
    socket.on("error", () => undefined);
    socket.on("close", () => resolve(got));
    if (say !== undefined) socket.once("secureConnect", () => socket.write(say));
  });
}

describe("the way to a signer", () => {
  let server: SignerServer;
  let asked: string[];
  let log: string[];
  const patience = { connect: 5_000, answer: 5_000 };
  const listen = (limits = SERVER_LIMITS) =>
    SignerServer.listen({
      identity: anna,
      host: HOST,
      port: 0,
      peers: new Map([[relayer.fingerprint, "relayer"]]),
      answer: async (peer, method, params) => {
        asked.push(`${peer} ${method}`);
        if (method === "status") return params;
        if (method === "commit") throw new TerminalError("SIGNING_REFUSED", "no");
        if (method === "share") throw new RetryableError("SIGNER_BUSY", "later");
        throw new Error("a secret that must not leave: 5eed");
      },
      log: (line) => log.push(line),
      limits,
    });
  const channel = (identity = relayer, fingerprint = anna.fingerprint, port = server.port) =>
    new TlsChannel({ name: "anna", host: HOST, port, fingerprint }, identity, patience);

  beforeEach(async () => {
    asked = [];
    log = [];
    server = await listen();
  });
  afterEach(async () => {
    await server.close();
  });

  describe("given a certificate of our making", () => {
    it("is one that OpenSSL reads, and by its own key", () => {
      const certificate = new X509Certificate(anna.certificate);
      expect(certificate.subject).to.equal("CN=anna");
      expect(certificate.verify(certificate.publicKey)).to.equal(true);
      expect(certificate.publicKey.asymmetricKeyDetails?.namedCurve).to.equal("prime256v1");
      expect(certificate.validToDate.getUTCFullYear()).to.equal(9999);
      expect(Identity.fromEntry(anna.entry()).fingerprint).to.equal(anna.fingerprint);
      const mixed = { ...anna.entry(), secret: stranger.entry().secret };
      expect(() => Identity.fromEntry(mixed)).to.throw(TerminalError);
    });
  });

  describe("given both sides' pinned keys", () => {
    it("carries questions, answers and errors, many at once", async () => {
      const way = channel();
      const answers = await Promise.all([1, 2, 3].map((n) => way.call("status", { n, large: 5n })));
      expect(answers).to.deep.equal([1, 2, 3].map((n) => ({ n, large: "5" })));
      expect((await refusal(way.call("commit", {}))).code).to.equal("SIGNING_REFUSED");
      expect(await refusal(way.call("share", {}))).to.be.instanceOf(RetryableError);
      await way.close();
    });

    it("tells nothing of an unforeseen failure but that there was one", async () => {
      const way = channel();
      const error = await refusal(way.call("ecdsa", {}));
      expect(error.code).to.equal("SIGNER_FAILED");
      expect(error.message).not.to.include("5eed");
      expect(log.join()).to.include("5eed");
      await way.close();
    });

    it("connects again after the signer was away", async () => {
      const way = channel();
      await way.call("status", {});
      const { port } = server;
      await server.close();
      expect((await refusal(way.call("status", {}))).code).to.equal("SIGNER_UNREACHABLE");
      server = await SignerServer.listen({
        identity: anna,
        host: HOST,
        port,
        peers: new Map([[relayer.fingerprint, "relayer"]]),
        answer: async () => "again",
      });
      expect(await way.call("status", {})).to.equal("again");
      await way.close();
    });
  });

  describe("given a wrong certificate", () => {
    it("is asked nothing by whoever has another key than is pinned, whatever its name", async () => {
      const way = channel(stranger);
      expect((await refusal(way.call("status", {}))).code).to.equal("SIGNER_UNREACHABLE");
      expect(asked).to.deep.equal([]);
      expect(log.join()).to.include(stranger.fingerprint);
    });

    it("asks nothing of a signer with another key", async () => {
      const way = channel(relayer, stranger.fingerprint);
      expect((await refusal(way.call("status", {}))).code).to.equal("SIGNER_IMPOSTOR");
      expect(asked).to.deep.equal([]);
    });

    it("answers nobody without a certificate", async () => {
      const socket = connect({ host: HOST, port: server.port, rejectUnauthorized: false });
      expect(await ending(socket, frame('{"id":1,"method":"status","params":{}}'))).to.equal("");
      expect(asked).to.deep.equal([]);
    });

    it("answers nobody who presents another's certificate without its key", async () => {
      const { cert } = relayer.credentials();
      const { key } = stranger.credentials();
      // OpenSSL refuses the pair before anything is sent.
      expect(() => connect({ host: HOST, port: server.port, cert, key, rejectUnauthorized: false })).to.throw(
        /key values mismatch/i,
      );
    });
  });

  describe("given an older TLS", () => {
    it("is refused by the signer", async () => {
      const socket = connect({
        host: HOST,
        port: server.port,
        ...relayer.credentials(),
        minVersion: "TLSv1.2",
        maxVersion: "TLSv1.2",
        rejectUnauthorized: false,
      });
      const failed = new Promise<string>((resolve) =>
        socket.once("error", ({ message }) => resolve(message)),
      );
      expect(await failed).to.match(/protocol version|wrong version|alert/i);
      expect(asked).to.deep.equal([]);
    });

    it("is refused by the coordinator", async () => {
      const old = createServer({
        ...anna.credentials(),
        minVersion: "TLSv1.2",
        maxVersion: "TLSv1.2",
        requestCert: true,
        rejectUnauthorized: false,
      });
      await new Promise<void>((resolve) => old.listen(0, HOST, resolve));
      const { port } = old.address() as { port: number };
      expect(await refusalOf(channel(relayer, anna.fingerprint, port).call("status", {}))).to.equal(
        "SIGNER_UNREACHABLE",
      );
      await new Promise((resolve) => old.close(resolve));
    });

    it("is no plain text either", async () => {
      const silent = plainServer((socket) =>
        socket
          .resume()
          .end("hello")
          .on("error", () => undefined),
      );
      await new Promise<void>((resolve) => silent.listen(0, HOST, resolve));
      const { port } = silent.address() as { port: number };
      expect(await refusalOf(channel(relayer, anna.fingerprint, port).call("status", {}))).to.equal(
        "SIGNER_UNREACHABLE",
      );
      await new Promise((resolve) => silent.close(resolve));
      const socket = plain(server.port, HOST);
      socket.write("GET / HTTP/1.1\r\n\r\n");
      expect(await ending(socket)).not.to.include("id");
      expect(asked).to.deep.equal([]);
    });
  });

  describe("given a coordinator that is hostile", () => {
    const raw = (say: Buffer) =>
      ending(
        connect({ host: HOST, port: server.port, ...relayer.credentials(), rejectUnauthorized: false }),
        say,
      );

    it("closes on a frame that is too long before it is there, on rubbish, and on what is no question", async () => {
      const long = Buffer.alloc(4);
      long.writeUInt32BE(MOST_BYTES + 1);
      const bad = [
        long,
        frame("{"),
        frame("[]"),
        frame('{"id":-1,"method":"status","params":{}}'),
        frame('{"id":1,"method":"nothing"}'),
      ];
      for (const say of bad) expect(await raw(say)).to.equal("");
      expect(asked).to.deep.equal([]);
      const way = channel();
      expect(await way.call("status", {})).to.deep.equal({});
      await way.close();
    });

    it("closes on a connection that never finishes its message", async () => {
      await server.close();
      server = await listen({ ...SERVER_LIMITS, patience: 200 });
      expect(await raw(frame("{}").subarray(0, 5))).to.equal("");
    });

    it("answers only so many of its connections, and only so often", async () => {
      await server.close();
      server = await listen({ ...SERVER_LIMITS, connectionsEach: 2, rate: { burst: 3, perSecond: 0 } });
      const ways = [channel(), channel(), channel()];
      await ways[0]?.call("status", {});
      await ways[1]?.call("status", {});
      expect(await refusalOf(ways[2]?.call("status", {}) ?? Promise.resolve())).to.equal(
        "SIGNER_UNREACHABLE",
      );
      await ways[0]?.call("status", {});
      expect(await refusalOf(ways[0]?.call("status", {}) ?? Promise.resolve())).to.equal("SIGNER_BUSY");
      await Promise.all(ways.map((way) => way.close()));
    });
  });

  describe("given a signer that answers what it wasn't asked", () => {
    it("breaks the connection, and does not wait for ever", async () => {
      const odd = createServer(
        { ...anna.credentials(), minVersion: "TLSv1.3", requestCert: true, rejectUnauthorized: false },
        (socket) => {
          socket.on("error", () => undefined).resume();
          socket.write(frame('{"nonsense":1}'));
        },
      );
      await new Promise<void>((resolve) => odd.listen(0, HOST, resolve));
      const { port } = odd.address() as { port: number };
      expect(await refusalOf(channel(relayer, anna.fingerprint, port).call("status", {}))).to.equal(
        "SIGNER_UNREACHABLE",
      );
      await new Promise((resolve) => odd.close(resolve));
    });
  });
});
