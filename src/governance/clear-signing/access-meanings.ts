import {
  account,
  amount,
  choice,
  date,
  duration,
  hidden,
  innerCall,
  type Meaning,
  type Meanings,
  plain,
} from "./descriptor.ts";

export const MANAGER_MEANINGS: Meanings = {
  "grantRole(uint64,address,uint32)": {
    intent: "Grant a role",
    fields: [
      choice("roleId", "Role", "role"),
      account("account", "To"),
      duration("executionDelay", "Its delay"),
    ],
  },
  "revokeRole(uint64,address)": {
    intent: "Revoke a role",
    fields: [choice("roleId", "Role", "role"), account("account", "From")],
  },
  "renounceRole(uint64,address)": {
    intent: "Give up a role",
    fields: [choice("roleId", "Role", "role"), account("callerConfirmation", "Own address")],
  },
  "labelRole(uint64,string)": {
    intent: "Name a role",
    fields: [choice("roleId", "Role", "role"), plain("label", "Name")],
  },
  "setRoleAdmin(uint64,uint64)": {
    intent: "Set who grants a role",
    fields: [choice("roleId", "Role", "role"), choice("admin", "Granted by", "role")],
  },
  "setRoleGuardian(uint64,uint64)": {
    intent: "Set who cancels for a role",
    fields: [choice("roleId", "Role", "role"), choice("guardian", "Cancelled by", "role")],
  },
  "setGrantDelay(uint64,uint32)": {
    intent: "Set a role's grant delay",
    fields: [choice("roleId", "Role", "role"), duration("newDelay", "New delay")],
  },
  "setTargetFunctionRole(address,bytes4[],uint64)": {
    intent: "Set which role may call",
    fields: [
      account("target", "Contract", "contract"),
      choice("selectors.[]", "Function", "selector"),
      choice("roleId", "Role", "role"),
    ],
  },
  "setTargetAdminDelay(address,uint32)": {
    intent: "Set a contract's admin delay",
    fields: [account("target", "Contract", "contract"), duration("newDelay", "New delay")],
  },
  "setTargetClosed(address,bool)": {
    intent: "Close or open a contract",
    fields: [account("target", "Contract", "contract"), plain("closed", "Closed")],
  },
  "updateAuthority(address,address)": {
    intent: "Give a contract another authority",
    fields: [account("target", "Contract", "contract"), account("newAuthority", "New authority", "contract")],
  },
  "schedule(address,bytes,uint48)": {
    intent: "Schedule a call",
    fields: [innerCall("data", "Call", { calleePath: "target" }), date("when", "Not before")],
  },
  "execute(address,bytes)": {
    intent: "Call through the manager",
    fields: [innerCall("data", "Call", { calleePath: "target" })],
  },
  "cancel(address,address,bytes)": {
    intent: "Cancel a scheduled call",
    fields: [account("caller", "Scheduled by"), innerCall("data", "Call", { calleePath: "target" })],
  },
  "consumeScheduledOp(address,bytes)": {
    intent: "Consume a scheduled call",
    fields: [account("caller", "Scheduled by"), plain("data", "Call")],
  },
  "multicall(bytes[])": {
    intent: "Several calls of the manager",
    fields: [innerCall("data.[]", "Call", { calleePath: "@.to" })],
  },
};

/** The Safe's transaction as a struct: in its own call and in what owners sign. */
const transaction = [
  choice("operation", "Operation", "operation"),
  innerCall("data", "Transaction", { calleePath: "to", amountPath: "value", spenderPath: "@.to" }),
  amount("value", "Value"),
  plain("safeTxGas", "Gas for it"),
  plain("baseGas", "Gas paid back"),
  plain("gasPrice", "Gas price paid back"),
  account("gasToken", "Paid back in (zero: native)", "token"),
  account("refundReceiver", "Paid back to"),
];

const asModule: Meaning = {
  intent: "Act as the Safe",
  fields: [
    choice("operation", "Operation", "operation"),
    innerCall("data", "Transaction", { calleePath: "to", amountPath: "value", spenderPath: "@.to" }),
    amount("value", "Value"),
  ],
};

export const SAFE_MEANINGS: Meanings = {
  "execTransaction(address,uint256,bytes,uint8,uint256,uint256,uint256,address,address,bytes)": {
    intent: "Execute a Safe transaction",
    fields: [...transaction, hidden("signatures", "Signatures")],
  },
  "execTransactionFromModule(address,uint256,bytes,uint8)": asModule,
  "execTransactionFromModuleReturnData(address,uint256,bytes,uint8)": asModule,
  "approveHash(bytes32)": {
    intent: "Approve a Safe transaction",
    fields: [plain("hashToApprove", "Safe tx hash")],
  },
  "addOwnerWithThreshold(address,uint256)": {
    intent: "Add an owner",
    fields: [account("owner", "New owner"), plain("_threshold", "Signatures needed")],
  },
  "removeOwner(address,address,uint256)": {
    intent: "Remove an owner",
    fields: [
      account("owner", "Owner removed"),
      plain("_threshold", "Signatures needed"),
      hidden("prevOwner", "Owner before it in the list"),
    ],
  },
  "swapOwner(address,address,address)": {
    intent: "Replace an owner",
    fields: [
      account("oldOwner", "Owner removed"),
      account("newOwner", "New owner"),
      hidden("prevOwner", "Owner before it in the list"),
    ],
  },
  "changeThreshold(uint256)": {
    intent: "Change the signatures needed",
    fields: [plain("_threshold", "Signatures needed")],
  },
  "enableModule(address)": {
    intent: "Let a module act as the Safe",
    fields: [account("module", "Module", "contract")],
  },
  "disableModule(address,address)": {
    intent: "Stop a module",
    fields: [account("module", "Module", "contract"), hidden("prevModule", "Module before it in the list")],
  },
  "setGuard(address)": { intent: "Set the owners' guard", fields: [account("guard", "Guard", "contract")] },
  "setModuleGuard(address)": {
    intent: "Set the modules' guard",
    fields: [account("moduleGuard", "Guard", "contract")],
  },
  "setFallbackHandler(address)": {
    intent: "Set the fallback handler",
    fields: [account("handler", "Handler", "contract")],
  },
};

/** What owners sign. */
export const SAFE_TX_MEANING: Meaning = {
  intent: "Sign a Safe transaction",
  fields: [...transaction, plain("nonce", "Nonce")],
};
