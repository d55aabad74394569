import { randomBytes } from "node:crypto";
import type { Caip2, Payload, UnsignedTx } from "../chains/chain.ts";
import type { Configured } from "../core/config-file.ts";
import { RetryableError, TerminalError } from "../core/errors.ts";
import { lockFile } from "../core/file-lock.ts";
import type { Redacted } from "../core/redacted.ts";
import type { Journal } from "../journal/journal.ts";
import { SqliteJournal } from "../journal/sqlite-journal.ts";
import type { GroupKey } from "./frost/group-key.ts";
import { describedShare } from "./frost/stored-share.ts";
import { IDENTITY } from "./key-names.ts";
import { Keystore, type KeystoreOptions } from "./keystore.ts";
import { purposePayloads } from "./purpose-payloads.ts";
import type { SigningPolicy, SigningRequest } from "./signer.ts";
import { placesIn, type SignerConfigText } from "./signer-config.ts";
import { SignerService } from "./signer-service.ts";
import { SigningGuard } from "./signing-guard.ts";
import { SigningRecord } from "./signing-record.ts";
import { Identity } from "./transport/identity.ts";
import { type ServerLimits, SignerServer } from "./transport/signer-server.ts";

/** What a signer asks before it signs, for all of its chains: made by its configuration's routes. */
export interface SignerRoutes {
  readonly chains: readonly Caip2[];
  readonly policy: SigningPolicy;
  /** What a transaction's signatures are over, read from the transaction itself. */
  payloadsOf(unsigned: UnsignedTx): readonly Payload[];
  close?(): Promise<void>;
}

/** What routes are made with. */
export interface RouteTools {
  readonly config: SignerConfigText;
  readonly folder: string;
  readonly record: SigningRecord;
  /** The signer's own. */
  readonly journal: Journal;
  /** The key that this signer has a share of; undefined until a ceremony has made it. */
  groupOf(key: string): GroupKey | undefined;
  readonly log: (line: string) => void;
}
export type ComposeRoutes = (tools: RouteTools) => Promise<SignerRoutes>;

/** What a signer's process is started with. */
export interface SignerProcessParts extends Configured<SignerConfigText> {
  readonly password: Redacted<string>;
  readonly compose: ComposeRoutes;
  readonly log: (line: string) => void;
  readonly keystore?: KeystoreOptions;
  readonly limits?: ServerLimits;
}

/** A signer that runs. */
export interface RunningSigner {
  readonly port: number;
  readonly fingerprint: string;
  close(): Promise<void>;
}

/**
 * Starts a signer: opens its keystore and journal, which no other process may have, and listens for its coordinators.
 *
 * @throws RetryableError `SIGNER_RUNNING`; TerminalError `CONFIG_INVALID`, and what keystore, journal and port throw
 */
export async function startSigner(parts: SignerProcessParts): Promise<RunningSigner> {
  const { config, folder, password, compose, log } = parts;
  const places = placesIn(folder);
  const lock = lockFile(
    places.lock,
    (cause) =>
      new RetryableError("SIGNER_RUNNING", "Another process is this signer already", {
        cause,
        facts: { folder },
        advice: "Stop it first: two with one journal could each sign what the other must not.",
      }),
  );
  const journal = SqliteJournal.open({ file: places.journal });
  try {
    const keystore = new Keystore(places.keys, password, { warn: log, ...parts.keystore });
    const identity = Identity.fromEntry(await keystore.read(IDENTITY));
    if (identity.name !== config.name) {
      throw new TerminalError(
        "CONFIG_INVALID",
        `The keystore is ${identity.name}'s, the configuration ${config.name}'s`,
        {
          advice: "Use the configuration that signer init wrote beside the keystore.",
        },
      );
    }
    const record = new SigningRecord(journal, Date.now);
    const groupOf = (key: string) =>
      keystore.has(key) && keystore.describe(key).kind === "frost-share"
        ? describedShare(keystore.describe(key)).group
        : undefined;
    const routes = await compose({ config, folder, record, journal, groupOf, log });
    const guard = new SigningGuard({
      chains: routes.chains,
      payloadsFor: payloadsFor(config, routes),
      policy: routes.policy,
      record,
    });
    const service = await SignerService.open({
      name: config.name,
      keystore,
      guard,
      ceremonies: places.ceremonies,
      random: randomBytes,
      now: () => performance.now(),
      since: Date.now(),
      sign: (body) => identity.sign(body),
    });
    const server = await SignerServer.listen({
      identity,
      ...config.listen,
      peers: new Map(config.coordinators.map(({ name, fingerprint }) => [fingerprint, name])),
      answer: (peer, method, params) => service.answer(peer, method, params),
      log,
      ...(parts.limits === undefined ? {} : { limits: parts.limits }),
    });
    return {
      port: server.port,
      fingerprint: identity.fingerprint,
      async close() {
        await server.close();
        await routes.close?.();
        await journal.close();
        lock.close();
      },
    };
  } catch (error) {
    await journal.close();
    lock.close();
    throw error;
  }
}

function payloadsFor({ committee }: SignerConfigText, routes: SignerRoutes) {
  if (committee !== undefined) {
    const place = { chainId: BigInt(committee.chainId), address: committee.address };
    return purposePayloads(place, (unsigned) => routes.payloadsOf(unsigned));
  }
  return (purpose: SigningRequest["purpose"]): readonly Payload[] => {
    if (purpose.kind === "transaction") return routes.payloadsOf(purpose.unsigned);
    throw new TerminalError("CONFIG_INVALID", "This signer knows no committee, so it signs no statements", {
      advice: "Name the contract in its configuration: committee.",
    });
  };
}
