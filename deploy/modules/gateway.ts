import { getAddress, ZeroAddress } from "ethers";
import type { SuiteConfig } from "../config/schema.ts";
import type { planCustody } from "./custody.ts";
import type { planGovernance } from "./governance.ts";
import type { Plan } from "./plan.ts";
import { mockTokenId } from "./world.ts";

/** A contract, and what its constructor is told. */
interface Verifier {
  readonly contract: "MultisigVerifier" | "SchnorrVerifier";
  readonly args: readonly unknown[];
}

/** The verifier of the committee's first epoch. Without a declared committee it is the council's owners, more than half of them. */
export function firstVerifier({ gateway, safes }: Pick<SuiteConfig, "gateway" | "safes">): Verifier {
  const { committee } = gateway;
  if (committee !== undefined && "groupKey" in committee) {
    return { contract: "SchnorrVerifier", args: [BigInt(committee.groupKey)] };
  }
  const signers = committee?.signers ?? safes.council.owners;
  const majority = Math.floor(signers.length / 2) + 1;
  const threshold = committee?.threshold ?? Math.max(safes.council.threshold, majority);
  const ascending = [...signers]
    .sort((a, b) => (BigInt(a) < BigInt(b) ? -1 : 1))
    .map((each) => getAddress(each));
  return { contract: "MultisigVerifier", args: [ascending, threshold] };
}

/** What is told of other chains, by whom, and the tokens of their assets. It serves none until governance adds them. */
export function planGateway(
  { planner, config, assets }: Plan,
  { manager }: ReturnType<typeof planGovernance>,
  { vault }: ReturnType<typeof planCustody>,
) {
  const { contract, args } = firstVerifier(config);
  const committeeVerifier = planner.contract(contract, args, { id: "CommitteeVerifier" });
  const committee = planner.contract("Committee", [manager, committeeVerifier]);
  const gateway = planner.contract("Gateway", [manager, vault, committee, ZeroAddress]);
  for (const { symbol, foreign } of assets) {
    if (foreign === undefined) continue;
    const { caip19, name, ticker, decimals } = foreign;
    planner.contract("ForeignAsset", [vault, gateway, caip19, name, ticker, decimals], {
      id: mockTokenId(symbol),
    });
  }
  return { committeeVerifier, committee, gateway };
}
