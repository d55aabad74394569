import { createHash, randomBytes } from "node:crypto";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Caip2, Hex, Payload, UnsignedTx } from "../../src/chains/chain.ts";
import { Redacted } from "../../src/core/redacted.ts";
import {
  chainHash,
  depositContent,
  depositId,
  type Statement,
  tokenMessage,
  tokenWord,
} from "../../src/gateway/statement.ts";
import { SqliteJournal } from "../../src/journal/sqlite-journal.ts";
import { approveCeremony } from "../../src/signing/frost/approvals.ts";
import type { CeremonyTerms } from "../../src/signing/frost/ceremony-terms.ts";
import type { VaultLimits } from "../../src/signing/frost/nonce-vault.ts";
import { Keystore } from "../../src/signing/keystore.ts";
import {
  type CommitteePlace,
  purposePayloads,
  statementPayload,
} from "../../src/signing/purpose-payloads.ts";
import type { SigningPolicy, SigningRequest, Spend } from "../../src/signing/signer.ts";
import type { SignerChannel } from "../../src/signing/signer-channel.ts";
import { SignerService } from "../../src/signing/signer-service.ts";
import { SigningGuard } from "../../src/signing/signing-guard.ts";
import { SigningRecord } from "../../src/signing/signing-record.ts";
import { wireText } from "../../src/signing/wire-messages.ts";
import type { Person } from "./group-fixture.ts";

/** A chain that exists in these tests only. */
export const CHAIN: Caip2 = "bip122:4966625a4b2851d9fdee139e56211a0d";
export const COMMITTEE: CommitteePlace = {
  chainId: 31337n,
  address: "0x5FbDB2315678afecb367f032d93F642f64180aa3",
};
export const PASSWORD = new Redacted("correct horse battery");
/** A quick scrypt: nothing of it is kept. */
export const QUICK = { scryptN: 1024 };

const hash = (text: string): Hex => createHash("sha256").update(text).digest("hex");
export const word = (text: string): string => `0x${hash(text)}`;

/**
 * What this suite's transactions ask for: the text is a list of Merkle roots ("-" for none), and each payload's digest follows from
 * the whole text. How real ones are read is tested with the chains.
 */
export function listedPayloads({ body }: UnsignedTx): readonly Payload[] {
  const roots = body.split(" ").slice(1);
  if (roots.some((root) => !/^(-|empty|[0-9a-f]{64})$/.test(root))) throw new Error("not a transaction");
  return roots.map((root, place) => ({
    scheme: "bip340",
    digest: hash(`${place} ${body}`),
    ...(root === "-" ? {} : { merkleRoot: root === "empty" ? "" : root }),
  }));
}

/** A transaction that moves an amount for a payout by a token. */
export function transaction(
  payout: string,
  { token = `${hash("coin")}:0`, roots = ["empty"], version = 1, amount = 100n } = {},
): UnsignedTx {
  return {
    chain: CHAIN,
    effect: hash(payout),
    token: { chain: CHAIN, kind: "outpoint", value: token },
    body: [`${payout}/${version}`, ...roots].join(" "),
    fee: amount,
    rate: 1_000n,
  };
}

export function transactionRequest(unsigned: UnsignedTx, key = "coins"): SigningRequest {
  return {
    id: hash(unsigned.body),
    key,
    purpose: { kind: "transaction", unsigned },
    payloads: listedPayloads(unsigned),
  };
}

/** A statement about a deposit, as a coordinator asks for it. */
export function depositRequest(
  deposit: string,
  { amount = 5n, key = "statements", scheme = "bip340" as Payload["scheme"] } = {},
): SigningRequest {
  const facts = {
    kind: "deposit",
    txId: hash(deposit),
    index: "1",
    height: "8",
    block: hash("block 8"),
    parent: hash("block 7"),
  };
  const vault = "0x00000000000000000000000000000000000000aa";
  const messageId = depositId({ chain: CHAIN, destination: 31337n, vault, txId: hash(deposit), index: 1 });
  const content = depositContent("0x00000000000000000000000000000000000000bb", 7n, amount);
  const statement: Statement = { chain: chainHash(CHAIN), messageId, content };
  const payloads = [statementPayload(statement, COMMITTEE, scheme)];
  return { id: hash(content), key, purpose: { kind: "statement", statement, facts }, payloads };
}

/** The statement that gives a payout's first attempt its token. */
export function tokenRequest(payout: string, token: string, { key = "statements" } = {}): SigningRequest {
  const payoutId = word(payout);
  const statement: Statement = {
    chain: chainHash(CHAIN),
    messageId: tokenMessage(payoutId, 1n),
    content: tokenWord({ kind: "outpoint", value: token }),
  };
  const facts = { kind: "token", payoutId, attempt: "1", tokenKind: "outpoint", tokenValue: token };
  const payloads = [statementPayload(statement, COMMITTEE, "bip340")];
  return { id: hash(payoutId), key, purpose: { kind: "statement", statement, facts }, payloads };
}

/** What a test says a signer thinks of requests. */
export interface StagePolicy extends SigningPolicy {
  /** Why nothing is signed; undefined: all is. */
  why: string | undefined;
  /** Thrown instead. */
  fault: Error | undefined;
  asked: number;
}

export function stagePolicy(): StagePolicy {
  return {
    why: undefined,
    fault: undefined,
    asked: 0,
    async judge(request) {
      this.asked++;
      if (this.fault !== undefined) throw this.fault;
      return this.why === undefined ? stageWeight(request) : { no: this.why };
    },
  };
}

/** What leaves with a request: this suite's transactions say it as their fee. */
export function stageWeight({ purpose }: SigningRequest): { readonly spend?: Spend } {
  if (purpose.kind === "statement") return {};
  return { spend: { window: CHAIN, amount: purpose.unsigned.fee, cap: 1_000n } };
}

/** A guard over a journal, with everything real but the policy. */
export function stageGuard(
  journal: SqliteJournal,
  policy: SigningPolicy,
  now: () => number = Date.now,
): SigningGuard {
  return new SigningGuard({
    chains: [CHAIN],
    payloadsFor: purposePayloads(COMMITTEE, listedPayloads),
    policy,
    record: new SigningRecord(journal, now),
  });
}

/** A signer of a test, in this process. */
export interface StagedSigner {
  readonly person: Person;
  readonly policy: StagePolicy;
  readonly keystore: Keystore;
  readonly ceremonies: string;
  readonly journal: SqliteJournal;
  service: SignerService;
  /** What a coordinator asks it by; in JSON, as over a wire. */
  readonly channel: SignerChannel & {
    down: boolean;
    bend: ((method: string, answer: unknown) => unknown) | undefined;
  };
  approve(terms: CeremonyTerms): void;
  /** A new service over the same files: as after a crash. */
  restart(): Promise<void>;
  close(): Promise<void>;
}

export interface StageOptions {
  readonly limits?: VaultLimits;
  readonly now?: () => number;
}

/** Makes a signer in a folder of its own. */
export async function stagedSigner(
  person: Person,
  { limits, now = () => performance.now() }: StageOptions = {},
) {
  const folder = mkdtempSync(join(tmpdir(), `strongroom-${person.name}-`));
  const keystore = new Keystore(join(folder, "keys"), PASSWORD, QUICK);
  const ceremonies = join(folder, "ceremonies");
  const journal = SqliteJournal.open({ file: join(folder, "journal") });
  const policy = stagePolicy();
  const open = () =>
    SignerService.open({
      name: person.name,
      keystore,
      guard: stageGuard(journal, policy),
      ceremonies,
      random: randomBytes,
      now,
      since: 0,
      sign: (body) => person.sign(body),
      ...(limits === undefined ? {} : { limits }),
    });
  const { RetryableError } = await import("../../src/core/errors.ts");
  const signer: StagedSigner = {
    person,
    policy,
    keystore,
    ceremonies,
    journal,
    service: await open(),
    channel: {
      name: person.name,
      down: false,
      bend: undefined,
      async call(method, params) {
        if (this.down) throw new RetryableError("SIGNER_UNREACHABLE", `${person.name} does not answer`);
        const answer = await signer.service.answer("relayer", method, JSON.parse(wireText(params)));
        const sent = JSON.parse(wireText(answer)) as unknown;
        return this.bend === undefined ? sent : this.bend(method, sent);
      },
    },
    approve: (terms) => approveCeremony(ceremonies, terms),
    async restart() {
      signer.service = await open();
    },
    async close() {
      await journal.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
  return signer;
}
