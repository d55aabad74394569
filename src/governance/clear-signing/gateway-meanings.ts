import { PARAMETER_MEANINGS } from "./custody-meanings.ts";
import { account, asset, date, duration, type Meanings, plain } from "./descriptor.ts";

/** A chain's name is a hash here: what the wallet can't know, the proposal's page says. */
const chain = plain("chain", "Chain, hash of its name");
const payout = plain("payoutId", "Payout");
const deposit = [
  plain("deposit.chain", "Chain, hash of its name"),
  plain("deposit.txId", "Transaction there"),
  plain("deposit.index", "Output"),
  account("deposit.account", "Credited to"),
  ...asset("deposit.asset", "Asset"),
  {
    path: "deposit.amount",
    label: "Amount",
    format: "tokenAmount",
    params: { tokenPath: "deposit.asset.[-20:]" },
  },
] as const;

/** What governance, accounts and relayers send to the gateway. */
export const GATEWAY_MEANINGS: Meanings = {
  ...PARAMETER_MEANINGS,
  "addAsset(uint256)": { intent: "Serve a foreign asset", fields: [...asset("asset", "Asset")] },
  "refuse((bytes32,bytes32,uint256,address,uint256,uint112))": {
    intent: "Refuse a delayed deposit",
    fields: [...deposit],
  },
  "recall(bytes32)": { intent: "Call a payout back", fields: [payout] },
  "resume(bytes32,bytes32)": {
    intent: "Resume a halted chain",
    fields: [chain, plain("messageId", "Message that halted it")],
  },
  "succeed(address)": {
    intent: "Replace the gateway",
    fields: [account("successor_", "Successor", "contract")],
  },
  "registerDestination(address,bytes32,bytes)": {
    intent: "Register a destination",
    fields: [account("account", "Account"), chain, plain("script", "Script or address there")],
  },
  "cancel(bytes32)": { intent: "Cancel a payout", fields: [payout] },
  "retry(bytes32)": { intent: "Try a payout again", fields: [payout] },
  "refund(bytes32)": { intent: "Refund a void payout", fields: [payout] },
  "credit((bytes32,bytes32,uint256,address,uint256,uint112),bytes)": {
    intent: "Credit a deposit",
    fields: [...deposit, plain("proof", "Committee's proof")],
  },
  "mature((bytes32,bytes32,uint256,address,uint256,uint112))": {
    intent: "Credit a delayed deposit",
    fields: [...deposit],
  },
};

/** What governance sends to the committee. */
export const COMMITTEE_MEANINGS: Meanings = {
  "rotate(uint32,address,uint40,uint40)": {
    intent: "Name the next committee",
    fields: [
      account("verifier", "Its verifier", "contract"),
      duration("overlap", "Former one counts for"),
      plain("expected", "Epoch replaced"),
      date("validUntil", "Void after"),
    ],
  },
  "revoke(uint32)": { intent: "Revoke a former committee", fields: [plain("epoch", "Epoch")] },
};
