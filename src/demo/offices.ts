import { id as hashOf, type Signer, type TypedDataDomain, ZeroHash } from "ethers";
import type { Suite } from "../../deploy/suite.ts";
import { TerminalError } from "../core/errors.ts";
import type { Safe } from "../governance/safe.ts";
import { columnsOf, operationId, operationOf, scheduleCall } from "../governance/timelock.ts";
import type { SafeSignature } from "../governance/wallets/safe-signature.ts";
import { type Call, type Chain, callOf, type Outcome } from "./chain.ts";
import { DAY, type Tier } from "./parameters.ts";
import { addressOf, type Offices, type Proposal } from "./stage.ts";

const ATTESTATION = {
  Attestation: [
    { name: "subject", type: "address" },
    { name: "tier", type: "uint8" },
    { name: "until", type: "uint40" },
    { name: "evidence", type: "bytes32" },
    { name: "nonce", type: "uint256" },
    { name: "deadline", type: "uint40" },
  ],
};

/** The offices of a deployed suite, with the keys that the embedded chain's parameter file names. */
export class SuiteOffices implements Offices {
  readonly #suite: Suite;
  readonly #chain: Chain;
  /** No story changes them. */
  readonly #thresholds = new Map<Safe, number>();
  #proposals = 0;

  constructor(suite: Suite, chain: Chain) {
    this.#suite = suite;
    this.#chain = chain;
  }

  async propose(calls: readonly Call[], label: string): Promise<{ outcome: Outcome; proposal: Proposal }> {
    this.#proposals += 1;
    const operation = operationOf(calls, hashOf(`${label} ${this.#proposals}`));
    const call = await scheduleCall(this.#suite.contracts.timelock, operation);
    const outcome = await this.asCouncil(call);
    return { outcome, proposal: { calls, salt: operation.salt, id: operationId(operation) } };
  }

  execute(proposal: Proposal): Promise<Outcome> {
    const { calls, salt } = proposal;
    const { timelock } = this.#suite.addresses;
    return this.#chain.send(
      addressOf("anyone"),
      callOf("timelock", timelock, "executeBatch", [...columnsOf(calls), ZeroHash, salt]),
    );
  }

  veto(proposal: Proposal): Promise<Outcome> {
    const { safes, keys, addresses } = this.#suite;
    return this.#through(
      safes.canceller,
      keys.canceller,
      callOf("vetoGate", addresses.vetoGate, "veto", [proposal.id]),
    );
  }

  asCouncil(call: Call): Promise<Outcome> {
    return this.#through(this.#suite.safes.council, this.#suite.keys.council, call);
  }

  asGuardian(call: Call): Promise<Outcome> {
    return this.#through(this.#suite.safes.guardian, this.#suite.keys.guardian, call);
  }

  asRiskOfficer(call: Call): Promise<Outcome> {
    const { safes, keys } = this.#suite;
    if (safes.riskOfficer === undefined) {
      throw new TerminalError("NO_RISK_OFFICER", "The embedded suite's risk officer is not a Safe");
    }
    return this.#through(safes.riskOfficer, keys.riskOfficer, call);
  }

  asRollback(call: Call): Promise<Outcome> {
    return this.#through(this.#suite.safes.rollback, this.#suite.keys.rollback, call);
  }

  asReserve(call: Call): Promise<Outcome> {
    return this.#through(this.#suite.safes.reserve, this.#suite.keys.reserve, call);
  }

  async attest(subject: string, tier: Tier): Promise<Outcome> {
    const attestor = this.#suite.keys.attestors[0];
    if (attestor === undefined) throw new TerminalError("NO_ATTESTOR", "No attestor's key is at hand");
    const { registry } = this.#suite.addresses;
    const [nonce] = await this.#chain.view("registry", registry, "attestationNonce", [subject]);
    const attestation = {
      subject,
      tier,
      until: this.#chain.time + 365 * DAY,
      evidence: hashOf("papers seen"),
      nonce: nonce as bigint,
      deadline: this.#chain.time + DAY,
    };
    const domain: TypedDataDomain = {
      name: "Strongroom TierRegistry",
      version: "1",
      chainId: this.#suite.config.chainId,
      verifyingContract: registry,
    };
    const signature = await attestor.signTypedData(domain, ATTESTATION, attestation);
    return this.#chain.send(
      addressOf("anyone"),
      callOf("registry", registry, "attest", [attestation, signature, await attestor.getAddress()]),
    );
  }

  /** Signed by as many owners as the Safe asks for, submitted by anyone. */
  async #through(safe: Safe, owners: readonly Signer[], call: Call): Promise<Outcome> {
    const threshold = this.#thresholds.get(safe) ?? (await safe.threshold());
    this.#thresholds.set(safe, threshold);
    const transaction = await safe.build(call);
    const signatures: SafeSignature[] = [];
    for (const owner of owners.slice(0, threshold)) signatures.push(await safe.sign(transaction, owner));
    return this.#chain.send(addressOf("anyone"), safe.executionOf(transaction, signatures));
  }
}
