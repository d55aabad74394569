import { isError, keccak256, type Signer, type TransactionReceipt } from "ethers";
import { TimelockController__factory } from "../../../typechain-types/factories/@openzeppelin/contracts/governance/TimelockController__factory.ts";
import { RetryableError, TerminalError } from "../../core/errors.ts";
import { iso } from "../../core/time.ts";
import { readAddressBook } from "../address-book.ts";
import { parseChange } from "../changes/change-file.ts";
import { partsOf } from "../changes/compile.ts";
import { deployParts, type Part } from "../changes/parts.ts";
import { Safe } from "../safe.ts";
import { send } from "../send.ts";
import { execute } from "../timelock.ts";
import { readVariables } from "../variables.ts";
import type { SafeSignature } from "../wallets/safe-signature.ts";
import type { Governance } from "./governance.ts";
import { ABSENT, isSameButForTime, machineForm } from "./machine-form.ts";
import { type Progress, progressOf } from "./progress.ts";
import type { Proposal } from "./proposal.ts";
import { refuseExpired, reviewed } from "./review.ts";
import { callsOf, transactionOf } from "./written.ts";

/** What was done for a proposal, and where it stands now. */
export interface Advanced {
  readonly did: "scheduled" | "executed" | "acted";
  readonly transaction: string;
  readonly gas: bigint;
  readonly progress: Progress;
}

/** A variable that is not what the proposal promised. */
export interface Broken {
  readonly id: string;
  readonly promised: string;
  readonly found: string;
}

/** The operation of a proposal, to be executed. */
function operationIn({ calls, operation }: Proposal) {
  return {
    calls: callsOf(calls),
    predecessor: operation?.predecessor ?? "",
    salt: operation?.salt ?? "",
  };
}

function notYet(proposal: Proposal, { phase, signatures, needed, readyAt }: Progress): never {
  switch (phase) {
    case "collecting":
      throw new TerminalError("SIGNATURES_MISSING", `${signatures} of ${needed} owners have signed`, {
        advice: "Let more owners sign: gov sign, and gather their files with gov collect.",
      });
    case "waiting":
      throw new RetryableError("NOT_READY", "The timelock's delay is not over", {
        facts: { readyAt: iso(readyAt ?? 0n) },
        advice: "Run the same command again after that.",
      });
    case "done":
      throw new TerminalError("ALREADY_EXECUTED", "This proposal was executed already", {
        advice: "gov verify says whether the chain is as it promised.",
      });
    case "vetoed":
      throw new TerminalError("VETOED", "This proposal was vetoed or cancelled", {
        advice: "It can't be executed any more. Propose anew with a higher `serial` if it was a mistake.",
      });
    case "replaced":
      throw new TerminalError("STALE_NONCE", "Another transaction took the place of this one in the Safe", {
        facts: { nonce: proposal.safe?.transaction.nonce ?? "" },
        advice: "Propose it anew: it needs another nonce and new signatures.",
      });
    default:
      throw new TerminalError("PROPOSAL_EXPIRED", "The time of this proposal is over", {
        facts: { validUntil: proposal.inputs.validUntil },
        advice:
          "Propose the change anew; if it was scheduled, let the canceller veto what is left in the queue.",
      });
  }
}

/**
 * Does what is next for a proposal: deploys its parts, sends what its owners have signed, or executes what is ready. Whoever
 * runs it only pays the gas.
 *
 * @throws TerminalError `SIGNATURES_MISSING`, `ALREADY_EXECUTED`, `VETOED`, `STALE_NONCE`, `PROPOSAL_EXPIRED`, `OTHER_CHAIN`,
 *   `NONCE_NOT_NEXT`, `NOT_ITS_ACCOUNT`, `EXECUTION_REVERTS`; RetryableError `NOT_READY`
 */
export async function advance(
  governance: Governance,
  proposal: Proposal,
  signatures: readonly SafeSignature[],
  signer: Signer,
): Promise<Advanced> {
  const { provider, addresses, say = () => {} } = governance;
  const before = await progressOf(provider, addresses, proposal, signatures);
  const did = { signed: "scheduled", ready: "executed", open: "acted" } as const;
  if (before.phase !== "signed" && before.phase !== "ready" && before.phase !== "open")
    return notYet(proposal, before);
  const latest = await provider.getBlock("latest");
  refuseExpired(proposal, BigInt(latest?.timestamp ?? 0));
  // An account signs here and now, with nobody beside it: what the file says is computed again before.
  if (before.phase === "open") await reviewed(governance, proposal);
  const parts = await deployMissing(governance, proposal, signer);
  try {
    const receipt =
      before.phase === "ready"
        ? await executeOperation(proposal, signer)
        : before.phase === "signed"
          ? await sendSigned(governance, proposal, signatures, signer, before)
          : await sendOwn(proposal, signer);
    say(`mined in block ${receipt.blockNumber}`);
    // The next upgrade is compared with this one.
    if (before.phase === "ready" && proposal.upgrade !== undefined) {
      await learnUpgrade(governance, proposal.upgrade.to.address, parts, say);
    }
    const progress = await progressOf(provider, addresses, proposal, signatures);
    const what = before.phase === "signed" && proposal.operation === undefined ? "acted" : did[before.phase];
    return { did: what, transaction: receipt.hash, gas: receipt.gasUsed, progress };
  } catch (error) {
    if (!isError(error, "CALL_EXCEPTION")) throw error;
    const book = await readAddressBook(provider, addresses);
    throw new TerminalError("EXECUTION_REVERTS", "The chain refuses it", {
      cause: error,
      facts: { because: book.refusal(error.data ?? "0x") },
      advice: "The state has moved since it was simulated: run gov review to see what.",
    });
  }
}

/** Describes new code for the next upgrade: only what this very checkout builds, or the description would be of other code. */
async function learnUpgrade(
  { codeBook, describe, provider }: Governance,
  to: string,
  parts: readonly Part[],
  say: (line: string) => void,
): Promise<void> {
  const own = parts.find(({ address }) => address === to);
  const description = own === undefined ? undefined : describe(own.contract);
  if (description !== undefined) await codeBook.learn(provider, to, description);
  else say(`this checkout builds other code than ${to}: its description is still to be written`);
}

/** What anyone may deploy is deployed by whoever executes. Answers the parts as this checkout builds them. */
async function deployMissing(
  governance: Governance,
  proposal: Proposal,
  signer: Signer,
): Promise<readonly Part[]> {
  if (proposal.parts.length === 0) return [];
  const { provider, addresses, artifact, say } = governance;
  const change = parseChange(proposal.change.stated, "The change in the proposal");
  const parts = await partsOf(change, addresses, await readAddressBook(provider, addresses), artifact);
  for (const { name, address, initCodeHash } of proposal.parts) {
    const own = parts.find((part) => part.name === name);
    if (own?.initCodeHash === initCodeHash && own.address === address) continue;
    if ((await provider.getCode(address)) !== "0x") continue;
    throw new TerminalError("PART_OTHER_CODE", `This checkout builds another ${name} than was proposed`, {
      facts: { proposed: initCodeHash, found: own?.initCodeHash ?? "none" },
      advice: "Execute it from the commit that it was proposed from.",
    });
  }
  const proposed = new Set(proposal.parts.map(({ address }) => address));
  await deployParts(
    parts.filter(({ address }) => proposed.has(address)),
    signer,
    say,
  );
  for (const { name, address, codeHash } of proposal.parts) {
    const found = keccak256(await provider.getCode(address));
    if (found === codeHash) continue;
    throw new TerminalError("PART_OTHER_CODE", `${name} stands there with other code than was tried`, {
      facts: { address, proposed: codeHash, found },
      advice: "Its constructor has met another state than it did on the fork: review and propose anew.",
    });
  }
  return parts;
}

async function executeOperation(proposal: Proposal, signer: Signer): Promise<TransactionReceipt> {
  const timelock = TimelockController__factory.connect(proposal.operation?.timelock ?? "", signer);
  return execute(timelock, operationIn(proposal));
}

async function sendSigned(
  { addresses }: Governance,
  proposal: Proposal,
  signatures: readonly SafeSignature[],
  signer: Signer,
  { nextNonce = 0n, needed }: Progress,
): Promise<TransactionReceipt> {
  const transaction = transactionOf(proposal);
  if (transaction === undefined || proposal.safe === undefined) {
    throw new TerminalError("PROPOSAL_INVALID", "The proposal has no Safe transaction");
  }
  if (transaction.nonce !== nextNonce) {
    throw new TerminalError("NONCE_NOT_NEXT", "Another transaction of the Safe comes first", {
      facts: { nonce: transaction.nonce, next: nextNonce },
      advice: "Execute the earlier one, or reject it with gov cancel, then run this again.",
    });
  }
  const safe = new Safe(proposal.safe.address, BigInt(addresses.chainId), signer);
  return safe.execute(transaction, [...signatures].slice(0, needed));
}

async function sendOwn(proposal: Proposal, signer: Signer): Promise<TransactionReceipt> {
  const [call] = proposal.calls;
  const own = await signer.getAddress();
  if (call === undefined || proposal.path.by !== "account") {
    throw new TerminalError("PROPOSAL_INVALID", "The proposal has no call of an account");
  }
  if (BigInt(own) !== BigInt(proposal.path.account)) {
    throw new TerminalError("NOT_ITS_ACCOUNT", "Another account than this one acts in this proposal", {
      facts: { account: proposal.path.account, given: own },
      advice: "Run it with that account's keystore.",
    });
  }
  return send(signer, { to: call.to, data: call.data, value: BigInt(call.value) });
}

/** Whether the chain is now as a proposal promised: what isn't. */
export async function brokenPromises(
  { provider, addresses }: Governance,
  { simulation }: Proposal,
): Promise<readonly Broken[]> {
  const variables = await readVariables(provider, addresses, { withBroken: true });
  const now = new Map(variables.map((variable) => [variable.id, machineForm(variable)]));
  return simulation.changes
    .map(({ id, value }) => ({ id, promised: value.after, found: now.get(id) ?? ABSENT }))
    .filter(({ promised, found }) => !isSameButForTime(promised, found));
}
