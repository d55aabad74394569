import { chmodSync, mkdtempSync, openSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "chai";
import { Wallet } from "ethers";
import type { SafeTransaction } from "../../../src/governance/safe.ts";
import type { SignatureSubject } from "../../../src/governance/wallets/check-signature.ts";
import { externalSigner, jsonRpcWallet } from "../../../src/governance/wallets/external-signer.ts";
import { createKeystore, keystoreSigner } from "../../../src/governance/wallets/keystore.ts";
import { readPassword } from "../../../src/governance/wallets/password.ts";
import { pastedSigner } from "../../../src/governance/wallets/pasted-signer.ts";
import {
  describeRequest,
  type SigningRequest,
  signTransaction,
} from "../../../src/governance/wallets/sign.ts";
import { startHttpServer } from "../../support/http-server.ts";
import { refuses } from "../../support/refusal.ts";
import { type SafesOnNode, safesOnNode } from "../../support/safesOnNode.ts";

const PASSWORD = "correct horse battery";
/** Weak on purpose: nothing is kept. */
const scryptN = 1024;
const surroundings = { env: {}, ask: undefined };

describe("ways to sign a Safe's transaction", () => {
  let chain: SafesOnNode;
  let folder = "";
  let transaction: SafeTransaction;
  let subject: SignatureSubject;
  before(async () => {
    chain = await safesOnNode("anvil");
    transaction = await chain.safe.build({ to: chain.unlocked, data: "0x", value: 1n });
    const owners = await chain.safe.owners();
    subject = { ...chain.safe.account, safeTxHash: chain.safe.hash(transaction), owners };
  });
  after(() => chain.stop());
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "strongroom-signers-"));
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  const nothing = () => {};
  /** A keystore of the first owner. */
  async function keystore(): Promise<string> {
    const file = join(folder, "anna.json");
    await createKeystore(file, PASSWORD, { privateKey: chain.owners[0].privateKey, scryptN });
    return file;
  }

  describe("an encrypted keystore", () => {
    it("signs what the Safe takes, and shows it first", async () => {
      const shown: SigningRequest[] = [];
      let asked = 0;
      const signer = keystoreSigner(await keystore(), async () => {
        expect(shown).to.have.length(1);
        asked += 1;
        return PASSWORD;
      });
      const signature = await signTransaction(
        transaction,
        subject,
        signer,
        (request) => void shown.push(request),
      );
      expect(signature).to.include({ owner: chain.owners[0].address, kind: "eip712" });
      expect(asked).to.equal(1);
      const text = shown.map(describeRequest).join("");
      const { domain, message } = shown[0]?.hashes ?? { domain: "", message: "" };
      for (const part of [
        domain.slice(2).toUpperCase(),
        message.slice(2).toUpperCase(),
        subject.safeTxHash,
      ]) {
        expect(text).to.contain(part);
      }
    });

    it("is made with mode 0600 and without the key in clear, says its address, and is never overwritten", async () => {
      const file = await keystore();
      expect(statSync(file).mode & 0o777).to.equal(0o600);
      expect(readFileSync(file, "utf8")).not.to.contain(chain.owners[0].privateKey.slice(2));
      expect(keystoreSigner(file, async () => PASSWORD).owner).to.equal(chain.owners[0].address);
      const before = readFileSync(file, "utf8");
      await refuses("FILE_EXISTS", () => createKeystore(file, PASSWORD, { scryptN }));
      expect(readFileSync(file, "utf8")).to.equal(before);
    });

    it("made without a key holds a fresh one, which other programs open", async () => {
      const [one, two] = [join(folder, "1.json"), join(folder, "2.json")];
      const { address } = await createKeystore(one, PASSWORD, { scryptN });
      expect((await createKeystore(two, PASSWORD, { scryptN })).address).not.to.equal(address);
      const opened = await Wallet.fromEncryptedJson(readFileSync(one, "utf8"), PASSWORD);
      expect(opened.address).to.equal(address);
    });

    it("with a wrong password says so, and neither password nor key is in the error", async () => {
      const signer = keystoreSigner(await keystore(), async () => "a wrong password");
      const error = await refuses("KEYSTORE_PASSWORD", () =>
        signTransaction(transaction, subject, signer, nothing),
      );
      expect(JSON.stringify({ ...error, stack: error.stack, cause: String(error.cause) })).not.to.match(
        /a wrong password|correct horse/,
      );
    });

    it("that others can read gets a warning; one that is tight gets none", async () => {
      const file = await keystore();
      const warnings: string[] = [];
      const signer = keystoreSigner(file, async () => PASSWORD, {
        warn: (warning) => warnings.push(warning),
      });
      await signTransaction(transaction, subject, signer, nothing);
      expect(warnings).to.deep.equal([]);
      chmodSync(file, 0o644);
      await signTransaction(transaction, subject, signer, nothing);
      expect(warnings).to.have.length(1);
      expect(warnings[0]).to.contain(`chmod 600 ${file}`);
    });

    it("of somebody who is no owner is refused before the password is asked for, or after if it says another address", async () => {
      const file = join(folder, "mallory.json");
      await createKeystore(file, PASSWORD, { scryptN });
      const silent = keystoreSigner(file, async () => expect.fail("nobody should be asked"));
      await refuses("SIGNER_NO_OWNER", () => signTransaction(transaction, subject, silent, nothing));
      const content = JSON.parse(readFileSync(file, "utf8"));
      const { address: _, ...unnamed } = content;
      writeFileSync(file, JSON.stringify(unnamed));
      const signer = keystoreSigner(file, async () => PASSWORD);
      await refuses("SIGNATURE_NOT_OF_OWNER", () => signTransaction(transaction, subject, signer, nothing));
      writeFileSync(file, JSON.stringify({ ...content, address: chain.owners[0].address }));
      const liar = keystoreSigner(file, async () => PASSWORD);
      await refuses("KEYSTORE_INVALID", () => signTransaction(transaction, subject, liar, nothing));
    });

    it("that is none, is damaged or is missing is refused", async () => {
      const signer = (file: string) => keystoreSigner(file, async () => PASSWORD);
      const sign = (file: string) => () => signTransaction(transaction, subject, signer(file), nothing);
      const file = join(folder, "odd.json");
      await refuses("FILE_UNREADABLE", sign(file));
      for (const text of ["", "{", "[]", "{}", JSON.stringify({ version: 3 })]) {
        writeFileSync(file, text);
        await refuses("KEYSTORE_INVALID", sign(file));
      }
      const damaged = JSON.parse(readFileSync(await keystore(), "utf8"));
      const crypto = damaged.Crypto ?? damaged.crypto;
      crypto.kdfparams.n = 3;
      writeFileSync(file, JSON.stringify(damaged));
      await refuses("KEYSTORE_INVALID", sign(file));
    });

    it("is not made with a short password or a bad key, which no error shows", async () => {
      const file = join(folder, "new.json");
      await refuses("PASSWORD_WEAK", () => createKeystore(file, "short", { scryptN }));
      for (const privateKey of ["0x1234", `0x${"00".repeat(32)}`, "ff".repeat(32), `0x${"ff".repeat(32)}`]) {
        const error = await refuses("KEY_INVALID", () =>
          createKeystore(file, PASSWORD, { privateKey, scryptN }),
        );
        expect(`${error.stack} ${error.cause}`).not.to.contain(privateKey);
      }
    });
  });

  describe("a password", () => {
    it("comes from a named variable, a file descriptor or the prompt", async () => {
      const file = join(folder, "password");
      writeFileSync(file, `${PASSWORD}\n`);
      const env = { KEYSTORE_PASSWORD: PASSWORD };
      expect(
        await readPassword({ from: "env", name: "KEYSTORE_PASSWORD" }, { env, ask: undefined }),
      ).to.equal(PASSWORD);
      expect(await readPassword({ from: "fd", fd: openSync(file, "r") }, surroundings)).to.equal(PASSWORD);
      const ask = async (message: string) => `${message}!`;
      expect(await readPassword({ from: "prompt", message: "Password" }, { env: {}, ask })).to.equal(
        "Password!",
      );
    });

    it("that can't be had is missed by name", async () => {
      const file = join(folder, "empty");
      writeFileSync(file, "\n");
      for (const source of [
        { from: "env", name: "NO_SUCH_VARIABLE" },
        { from: "fd", fd: 9_999 },
        { from: "fd", fd: openSync(file, "r") },
        { from: "prompt", message: "Password" },
      ] as const) {
        await refuses("PASSWORD_MISSING", () => readPassword(source, surroundings));
      }
    });
  });

  describe("a wallet behind a URL", () => {
    it("signs as typed data: a node's unlocked account, as a process of its own", async () => {
      const signer = await externalSigner(jsonRpcWallet(chain.node.url), subject.owners);
      const signature = await signTransaction(transaction, subject, signer, nothing);
      expect(signature).to.include({ owner: chain.unlocked, kind: "eip712" });
    });

    it("gets the whole transaction to show, not only a hash", async () => {
      const recorder = await startHttpServer(({ body }) => {
        const { id, method } = JSON.parse(body);
        return {
          body: JSON.stringify({
            jsonrpc: "2.0",
            id,
            result: method === "eth_accounts" ? [chain.unlocked] : "0x12",
          }),
        };
      });
      try {
        const signer = await externalSigner(jsonRpcWallet(recorder.url), subject.owners);
        await refuses("SIGNATURE_MALFORMED", () => signTransaction(transaction, subject, signer, nothing));
        const { method, params } = JSON.parse(recorder.requests[1]?.body ?? "{}");
        expect(method).to.equal("eth_signTypedData_v4");
        expect(recorder.requests[1]?.headers.origin).to.equal("strongroom");
        expect(params[0]).to.equal(chain.unlocked);
        const { domain, primaryType, message } = JSON.parse(params[1]);
        expect(primaryType).to.equal("SafeTx");
        expect(domain.verifyingContract).to.equal(chain.safe.address.toLowerCase());
        expect(BigInt(domain.chainId)).to.equal(subject.chainId);
        expect(message).to.include({
          to: chain.unlocked.toLowerCase(),
          value: "1",
          nonce: "0",
          operation: "0",
        });
      } finally {
        await recorder.close();
      }
    });

    it("without an owner's account, with several, or not with the one named is refused", async () => {
      const wallet = jsonRpcWallet(chain.node.url);
      const { address } = Wallet.createRandom();
      await refuses("SIGNER_NO_OWNER", () => externalSigner(wallet, [address]));
      await refuses("SIGNER_NO_OWNER", () => externalSigner(wallet, subject.owners, chain.owners[0].address));
      const two = [chain.unlocked, (await chain.provider.getSigner(2)).address];
      await refuses("SIGNER_AMBIGUOUS", () => externalSigner(wallet, two));
      expect((await externalSigner(wallet, two, two[1])).owner).to.equal(two[1]);
    });

    it("whose person says no, that fails, hangs up, is slow or is no wallet: each has its own error", async () => {
      const answers: [string, string | undefined | "slow"][] = [
        ["SIGNER_REJECTED", '{"id":1,"error":{"code":4001,"message":"User rejected"}}'],
        ["SIGNER_FAILED", '{"id":1,"error":{"code":-32601,"message":"no \\u001b[2J such \\u202e method"}}'],
        ["SIGNER_INVALID", '{"id":1,"result":"0x"}'],
        ["SIGNER_INVALID", '{"id":1,"result":["0x12"]}'],
        ["SIGNER_INVALID", "<html>"],
        ["SIGNER_INVALID", "null"],
        ["SIGNER_UNREACHABLE", undefined],
        ["SIGNER_UNREACHABLE", "slow"],
      ];
      for (const [code, answer] of answers) {
        const recorder = await startHttpServer(async () => {
          if (answer === "slow") await new Promise((later) => setTimeout(later, 400));
          return answer === undefined ? "hang up" : { body: answer };
        });
        const url = `${recorder.url}/secret-key`;
        const error = await refuses(code, () => externalSigner(jsonRpcWallet(url, 200), subject.owners));
        expect(`${error.message} ${JSON.stringify(error.facts)}`).not.to.contain("secret-key");
        expect(error.retryable).to.equal(code === "SIGNER_UNREACHABLE");
        // Nothing that a wallet says moves the terminal's cursor or the direction of writing.
        if (code === "SIGNER_FAILED") expect(error.facts.said).to.equal("no ?[2J such ? method");
        await recorder.close();
      }
      for (const url of ["", "ftp://127.0.0.1", "127.0.0.1:8545"]) {
        await refuses("SIGNER_URL", () => jsonRpcWallet(url));
      }
    });

    it("that signs something else is found out", async () => {
      const other = await chain.safe.sign({ ...transaction, value: 2n }, chain.owners[0]);
      const signer = await externalSigner(
        {
          request: async ({ method }) =>
            method === "eth_accounts" ? [chain.owners[0].address] : other.signature,
        },
        subject.owners,
      );
      await refuses("SIGNATURE_MISMATCH", () => signTransaction(transaction, subject, signer, nothing));
    });
  });

  describe("a pasted signature", () => {
    it("is asked for once the request has been shown, and checked", async () => {
      const { signature: pasted } = await chain.safe.sign(transaction, chain.owners[1]);
      let shown = false;
      const signer = pastedSigner(async ({ hashes }) => {
        expect(shown).to.equal(true);
        expect(hashes.safeTx).to.equal(subject.safeTxHash);
        return pasted;
      });
      const signature = await signTransaction(transaction, subject, signer, () => {
        shown = true;
      });
      expect(signature.owner).to.equal(chain.owners[1].address);
      const claimed = pastedSigner(async () => pasted, chain.owners[0].address);
      await refuses("SIGNATURE_MISMATCH", () => signTransaction(transaction, subject, claimed, nothing));
    });
  });

  it("none signs a transaction that is not the subject's, or that the person stops", async () => {
    const signer = pastedSigner(async () => expect.fail("nobody should be asked"));
    const other = { ...transaction, nonce: transaction.nonce + 1n };
    await refuses("SIGNATURE_OF_OTHER_TRANSACTION", () => signTransaction(other, subject, signer, nothing));
    const stop = () => {
      throw new Error("stopped");
    };
    let stopped: unknown;
    await signTransaction(transaction, subject, signer, stop).catch((error: unknown) => {
      stopped = error;
    });
    expect(String(stopped)).to.contain("stopped");
  });
});
