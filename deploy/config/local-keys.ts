import { HDNodeWallet } from "ethers";

/** The mnemonic that every development chain uses. Its keys are public: nothing of value may ever depend on them. */
const PUBLIC_MNEMONIC = "test test test test test test test test test test test junk";
/** Beside the accounts that the embedded chain funds (.../0'/0/i), so that signers are never users. */
const PUBLIC_BRANCH = HDNodeWallet.fromPhrase(PUBLIC_MNEMONIC, undefined, "m/44'/60'/1'/0");

function publicKeys(first: number, count: number): readonly HDNodeWallet[] {
  return Array.from({ length: count }, (_, index) => PUBLIC_BRANCH.deriveChild(first + index));
}

/** The keys behind the owners and officers of local.ts. */
export const localKeys = {
  council: publicKeys(0, 5),
  guardian: publicKeys(10, 3),
  canceller: publicKeys(20, 3),
  reviewer: publicKeys(30, 3),
  riskOfficer: publicKeys(40, 3),
  attestor: publicKeys(50, 1),
  rollback: publicKeys(60, 3),
  reserve: publicKeys(70, 3),
  auditor: publicKeys(80, 1),
  committee: publicKeys(90, 3),
} as const;

/** The first account that development chains fund themselves: it pays where a key must be at hand. */
export const developmentKey = (): HDNodeWallet => HDNodeWallet.fromPhrase(PUBLIC_MNEMONIC);
