import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Signer, TransactionRequest } from "ethers";
import type { Suite } from "../../deploy/suite.ts";
import { TerminalError } from "../core/errors.ts";
import { CHANGE_FORMAT, parseChange } from "../governance/changes/change-file.ts";
import { artifactsOf } from "../governance/changes/find-artifact.ts";
import { type Advanced, advance } from "../governance/proposals/advance.ts";
import { codeBookOf, describeVault } from "../governance/proposals/code-book.ts";
import type { Governance } from "../governance/proposals/governance.ts";
import type { Proposal } from "../governance/proposals/proposal.ts";
import { propose } from "../governance/proposals/propose.ts";
import { review } from "../governance/proposals/review.ts";
import { transactionOf } from "../governance/proposals/written.ts";
import { Safe } from "../governance/safe.ts";
import { type EmbeddedConnection, forkOfEmbedded } from "../governance/simulation/fork.ts";
import { SAFE_TX_TYPES, safeDomain } from "../governance/wallets/safe-hashes.ts";
import { safeState } from "../governance/wallets/safe-state.ts";
import { signTransaction } from "../governance/wallets/sign.ts";
import type { Chain } from "./chain.ts";
import { addressOf } from "./stage.ts";

/** Wei: what the presigned deployment of the parts' factory costs, which is all that anyone pays here, and a reserve. */
const GAS_MONEY = 10n ** 18n;

/** A change as the story states it. */
export interface StatedChange {
  readonly title: string;
  readonly reason: string;
  readonly changes: readonly Readonly<Record<string, unknown>>[];
  readonly deploy?: Readonly<Record<string, unknown>>;
}

/** The story's governance: the code behind `./strongroom gov`, on the embedded chain. */
export class StageGovernance {
  readonly #suite: Suite;
  readonly #chain: Chain;
  readonly #connection: EmbeddedConnection;
  readonly #folder = mkdtempSync(join(tmpdir(), "strongroom-demo-"));
  #governance: Promise<Governance> | undefined;

  constructor(suite: Suite, chain: Chain, connection: EmbeddedConnection) {
    this.#suite = suite;
    this.#chain = chain;
    this.#connection = connection;
  }

  /** States a change, tries it on a copy of the state, writes it down, and has it computed again as a reviewer would. */
  async propose({ deploy = {}, ...stated }: StatedChange): Promise<Proposal> {
    const governance = await this.#open();
    const change = parseChange({ format: CHANGE_FORMAT, deploy, ...stated });
    const proposal = await propose(governance, change);
    const { same, differences } = await review(governance, proposal, change);
    await this.#chain.sync();
    if (same) return proposal;
    throw new TerminalError("REVIEW_DIFFERS", "The reviewer comes to another proposal", {
      facts: { fields: differences.map(({ field }) => field).join(", ") },
    });
  }

  /** Has as many owners sign as their Safe asks for, and does what is next. */
  async advance(proposal: Proposal): Promise<Advanced> {
    const governance = await this.#open();
    return advance(governance, proposal, await this.#sign(governance, proposal), await this.#anyone());
  }

  close(): void {
    rmSync(this.#folder, { recursive: true, force: true });
  }

  #open(): Promise<Governance> {
    this.#governance ??= this.#make();
    return this.#governance;
  }

  async #make(): Promise<Governance> {
    const { addresses } = this.#suite;
    const { provider } = this.#connection.ethers;
    const codeBook = codeBookOf(this.#folder, addresses.chainId);
    await codeBook.learn(provider, addresses.vaultImplementation, describeVault("."));
    return {
      network: "embedded",
      addresses,
      provider,
      openFork: forkOfEmbedded(this.#connection),
      artifact: artifactsOf(".", undefined, true),
      // The flawed release of the story says that it is a Vault, and in its rehearsal it is.
      describe: (contract) => ({ ...describeVault("."), contract }),
      codeBook,
    };
  }

  async #sign({ provider }: Governance, proposal: Proposal) {
    const transaction = transactionOf(proposal);
    const { path, safe: signed } = proposal;
    if (transaction === undefined || signed === undefined || path.by === "account") return [];
    const account = { chainId: BigInt(proposal.chainId), safe: signed.address };
    const safe = new Safe(signed.address, account.chainId, provider);
    const subject = {
      ...account,
      safeTxHash: signed.hashes.safeTx,
      owners: await safe.owners(),
      state: safeState(provider, account),
    };
    const keys = this.#suite.keys[path.safe].slice(0, await safe.threshold());
    return Promise.all(
      keys.map((key) => {
        const sign = () => key.signTypedData(safeDomain(account), SAFE_TX_TYPES, transaction);
        return signTransaction(transaction, subject, { sign }, () => {});
      }),
    );
  }

  /** Whoever pays: each of its transactions is mined at the time at which the demo's clock stands. */
  async #anyone(): Promise<Signer> {
    await this.#chain.setBalance(addressOf("anyone"), GAS_MONEY);
    const signer = await this.#connection.ethers.getImpersonatedSigner(addressOf("anyone"));
    const send = signer.sendTransaction.bind(signer);
    signer.sendTransaction = async (transaction: TransactionRequest) => {
      await this.#chain.prepare();
      return send(transaction);
    };
    return signer;
  }
}
