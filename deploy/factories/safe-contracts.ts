import { concat, getCreate2Address, keccak256, ZeroHash } from "ethers";
import { TerminalError } from "../../src/core/errors.ts";
import {
  canonicalCodeHash,
  canonicalHome,
  SAFE_CONTRACTS,
  type SafeContract,
  safeArtifact,
} from "../../src/governance/safe-contracts.ts";
import { DEVELOPMENT_CHAINS } from "../chains.ts";
import type { DeployingChain } from "./deploying-chain.ts";

/** The Safe authors' own factory (safe-global/safe-singleton-factory): CREATE2 with the calldata's first word as salt. */
export const SAFE_SINGLETON_FACTORY = "0x914d7Fec6aaC8cd542e72Bca78B30650d45643d7";
const FACTORY_CODE =
  "0x7fffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffe03601600081602082378035828234f58015156039578182fd5b8082525050506014600cf3";

/** Where the Safe contracts stand: at the same addresses on every chain. */
export type SafeContractAddresses = Readonly<Record<SafeContract, string>>;

/** The canonical addresses, and proof that the installed code belongs there. */
export function canonicalSafe(): SafeContractAddresses {
  const entries = SAFE_CONTRACTS.map((which) => {
    const address = canonicalHome(which);
    const made = getCreate2Address(SAFE_SINGLETON_FACTORY, ZeroHash, keccak256(safeArtifact(which).bytecode));
    if (made !== address) {
      throw new TerminalError(
        "SAFE_NOT_CANONICAL",
        `The installed Safe ${which} does not lead to its address`,
        {
          facts: { found: made, expected: address },
          advice: "Install the locked dependencies again.",
        },
      );
    }
    return [which, address] as const;
  });
  return Object.fromEntries(entries) as unknown as SafeContractAddresses;
}

/** Which of them this chain lacks. Other code in their place is an error. */
export async function missingSafeContracts(
  provider: Pick<DeployingChain["provider"], "getCode">,
): Promise<readonly SafeContract[]> {
  const missing: SafeContract[] = [];
  for (const [which, address] of Object.entries(canonicalSafe()) as [SafeContract, string][]) {
    const code = await provider.getCode(address);
    if (code === "0x") {
      missing.push(which);
      continue;
    }
    const found = keccak256(code);
    const expected = canonicalCodeHash(which);
    if (found !== expected) {
      throw new TerminalError("SAFE_NOT_CANONICAL", `This chain's Safe ${which} is not the canonical one`, {
        facts: { address, found, expected },
        advice: "Do not deploy here: no Safe could be trusted.",
      });
    }
  }
  return missing;
}

/**
 * Sees to it that the canonical Safe contracts stand. Where the authors have not come yet, their own factory puts the same
 * code at the same addresses: anyone may call it. A development node gets that factory too.
 *
 * @throws TerminalError `SAFE_NOT_CANONICAL`, or `SAFE_MISSING` where neither they nor the factory stand.
 */
export async function ensureSafeContracts({ provider, signer, chainId }: DeployingChain): Promise<void> {
  const missing = await missingSafeContracts(provider);
  if (missing.length === 0) return;
  if ((await provider.getCode(SAFE_SINGLETON_FACTORY)) === "0x" && DEVELOPMENT_CHAINS.has(chainId)) {
    await provider.send("hardhat_setCode", [SAFE_SINGLETON_FACTORY, FACTORY_CODE]);
  }
  if ((await provider.getCode(SAFE_SINGLETON_FACTORY)) !== FACTORY_CODE) {
    throw new TerminalError(
      "SAFE_MISSING",
      "Neither the Safe contracts nor their factory stand on this chain",
      {
        facts: { chainId, missing: missing.join(" "), factory: SAFE_SINGLETON_FACTORY },
        advice:
          "Ask for it at github.com/safe-global/safe-singleton-factory, and run the same command again.",
      },
    );
  }
  for (const which of missing) {
    const data = concat([ZeroHash, safeArtifact(which).bytecode]);
    await (await signer.sendTransaction({ to: SAFE_SINGLETON_FACTORY, data })).wait();
  }
  const still = await missingSafeContracts(provider);
  if (still.length > 0) {
    throw new TerminalError("SAFE_MISSING", "The Safe contracts did not appear", {
      facts: { chainId, missing: still.join(" ") },
    });
  }
}
