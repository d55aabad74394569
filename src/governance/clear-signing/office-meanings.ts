import { PARAMETER_MEANINGS } from "./custody-meanings.ts";
import {
  account,
  amount,
  asset,
  choice,
  date,
  duration,
  hidden,
  innerCall,
  type Meanings,
  plain,
} from "./descriptor.ts";

export const ROUTER_MEANINGS: Meanings = {
  "setFeedSet(uint256,address,address)": {
    intent: "Change an asset's price sources",
    fields: [
      ...asset("asset", "Asset"),
      account("next", "New sources", "contract"),
      account("expected", "Sources replaced", "contract"),
    ],
  },
  "liftHalt(uint256,uint40)": {
    intent: "Let an asset's price count again",
    fields: [...asset("asset", "Asset"), date("haltedUntil", "Halt seen, until")],
  },
  "halt(uint256)": { intent: "Halt an asset's price", fields: [...asset("asset", "Asset")] },
};

export const GUARDIAN_MEANINGS: Meanings = {
  "setKey(address,uint40,uint32)": {
    intent: "Set a guardian key",
    fields: [
      account("key", "Key", "eoa", "wallet"),
      date("expiry", "Expires"),
      duration("budget", "Holds in 90 days"),
    ],
  },
  "removeKey(address)": { intent: "Remove a guardian key", fields: [account("key", "Key", "eoa", "wallet")] },
  "hold(address,uint40)": {
    intent: "Hold exits",
    fields: [account("subject", "Customer (zero: everyone)"), duration("secs", "For")],
  },
  "lift(address)": { intent: "End a hold", fields: [account("subject", "Customer (zero: everyone)")] },
};

const AUDIT = "(bytes32,address,uint40,bytes32[])";

export const AUDIT_RECORD_MEANINGS: Meanings = {
  "serve(address)": { intent: "Name the Vault", fields: [account("vault_", "Vault", "contract")] },
  "declareCap(uint256,uint64)": {
    intent: "Declare a cap for good",
    fields: [...asset("asset", "Asset"), plain("ticks", "Cap, ticks")],
  },
  [`record(${AUDIT},uint32,bytes)`]: {
    intent: "Record an audit",
    fields: [
      plain("audit.report", "Report's hash"),
      account("audit.auditor", "Auditor"),
      date("audit.validUntil", "Covers until (zero: no end)"),
      plain("audit.codehashes.[]", "Code covered"),
      plain("expectedRevision", "Revision seen"),
      plain("signature", "Auditor's signature"),
    ],
  },
  "revoke(bytes32)": { intent: "Revoke an audit", fields: [plain("id", "Audit")] },
};

export const APP_RELEASE_MEANINGS: Meanings = {
  ...PARAMETER_MEANINGS,
  "nameCanary(address)": { intent: "Name a canary", fields: [account("canary_", "Canary", "contract")] },
  "promote(address)": { intent: "Promote the canary", fields: [account("expected", "Canary", "contract")] },
  "retire(address)": { intent: "Retire the canary", fields: [account("expected", "Canary", "contract")] },
};

const probes = (path: string) => [
  account(`${path}.[].target`, "Probe asks", "contract"),
  plain(`${path}.[].data`, "Probe"),
  choice(`${path}.[].compare`, "Answer", "compare"),
];
const STEP = "(address,uint32,address,address,bytes32,bytes)";
const PROBE = "(address,bytes,uint8)";

export const UPGRADE_MEANINGS: Meanings = {
  [`adopt(address,address,address,${PROBE}[])`]: {
    intent: "Take a proxy under control",
    fields: [
      account("proxy", "Proxy", "contract"),
      account("proxyAdmin", "Its admin", "contract"),
      account("implementation", "Its code", "contract"),
      ...probes("probes"),
    ],
  },
  [`upgrade((${STEP}[],(address,bytes32)[],${PROBE}[],bool,uint40,bytes32))`]: {
    intent: "Upgrade contracts",
    fields: [
      account("release.steps.[].proxy", "Proxy", "contract"),
      account("release.steps.[].to", "New code", "contract"),
      plain("release.steps.[].codehash", "New code's hash"),
      account("release.steps.[].from", "Code replaced", "contract"),
      plain("release.steps.[].revision", "Revision seen"),
      plain("release.steps.[].data", "Migration"),
      account("release.pins.[].account", "Must not change", "contract"),
      plain("release.pins.[].codehash", "Its code's hash"),
      ...probes("release.probes"),
      plain("release.noRollback", "Can't be rolled back"),
      date("release.validUntil", "Void after"),
      hidden("release.salt", "Salt"),
    ],
  },
  "announceHandOver(address)": {
    intent: "Announce a new upgrade controller",
    fields: [account("successor", "Successor", "contract")],
  },
  "cancelHandOver()": { intent: "Withdraw the announced controller", fields: [] },
  "rollback(bytes32)": { intent: "Roll an upgrade back", fields: [plain("id", "Release")] },
};

export const TIMELOCK_MEANINGS: Meanings = {
  "scheduleBatch(address[],uint256[],bytes[],bytes32,bytes32,uint256)": {
    intent: "Schedule changes",
    fields: [
      duration("delay", "Waits"),
      innerCall("payloads.[]", "Change", { calleePath: "targets.[]", amountPath: "values.[]" }),
      amount("values.[]", "With"),
      plain("predecessor", "After operation"),
      plain("salt", "Salt"),
    ],
  },
  "executeBatch(address[],uint256[],bytes[],bytes32,bytes32)": {
    intent: "Execute changes",
    fields: [
      innerCall("payloads.[]", "Change", { calleePath: "targets.[]", amountPath: "values.[]" }),
      amount("values.[]", "With"),
      plain("predecessor", "After operation"),
      plain("salt", "Salt"),
    ],
  },
  "schedule(address,uint256,bytes,bytes32,bytes32,uint256)": {
    intent: "Schedule a change",
    fields: [
      duration("delay", "Waits"),
      innerCall("data", "Change", { calleePath: "target", amountPath: "value" }),
      amount("value", "With"),
      plain("predecessor", "After operation"),
      plain("salt", "Salt"),
    ],
  },
  "execute(address,uint256,bytes,bytes32,bytes32)": {
    intent: "Execute a change",
    fields: [
      innerCall("payload", "Change", { calleePath: "target", amountPath: "value" }),
      amount("value", "With"),
      plain("predecessor", "After operation"),
      plain("salt", "Salt"),
    ],
  },
  "cancel(bytes32)": { intent: "Cancel a scheduled operation", fields: [plain("id", "Operation")] },
  "updateDelay(uint256)": {
    intent: "Change the timelock's delay",
    fields: [duration("newDelay", "New delay")],
  },
  "grantRole(bytes32,address)": {
    intent: "Grant a role of the timelock",
    fields: [plain("role", "Role"), account("account", "To")],
  },
  "revokeRole(bytes32,address)": {
    intent: "Revoke a role of the timelock",
    fields: [plain("role", "Role"), account("account", "From")],
  },
  "renounceRole(bytes32,address)": {
    intent: "Give up a role of the timelock",
    fields: [plain("role", "Role"), account("callerConfirmation", "Own address")],
  },
};

export const VETO_GATE_MEANINGS: Meanings = {
  "veto(bytes32)": { intent: "Veto a scheduled operation", fields: [plain("id", "Operation")] },
  "enforce(bytes32)": { intent: "Carry out a veto", fields: [plain("id", "Operation")] },
  "announceReplacement(address,bytes32)": {
    intent: "Announce another veto gate",
    fields: [account("successor", "Successor", "contract"), plain("salt", "Salt")],
  },
  "withdrawReplacement(bytes32)": {
    intent: "Withdraw the announced veto gate",
    fields: [plain("id", "Operation")],
  },
  "multicall(bytes[])": {
    intent: "Several calls of the veto gate",
    fields: [innerCall("data.[]", "Call", { calleePath: "@.to" })],
  },
};

export const SUCCESSION_MEANINGS: Meanings = {
  "support(address,address)": {
    intent: "Support a new proposer's Safe",
    fields: [account("from", "Safe replaced", "contract"), account("to", "New Safe", "contract")],
  },
  "withdrawSupport()": { intent: "Withdraw support", fields: [] },
  "schedule()": { intent: "Schedule the supported succession", fields: [] },
  "object()": { intent: "Object to a succession", fields: [] },
};
