import { account, asset, choice, date, type Meanings, plain } from "./descriptor.ts";

/** What a customer signs: contracts/custody/libraries/Intents.sol. */
export const INTENT_MEANINGS: Meanings = {
  "Intent(address owner,uint8 verb,uint256 asset,uint112 amount,address to,bytes32 ref,uint256 nonce,uint40 deadline)":
    {
      intent: "Act on an account",
      fields: [
        choice("verb", "Do", "verb"),
        account("owner", "Account"),
        ...asset("asset", "Asset"),
        // No name for the own currency here: a limit in cents has no asset, and must not look like ether.
        {
          path: "amount",
          label: "Amount (limit: in cents)",
          format: "tokenAmount",
          params: { tokenPath: "asset.[-20:]" },
        },
        account("to", "To"),
        plain("ref", "Reference"),
        plain("nonce", "Nonce"),
        date("deadline", "Void after"),
      ],
    },
};

/** What attestors and customers sign: contracts/policy/TierRegistry.sol. */
export const REGISTRY_MEANINGS: Meanings = {
  "Attestation(address subject,uint8 tier,uint40 until,bytes32 evidence,uint256 nonce,uint40 deadline)": {
    intent: "Attest a customer's tier",
    fields: [
      account("subject", "Customer"),
      plain("tier", "Tier"),
      date("until", "Until"),
      plain("evidence", "Evidence"),
      plain("nonce", "Nonce"),
      date("deadline", "Void after"),
    ],
  },
  "Link(address account,address subject,uint256 nonceAccount,uint256 nonceSubject,uint40 deadline)": {
    intent: "Link two accounts",
    fields: [
      account("account", "Account"),
      account("subject", "Becomes part of"),
      plain("nonceAccount", "Account's nonce"),
      plain("nonceSubject", "Other's nonce"),
      date("deadline", "Void after"),
    ],
  },
  "Unlink(address account,address by,uint256 nonce,uint40 deadline)": {
    intent: "Unlink an account",
    fields: [
      account("account", "Account"),
      account("by", "Asked for by"),
      plain("nonce", "Nonce"),
      date("deadline", "Void after"),
    ],
  },
};

/** What recovery agents sign: contracts/custody/Recovery.sol. */
export const VOTE_MEANINGS: Meanings = {
  "Vote(address owner,address to,uint256 round,uint256 nonce,uint40 deadline)": {
    intent: "Vote to recover an account",
    fields: [
      account("owner", "Lost account"),
      account("to", "New account"),
      plain("round", "Round"),
      plain("nonce", "Nonce"),
      date("deadline", "Void after"),
    ],
  },
};
