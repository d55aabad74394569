import { Interface, recoverAddress } from "ethers";
import { revertDataOf } from "../../governance/revert-data.ts";

/** What is asked about a contract's signature: any ethers provider. */
export interface ContractCaller {
  call(request: { to: string; data: string }): Promise<string>;
}

const ERC1271 = new Interface([
  "function isValidSignature(bytes32 hash, bytes signature) view returns (bytes4)",
]);
/** What `isValidSignature` answers for yes: its own selector, in a word. */
const YES = `0x1626ba7e${"00".repeat(28)}`;
/** A signature of 65 bytes ends in v, which contracts take in this form alone. */
const WITH_V = /^0x[0-9a-f]{128}(1b|1c)$/i;
/** EIP-2098: v is the highest bit of s. */
const COMPACT = /^0x[0-9a-f]{128}$/i;

/**
 * Whether `party` has signed `digest`, as our contracts judge it: by its key first, and for another signer by ERC-1271.
 * Without a provider only keys count.
 *
 * @throws what the provider throws when it can't answer; a contract that reverts has not signed
 */
export async function isSignedBy(
  party: string,
  digest: string,
  signature: string,
  provider?: ContractCaller,
): Promise<boolean> {
  if (recovered(digest, signature) === BigInt(party)) return true;
  if (provider === undefined) return false;
  const data = ERC1271.encodeFunctionData("isValidSignature", [digest, signature]);
  try {
    const answer = await provider.call({ to: party, data });
    return answer.slice(0, YES.length).toLowerCase() === YES;
  } catch (error) {
    if (revertDataOf(error) !== undefined) return false;
    throw error;
  }
}

/** The key's account, or null for a signature that is no key's. */
function recovered(digest: string, signature: string): bigint | null {
  if (!WITH_V.test(signature) && !COMPACT.test(signature)) return null;
  try {
    return BigInt(recoverAddress(digest, signature));
  } catch {
    return null;
  }
}
