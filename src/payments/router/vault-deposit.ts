import { Contract } from "ethers";
import { IVaultLens__factory } from "../../../typechain-types/factories/contracts/custody/interfaces/IVaultLens__factory.ts";
import { NATIVE_ASSET, tokenOf } from "../../governance/parameters.ts";
import type { Reason } from "../sending/reason.ts";
import { chainTime, type Deployment, type Draft, tried, vaultOf } from "./deployment.ts";
import { payeeLimits, takesFee } from "./ledger-limits.ts";
import { closed, type RouteSource } from "./route.ts";

const TOKEN_ABI = [
  "function balanceOf(address) view returns (uint256)",
  "function allowance(address, address) view returns (uint256)",
  "function approve(address, uint256)",
];
/** What a deposit may use: it can't be tried before the allowance stands. */
const DEPOSIT_GAS = 250_000n;
/** Likewise a new allowance, before the old one is gone. */
const APPROVE_GAS = 100_000n;

/** Out of the payer's wallet into the payee's ledger account, as far as the Vault takes more of the asset. */
export function vaultDeposit(d: Deployment, route = "deposit for the payee"): RouteSource {
  return {
    route,
    quote: async (wish) => {
      const { payer, payee, asset, amount } = wish;
      const vault = vaultOf(d);
      const native = asset === NATIVE_ASSET;
      const reasons: Reason[] = await payeeLimits(d, wish);
      if (reasons.length > 0) return closed(route, reasons);
      const address = tokenOf(asset);
      const token = new Contract(address, TOKEN_ABI, d.provider);
      const [now, { room }, { class: tokenClass }, has, allowed] = await Promise.all([
        chainTime(d),
        IVaultLens__factory.connect(d.lens, d.provider).intakeOf(asset),
        vault.assetOf(asset),
        (native ? d.provider.getBalance(payer) : token.getFunction("balanceOf")(payer)) as Promise<bigint>,
        (native ? amount : token.getFunction("allowance")(payer, d.vault)) as Promise<bigint>,
      ]);
      if (has < amount) reasons.push({ code: "BALANCE", text: `the payer's wallet has ${has} of ${amount}` });
      if (room < amount) reasons.push({ code: "ROOM", text: `the vault takes ${room} more of ${amount}` });
      if (takesFee(tokenClass))
        reasons.push({ code: "TOKEN_FEE", text: "the token takes a fee: less would arrive" });
      if (reasons.length > 0) return closed(route, reasons);
      const approve = (value: bigint): Draft => ({
        what: value === 0n ? "taking an old allowance back" : "allowing the vault the amount",
        commits: false,
        to: address,
        data: token.interface.encodeFunctionData("approve", [d.vault, value]),
        ...(allowed === 0n || value === 0n ? {} : { gas: APPROVE_GAS }),
      });
      const approvals =
        allowed >= amount ? [] : allowed === 0n ? [approve(amount)] : [approve(0n), approve(amount)];
      const deposit: Draft = {
        what: "depositing for the payee",
        commits: true,
        to: d.vault,
        data: vault.interface.encodeFunctionData("deposit", [asset, amount, payee]),
        ...(native ? { value: amount } : {}),
        ...(approvals.length === 0 ? {} : { gas: DEPOSIT_GAS }),
      };
      const trial = await tried(d, payer, [...approvals, deposit]);
      if ("reasons" in trial) return closed(route, trial.reasons);
      const place = { chain: d.chain, in: "ledger" } as const;
      return {
        ...{ state: "open", route, place, ...trial },
        ...{ arrives: now, risk: "final", binds: false, notes: [] },
      };
    },
  };
}
