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

/** What debtors and parties of a cycle sign: contracts/payments/libraries/NettingCode.sol. */
export const NETTING_MEANINGS: Meanings = {
  "Obligation(address debtor,address creditor,uint256 asset,uint112 amount,bytes32 ref,uint40 dueBy,uint256 salt)":
    {
      intent: "Owe, for netting",
      fields: [
        account("debtor", "Debtor"),
        account("creditor", "Creditor"),
        ...asset("asset", "Asset"),
        {
          path: "amount",
          label: "Amount",
          format: "tokenAmount",
          params: { tokenPath: "asset.[-20:]" },
        },
        plain("ref", "Reference"),
        date("dueBy", "For netting until"),
        plain("salt", "Salt"),
      ],
    },
  "Position(bytes32 cycle,address party,uint256 asset,int112 net,uint32 nonce)": {
    intent: "Settle a netting cycle",
    fields: [
      plain("cycle", "Cycle"),
      account("party", "Party"),
      ...asset("asset", "Asset"),
      plain("net", "Net, raw units"),
      plain("nonce", "Nonce"),
    ],
  },
};

/** What signers of a quorum sign: contracts/payments/conditions/Quorum.sol. */
export const APPROVAL_MEANINGS: Meanings = {
  "Approval(bytes32 payment,bytes32 terms)": {
    intent: "Approve a payment",
    fields: [plain("payment", "Payment"), plain("terms", "Quorum's terms")],
  },
};

/** What attestors of payments sign: contracts/payments/conditions/Attestation.sol. */
export const CLAIM_MEANINGS: Meanings = {
  "Attestation(bytes32 payment,bytes32 claim,uint40 time)": {
    intent: "Attest what a payment waits for",
    fields: [plain("payment", "Payment"), plain("claim", "Claim"), date("time", "Happened")],
  },
};
