import {
  account,
  asset,
  choice,
  date,
  duration,
  type Field,
  type Meaning,
  type Meanings,
  parameterKey,
  plain,
} from "./descriptor.ts";

/** The setter of numbers, the same in every contract that has any. */
const set: Meaning = {
  intent: "Set a parameter",
  fields: [
    ...parameterKey("key"),
    plain("value", "New value"),
    date("validUntil", "Void after"),
    plain("expectedVersion", "Version seen"),
  ],
};
const tighten: Meaning = {
  intent: "Tighten a parameter at once",
  fields: [...parameterKey("key"), plain("value", "New value")],
};
export const PARAMETER_MEANINGS: Meanings = {
  "set(bytes32,uint32,uint40,uint64)": set,
  "tighten(bytes32,uint64)": tighten,
};

export const PAYMENT_RULES_MEANINGS: Meanings = {
  ...PARAMETER_MEANINGS,
  "admit(address,uint256,uint256[],uint112[])": {
    intent: "Count new payments",
    fields: [
      account("payer", "Payer"),
      plain("features", "Features, as bits"),
      ...asset("assets.[]", "Asset"),
      plain("amounts.[]", "Amount, raw units"),
    ],
  },
};

/** The terms of exits, each with its index. */
const exits: readonly Field[] = [
  account("exits.[].owner", "Exit's owner"),
  account("exits.[].to", "Exit's recipient"),
  ...asset("exits.[].asset", "Exit's asset"),
  {
    path: "exits.[].amount",
    label: "Exit's amount",
    format: "tokenAmount",
    params: { tokenPath: "exits.[].asset.[-20:]" },
  },
  date("exits.[].soon", "Exit endorsed from"),
  date("exits.[].late", "Exit due from"),
  plain("exits.[].seq", "Exit's number"),
];

export const VAULT_MEANINGS: Meanings = {
  ...PARAMETER_MEANINGS,
  "list(uint256,uint8,uint8)": {
    intent: "List an asset",
    fields: [
      ...asset("asset", "Asset"),
      choice("tokenClass", "How it moves", "tokenClass"),
      plain("tickExponent", "Tick: 10 to the power"),
    ],
  },
  "setKind(address,uint8)": {
    intent: "Set an account's kind",
    fields: [account("app", "Account", "contract"), choice("kind", "Kind", "kind")],
  },
  "setPolicy(address,uint32,uint40,address)": {
    intent: "Replace the exit policy",
    fields: [
      account("next", "New policy", "contract"),
      account("expected", "Policy replaced", "contract"),
      plain("expectedRevision", "Revision seen"),
      date("validUntil", "Void after"),
    ],
  },
  "extend(address,uint40)": {
    intent: "Extend a hold",
    fields: [account("subject", "Customer (zero: everyone)"), duration("secs", "By")],
  },
  "addReserve(address)": { intent: "Add a reserve", fields: [account("reserve", "Reserve", "contract")] },
  "removeReserve(address)": {
    intent: "Remove a reserve",
    fields: [account("reserve", "Reserve", "contract")],
  },
  "openInstant(uint40)": { intent: "Allow instant exits again", fields: [date("validUntil", "Void after")] },
  "closeInstant()": { intent: "End all instant exits", fields: [] },
  "heartbeat()": { intent: "Show that governance is alive", fields: [] },
  "revive(uint256)": { intent: "End an asset's winding down", fields: [...asset("asset", "Asset")] },
  "recover(address,address,uint256[],(address,address,uint256,uint112,uint40,uint40,uint32)[])": {
    intent: "Move a lost account",
    fields: [account("from", "From"), account("to", "To"), ...asset("assets.[]", "Asset"), ...exits],
  },
  "hold(address,uint40)": {
    intent: "Hold exits",
    fields: [account("subject", "Customer (zero: everyone)"), duration("secs", "For")],
  },
  "lift(address)": { intent: "End a hold", fields: [account("subject", "Customer (zero: everyone)")] },
  "endorse(bytes32)": { intent: "Endorse a queued exit", fields: [plain("id", "Exit")] },
  "setSubject(address,address)": {
    intent: "Make an account a customer's",
    fields: [account("account", "Account"), account("subject", "Customer")],
  },
  "setTier(address,uint8,uint40,uint40)": {
    intent: "Set a customer's tier",
    fields: [
      account("subject", "Customer"),
      plain("tier", "Tier"),
      date("from", "From"),
      date("until", "Until"),
    ],
  },
};

export const RESERVE_MEANINGS: Meanings = {
  ...PARAMETER_MEANINGS,
  "veto(bytes32)": { intent: "Veto a refill", fields: [plain("id", "Exit")] },
  "unveto(bytes32)": { intent: "Take back a veto", fields: [plain("id", "Exit")] },
  "vetoAll()": { intent: "Veto all refills", fields: [] },
  "unvetoAll()": { intent: "Take back the veto of all refills", fields: [] },
  "send(uint256,uint256)": {
    intent: "Send from the reserve to the Vault",
    fields: [
      ...asset("asset", "Asset"),
      {
        path: "amount",
        label: "Amount",
        format: "tokenAmount",
        params: {
          tokenPath: "asset.[-20:]",
          nativeCurrencyAddress: "0x0000000000000000000000000000000000000000",
        },
      },
    ],
  },
};

export const RECOVERY_MEANINGS: Meanings = {
  "propose(address,address,bytes32)": {
    intent: "Propose to recover an account",
    fields: [account("owner", "Lost account"), account("to", "New account"), plain("evidence", "Evidence")],
  },
  "confirm(address,address)": {
    intent: "Confirm a recovery",
    fields: [account("owner", "Lost account"), account("to", "New account")],
  },
};
