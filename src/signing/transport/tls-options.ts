import type { TLSSocket } from "node:tls";
import type { Hex } from "../../chains/chain.ts";
import { fingerprintOf, type Identity } from "./identity.ts";

/**
 * TLS 1.3 and nothing older, with a certificate on both sides. Nobody's word is taken for a certificate, so Node's own check of
 * chains and names is off: `peerFingerprint` is compared with what is pinned, before a byte is read or written.
 */
export function tlsOptions(identity: Identity) {
  return {
    ...identity.credentials(),
    minVersion: "TLSv1.3",
    maxVersion: "TLSv1.3",
    requestCert: true,
    rejectUnauthorized: false,
  } as const;
}

/**
 * The fingerprint of the key that the other side has just proven to have; undefined where it has proven none. A resumed session
 * proves nothing anew, so it counts as none.
 */
export function peerFingerprint(socket: TLSSocket): Hex | undefined {
  if (socket.getProtocol() !== "TLSv1.3" || socket.isSessionReused()) return undefined;
  const certificate = socket.getPeerX509Certificate();
  return certificate === undefined ? undefined : fingerprintOf(certificate.publicKey);
}
