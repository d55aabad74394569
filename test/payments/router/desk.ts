import { HDNodeWallet, hexlify, Mnemonic, type Provider, randomBytes } from "ethers";
import hre from "hardhat";
import type { Deployment } from "../../../src/payments/router/deployment.ts";
import { escrow } from "../../../src/payments/router/escrow.ts";
import { MemoryJournal } from "../../../src/payments/router/journal.ts";
import { ledgerTransfer } from "../../../src/payments/router/ledger-transfer.ts";
import type { PayerDesk } from "../../../src/payments/router/pay.ts";
import { vaultExit } from "../../../src/payments/router/vault-exit.ts";
import type { Wish } from "../../../src/payments/router/wish.ts";
import { WalletSender } from "../../../src/payments/sending/wallet-sender.ts";
import { DAY } from "../../support/deployCore.ts";
import { deployPayments, type PaymentsFixture } from "../../support/paymentsFixture.ts";
import { ONE } from "../../support/vaultFixture.ts";

export const CHAIN = "eip155:31337";

/** The accounts of development chains. */
const MNEMONIC = "test test test test test test test test test test test junk";

/** The key of one of the network's accounts. */
export function keyOf(address: string, provider: Provider): HDNodeWallet {
  for (let place = 0; place < 20; place++) {
    const path = `m/44'/60'/0'/0/${place}`;
    const wallet = HDNodeWallet.fromMnemonic(Mnemonic.fromPhrase(MNEMONIC), path);
    if (wallet.address === address) return wallet.connect(provider);
  }
  throw new Error(`no account of the network is ${address}`);
}

/** A payments' fixture, and what a payer's desk needs of it. */
export interface DeskFixture extends PaymentsFixture {
  readonly deployment: Deployment;
  /** A desk of anna's: ledger transfer, escrow, exit. */
  readonly desk: PayerDesk;
  senderOf(address: string): WalletSender;
  /** Anna pays bert five tokens within the hour, wherever he likes. */
  wish(more?: Partial<Wish>): Promise<Wish>;
}

/** A chain of its own, with the payment apps, and a thousand tokens that anna, carl and mallory each have seasoned. */
export async function deskOnNewChain() {
  const { ethers, networkHelpers } = await hre.network.create();
  const fixture = async (): Promise<DeskFixture> => {
    const d = await deployPayments(ethers, networkHelpers);
    const lens = await ethers.deployContract("VaultLens", [d.vault]);
    for (const who of [d.anna, d.carl, d.mallory]) await d.give(who, "erc20", 100_000n * ONE);
    for (const who of [d.anna, d.mallory]) await d.vault.connect(who).setDestination(d.bert, true);
    await d.goTo(d.seasonsAt + DAY);
    await d.router.setPrice(d.tokenId, 10n ** 12n, 3n);
    const deployment: Deployment = {
      chain: CHAIN,
      provider: ethers.provider,
      vault: d.vaultAddress,
      lens: await lens.getAddress(),
      router: await d.router.getAddress(),
      payments: await d.payments.getAddress(),
      netting: await d.netting.getAddress(),
      nativePrice: 3_000n * 10n ** 12n,
    };
    const senderOf = (address: string) =>
      new WalletSender(keyOf(address, ethers.provider), {
        confirmations: 0,
        looks: 3,
        pause: async () => {},
      });
    return {
      ...d,
      deployment,
      senderOf,
      desk: {
        sources: [ledgerTransfer(deployment), escrow(deployment), vaultExit(deployment)],
        senders: { [CHAIN]: senderOf(d.anna.address) },
        journal: new MemoryJournal(),
        now: d.now,
      },
      wish: async (more = {}) => ({
        id: hexlify(randomBytes(32)),
        ...{ payer: d.anna.address, payee: d.bert.address, asset: d.tokenId, amount: 5n * ONE },
        ...{ deadline: (await d.now()) + 3_600n, risk: "final" },
        accepts: [
          { chain: CHAIN, in: "ledger" },
          { chain: CHAIN, in: "wallet" },
        ],
        ...more,
      }),
    };
  };
  return { ethers, networkHelpers, fixture };
}
