import { chmodSync, cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { type HDNodeWallet, Wallet } from "ethers";
import type { SuiteAddresses } from "../../deploy/addresses.ts";
import { developmentConfig } from "../../deploy/config/load.ts";
import { localKeys } from "../../deploy/config/local-keys.ts";
import { connectNetwork, type NetworkConnection } from "../../deploy/connect.ts";
import { loadRecord } from "../../deploy/record.ts";
import { attachMocks, type SuiteMocks } from "../../deploy/suite-mocks.ts";
import { openProposal } from "../../src/governance/proposals/proposal-folder.ts";
import { createKeystore } from "../../src/governance/wallets/keystore.ts";
import { type DevelopmentNode, startNode } from "../../src/testing/nodes.ts";
import { strongroom } from "../../src/testing/strongroom.ts";
import { runCommand } from "../../src/verify/run-command.ts";
import { followPage, type Ran, type Reader } from "./follow.ts";
import type { Page } from "./page.ts";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));
const CHAIN = 31_344;
/** Nothing is kept: a keystore that opens quickly. */
const QUICK_SCRYPT = 1_024;
const PASSWORD = "only for the runbooks' test";

/** A person of the stage: a key, and a keystore of it. */
export interface Person {
  readonly wallet: Wallet | HDNodeWallet;
  readonly keystore: string;
}

/** Who signs for each Safe, as many as it asks for. */
const SIGNERS = {
  council: 3,
  guardian: 2,
  canceller: 2,
  reviewer: 2,
  rollback: 2,
  reserve: 2,
  riskOfficer: 2,
  newCouncil: 3,
  newGuardian: 2,
} as const;

/**
 * A live deployment on an anvil of its own, and a checkout's folder in which pages are followed. Commands are run by a shell
 * as they stand on the page; only the words in capitals are replaced.
 */
export class Stage implements Reader {
  readonly node: DevelopmentNode;
  readonly connection: NetworkConnection;
  readonly addresses: SuiteAddresses;
  readonly mocks: SuiteMocks;
  readonly people: Readonly<Record<string, readonly Person[]>>;
  /** What stands for each word of the page that is followed. */
  readonly words = new Map<string, string>();
  readonly folder: string;
  /** The node that the reader's network means: a liar, on one page. */
  rpc: string;
  #snapshot = "";
  #by: readonly Person[] = [];

  private constructor(
    node: DevelopmentNode,
    connection: NetworkConnection,
    addresses: SuiteAddresses,
    mocks: SuiteMocks,
    people: Readonly<Record<string, readonly Person[]>>,
    folder: string,
  ) {
    this.node = node;
    this.connection = connection;
    this.addresses = addresses;
    this.mocks = mocks;
    this.people = people;
    this.folder = folder;
    this.rpc = node.url;
  }

  static async open(): Promise<Stage> {
    const folder = mkdtempSync(join(tmpdir(), "strongroom-runbooks-"));
    const node = await startNode("anvil", { chainId: CHAIN });
    const connection = await connectNetwork("anvil", { rpc: node.url });
    const config = developmentConfig("anvil", BigInt(CHAIN));
    const records = join(folder, "deployments");
    const words = ["deploy", "--network", "anvil", "--rpc", node.url, "--deployments", records];
    const deployed = await strongroom(words);
    if (deployed.code !== 0) throw new Error(`the deployment failed:\n${deployed.stdout}${deployed.stderr}`);
    const { addresses } = loadRecord(BigInt(CHAIN), records);
    const mocks = await attachMocks(connection.ethers, config, addresses);
    const people = await keystores(join(folder, "keys"));
    writeFileSync(
      join(folder, "strongroom"),
      `#!/bin/sh\nexec "${process.execPath}" "${join(ROOT, "src/cli/main.ts")}" "$@"\n`,
    );
    chmodSync(join(folder, "strongroom"), 0o755);
    const stage = new Stage(node, connection, addresses, mocks, people, folder);
    const [payer] = await connection.ethers.getSigners();
    for (const { wallet } of Object.values(people).flat()) {
      const sent = await payer?.sendTransaction({ to: wallet.address, value: 100n * 10n ** 18n });
      // A busy node answers before it has mined.
      await sent?.wait();
    }
    return stage;
  }

  async close(): Promise<void> {
    await this.connection.close();
    await this.node.kill();
    rmSync(this.folder, { recursive: true });
  }

  /** From here each page begins. */
  async keep(): Promise<void> {
    this.#snapshot = (await this.connection.provider.request({ method: "evm_snapshot" })) as string;
  }

  /** Back to where it was kept, and a fresh folder for what the page writes. */
  async begin(): Promise<void> {
    await this.connection.provider.request({ method: "evm_revert", params: [this.#snapshot] });
    await this.keep();
    for (const name of ["docs", "proposals", "records"])
      rmSync(join(this.folder, name), { recursive: true, force: true });
    cpSync(join(ROOT, "docs/runbooks/changes"), join(this.folder, "docs/runbooks/changes"), {
      recursive: true,
    });
    cpSync(join(this.folder, "deployments"), join(this.folder, "records"), { recursive: true });
    mkdirSync(join(this.folder, "proposals"));
    this.words.clear();
    this.rpc = this.node.url;
  }

  async wait(seconds: number): Promise<void> {
    await this.connection.provider.request({ method: "evm_increaseTime", params: [seconds] });
    await this.connection.provider.request({ method: "evm_mine" });
  }

  async now(): Promise<number> {
    return (await this.connection.ethers.provider.getBlock("latest"))?.timestamp ?? 0;
  }

  /** Who acts where a page says `by`. */
  actors(who: string): readonly Person[] {
    const found = this.people[who];
    if (found === undefined) throw new Error(`nobody is called ${who}`);
    return found.slice(0, SIGNERS[who as keyof typeof SIGNERS] ?? found.length);
  }

  person(who: string): Person {
    const [first] = this.actors(who);
    if (first === undefined) throw new Error(`nobody is called ${who}`);
    return first;
  }

  wallet(who: string): Wallet {
    const { privateKey } = this.person(who).wallet;
    return new Wallet(privateKey, this.connection.ethers.provider);
  }

  /** A change file as its reader has edited it: words in capitals replaced. */
  edit(file: string, words: Readonly<Record<string, string>>): void {
    const path = join(this.folder, "docs/runbooks/changes", file);
    let text = readFileSync(path, "utf8");
    for (const [word, value] of Object.entries(words)) {
      if (!text.includes(word)) throw new Error(`${file} has no ${word}`);
      text = text.replaceAll(word, value);
    }
    writeFileSync(path, text);
  }

  /** Follows a page from its first line to its last. */
  async follow(page: Page, tests: Readonly<Record<string, (stage: Stage) => unknown>>): Promise<void> {
    this.#by = [];
    await followPage(this, page, tests);
  }

  by(who: string): void {
    this.#by = this.actors(who);
  }

  async type(page: Page, line: string): Promise<readonly Ran[]> {
    const actors = line.includes("KEYSTORE") ? this.#by : [undefined];
    if (actors.length === 0) throw new Error(`${page.name} doesn't say by whom: ${line}`);
    // Signers sit at different machines.
    return Promise.all(actors.map((actor) => this.run(line, actor)));
  }

  /** Runs a line that must end well. */
  async must(line: string, actor?: Person): Promise<Ran> {
    const ran = await this.run(line, actor);
    if (ran.code !== 0) throw new Error(`exits ${ran.code}\n$ ${ran.line}\n${ran.output}`);
    this.learn(ran);
    return ran;
  }

  /** Carries a change through, as far as its first transaction: the timelock's delay isn't waited for. */
  async carry(file: string, office: string): Promise<void> {
    await this.must(`./strongroom gov propose ${file} --network NETWORK`);
    const sign =
      "./strongroom gov sign PROPOSAL --network NETWORK --keystore KEYSTORE --expect HASH --reviewed";
    await Promise.all(this.actors(office).map((owner) => this.must(sign, owner)));
    await this.must("./strongroom gov execute PROPOSAL --network NETWORK");
  }

  /** Runs one line by a shell. */
  async run(line: string, actor?: Person): Promise<Ran> {
    const said = this.#replaced(line, actor);
    const env = { ...process.env, RUNBOOK_PASSWORD: PASSWORD };
    return { line: said, ...(await runCommand("/bin/sh", ["-c", said], { cwd: this.folder, env })) };
  }

  #replaced(line: string, actor: Person | undefined): string {
    const keepsProposals = / gov (?!adopt|key)/.test(line);
    const words = new Map(this.words)
      // The prompt's answer is given by a variable: a test has no terminal.
      .set("KEYSTORE", `${actor?.keystore} --password-env RUNBOOK_PASSWORD`)
      .set(
        "NETWORK",
        `anvil --rpc ${this.rpc} --deployments records${keepsProposals ? " --proposals proposals" : ""}`,
      )
      .set("NODE_URL", this.node.url);
    return line.replaceAll(/\b[A-Z][A-Z_]{3,}\b/g, (word) => words.get(word) ?? word);
  }

  /** The folder that a command has printed is the proposal of the next lines. */
  learn({ stdout }: Ran): void {
    const written = /^Written: (.+)$/m.exec(stdout)?.[1];
    if (written !== undefined) {
      const { proposal } = openProposal(resolve(this.folder, written));
      this.words.set("PROPOSAL", written).set("HASH", proposal.safe?.hashes.safeTx ?? "none");
    }
    const safe = /^Safe: (0x\w{40})$/m.exec(stdout)?.[1];
    if (safe !== undefined) this.words.set("NEW_SAFE", safe);
    const id = /^succession\.SuccessionScheduled\(id=(0x[0-9a-f]{64}),/m.exec(stdout)?.[1];
    if (id !== undefined) this.words.set("OPERATION", id);
  }
}

/** Everyone whose keystore a page asks for. */
async function keystores(folder: string): Promise<Readonly<Record<string, readonly Person[]>>> {
  mkdirSync(folder);
  const fresh = (count: number) => Array.from({ length: count }, () => Wallet.createRandom());
  const keys: Readonly<Record<string, readonly (Wallet | HDNodeWallet)[]>> = {
    ...localKeys,
    customer: fresh(1),
    thief: fresh(1),
    agents: fresh(2),
    newCouncil: fresh(5),
    newGuardian: fresh(3),
  };
  const people: Record<string, readonly Person[]> = {};
  for (const [who, wallets] of Object.entries(keys)) {
    people[who] = await Promise.all(
      wallets.map(async (wallet, index) => {
        const keystore = join(folder, `${who}-${index + 1}.json`);
        await createKeystore(keystore, PASSWORD, { privateKey: wallet.privateKey, scryptN: QUICK_SCRYPT });
        return { wallet, keystore };
      }),
    );
  }
  return people;
}
