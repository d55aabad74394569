import { Contract, type Signer, ZeroAddress } from "ethers";
import type { SuiteAddresses } from "../../../deploy/addresses.ts";
import { SafeSetup__factory } from "../../../typechain-types/factories/contracts/governance/SafeSetup__factory.ts";
import { TerminalError } from "../../core/errors.ts";
import { type DomainName, SEATS } from "../role-graph.ts";
import { safeArtifact, safeProxyAddress } from "../safe-contracts.ts";

/** Whose keys a new Safe has, and whose timelock looks after it. */
export interface NewSafe {
  readonly owners: readonly string[];
  readonly threshold: number;
  readonly domain: DomainName;
  /** Tells it from another one with the same owners. */
  readonly salt: bigint;
}

/** A Safe of these terms. */
export interface MadeSafe {
  readonly address: string;
  /** Absent if it stood already. */
  readonly transaction?: string;
}

/**
 * Makes a Safe that is under its guard from the transaction that makes it, as deployment does. Who pays for it has no part in
 * it; the same terms are the same Safe, whoever makes it.
 *
 * @throws TerminalError `SAFE_OWNERS` unless there are more owners than signatures, each once, and two signatures at least.
 * @example
 * const { address } = await makeSafe(addresses, { owners, threshold: 3, domain: "suite", salt: 1n }, payer);
 */
export async function makeSafe(addresses: SuiteAddresses, safe: NewSafe, signer: Signer): Promise<MadeSafe> {
  const { owners, threshold, domain, salt } = safe;
  if (new Set(owners.map(BigInt)).size !== owners.length || threshold < 2 || owners.length <= threshold) {
    throw new TerminalError(
      "SAFE_OWNERS",
      "One lost key must not lock a Safe, and one stolen key not open it",
      {
        facts: { owners: owners.length, threshold },
        advice: "Name each owner once, two signatures at least, and more owners than signatures.",
      },
    );
  }
  const { safeContracts, safeSetup } = addresses;
  const { timelock, guard } = SEATS[domain];
  const governed = [addresses[timelock], addresses[guard]] as const;
  const face = new Contract(safeContracts.singleton, safeArtifact("singleton").abi as never).interface;
  const setup = face.encodeFunctionData("setup", [
    [...owners],
    threshold,
    safeSetup,
    SafeSetup__factory.createInterface().encodeFunctionData("setUp", [...governed]),
    safeContracts.fallbackHandler,
    ZeroAddress,
    0,
    ZeroAddress,
  ]);
  const factory = new Contract(safeContracts.factory, safeArtifact("factory").abi as never, signer);
  const create = factory.getFunction("createProxyWithNonce");
  const args = [safeContracts.singleton, setup, salt] as const;
  const address = safeProxyAddress(safeContracts.factory, safeContracts.singleton, setup, salt);
  if ((await signer.provider?.getCode(address)) !== "0x") return { address };
  const receipt = await (await create.send(...args)).wait();
  return { address, transaction: receipt?.hash ?? "" };
}
