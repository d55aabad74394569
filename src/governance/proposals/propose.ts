import { keccak256 } from "ethers";
import { TimelockController__factory } from "../../../typechain-types/factories/@openzeppelin/contracts/governance/TimelockController__factory.ts";
import { TerminalError } from "../../core/errors.ts";
import { DAY, iso } from "../../core/time.ts";
import { type AddressBook, readAddressBook } from "../address-book.ts";
import { type ChangeFile, changeDigest } from "../changes/change-file.ts";
import { type CompiledChange, compileChange, partsOf } from "../changes/compile.ts";
import { deployParts, type Part } from "../changes/parts.ts";
import { NONE } from "../governed/shown.ts";
import type { Wording } from "../governed/wording.ts";
import { type Call, Safe } from "../safe.ts";
import { ANYONE, type Fork } from "../simulation/fork.ts";
import { type Simulation, simulate } from "../simulation/simulate.ts";
import { operationId, operationOf, scheduleCall } from "../timelock.ts";
import type { Variable } from "../variables.ts";
import { safeHashes } from "../wallets/safe-hashes.ts";
import type { Governance } from "./governance.ts";
import { machineForm } from "./machine-form.ts";
import { type Proposal, sealed } from "./proposal.ts";
import { upgradeReport } from "./upgrade-report.ts";
import { writtenTransaction } from "./written.ts";

/** How long after its delay a change can be executed unless its file says otherwise. */
const PATIENCE = 14n * DAY;

/** What is chosen when a change is proposed; a reviewer takes it from the proposal. */
export interface ProposalInputs {
  readonly createdAt: bigint;
  readonly validUntil: bigint;
  readonly nonce?: bigint;
}

interface Tried {
  readonly compiled: CompiledChange;
  readonly simulation: Simulation;
  readonly parts: Proposal["parts"];
  readonly upgrade: Proposal["upgrade"];
  readonly signed: Pick<Proposal, "operation" | "safe">;
}

/** The delay that the change's own calls wait, by the timelock as it is. */
async function delayOf(governance: Governance, { path }: CompiledChange): Promise<bigint> {
  if (path.by !== "timelock") return 0n;
  return TimelockController__factory.connect(path.timelock, governance.provider).getMinDelay();
}

async function tryOn(
  fork: Fork,
  governance: Governance,
  change: ChangeFile,
  { validUntil, nonce }: ProposalInputs,
): Promise<Tried> {
  const { addresses, artifact, say = () => {} } = governance;
  const book = await readAddressBook(fork.provider, addresses);
  const parts = await partsOf(change, addresses, book, artifact);
  await deployParts(parts, await fork.as(ANYONE), say);
  const compiled = await compileChange(change, fork.provider, addresses, parts, validUntil);
  // Before anything is tried: an embedded chain is its own fork.
  const signed = await signedPart(governance, compiled, await delayOf(governance, compiled), nonce);
  await refuseScheduled(governance, signed.operation);
  const upgrade = await upgradeReport(fork.provider, governance, compiled, parts);
  say("trying the whole way on a fork: schedule, wait, execute");
  const simulation = await simulate(governance.provider, fork, addresses, compiled);
  return { compiled, simulation, parts: await standing(fork, compiled.book, parts), upgrade, signed };
}

async function standing(fork: Fork, book: AddressBook, parts: readonly Part[]): Promise<Proposal["parts"]> {
  return Promise.all(
    parts.map(async ({ name, contract, address, initCodeHash, face, arguments: args }) => ({
      name,
      contract,
      arguments: [...book.argumentsOf(face.deploy.inputs, args)],
      address,
      initCodeHash,
      codeHash: keccak256(await fork.provider.getCode(address)),
    })),
  );
}

function readable({ book, calls }: CompiledChange): Proposal["calls"] {
  return calls.map(({ to, data, value = 0n }) => {
    const reads = book.decode({ to, data, value });
    if (reads === undefined) {
      throw new TerminalError("UNKNOWN_TARGET", "A call can't be read, so nobody should sign it", {
        facts: { to },
        advice: "Only contracts of the deployment and functions of their interfaces may be called.",
      });
    }
    return { to, data, value: value.toString(), reads };
  });
}

async function signedPart(
  governance: Governance,
  compiled: CompiledChange,
  delaySeconds: bigint,
  nonce: bigint | undefined,
): Promise<Pick<Proposal, "operation" | "safe">> {
  const { path, calls, salt } = compiled;
  const { addresses, provider } = governance;
  const [only] = calls;
  if (path.by === "account" || only === undefined) return {};
  const where = addresses.safes[path.safe];
  if (where === undefined)
    throw new TerminalError("UNKNOWN_SAFE", `This deployment has no ${path.safe} Safe`);
  const chainId = BigInt(addresses.chainId);
  const safe = new Safe(where, chainId, provider);
  let call: Call = only;
  let operation: Proposal["operation"];
  if (path.by === "timelock") {
    const timelock = TimelockController__factory.connect(path.timelock, provider);
    const scheduled = operationOf(calls, salt);
    const id = operationId(scheduled);
    call = await scheduleCall(timelock, scheduled, delaySeconds);
    operation = {
      id,
      timelock: path.timelock,
      predecessor: scheduled.predecessor,
      salt,
      delaySeconds: delaySeconds.toString(),
    };
  }
  const [transaction, owners, threshold] = await Promise.all([
    safe.build(call, nonce),
    safe.owners(),
    safe.threshold(),
  ]);
  return {
    ...(operation === undefined ? {} : { operation }),
    safe: {
      address: where,
      owners: [...owners],
      threshold,
      transaction: writtenTransaction(transaction),
      hashes: safeHashes(transaction, { chainId, safe: where }),
    },
  };
}

async function refuseScheduled(governance: Governance, operation: Proposal["operation"]): Promise<void> {
  if (operation === undefined) return;
  const timelock = TimelockController__factory.connect(operation.timelock, governance.provider);
  if (!(await timelock.isOperation(operation.id))) return;
  throw new TerminalError("ALREADY_SCHEDULED", "This very change was scheduled before", {
    facts: { operation: operation.id },
    advice: "See gov status. To make the same change again, count `serial` in the file up.",
  });
}

/**
 * Everything that follows from a change, a chain and the inputs: the same on every machine.
 *
 * @throws what `compileChange` and `simulate` throw
 */
export async function derive(
  governance: Governance,
  change: ChangeFile,
  inputs: ProposalInputs,
): Promise<Proposal> {
  const fork = await governance.openFork();
  try {
    const { compiled, simulation, parts, upgrade, signed } = await tryOn(fork, governance, change, inputs);
    const nonce = signed.safe?.transaction.nonce;
    return sealed({
      network: governance.network,
      chainId: governance.addresses.chainId,
      title: change.title,
      reason: change.reason,
      change: { digest: changeDigest(change), stated: { ...change.stated } },
      inputs: {
        createdAt: inputs.createdAt.toString(),
        validUntil: inputs.validUntil.toString(),
        ...(nonce === undefined ? {} : { nonce }),
      },
      path: compiled.path,
      parts,
      calls: readable(compiled),
      ...signed,
      says: [...compiled.says],
      simulation: {
        block: { number: simulation.block.number, time: simulation.block.time.toString() },
        effectiveAt: simulation.effectiveAt.toString(),
        steps: simulation.steps.map(({ step, gas }) => ({ step, gas: gas.toString() })),
        changes: simulation.changes.map(({ id, label, before, after, direction }) => ({
          id,
          label: named(after ?? before, label),
          before: before?.shown ?? NONE,
          after: after?.shown ?? NONE,
          value: { before: machineForm(before), after: machineForm(after) },
          direction,
        })),
        events: simulation.events.map((event) => ({ ...event, arguments: [...event.arguments] })),
      },
      ...(upgrade === undefined ? {} : { upgrade }),
    });
  } finally {
    await fork.close();
  }
}

/** A variable's label behind the contract that it belongs to. */
function named(variable: Variable | undefined, { en, zh }: Wording): Wording {
  const name = variable?.contract.name ?? "";
  return { en: `${name}: ${en}`, zh: `${name}：${zh}` };
}

/** When a change can take effect at the earliest: which timelock it goes through is known after compiling only. */
async function earliestOf({ addresses, provider }: Governance, createdAt: bigint): Promise<bigint> {
  const [own, reserves] = await Promise.all([
    TimelockController__factory.connect(addresses.timelock, provider).getMinDelay(),
    TimelockController__factory.connect(addresses.reserveTimelock, provider).getMinDelay(),
  ]);
  if (own < reserves) return createdAt + reserves;
  return createdAt + own;
}

/** When a change's time begins and is over, Unix seconds: as its file says, or two weeks after it can take effect. */
export async function termOf(
  governance: Governance,
  { expires }: Pick<ChangeFile, "expires">,
  createdAt: bigint,
): Promise<{ readonly earliest: bigint; readonly validUntil: bigint }> {
  const earliest = await earliestOf(governance, createdAt);
  return { earliest, validUntil: expires ?? earliest + PATIENCE };
}

/**
 * Proposes a change: compiles it, tries it on a fork of the live state, and writes down what owners sign. Nothing is sent.
 *
 * @param nonce of the Safe, where it isn't the next one
 * @throws TerminalError `EXPIRES_TOO_EARLY`, `STALE_NONCE`, `ALREADY_SCHEDULED`, and what `derive` throws
 * @example
 * const proposal = await propose(governance, readChange("raise-tier-1.yaml"));
 */
export async function propose(governance: Governance, change: ChangeFile, nonce?: bigint): Promise<Proposal> {
  const latest = await governance.provider.getBlock("latest");
  if (latest === null) throw new TerminalError("NO_BLOCK", "The node has no latest block");
  const createdAt = BigInt(latest.timestamp);
  const { earliest, validUntil } = await termOf(governance, change, createdAt);
  if (validUntil <= earliest) {
    throw new TerminalError("EXPIRES_TOO_EARLY", "The change would expire before its delay is over", {
      facts: { expires: iso(validUntil), "earliest execution": iso(earliest) },
      advice: "Let `expires` leave the signers and the delay their time, or leave it out.",
    });
  }
  const proposal = await derive(governance, change, {
    createdAt,
    validUntil,
    ...(nonce === undefined ? {} : { nonce }),
  });
  await refuseStaleNonce(governance, proposal);
  return proposal;
}

/**
 * Refuses a proposal whose nonce the Safe has spent. Answers how many other transactions of the Safe come before it: until
 * they are made, its signatures wait, whatever the proposal's end.
 *
 * @throws TerminalError `STALE_NONCE`
 */
export async function refuseStaleNonce(
  { provider, addresses }: Pick<Governance, "provider" | "addresses">,
  { safe }: Proposal,
): Promise<bigint> {
  if (safe === undefined) return 0n;
  const next = await new Safe(safe.address, BigInt(addresses.chainId), provider).nonce();
  if (BigInt(safe.transaction.nonce) >= next) return BigInt(safe.transaction.nonce) - next;
  throw new TerminalError("STALE_NONCE", "The Safe has spent the nonce of this proposal", {
    facts: { nonce: safe.transaction.nonce, next: next.toString() },
    advice:
      "It was executed already, or another transaction took its place: see gov status, and propose anew.",
  });
}
