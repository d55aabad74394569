import { openRecorded } from "../../../../deploy/open-deployment.ts";
import { DEPLOYMENTS, loadRecord } from "../../../../deploy/record.ts";
import { UsageError } from "../../../core/errors.ts";
import { readChange } from "../../../governance/changes/change-file.ts";
import type { Language } from "../../../governance/governed/wording.ts";
import { readBudget, refuseOverBudget } from "../../../governance/proposals/budget.ts";
import { proposalsOf, writeProposal } from "../../../governance/proposals/proposal-folder.ts";
import { propose } from "../../../governance/proposals/propose.ts";
import { summaryOf } from "../../../governance/proposals/summary.ts";
import { ExitCode } from "../../exit-code.ts";
import { nodeOf, pairedNode } from "../../option-values.ts";
import { print, say } from "../../output.ts";
import { type GovOptions, openSession, type Session, sayUnreadable } from "./session.ts";

/** What `gov propose` is told. */
export interface ProposeCommand extends GovOptions {
  /** Several networks, a comma between: one proposal for each. */
  readonly chains?: string;
  /** Of the Safe, where it isn't the next one. */
  readonly nonce?: string;
  readonly lang?: Language;
  readonly dryRun?: boolean;
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
  const { deployments: folder = DEPLOYMENTS } = options;
  readBudget(folder);
  const sessions: Session[] = [];
  try {
    for (const network of networks) {
      const rpc = nodeOf(options.rpc, network, options.chains !== undefined);
      sessions.push(await openSession({ ...options, network, rpc }));
    }
    const made = [];
    for (const { governance, proposals } of sessions) {
      if (sessions.length > 1) say(`${governance.network} ...`);
      made.push({ proposals, proposal: await propose(governance, change, nonce) });
    }
    await refuseOverBudget(
      made.map(({ proposal }) => proposal),
      sessions.map(({ governance }) => governance),
      folder,
      async (chainId) => {
        const { network } = loadRecord(BigInt(chainId), folder).addresses;
        const rpc = pairedNode(options.rpc, network);
        const { connection, record } = await openRecorded(network, { rpc, folder, readOnly: true });
        const governance = { provider: connection.ethers.provider, addresses: record.addresses };
        return { governance, close: () => connection.close() };
      },
    );
    const results = made.map(({ proposals, proposal }, index) => {
      const session = sessions[index];
      if (session !== undefined)
        warnOfSameNonce(session, proposal.safe?.transaction.nonce, proposal.safe?.address);
      const written = options.dryRun === true ? undefined : writeProposal(proposals, proposal).folder;
      return { folder: written, proposal };
    });
    const language = options.lang ?? "en";
    const text = results
      .map(
        ({ folder: written, proposal }) =>
          `${summaryOf(proposal, language)}\n${written === undefined ? "Nothing was written." : `Written: ${written}`}\n`,
      )
      .join("\n");
    print(options.json, { proposals: results }, text);
    return ExitCode.done;
  } finally {
    for (const session of sessions) await session.close();
  }
}
