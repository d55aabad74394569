import { expect } from "chai";
import { FunctionFragment, Interface } from "ethers";
import hre from "hardhat";
import { explainRefusal } from "../../src/custody/refusals.ts";
import {
  APP_RELEASE_ABI,
  CONDITION_ABI,
  PAYING_VAULT_ABI,
  PAYMENT_EVENTS,
  PAYMENT_RULES_ABI,
  PAYMENTS_ABI,
  SECRET_REGISTRY_ABI,
} from "../../src/payments/abi.ts";

/** Everything that compiled contracts have, as the fragments are written. */
async function compiled(...contracts: readonly string[]): Promise<ReadonlySet<string>> {
  const all = new Set<string>();
  for (const contract of contracts) {
    const { abi } = await hre.artifacts.readArtifact(contract);
    for (const fragment of new Interface(abi as never).fragments) all.add(fragment.format("full"));
  }
  return all;
}

describe("the fragments of payments' contracts", () => {
  const LISTS = {
    Payments: [["Payments"], PAYMENTS_ABI],
    "events of Payments": [["Payments"], PAYMENT_EVENTS],
    PaymentRules: [["PaymentRules"], PAYMENT_RULES_ABI],
    SecretRegistry: [["SecretRegistry"], SECRET_REGISTRY_ABI],
    ICondition: [["ICondition"], CONDITION_ABI],
    "the Vault": [["IVault", "Vault"], PAYING_VAULT_ABI],
    AppRelease: [["AppRelease"], APP_RELEASE_ABI],
  } as const;

  for (const [name, [contracts, fragments]] of Object.entries(LISTS)) {
    it(`of ${name} are the compiled contract's`, async () => {
      const known = await compiled(...contracts);
      const written = new Interface(fragments).fragments.map((fragment) => fragment.format("full"));
      expect(written.filter((fragment) => !known.has(fragment))).to.deep.equal([]);
      expect(written).to.have.length(fragments.length);
    });
  }

  it("leave out nothing that Payments says or refuses, nor what anyone but the Vault and deployers calls", async () => {
    const { abi } = await hre.artifacts.readArtifact("Payments");
    const written = new Set(new Interface(PAYMENTS_ABI).fragments.map((fragment) => fragment.format("full")));
    const missing = new Interface(abi as never).fragments
      .filter((fragment) => !written.has(fragment.format("full")) && fragment.type !== "constructor")
      .map((fragment) => (fragment instanceof FunctionFragment ? fragment.name : fragment.format("sighash")));
    expect(missing.sort()).to.deep.equal([
      "AddressEmptyCode(address)",
      "FailedCall()",
      "MAX_FEE_BPS",
      "MAX_TERM",
      "ReleasedApp_NotTheVault(address)",
      "ReleasedApp_OtherVault(address)",
      "appRelease",
      "onVaultCall",
    ]);
  });
});

describe("payments' refusals in words", () => {
  it("say something of each error that a person can meet", async () => {
    const names = new Set<string>();
    for (const list of [PAYMENTS_ABI, PAYMENT_RULES_ABI, APP_RELEASE_ABI, PAYING_VAULT_ABI]) {
      new Interface(list).forEachError(({ name }) => names.add(name));
    }
    expect(names.size).to.be.greaterThan(40);
    expect([...names].filter((name) => explainRefusal(name) === name)).to.deep.equal([]);
  });
});
