import { type KeyObject, sign } from "node:crypto";

/** One value in DER (ITU-T X.690): tag, length, content. */
function der(tag: number, ...content: readonly Uint8Array[]): Buffer {
  const body = Buffer.concat(content);
  const { length } = body;
  const size =
    length < 0x80 ? [length] : length < 0x100 ? [0x81, length] : [0x82, length >> 8, length & 0xff];
  return Buffer.concat([Buffer.from([tag, ...size]), body]);
}

const sequence = (...content: readonly Uint8Array[]) => der(0x30, ...content);
const COMMON_NAME = Buffer.from([0x06, 0x03, 0x55, 0x04, 0x03]);
const ECDSA_WITH_SHA256 = Buffer.from([0x06, 0x08, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x04, 0x03, 0x02]);
const FROM = der(0x17, Buffer.from("260101000000Z"));
/** RFC 5280, 4.1.2.5: no well-defined end. Pins are taken back, certificates don't run out. */
const UNTIL = der(0x18, Buffer.from("99991231235959Z"));

/**
 * A certificate that says nothing but a name and a key, signed by that key (X.509, RFC 5280, ECDSA with SHA-256). Who is meant by
 * it is a pinned fingerprint's business, so it needs no authority, extensions or end.
 *
 * @param serial at most 20 bytes
 * @returns DER
 */
export function selfSignedCertificate(
  name: string,
  keys: { readonly publicKey: KeyObject; readonly privateKey: KeyObject },
  serial: Uint8Array,
): Buffer {
  const algorithm = sequence(ECDSA_WITH_SHA256);
  const who = sequence(der(0x31, sequence(COMMON_NAME, der(0x0c, Buffer.from(name)))));
  // A leading zero keeps it positive.
  const number = der(0x02, Buffer.from([0x00]), Buffer.from([(serial[0] ?? 0) | 0x80]), serial.subarray(1));
  const version3 = der(0xa0, der(0x02, Buffer.from([2])));
  const key = keys.publicKey.export({ type: "spki", format: "der" });
  const body = sequence(version3, number, algorithm, who, sequence(FROM, UNTIL), who, key);
  const signature = sign("sha256", body, keys.privateKey);
  return sequence(body, algorithm, der(0x03, Buffer.from([0]), signature));
}
