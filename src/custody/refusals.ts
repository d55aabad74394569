/** What a refused call means to its caller, by the name of the contract's error. */
const SENTENCES: Readonly<Record<string, string>> = {
  Vault_Held: "the customer is held",
  Vault_EveryoneHeld: "all exits are held",
  Vault_Listed: "the customer is on the sanctions list",
  Vault_NotMature: "the exit has not matured",
  Vault_SlotAhead: "the exit's turn in the lane has not come",
  Vault_NotOpen: "the exit is gone",
  Vault_OnlyOwner: "only the owner may",
  Vault_AppsCannot: "apps can't do that",
  Vault_Unchanged: "nothing would change",
  ERC6909InsufficientBalance: "the account has less than that",
  AccessManagedUnauthorized: "only the timelock may",
  OwnableUnauthorizedAccount: "only the timelock may",
  TimelockUnexpectedOperationState: "the timelock has no such change ready",
  TimelockInsufficientDelay: "the timelock's delay is longer",
  Guardian_BudgetSpent: "the guardian's budget is spent",
  GS013: "the call inside the Safe's transaction failed",
};

/**
 * A refusal in words; an error without a sentence is told by its name.
 *
 * @example
 * explainRefusal("Vault_Held"); // "the customer is held"
 */
export function explainRefusal(error: string): string {
  return SENTENCES[error] ?? error;
}
