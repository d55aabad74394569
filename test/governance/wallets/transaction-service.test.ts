import { readFileSync } from "node:fs";
import { expect } from "chai";
import { Wallet, ZeroAddress } from "ethers";
import { Safe, type SafeTransaction } from "../../../src/governance/safe.ts";
import type { SignatureSubject } from "../../../src/governance/wallets/check-signature.ts";
import { approvedHashSignature, type SafeSignature } from "../../../src/governance/wallets/safe-signature.ts";
import { parseServiceTransaction, serviceResponse } from "../../../src/governance/wallets/service-format.ts";
import { mergeSignatures } from "../../../src/governance/wallets/signature-file.ts";
import { TransactionService } from "../../../src/governance/wallets/transaction-service.ts";
import { type Answer, type HttpServer, startHttpServer } from "../../support/http-server.ts";
import { localService } from "../../support/localService.ts";
import { refuses } from "../../support/refusal.ts";
import { ApiKit } from "../../support/safeClients.ts";

const keys = [1, 2, 3].map(() => new Wallet(Wallet.createRandom().privateKey));
const [anna, bert] = keys as [Wallet, Wallet];
const CHAIN = 11_155_111n;
/** Nothing here asks a chain: only hashes and signatures. */
const safe = new Safe("0xDF8a1Ce35c9a6ACE153B4e0767942f1E2291a1Aa", CHAIN, anna);
const account = safe.account;

async function proposal(): Promise<{
  transaction: SafeTransaction;
  subject: SignatureSubject;
  signatures: SafeSignature[];
}> {
  const transaction = await safe.build({ to: bert.address, data: "0xdeadbeef", value: 10n ** 21n }, 12n);
  const subject = {
    ...account,
    safeTxHash: safe.hash(transaction),
    owners: keys.map(({ address }) => address),
  };
  const signatures = [await safe.sign(transaction, anna), await safe.sign(transaction, bert)];
  return { transaction, subject, signatures };
}

const surroundings = { threshold: 2, submittedAt: new Date("2026-11-26T00:00:00Z") };

describe("the form of Safe's Transaction Service", () => {
  const open: HttpServer[] = [];
  const start = async (recorder: Promise<HttpServer>, options = {}) => {
    const started = await recorder;
    open.push(started);
    return { ...started, service: new TransactionService(`${started.url}/api`, options) };
  };
  afterEach(async () => {
    for (const recorder of open.splice(0)) await recorder.close();
  });

  it("is sent as Safe's own api-kit sends it: path, headers and body", async () => {
    const { transaction, subject, signatures } = await proposal();
    const [first] = signatures;
    if (first === undefined) throw new Error("no signature");
    const { service, url, requests } = await start(startHttpServer(() => ({ status: 201, body: "" })));
    await service.push(transaction, account, [first], "a note");
    const kit = new ApiKit({ chainId: CHAIN, txServiceUrl: `${url}/api` });
    const { nonce, safeTxGas, baseGas, gasPrice, value, ...rest } = transaction;
    const numbers = {
      value: `${value}`,
      safeTxGas: `${safeTxGas}`,
      baseGas: `${baseGas}`,
      gasPrice: `${gasPrice}`,
    };
    await kit.proposeTransaction({
      safeAddress: safe.address,
      safeTransactionData: { ...rest, ...numbers, nonce: Number(nonce) },
      safeTxHash: subject.safeTxHash,
      senderAddress: first.owner,
      senderSignature: first.signature,
      origin: "a note",
    });
    const [ours, theirs] = requests;
    expect(ours?.method).to.equal("POST");
    expect([ours?.method, ours?.path]).to.deep.equal([theirs?.method, theirs?.path]);
    expect(JSON.parse(ours?.body ?? "")).to.deep.equal(JSON.parse(theirs?.body ?? ""));
    expect(ours?.headers["content-type"]).to.equal(theirs?.headers["content-type"]);
  });

  it("is served so that api-kit reads every field, and takes api-kit's confirmation", async () => {
    const { transaction, subject, signatures } = await proposal();
    const [first, second] = signatures;
    if (!first || !second) throw new Error("no signature");
    const { service, url } = await start(localService(subject, 2));
    await service.push(transaction, account, [first]);
    const kit = new ApiKit({ chainId: CHAIN, txServiceUrl: `${url}/api` });
    await kit.confirmTransaction(subject.safeTxHash, second.signature);
    const read = await kit.getTransaction(subject.safeTxHash);
    expect(read).to.include({
      safe: safe.address,
      to: transaction.to,
      value: "1000000000000000000000",
      data: "0xdeadbeef",
      operation: 0,
      nonce: "12",
      safeTxHash: subject.safeTxHash,
      confirmationsRequired: 2,
      isExecuted: false,
    });
    expect(read.confirmations?.map(({ owner, signatureType }) => [owner, signatureType])).to.deep.equal([
      [anna.address, "EOA"],
      [bert.address, "EOA"],
    ]);
  });

  it("comes back as the same transaction and as signature files that merge", async () => {
    const { transaction, subject, signatures } = await proposal();
    const { service, requests } = await start(localService(subject, 2));
    await service.push(transaction, account, signatures);
    expect(requests.map(({ path }) => path.includes("confirmations"))).to.deep.equal([false, true]);
    const pulled = await service.pull(subject.safeTxHash, account);
    expect(pulled.transaction).to.deep.equal(transaction);
    expect(pulled.isExecuted).to.equal(false);
    const merged = await mergeSignatures(pulled.signatures, subject);
    const byOwner = (all: readonly SafeSignature[]) => new Map(all.map((one) => [one.owner, one.signature]));
    expect(byOwner(merged)).to.deep.equal(byOwner(signatures));
  });

  it("is read as the real service has once answered, and its hash is computed here alike", async () => {
    const { chainId, response } = JSON.parse(
      readFileSync("test/vectors/safe-transaction-service.json", "utf8"),
    );
    const there = { chainId: BigInt(chainId), safe: response.safe };
    const read = parseServiceTransaction(JSON.stringify(response), "service", there);
    expect(read.safeTxHash).to.equal(response.safeTxHash);
    expect(read.isExecuted).to.equal(true);
    const [{ owner, signature }] = response.confirmations;
    expect(read.signatures).to.have.length(1);
    expect(read.signatures[0]).to.include({ owner, kind: "approved-hash", signature });
    await refuses("SERVICE_TAMPERED", () =>
      parseServiceTransaction(JSON.stringify(response), "service", { ...there, chainId: 1n }),
    );
  });

  it("names each kind of confirmation as the service does", async () => {
    const { transaction } = await proposal();
    const approved = {
      owner: anna.address,
      kind: "approved-hash",
      signature: approvedHashSignature(anna.address),
    } as const;
    const text = JSON.stringify(serviceResponse(transaction, account, [approved], surroundings));
    expect(JSON.parse(text).confirmations[0].signatureType).to.equal("APPROVED_HASH");
    expect(parseServiceTransaction(text, "file", account).signatures[0]).to.include(approved);
    expect(text).to.equal(JSON.stringify(serviceResponse(transaction, account, [approved], surroundings)));
  });

  it("with a changed field, hash, Safe, operation or refund is refused", async () => {
    const { transaction, signatures } = await proposal();
    const honest = serviceResponse(transaction, account, signatures, surroundings);
    const cases: [string, Record<string, unknown>][] = [
      ["SERVICE_TAMPERED", { to: anna.address }],
      ["SERVICE_TAMPERED", { value: "1" }],
      ["SERVICE_TAMPERED", { data: null }],
      ["SERVICE_TAMPERED", { nonce: 13 }],
      ["SERVICE_TAMPERED", { safeTxHash: `0x${"00".repeat(32)}` }],
      ["SERVICE_OTHER_SAFE", { safe: anna.address }],
      ["SERVICE_NOT_PLAIN", { operation: 1 }],
      ["SERVICE_NOT_PLAIN", { safeTxGas: "1" }],
      ["SERVICE_NOT_PLAIN", { gasPrice: 1 }],
      ["SERVICE_NOT_PLAIN", { refundReceiver: anna.address }],
      ["SERVICE_INVALID", { value: -1 }],
      ["SERVICE_INVALID", { to: "0x12" }],
      ["SIGNATURE_MALFORMED", { confirmations: [{ owner: anna.address, signature: "0x12" }] }],
    ];
    const parse = (change: Record<string, unknown>) => () =>
      parseServiceTransaction(JSON.stringify({ ...honest, ...change }), "service", account);
    for (const [code, change] of cases) await refuses(code, parse(change));
    const older = parse({ gasToken: null, refundReceiver: ZeroAddress, nonce: 12, confirmations: null })();
    expect(older.transaction).to.deep.equal(transaction);
    expect(older.signatures).to.deep.equal([]);
  });

  it("with a stranger's confirmation gives a file that is refused when merged", async () => {
    const { transaction, subject, signatures } = await proposal();
    const stranger = new Wallet(Wallet.createRandom().privateKey);
    const forged = { ...(await safe.sign(transaction, stranger)), owner: anna.address };
    const text = JSON.stringify(serviceResponse(transaction, account, [forged], surroundings));
    const { signatures: files } = parseServiceTransaction(text, "service", account);
    await refuses("SIGNATURE_MISMATCH", () => mergeSignatures(files, subject));
    expect(signatures).to.have.length(2);
  });

  it("a service that refuses, is down, hangs, moves or answers with another transaction has its own error", async () => {
    const { transaction, subject, signatures } = await proposal();
    const other = await safe.build({ to: bert.address, data: "0x" }, 13n);
    const answers: [string, Answer][] = [
      ["SERVICE_UNKNOWN", { status: 404, body: "" }],
      ["SERVICE_REFUSED", { status: 422, body: '{"nonFieldErrors":["nonce already executed"]}' }],
      ["SERVICE_UNAVAILABLE", { status: 503, body: "" }],
      ["SERVICE_UNAVAILABLE", { status: 429, body: "" }],
      ["SERVICE_UNREACHABLE", "hang up"],
      ["SERVICE_UNREACHABLE", "silence"],
      ["SERVICE_INVALID", { status: 200, body: "<html>" }],
      [
        "SERVICE_OTHER_TRANSACTION",
        { status: 200, body: JSON.stringify(serviceResponse(other, account, [], surroundings)) },
      ],
    ];
    for (const [code, answer] of answers) {
      const { service } = await start(
        startHttpServer(() => answer),
        answer === "silence" ? { patience: 300 } : {},
      );
      const error = await refuses(code, () => service.pull(subject.safeTxHash, account));
      expect(error.retryable).to.equal(/UNAVAILABLE|UNREACHABLE/.test(code));
      if (code === "SERVICE_REFUSED") {
        await refuses(code, () => service.push(transaction, account, signatures));
        expect(error.facts.said).to.contain("nonce already executed");
      }
    }
    const { service } = await start(startHttpServer(() => ({ body: "" })));
    await refuses("SERVICE_UNSIGNED", () => service.push(transaction, account, []));
    const far = { ...transaction, nonce: 2n ** 60n };
    await refuses("SERVICE_NOT_EXPRESSIBLE", () => service.push(far, account, signatures));
  });

  it("sends a key as a bearer's, never over a clear line to another machine, and shows it in no error", async () => {
    const { subject } = await proposal();
    const recorder = await startHttpServer(() => ({ status: 403, body: "{}" }));
    open.push(recorder);
    const service = new TransactionService(`${recorder.url}/api/`, { apiKey: "very-secret" });
    const error = await refuses("SERVICE_REFUSED", () => service.pull(subject.safeTxHash, account));
    expect(recorder.requests[0]?.headers.authorization).to.equal("Bearer very-secret");
    expect(recorder.requests[0]?.path).to.equal(`/api/v2/multisig-transactions/${subject.safeTxHash}/`);
    expect(`${error.stack} ${JSON.stringify(error.facts)}`).not.to.contain("very-secret");
    for (const url of ["http://api.safe.global/tx-service/sep/api", "ftp://127.0.0.1", ""]) {
      await refuses("SERVICE_URL", () => new TransactionService(url, { apiKey: "very-secret" }));
    }
  });
});
