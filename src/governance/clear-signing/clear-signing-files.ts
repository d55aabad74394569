import { Interface } from "ethers";
import type { SuiteAddresses } from "../../../deploy/addresses.ts";
import { kindOfChain } from "../../../deploy/chains.ts";
import { AccessManager__factory } from "../../../typechain-types/factories/@openzeppelin/contracts/access/manager/AccessManager__factory.ts";
import { TimelockController__factory } from "../../../typechain-types/factories/@openzeppelin/contracts/governance/TimelockController__factory.ts";
import { Succession__factory } from "../../../typechain-types/factories/contracts/governance/Succession__factory.ts";
import { VetoGate__factory } from "../../../typechain-types/factories/contracts/governance/VetoGate__factory.ts";
import { DEPLOYED, type Deployed, FACES, type Managed, PERMISSIONS } from "../role-graph.ts";
import { safeArtifact } from "../safe-contracts.ts";
import { SAFE_TX_TYPES } from "../wallets/safe-hashes.ts";
import { MANAGER_MEANINGS, SAFE_MEANINGS, SAFE_TX_MEANING } from "./access-meanings.ts";
import { calldataDescriptor, messageDescriptor } from "./compile-descriptor.ts";
import {
  PARAMETER_MEANINGS,
  PAYMENT_RULES_MEANINGS,
  RECOVERY_MEANINGS,
  RESERVE_MEANINGS,
  VAULT_MEANINGS,
} from "./custody-meanings.ts";
import type { Deployment, Descriptor, Meanings } from "./descriptor.ts";
import { COMMITTEE_MEANINGS, GATEWAY_MEANINGS } from "./gateway-meanings.ts";
import {
  APPROVAL_MEANINGS,
  CLAIM_MEANINGS,
  INTENT_MEANINGS,
  NETTING_MEANINGS,
  REGISTRY_MEANINGS,
  VOTE_MEANINGS,
} from "./message-meanings.ts";
import {
  APP_RELEASE_MEANINGS,
  AUDIT_RECORD_MEANINGS,
  GUARDIAN_MEANINGS,
  ROUTER_MEANINGS,
  SUCCESSION_MEANINGS,
  TIMELOCK_MEANINGS,
  UPGRADE_MEANINGS,
  VETO_GATE_MEANINGS,
} from "./office-meanings.ts";

/** The folder in which wallets' registries look for them. */
export const CLEAR_SIGNING_FOLDER = "erc7730";

const MANAGED_MEANINGS: Readonly<Record<Managed, readonly [name: string, Meanings]>> = {
  vault: ["Vault", VAULT_MEANINGS],
  policy: ["ExitPolicy", PARAMETER_MEANINGS],
  router: ["PriceRouter", ROUTER_MEANINGS],
  registry: ["TierRegistry", PARAMETER_MEANINGS],
  guardian: ["Guardian", GUARDIAN_MEANINGS],
  upgradeController: ["UpgradeController", UPGRADE_MEANINGS],
  auditRecord: ["AuditRecord", AUDIT_RECORD_MEANINGS],
  recovery: ["Recovery", RECOVERY_MEANINGS],
  reserve: ["Reserve", RESERVE_MEANINGS],
  paymentRules: ["PaymentRules", PAYMENT_RULES_MEANINGS],
  gateway: ["Gateway", GATEWAY_MEANINGS],
  committee: ["Committee", COMMITTEE_MEANINGS],
  appRelease: ["AppRelease", APP_RELEASE_MEANINGS],
};

/** An app has its release where it likes: no deployment of the suite knows it. */
const isDeployed = (target: string): target is Deployed => (DEPLOYED as readonly string[]).includes(target);

/** Everything that a contract lets be changed, but for what tokens call when they arrive. */
function changing(face: Interface): readonly string[] {
  return face.fragments.flatMap((fragment) => {
    if (fragment.type !== "function") return [];
    const one = face.getFunction(fragment.format("sighash"));
    return one === null || one.constant || one.name.endsWith("Received") ? [] : [one.format("sighash")];
  });
}

/** Where the suites given have what a function of the addresses names. */
function deployedAt(
  suites: readonly SuiteAddresses[],
  of: (suite: SuiteAddresses) => readonly (string | undefined)[],
): readonly Deployment[] {
  return (
    suites
      // On chains of developers addresses mean something else on every machine.
      .filter(({ chainId }) => kindOfChain(BigInt(chainId)) !== "development")
      .flatMap((suite) =>
        of(suite).flatMap((address) =>
          address === undefined ? [] : [{ chainId: Number(suite.chainId), address }],
        ),
      )
  );
}

/**
 * All descriptors, by file name. Without suites they are bound to no address: a wallet must not use them. A package is built
 * with the suites that are deployed.
 *
 * @throws TerminalError `CLEAR_SIGNING_INCOMPLETE` if a governed function or one of its arguments would not be shown
 * @example
 * for (const [file, descriptor] of clearSigningDescriptors([addresses])) publish(file, descriptor);
 */
export function clearSigningDescriptors(
  suites: readonly SuiteAddresses[] = [],
): ReadonlyMap<string, Descriptor> {
  const files = new Map<string, Descriptor>();
  const at = (of: (suite: SuiteAddresses) => readonly (string | undefined)[]) => deployedAt(suites, of);
  for (const [target, [name, meanings]] of Object.entries(MANAGED_MEANINGS)) {
    const required = PERMISSIONS.filter((one) => one.target === target).map(({ signature }) => signature);
    const face = FACES[target as Managed];
    const where = at((suite) => [isDeployed(target) ? suite[target] : undefined]);
    files.set(`calldata-${name}.json`, calldataDescriptor(name, face, meanings, required, where));
  }
  const offices = [
    ["AccessManager", AccessManager__factory, MANAGER_MEANINGS, ["manager", "reserveManager"]],
    ["TimelockController", TimelockController__factory, TIMELOCK_MEANINGS, ["timelock", "reserveTimelock"]],
    ["VetoGate", VetoGate__factory, VETO_GATE_MEANINGS, ["vetoGate", "reserveVetoGate"]],
    ["Succession", Succession__factory, SUCCESSION_MEANINGS, ["succession", "reserveSuccession"]],
  ] as const;
  for (const [name, factory, meanings, names] of offices) {
    const face = factory.createInterface() as Interface;
    const where = at((suite) => names.map((one) => suite[one]));
    files.set(`calldata-${name}.json`, calldataDescriptor(name, face, meanings, changing(face), where));
  }
  const safes = at((suite) => Object.values(suite.safes));
  const safe = new Interface(safeArtifact("singleton").abi as never);
  files.set("calldata-Safe.json", calldataDescriptor("Safe", safe, SAFE_MEANINGS, [], safes));
  files.set("eip712-Safe.json", messageDescriptor("Safe", undefined, { [SAFE_TX]: SAFE_TX_MEANING }, safes));
  for (const [name, meanings, of] of [
    ["Vault", INTENT_MEANINGS, (suite) => suite.vault],
    ["TierRegistry", REGISTRY_MEANINGS, (suite) => suite.registry],
    ["Recovery", VOTE_MEANINGS, (suite) => suite.recovery],
    ["Netting", NETTING_MEANINGS, (suite) => suite.netting],
    ["Quorum", APPROVAL_MEANINGS, (suite) => suite.conditions.quorum],
    ["Attestation", CLAIM_MEANINGS, (suite) => suite.conditions.attestation],
  ] as const satisfies readonly (readonly [string, Meanings, (suite: SuiteAddresses) => string])[]) {
    const domain = { name: `Strongroom ${name}`, version: "1" };
    const where = at((suite) => [of(suite)]);
    files.set(`eip712-${name}.json`, messageDescriptor(name, domain, meanings, where));
  }
  return files;
}

/** `SafeTx` as EIP-712 spells its type. */
const SAFE_TX = `SafeTx(${SAFE_TX_TYPES.SafeTx.map(({ type, name }) => `${type} ${name}`).join(",")})`;

/** The files' texts, as they are kept and published. */
export function clearSigningFiles(suites: readonly SuiteAddresses[] = []): ReadonlyMap<string, string> {
  return new Map(
    [...clearSigningDescriptors(suites)].map(([file, descriptor]) => [
      `${CLEAR_SIGNING_FOLDER}/${file}`,
      `${JSON.stringify(descriptor, null, 2)}\n`,
    ]),
  );
}
