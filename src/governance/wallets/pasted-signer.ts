import type { OwnerSigner, SigningRequest } from "./sign.ts";

/**
 * A signature that a person brings from another machine: an air-gapped wallet, a phone, `cast wallet sign`.
 *
 * @param ask asks for it, once the request has been shown
 * @param owner who says to have signed
 */
export function pastedSigner(ask: (request: SigningRequest) => Promise<string>, owner?: string): OwnerSigner {
  return { ...(owner === undefined ? {} : { owner }), sign: ask };
}
