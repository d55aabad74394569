import { DEPLOYMENTS, loadRecord } from "../../../../deploy/record.ts";
import { UsageError } from "../../../core/errors.ts";
import { readChange } from "../../../governance/changes/change-file.ts";
import type { Language } from "../../../governance/governed/wording.ts";
import { readBudget, refuseOverBudget } from "../../../governance/proposals/budget.ts";
import { proposalsOf, writeProposal } from "../../../governance/proposals/proposal-folder.ts";
import { propose } from "../../../governance/proposals/propose.ts";
import { summaryOf } from "../../../governance/proposals/summary.ts";
import { ExitCode } from "../../exit-code.ts";
import { openDeployed } from "../deployed.ts";
import { type GovOptions, openSession, print, type Session, say, sayUnreadable } from "./session.ts";

/** What `gov propose` is told. */
export interface ProposeCommand extends GovOptions {
  /** Several networks, a comma between: one proposal for each. */
  readonly chains?: string;
  /** Of the Safe, where it isn't the next one. */
  readonly nonce?: string;
  readonly lang?: Language;
  readonly dryRun?: boolean;
}

/** Pairs begin with a network's name, addresses with a protocol. */
const PAIRS = /^[a-z0-9-]+=/;

/** A network's node as the command line names it: one address, or name=address with commas between. */
export function nodeOf(rpc: string | undefined, network: string, several: boolean): string | undefined {
  if (rpc === undefined) return undefined;
  if (!PAIRS.test(rpc)) {
    if (!several) return rpc;
    throw new UsageError("--rpc is one node's address, and several networks are named", {
      advice: `Write --rpc ${network}=URL, and so on, a comma between.`,
    });
  }
  const pairs = rpc
    .split(",")
    .map((pair) => [pair.slice(0, pair.indexOf("=")), pair.slice(pair.indexOf("=") + 1)]);
  return pairs.find(([name]) => name === network)?.[1];
}

function networksOf({ network, chains }: ProposeCommand): readonly string[] {
  if ((network === undefined) === (chains === undefined)) {
    throw new UsageError("Name one network, or several chains", {
      advice: "--network sepolia, or --chains sepolia,hoodi",
    });
  }
  const names = (chains ?? network ?? "").split(",").map((name) => name.trim());
  if (new Set(names).size !== names.length || names.includes("")) {
    throw new UsageError("A chain is named twice or not at all", { advice: "Write --chains sepolia,hoodi" });
  }
  return names;
}

function wholeNonce(nonce: string | undefined): bigint | undefined {
  if (nonce === undefined) return undefined;
  if (/^\d{1,15}$/.test(nonce)) return BigInt(nonce);
  throw new UsageError(`${nonce} is no nonce`, {
    advice: "Give a whole number, the Safe's next one or later.",
  });
}

/** Says where another proposal waits under the same nonce: only one of them can be sent. */
function warnOfSameNonce(session: Session, nonce: string | undefined, safe: string | undefined): void {
  const { addresses } = session.governance;
  const rivals = proposalsOf(session.proposals, addresses.chainId, sayUnreadable).filter(
    ({ proposal }) => proposal.safe?.address === safe && proposal.safe?.transaction.nonce === nonce,
  );
  for (const { folder } of rivals) say(`warning: ${folder} takes the same nonce ${nonce}: see gov status`);
}

/** `gov propose`: one proposal for each network, all of them or none. */
export async function govPropose(file: string, options: ProposeCommand): Promise<number> {
  const change = readChange(file);
  const networks = networksOf(options);
  const nonce = wholeNonce(options.nonce);
  readBudget(options.deployments ?? DEPLOYMENTS);
  const sessions: Session[] = [];
  try {
    for (const network of networks) {
      const rpc = nodeOf(options.rpc, network, options.chains !== undefined);
      const { rpc: _, ...rest } = options;
      sessions.push(await openSession({ ...rest, network, ...(rpc === undefined ? {} : { rpc }) }));
    }
    const made = [];
    for (const { governance, proposals } of sessions) {
      if (sessions.length > 1) say(`${governance.network} ...`);
      made.push({ proposals, proposal: await propose(governance, change, nonce) });
    }
    await refuseOverBudget(
      made.map(({ proposal }) => proposal),
      sessions.map(({ governance }) => governance),
      options.deployments,
      async (chainId) => {
        const folder = options.deployments ?? DEPLOYMENTS;
        const { network } = loadRecord(BigInt(chainId), folder).addresses;
        const rpc =
          options.rpc !== undefined && PAIRS.test(options.rpc)
            ? nodeOf(options.rpc, network, true)
            : undefined;
        const named = { network, deployments: folder, ...(rpc === undefined ? {} : { rpc }) };
        const { connection, record } = await openDeployed(named, true);
        const governance = { provider: connection.ethers.provider, addresses: record.addresses };
        return { governance, close: () => connection.close() };
      },
    );
    const results = made.map(({ proposals, proposal }, index) => {
      const session = sessions[index];
      if (session !== undefined)
        warnOfSameNonce(session, proposal.safe?.transaction.nonce, proposal.safe?.address);
      const folder = options.dryRun === true ? undefined : writeProposal(proposals, proposal).folder;
      return { folder, proposal };
    });
    const language = options.lang ?? "en";
    const text = results
      .map(
        ({ folder, proposal }) =>
          `${summaryOf(proposal, language)}\n${folder === undefined ? "Nothing was written." : `Written: ${folder}`}\n`,
      )
      .join("\n");
    print(options.json, { proposals: results }, text);
    return ExitCode.done;
  } finally {
    for (const session of sessions) await session.close();
  }
}
