import type { ConflictToken, EffectStatus, Hex, UnsignedTx } from "../../src/chains/chain.ts";
import { RetryableError } from "../../src/core/errors.ts";
import {
  chainHash,
  depositContent,
  depositId,
  type Outcome,
  outcomeContent,
  outcomeMessage,
  type Statement,
  tokenMessage,
  tokenWord,
} from "../../src/gateway/statement.ts";
import { GatewayPolicy } from "../../src/signing/gateway-policy.ts";
import type { ForeignTransaction, PayoutAtFinal, SeenDeposit } from "../../src/signing/gateway-view.ts";
import type { SigningRequest } from "../../src/signing/signer.ts";
import { CHAIN, word } from "./signing-stage.ts";

export const VAULT = "0x00000000000000000000000000000000000000aa";
export const ACCOUNT = "0x00000000000000000000000000000000000000bb";
export const HOME = 31337n;
export const ASSET = 7n;
export const PAYOUT = word("payout");
export const SCRIPT: Hex = `0014${"11".repeat(20)}`;
export const TX = "77".repeat(32);
export const token = (name: string): ConflictToken => ({
  chain: CHAIN,
  kind: "outpoint",
  value: `${word(name).slice(2)}:0`,
});
export const TOKEN = token("anchor");

/** Both chains as one signer's nodes show them: everything is well unless a test says otherwise. */
export function world() {
  const payout: PayoutAtFinal = {
    status: "AUTHORISED",
    attempt: 1n,
    asset: ASSET,
    amount: 500n,
    token: tokenWord(TOKEN),
    chain: chainHash(CHAIN),
    script: SCRIPT,
  };
  const read: ForeignTransaction = {
    kind: "payout",
    payoutId: PAYOUT.slice(2),
    token: TOKEN,
    recipientScript: SCRIPT,
    amount: 500n,
    fee: 10n,
  };
  return {
    payouts: new Map<string, PayoutAtFinal>([[PAYOUT, payout]]),
    payout,
    open: true,
    supply: 1_000n,
    balance: 1_010n,
    paid: [] as { payoutId: Hex; amount: bigint }[],
    read: read as ForeignTransaction,
    readFault: undefined as Error | undefined,
    deposit: { account: ACCOUNT, amount: 5n, final: true } as SeenDeposit | undefined,
    free: true,
    /** Whether upkeep's token holds what is said. */
    tokenIsTrue: true as boolean | undefined,
    status: new Map<string, EffectStatus>(),
    tokens: [] as ConflictToken[],
    denied: new Set<Hex>(),
    down: false,
    /** Payouts that the ledger was asked for. */
    asked: [] as string[],
  };
}

export type World = ReturnType<typeof world>;

export function policyIn(here: World): GatewayPolicy {
  const alive = () => {
    if (here.down) throw new RetryableError("NODES_UNAVAILABLE", "of 3 nodes 1 answered");
  };
  const none: PayoutAtFinal = { ...here.payout, status: "NONE", amount: 0n, token: `0x${"00".repeat(32)}` };
  return new GatewayPolicy({
    chain: CHAIN,
    homeChainId: HOME,
    vault: VAULT,
    asset: ASSET,
    gateway: {
      atFinal: async () => {
        alive();
        return {
          payoutOf: async (id) => {
            here.asked.push(id);
            return here.payouts.get(id) ?? none;
          },
          statusOf: async (id) => {
            here.asked.push(id);
            return (here.payouts.get(id) ?? none).status;
          },
          supply: async () => here.supply,
          isOpen: async () => here.open,
        };
      },
    },
    foreign: {
      depositAt: async () => {
        alive();
        return here.deposit;
      },
      effectStatus: async (_effect, { value }) => here.status.get(value) ?? { is: "absent" },
      isFree: async () => here.free,
      tokenIsTrue: async () => here.tokenIsTrue,
      balance: async () => here.balance,
      paid: async () => here.paid,
      read: () => {
        if (here.readFault !== undefined) throw here.readFault;
        return here.read;
      },
    },
    limits: { fee: 20n, payouts: 900n, credits: 90n, upkeep: 50n, denied: here.denied },
    tokensOf: async () => here.tokens,
  });
}

const UNSIGNED: UnsignedTx = {
  chain: CHAIN,
  effect: PAYOUT.slice(2),
  token: TOKEN,
  body: "psbt",
  fee: 10n,
  rate: 1n,
};
export const spending = (unsigned: Partial<UnsignedTx> = {}): SigningRequest => ({
  id: "r",
  key: "coins",
  purpose: { kind: "transaction", unsigned: { ...UNSIGNED, ...unsigned } },
  payloads: [],
});
export const saying = (statement: Statement, facts: Record<string, string>): SigningRequest => ({
  id: "r",
  key: "statements",
  purpose: { kind: "statement", statement, facts },
  payloads: [],
});
export const depositFacts = { kind: "deposit", txId: TX, index: "1", height: "8", block: TX, parent: TX };
export const depositStatement = (content = depositContent(ACCOUNT, ASSET, 5n)): Statement => ({
  chain: chainHash(CHAIN),
  messageId: depositId({ chain: CHAIN, destination: HOME, vault: VAULT, txId: TX, index: 1 }),
  content,
});
export const tokenSaying = (attempt = 1n, of = TOKEN) =>
  saying(
    { chain: chainHash(CHAIN), messageId: tokenMessage(PAYOUT, attempt), content: tokenWord(of) },
    {
      kind: "token",
      payoutId: PAYOUT,
      attempt: attempt.toString(),
      tokenKind: of.kind,
      tokenValue: of.value,
    },
  );
export const outcomeSaying = (outcome: Outcome, txId = TX, named: ConflictToken | null = TOKEN) =>
  saying(
    {
      chain: chainHash(CHAIN),
      messageId: outcomeMessage(PAYOUT, 1n),
      content: outcomeContent(outcome, txId),
    },
    {
      ...{ kind: "outcome", payoutId: PAYOUT, attempt: "1", outcome, txId },
      ...(named === null ? {} : { tokenKind: named.kind, tokenValue: named.value }),
    },
  );
