import { AbiCoder, Interface, id } from "ethers";
import { canonicalJson } from "../../core/canonical-json.ts";
import { TerminalError } from "../../core/errors.ts";
import { changeDigest } from "../changes/change-file.ts";
import { operationId } from "../timelock.ts";
import { safeHashes } from "../wallets/safe-hashes.ts";
import type { Proposal } from "./proposal.ts";
import { callsOf, transactionOf } from "./written.ts";

type Read = Proposal["calls"][number]["reads"];

const TIMELOCK = new Interface([
  "function scheduleBatch(address[] targets, uint256[] values, bytes[] payloads, bytes32 predecessor, bytes32 salt, uint256 delay)",
]);
const SAFE = new Interface([
  "function execTransactionFromModule(address to, uint256 value, bytes data, uint8 operation)",
]);

const plain = (value: unknown): string =>
  Array.isArray(value) ? `[${value.map(plain).join(", ")}]` : String(value);

/** A text without the names that stand before addresses. */
const unnamed = (text: string): string => text.replaceAll(/[\w.]+ \((0x[0-9a-fA-F]{40})\)/g, "$1");

/** Whether a call reads as its data says. Names of contracts are the record's to tell: addresses stand beside them. */
function reads({ to, data, value }: { to: string; data: string; value: string }, read: Read): boolean {
  if (read.to !== to || read.value !== value) return false;
  if (data === "0x") return read.function === "receive()" && read.arguments.length === 0;
  const types = read.arguments.map(({ type }) => type);
  const name = read.function.slice(0, read.function.indexOf("("));
  if (read.function !== `${name}(${types.join(",")})` || !data.startsWith(id(read.function).slice(0, 10))) {
    return false;
  }
  const values = AbiCoder.defaultAbiCoder().decode(types, `0x${data.slice(10)}`);
  if (read.arguments.some((argument, index) => unnamed(argument.value) !== plain(values[index])))
    return false;
  if (name !== "execTransactionFromModule") return read.inside === undefined;
  const [target, amount, payload] = SAFE.decodeFunctionData(name, data) as unknown as [
    string,
    bigint,
    string,
  ];
  const inner = { to: target, data: payload, value: amount.toString() };
  return read.inside !== undefined && reads(inner, read.inside);
}

/** What must fit together in every proposal, each with how it is called. */
function* checks(proposal: Proposal): Generator<readonly [string, () => boolean]> {
  const { change, calls, inputs, operation, path, safe, title, reason } = proposal;
  const { stated } = change;
  yield ["change.digest", () => changeDigest({ stated }) === change.digest];
  yield ["title", () => title === stated.title];
  yield ["reason", () => reason === stated.reason];
  for (const [index, call] of calls.entries()) yield [`calls.${index}.reads`, () => reads(call, call.reads)];
  yield ["operation", () => (operation !== undefined) === (path.by === "timelock")];
  yield ["safe", () => (safe !== undefined) === (path.by !== "account")];
  yield ["calls", () => path.by === "timelock" || calls.length === 1];
  const transaction = transactionOf(proposal);
  if (safe === undefined || transaction === undefined) return;
  const account = { chainId: BigInt(proposal.chainId), safe: safe.address };
  yield ["safe.hashes", () => canonicalJson(safeHashes(transaction, account)) === canonicalJson(safe.hashes)];
  yield ["inputs.nonce", () => inputs.nonce === safe.transaction.nonce];
  const [only] = calls;
  let sent = { to: only?.to, data: only?.data, value: only?.value };
  if (operation !== undefined && path.by === "timelock") {
    const { predecessor, salt, delaySeconds, timelock } = operation;
    const listed = callsOf(calls);
    yield ["operation.id", () => operationId({ calls: listed, predecessor, salt }) === operation.id];
    yield ["operation.timelock", () => timelock === path.timelock];
    const data = TIMELOCK.encodeFunctionData("scheduleBatch", [
      listed.map(({ to }) => to),
      listed.map(({ value }) => value),
      listed.map(({ data }) => data),
      predecessor,
      salt,
      delaySeconds,
    ]);
    sent = { to: timelock, data, value: "0" };
  }
  const { to, data, value } = safe.transaction;
  yield ["safe.transaction", () => to === sent.to && data === sent.data && value === sent.value];
}

function holds(check: () => boolean): boolean {
  try {
    return check();
  } catch {
    // Data that can't be decoded as it is said to read.
    return false;
  }
}

/**
 * Refuses a proposal whose parts don't belong together: one thing to be read, another to be signed or executed. Nothing of the
 * chain is needed for it, so it holds for signers without a node too.
 *
 * @throws TerminalError `PROPOSAL_INCOHERENT`
 */
export function refuseIncoherent(proposal: Proposal, source: string): void {
  const wrong = [...checks(proposal)].filter(([, check]) => !holds(check)).map(([field]) => field);
  if (wrong.length === 0) return;
  throw new TerminalError("PROPOSAL_INCOHERENT", `${source} shows one thing and would do another`, {
    facts: { fields: wrong.join(", ") },
    advice: "Don't sign or execute it: no program of ours writes such a file. Ask who made it.",
  });
}
