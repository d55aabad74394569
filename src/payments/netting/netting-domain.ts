/** The EIP-712 domain under which obligations and positions are signed: one deployment of Netting. */
export interface NettingDomain {
  readonly name: "Strongroom Netting";
  readonly version: "1";
  readonly chainId: bigint;
  /** The Netting contract. */
  readonly verifyingContract: string;
}

/** The domain of the Netting contract at `netting`. */
export function nettingDomain(chainId: bigint, netting: string): NettingDomain {
  return { name: "Strongroom Netting", version: "1", chainId, verifyingContract: netting };
}
