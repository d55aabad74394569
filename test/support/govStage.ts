import { cpSync, mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { JsonRpcProvider } from "ethers";
import type { SuiteAddresses } from "../../deploy/addresses.ts";
import { developmentConfig } from "../../deploy/config/load.ts";
import { localKeys } from "../../deploy/config/local-keys.ts";
import { connectNetwork } from "../../deploy/connect.ts";
import { deployNetwork } from "../../deploy/deploy-network.ts";
import { codeBookOf, describeVault } from "../../src/governance/proposals/code-book.ts";
import { type Proposal, proposalText, sealed } from "../../src/governance/proposals/proposal.ts";
import { filesOf, openProposal } from "../../src/governance/proposals/proposal-folder.ts";
import { transactionOf } from "../../src/governance/proposals/written.ts";
import { Safe } from "../../src/governance/safe.ts";
import {
  type SignatureFile,
  signatureFile,
  signatureFileName,
} from "../../src/governance/wallets/signature-file.ts";
import { type DevelopmentNode, startNode } from "../../src/testing/nodes.ts";
import { type CommandResult, strongroom } from "../../src/testing/strongroom.ts";

const CHAIN = 31_337n;

/** One deployment on an anvil of its own, and the commands of governance as people run them on it. */
export class GovStage {
  readonly node: DevelopmentNode;
  readonly folder: string;
  readonly provider: JsonRpcProvider;
  readonly addresses: SuiteAddresses;

  private constructor(node: DevelopmentNode, folder: string, addresses: SuiteAddresses) {
    this.node = node;
    this.folder = folder;
    this.addresses = addresses;
    this.provider = new JsonRpcProvider(node.url, undefined, { cacheTimeout: -1 });
  }

  static async open(): Promise<GovStage> {
    const node = await startNode("anvil");
    const folder = realpathSync(mkdtempSync(join(tmpdir(), "strongroom-gov-")));
    const connection = await connectNetwork("anvil", { rpc: node.url });
    try {
      const { addresses } = await deployNetwork(connection, developmentConfig("anvil", CHAIN), {
        folder: join(folder, "deployments"),
        reset: false,
        acknowledged: undefined,
        onProgress: () => {},
      });
      const { provider } = connection.ethers;
      const book = codeBookOf(join(folder, "deployments"), addresses.chainId);
      await book.learn(provider, addresses.vaultImplementation, describeVault("."));
      return new GovStage(node, folder, addresses);
    } finally {
      await connection.close();
    }
  }

  async close(): Promise<void> {
    this.provider.destroy();
    await this.node.kill();
    rmSync(this.folder, { recursive: true, force: true });
  }

  /** A path inside the stage's folder. */
  at(...names: string[]): string {
    return join(this.folder, ...names);
  }

  /** `./strongroom gov …` on this deployment; words of one's own that name the same option win. */
  gov(words: readonly string[], env: NodeJS.ProcessEnv = {}): Promise<CommandResult> {
    const own = (option: string, value: string): string[] => (words.includes(option) ? [] : [option, value]);
    const at = [
      ...own("--network", "anvil"),
      ...own("--rpc", this.node.url),
      ...own("--deployments", this.at("deployments")),
      ...own("--proposals", this.at("proposals")),
    ];
    return strongroom(["gov", ...words, ...at], env);
  }

  /** Writes a change file of these changes. */
  change(name: string, changes: readonly unknown[], rest: Readonly<Record<string, unknown>> = {}): string {
    const file = this.at(`${name}.json`);
    const stated = {
      format: "strongroom/change@1",
      title: `The change ${name}`,
      reason: "the tests ask for it",
      changes,
    };
    writeFileSync(file, JSON.stringify({ ...stated, ...rest }));
    return file;
  }

  /** Proposes, and opens what was written. */
  async proposed(
    file: string,
    ...words: string[]
  ): Promise<{ readonly folder: string; readonly proposal: Proposal }> {
    const { code, stdout, stderr } = await this.gov(["propose", file, "--json", ...words]);
    if (code !== 0) throw new Error(stderr);
    const { proposals } = JSON.parse(stdout) as { proposals: { folder: string }[] };
    return openProposal(proposals[0]?.folder ?? "");
  }

  /** A proposal as an attacker changes it, sealed and with all its files again, in a folder of its own. */
  forged(folder: string, name: string, change: (proposal: Proposal) => Proposal): string {
    const { digest: _, format: __, ...content } = change(openProposal(folder).proposal);
    const forged = sealed(content);
    const into = this.at("forged", name);
    mkdirSync(join(into, "signatures"), { recursive: true });
    for (const [file, text] of filesOf(forged)) writeFileSync(join(into, file), text);
    writeFileSync(join(into, "proposal.json"), proposalText(forged));
    return into;
  }

  /** A proposal with another text in one of its files. */
  tampered(folder: string, name: string, file: string, change: (text: string) => string): string {
    const into = this.at("tampered", name);
    cpSync(folder, into, { recursive: true });
    const path = join(into, file);
    const text = readFileSync(path, "utf8");
    if (change(text) === text) throw new Error(`nothing changed in ${file}`);
    writeFileSync(path, change(text));
    return into;
  }

  /** The signature of a council owner, as a file's content. */
  async signature(proposal: Proposal, owner: number): Promise<SignatureFile> {
    const transaction = transactionOf(proposal);
    const key = localKeys.council[owner];
    if (transaction === undefined || proposal.safe === undefined || key === undefined)
      throw new Error("no such");
    const safe = new Safe(proposal.safe.address, CHAIN, this.provider);
    const subject = { ...safe.account, safeTxHash: safe.hash(transaction), owners: proposal.safe.owners };
    return signatureFile(await safe.sign(transaction, key), subject);
  }

  /** Leaves signatures of council owners with a proposal. */
  async sign(folder: string, ...owners: number[]): Promise<void> {
    for (const owner of owners) {
      const content = await this.signature(openProposal(folder).proposal, owner);
      writeFileSync(join(folder, "signatures", signatureFileName(content)), JSON.stringify(content));
    }
  }

  /** Lets time pass, as people do on a development chain. */
  wait(span: string): Promise<CommandResult> {
    return strongroom(["dev", "wait", span, "--network", "anvil", "--rpc", this.node.url]);
  }
}
