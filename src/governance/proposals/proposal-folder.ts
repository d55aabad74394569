import { existsSync, mkdirSync, readdirSync, writeFileSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { StrongroomError, TerminalError, UsageError } from "../../core/errors.ts";
import { LANGUAGES } from "../governed/wording.ts";
import { foreignText } from "../wallets/foreign-json.ts";
import { builderFile, builderText } from "../wallets/transaction-builder.ts";
import { refuseIncoherent } from "./coherence.ts";
import { type Proposal, parseProposal, proposalText } from "./proposal.ts";
import { summaryOf } from "./summary.ts";
import { transactionOf } from "./written.ts";

/** The proposal itself; everything else in its folder follows from it. */
export const PROPOSAL_FILE = "proposal.json";
const BUILDER_FILE = "transaction-builder.json";
const SIGNATURES = "signatures";

/** A proposal's folder: what people and other tools read of it. */
export interface ProposalFolder {
  readonly folder: string;
  readonly proposal: Proposal;
}

const slug = (title: string): string =>
  title
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, "-")
    .replaceAll(/^-|-$/g, "")
    .slice(0, 40);

/** A name that sorts by time and tells proposals apart. */
export function folderName({ inputs, title, digest }: Proposal): string {
  const day = new Date(Number(inputs.createdAt) * 1_000).toISOString().slice(0, 10);
  return [day, slug(title) || "change", digest.slice(2, 10)].join("-");
}

/** Every file that follows from a proposal, by its name. */
export function filesOf(proposal: Proposal): ReadonlyMap<string, string> {
  const files = new Map([[PROPOSAL_FILE, proposalText(proposal)]]);
  for (const language of LANGUAGES) files.set(`summary.${language}.md`, summaryOf(proposal, language));
  const transaction = transactionOf(proposal);
  if (transaction !== undefined && proposal.safe !== undefined) {
    const batch = builderFile(
      [transaction],
      { chainId: BigInt(proposal.chainId), safe: proposal.safe.address },
      {
        name: proposal.title,
        description: proposal.says.map(({ en }) => en).join("; "),
        createdAt: new Date(Number(proposal.inputs.createdAt) * 1_000),
      },
    );
    files.set(BUILDER_FILE, builderText(batch));
  }
  return files;
}

/**
 * Writes a proposal and what follows from it into a folder of its own.
 *
 * @throws TerminalError `PROPOSAL_EXISTS`
 */
export function writeProposal(proposals: string, proposal: Proposal): ProposalFolder {
  const folder = join(proposals, proposal.chainId, folderName(proposal));
  if (existsSync(join(folder, PROPOSAL_FILE))) {
    throw new TerminalError("PROPOSAL_EXISTS", `${folder} has this proposal already`, {
      advice: "Use the one that is there, or count `serial` in the change file up.",
    });
  }
  mkdirSync(join(folder, SIGNATURES), { recursive: true });
  for (const [name, text] of filesOf(proposal)) writeFileSync(join(folder, name), text);
  return { folder, proposal };
}

/**
 * Opens a proposal by its folder or its file.
 *
 * @throws UsageError where there is none; what `parseProposal` and `refuseIncoherent` throw; TerminalError `PROPOSAL_FILES_TAMPERED` where a file beside
 *   it says something else than it does
 */
export function openProposal(path: string): ProposalFolder {
  const file = basename(path) === PROPOSAL_FILE ? path : join(path, PROPOSAL_FILE);
  if (!existsSync(file)) {
    throw new UsageError(`There is no proposal at ${path}`, {
      advice: "Name a proposal's folder under proposals/, or its proposal.json.",
    });
  }
  const proposal = parseProposal(foreignText(file, "a proposal file"), file);
  refuseIncoherent(proposal, file);
  const folder = dirname(file);
  const wrong = [...filesOf(proposal)].filter(([name, text]) => {
    const beside = join(folder, name);
    // The proposal itself is held against its digest, whatever the order of its fields.
    return name !== PROPOSAL_FILE && existsSync(beside) && foreignText(beside, "a proposal's file") !== text;
  });
  if (wrong.length === 0) return { folder, proposal };
  throw new TerminalError(
    "PROPOSAL_FILES_TAMPERED",
    "A file beside the proposal says something else than it does",
    {
      facts: { files: wrong.map(([name]) => name).join(", ") },
      advice: "Don't sign. Remove these files: they follow from proposal.json.",
    },
  );
}

/** The files of signatures that lie in a proposal's folder. */
export function signatureFilesIn(folder: string): readonly string[] {
  const inside = join(folder, SIGNATURES);
  if (!existsSync(inside)) return [];
  return readdirSync(inside)
    .filter((name) => name.endsWith(".json"))
    .sort()
    .map((name) => join(inside, name));
}

/** Where a signature belongs. */
export function signaturePath(folder: string, name: string): string {
  mkdirSync(join(folder, SIGNATURES), { recursive: true });
  return join(folder, SIGNATURES, name);
}

/**
 * Every proposal for one chain, oldest first. One that can't be read hides none of the others.
 *
 * @param unreadable is told of those that can't be read: nothing of them may be signed
 */
export function proposalsOf(
  proposals: string,
  chainId: string,
  unreadable: (folder: string, error: StrongroomError) => void,
): readonly ProposalFolder[] {
  const inside = join(proposals, chainId);
  if (!existsSync(inside)) return [];
  return readdirSync(inside)
    .filter((name) => existsSync(join(inside, name, PROPOSAL_FILE)))
    .flatMap((name) => {
      try {
        const opened = openProposal(join(inside, name));
        if (opened.proposal.chainId === chainId) return [opened];
        throw new TerminalError("OTHER_CHAIN", "The proposal is for another chain than its folder", {
          facts: { proposal: opened.proposal.chainId, folder: chainId },
          advice: "Move it to the folder of its chain.",
        });
      } catch (error) {
        if (!(error instanceof StrongroomError)) throw error;
        unreadable(join(inside, name), error);
        return [];
      }
    })
    .sort((a, b) => Number(BigInt(a.proposal.inputs.createdAt) - BigInt(b.proposal.inputs.createdAt)));
}
