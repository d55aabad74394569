import type { HardhatEthers, HardhatEthersSigner } from "@nomicfoundation/hardhat-ethers/types";
import type { NetworkHelpers } from "@nomicfoundation/hardhat-network-helpers/types";
import type { BaseContract, Provider } from "ethers";
import {
  type AssetWords,
  type ConditionAddresses,
  type PaymentsContract,
  type PaymentsPlace,
  paymentsAt,
} from "../../src/package/entries/payments.ts";
import { deployPayments } from "./paymentsFixture.ts";
import { conditionsOf, placeOf } from "./paymentsPlace.ts";
import type { TestToken } from "./vaultFixture.ts";

/** One dollar in raw units of the shop's USDC. */
export const DOLLAR = 1_000_000n;

/** What an integrator finds: a deployment, people with dollars in the ledger, and a node. */
export interface Shop {
  readonly provider: Provider;
  readonly place: PaymentsPlace;
  readonly conditions: ConditionAddresses;
  readonly usdc: bigint;
  readonly assets: ReadonlyMap<bigint, AssetWords>;
  readonly anna: HardhatEthersSigner;
  readonly bert: HardhatEthersSigner;
  readonly carl: HardhatEthersSigner;
  /** Pays for gas and is no party to anything. */
  readonly anyone: HardhatEthersSigner;
  /** The address of the SecretRegistry. */
  readonly secrets: string;
  /** Payments as `who` speaks to it. */
  payments(who: HardhatEthersSigner): PaymentsContract;
  /** Dollars of the ledger, in raw units. */
  dollarsOf(who: HardhatEthersSigner): Promise<bigint>;
  now(): Promise<bigint>;
  goTo(time: bigint): Promise<void>;
}

/** Opens a shop; anna has 1,000 dollars in the ledger. */
export async function openShop({
  ethers,
  networkHelpers,
}: {
  readonly ethers: HardhatEthers;
  readonly networkHelpers: NetworkHelpers;
}): Promise<Shop> {
  const d = await deployPayments(ethers, networkHelpers);
  const token = await d.anotherToken<BaseContract & TestToken>("MockERC20", ["USD Coin", 6]);
  const usdc = await d.listToken(token, { tickExponent: 3n });
  await d.vault.connect(d.anna).deposit(usdc, 1_000n * DOLLAR, d.anna);
  const place = await placeOf(d);
  return {
    provider: ethers.provider,
    place,
    conditions: await conditionsOf(d),
    usdc,
    assets: new Map([[usdc, { symbol: "USDC", decimals: 6 }]]),
    ...{ anna: d.anna, bert: d.bert, carl: d.carl, anyone: d.mallory },
    secrets: await d.secrets.getAddress(),
    payments: (who) => paymentsAt(place.payments, who),
    dollarsOf: (who) => d.face.balanceOf(who, usdc),
    now: d.now,
    goTo: d.goTo,
  };
}
