import type { Signer, TypedDataDomain, TypedDataField } from "ethers";

/** A text that a wallet shows and signs (EIP-712). */
export interface TypedText {
  readonly domain: TypedDataDomain;
  readonly types: Readonly<Record<string, readonly TypedDataField[]>>;
  readonly message: Readonly<Record<string, unknown>>;
}

/** The signature of `signer`, as its wallet makes it. */
export function signText(signer: Signer, { domain, types, message }: TypedText): Promise<string> {
  const mutable = Object.fromEntries(Object.entries(types).map(([name, fields]) => [name, [...fields]]));
  return signer.signTypedData(domain, mutable, { ...message });
}
