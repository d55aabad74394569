import type { Provider } from "ethers";
import type { SuiteAddresses } from "../../deploy/addresses.ts";
import { isVerified } from "../governance/audits.ts";
import { say } from "./output.ts";

/** Tells whoever works with a deployment that no audit of the code that runs is recorded (S26), until one is. */
export async function sayUnverified(
  provider: Provider,
  { auditRecord, network }: SuiteAddresses,
): Promise<void> {
  if (await isVerified(provider, auditRecord)) return;
  say(`UNVERIFIED: no audit of the code that runs on ${network} is recorded: deposits stop at caps`);
}
