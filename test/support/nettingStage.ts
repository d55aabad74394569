import type { HardhatEthers } from "@nomicfoundation/hardhat-ethers/types";
import type { NetworkHelpers } from "@nomicfoundation/hardhat-network-helpers/types";
import { Wallet } from "ethers";
import { type NettingDomain, nettingDomain } from "../../src/payments/netting/netting-domain.ts";
import type { SignedObligation } from "../../src/payments/netting/obligation.ts";
import { partyKeys, signedDebt } from "./nettingParties.ts";
import { deployPayments, FEATURE, type PaymentsFixture, UNCOUNTED, VOLUMES } from "./paymentsFixture.ts";
import { ONE } from "./vaultFixture.ts";

/** Parties with margins in the netting of the test's token. */
export interface NettingStage extends PaymentsFixture {
  readonly domain: NettingDomain;
  /** By ascending address, each with a margin. */
  readonly parties: readonly Wallet[];
  /** An obligation of the test's token, signed. */
  debt(
    debtor: Wallet,
    creditor: { address: string },
    amount: bigint,
    salt?: bigint,
  ): Promise<SignedObligation>;
}

/** Deploys the payment apps, opens netting to everybody, and funds `count` parties with `margin` each by their own calls. */
export async function deployNetting(
  ethers: HardhatEthers,
  networkHelpers: NetworkHelpers,
  count: number,
  margin: bigint,
): Promise<NettingStage> {
  const d = await deployPayments(ethers, networkHelpers);
  await d.setRule("PAYMENT_TIERS", FEATURE.NETTING, 4n);
  for (const tier of VOLUMES.keys()) await d.setRule("PAYMENT_VOLUME", BigInt(tier), UNCOUNTED);
  const { chainId } = await ethers.provider.getNetwork();
  const domain = nettingDomain(chainId, await d.netting.getAddress());
  const parties = partyKeys(count).map((key) => new Wallet(key.privateKey, ethers.provider));
  for (const party of parties) {
    await networkHelpers.setBalance(party.address, ONE);
    if (margin === 0n) continue;
    await d.vault.connect(d.anna).deposit(d.tokenId, margin, party);
    await d.vault.connect(party).callWith(d.netting, [d.tokenId], [margin], "0x");
  }
  return {
    ...d,
    domain,
    parties,
    debt: (debtor, creditor, amount, salt = 0n) =>
      signedDebt(domain, debtor, creditor, amount, { asset: d.tokenId, salt }),
  };
}
