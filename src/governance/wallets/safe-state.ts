import { Contract, isError, type Provider } from "ethers";
import { safeArtifact } from "../safe-contracts.ts";
import type { SafeAccount } from "./safe-hashes.ts";

/** What only the chain knows about a consent. */
export interface SafeState {
  /** Whether the owner has called `approveHash`. */
  hasApproved(owner: string, safeTxHash: string): Promise<boolean>;
  /** Whether the owner, a contract, takes the data as its signature (ERC-1271), asked by the Safe itself. */
  accepts(owner: string, safeTxHash: string, data: string): Promise<boolean>;
}

/** ERC-1271's answer for yes: the selector of `isValidSignature(bytes32,bytes)`, the form that Safe 1.5 asks in. */
const MAGIC = "0x1626ba7e";
const VALIDATOR = ["function isValidSignature(bytes32 hash, bytes signature) view returns (bytes4)"];

/** The state of a Safe as a node answers it; a node that doesn't answer is ethers' own error. */
export function safeState(provider: Provider, { safe }: SafeAccount): SafeState {
  const contract = new Contract(safe, safeArtifact("singleton").abi as never, provider);
  return {
    hasApproved: async (owner, safeTxHash) =>
      ((await contract.getFunction("approvedHashes").staticCall(owner, safeTxHash)) as bigint) !== 0n,
    accepts: async (owner, safeTxHash, data) => {
      const validator = new Contract(owner, VALIDATOR, provider);
      try {
        const answer = await validator
          .getFunction("isValidSignature")
          .staticCall(safeTxHash, data, { from: safe });
        return answer === MAGIC;
      } catch (error) {
        if (isRefusal(error)) return false;
        throw error;
      }
    },
  };
}

/** A contract that reverts, or an account without code, says no. Hardhat's provider hands the node's own code 3 through. */
function isRefusal(error: unknown): boolean {
  return (
    isError(error, "CALL_EXCEPTION") || isError(error, "BAD_DATA") || (error as { code?: unknown }).code === 3
  );
}
