import type { SafeTransaction } from "../../src/governance/safe.ts";
import { checkSignature, type SignatureSubject } from "../../src/governance/wallets/check-signature.ts";
import type { SafeSignature } from "../../src/governance/wallets/safe-signature.ts";
import { serviceResponse } from "../../src/governance/wallets/service-format.ts";
import { type HttpServer, startHttpServer } from "./http-server.ts";

/**
 * A place on this machine that takes and gives one Safe transaction by the paths and forms of Safe's Transaction Service. It
 * refuses signatures of strangers, as the real one does.
 */
export async function localService(subject: SignatureSubject, threshold: number): Promise<HttpServer> {
  let transaction: SafeTransaction | undefined;
  const signatures: SafeSignature[] = [];
  const take = async (signature: string) => {
    signatures.push(await checkSignature(signature, subject));
    return { status: 201, body: "" };
  };
  const { safe, safeTxHash } = subject;
  return startHttpServer(async ({ method, path, body }) => {
    const unknown = { status: 404, body: '{"detail":"Not found."}' };
    try {
      if (method === "POST" && path === `/api/v2/safes/${safe}/multisig-transactions/`) {
        const posted = JSON.parse(body);
        if (posted.contractTransactionHash !== safeTxHash)
          return { status: 422, body: '{"detail":"wrong hash"}' };
        const { value, nonce } = posted;
        const zero = { safeTxGas: 0n, baseGas: 0n, gasPrice: 0n };
        transaction = { ...posted, ...zero, value: BigInt(value), nonce: BigInt(nonce) } as SafeTransaction;
        return await take(posted.signature);
      }
      if (transaction === undefined) return unknown;
      if (method === "POST" && path === `/api/v1/multisig-transactions/${safeTxHash}/confirmations/`) {
        return await take(JSON.parse(body).signature);
      }
      if (method === "GET" && path === `/api/v2/multisig-transactions/${safeTxHash}/`) {
        const response = serviceResponse(transaction, subject, signatures, {
          threshold,
          submittedAt: new Date(0),
        });
        return { body: JSON.stringify(response) };
      }
      return unknown;
    } catch (error) {
      return { status: 422, body: JSON.stringify({ nonFieldErrors: [String(error)] }) };
    }
  });
}
