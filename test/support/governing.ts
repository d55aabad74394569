import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Signer } from "ethers";
import type { Suite } from "../../deploy/suite.ts";
import { parseChange } from "../../src/governance/changes/change-file.ts";
import { artifactsOf } from "../../src/governance/changes/find-artifact.ts";
import { type Advanced, advance } from "../../src/governance/proposals/advance.ts";
import { CodeBook, describeVault, descriptionsOf } from "../../src/governance/proposals/code-book.ts";
import type { Governance } from "../../src/governance/proposals/governance.ts";
import type { Proposal } from "../../src/governance/proposals/proposal.ts";
import { transactionOf } from "../../src/governance/proposals/written.ts";
import { Safe } from "../../src/governance/safe.ts";
import { type EmbeddedConnection, forkOfEmbedded } from "../../src/governance/simulation/fork.ts";
import type { SafeSignature } from "../../src/governance/wallets/safe-signature.ts";

/** A change as a test states it: what every file says is filled in. */
export function changeOf(changes: readonly unknown[], rest: Readonly<Record<string, unknown>> = {}) {
  const stated = {
    format: "strongroom/change@1",
    title: "A change of the tests",
    reason: "the tests ask for it",
    changes,
  };
  return parseChange({ ...stated, ...rest });
}

const folders: string[] = [];

/** A folder that is gone when the process ends. */
export function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), "strongroom-governance-"));
  folders.push(folder);
  return folder;
}
process.on("exit", () => {
  for (const folder of folders) if (existsSync(folder)) rmSync(folder, { recursive: true, force: true });
});

/** The suite as the commands see it, its forks made of the embedded chain itself. */
export async function governanceOf(s: Suite, connection: EmbeddedConnection): Promise<Governance> {
  const { provider } = connection.ethers;
  const codeBook = new CodeBook(join(temporaryFolder(), "code.json"));
  const describe = descriptionsOf(".");
  await codeBook.learn(provider, s.addresses.vaultImplementation, describeVault("."));
  return {
    network: "local",
    addresses: s.addresses,
    provider,
    openFork: forkOfEmbedded(connection),
    artifact: artifactsOf(".", undefined, true),
    describe,
    codeBook,
  };
}

/** Keys of the Safe that a proposal asks, as many as it needs. */
export function keysFor(s: Suite, { path }: Proposal): readonly Signer[] {
  if (path.by === "account") return [];
  const keys = s.keys[path.safe as keyof Suite["keys"]];
  return keys.slice(0, path.safe === "council" ? 3 : 2);
}

/** As many signatures as the Safe asks for. */
export async function signed(s: Suite, proposal: Proposal): Promise<readonly SafeSignature[]> {
  const transaction = transactionOf(proposal);
  if (transaction === undefined || proposal.safe === undefined) return [];
  const safe = new Safe(
    proposal.safe.address,
    BigInt(proposal.chainId),
    s.contracts.timelock.runner as Signer,
  );
  return Promise.all(keysFor(s, proposal).map((key) => safe.sign(transaction, key)));
}

/** The whole way of a proposal: signed, sent, waited for, executed. */
export async function carryOut(
  s: Suite,
  governance: Governance,
  proposal: Proposal,
  relayer: Signer,
): Promise<readonly Advanced[]> {
  const signatures = await signed(s, proposal);
  const first = await advance(governance, proposal, signatures, relayer);
  if (proposal.operation === undefined) return [first];
  await s.wait(BigInt(proposal.operation.delaySeconds));
  return [first, await advance(governance, proposal, signatures, relayer)];
}
