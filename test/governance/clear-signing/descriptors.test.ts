import { readdirSync, readFileSync } from "node:fs";
import { Ajv2019 } from "ajv/dist/2019.js";
import draft7 from "ajv/dist/refs/json-schema-draft-07.json" with { type: "json" };
import formats from "ajv-formats";
import { expect } from "chai";
import { FunctionFragment, getAddress, Interface, id, type ParamType } from "ethers";
import {
  clearSigningDescriptors,
  clearSigningFiles,
} from "../../../src/governance/clear-signing/clear-signing-files.ts";
import {
  calldataDescriptor,
  messageDescriptor,
} from "../../../src/governance/clear-signing/compile-descriptor.ts";
import type { Descriptor, Field } from "../../../src/governance/clear-signing/descriptor.ts";
import { ENUMS } from "../../../src/governance/clear-signing/enums.ts";
import { erc20Asset, KINDS, NATIVE_ASSET, paramKey } from "../../../src/governance/parameters.ts";
import { FACES, type Managed, PERMISSIONS, selectorOf } from "../../../src/governance/role-graph.ts";
import { SAFE_TX_TYPEHASH } from "../../../src/governance/wallets/safe-hashes.ts";
import { refuses } from "../../support/refusal.ts";
import { screenOf } from "../../support/screen.ts";

const descriptors = clearSigningDescriptors();
const CONTRACTS: Readonly<Record<Managed, string>> = {
  vault: "Vault",
  policy: "ExitPolicy",
  router: "PriceRouter",
  registry: "TierRegistry",
  guardian: "Guardian",
  upgradeController: "UpgradeController",
  recovery: "Recovery",
  reserve: "Reserve",
  paymentRules: "PaymentRules",
  auditRecord: "AuditRecord",
  gateway: "Gateway",
  committee: "Committee",
  appRelease: "AppRelease",
};

function descriptorOf(file: string): Descriptor {
  const found = descriptors.get(file);
  if (found === undefined) throw new Error(`no ${file}`);
  return found;
}

/** The official schema: its dialect says draft 7, its keywords are of 2019-09, and all of them are to count. */
function officialSchema() {
  const { schema } = JSON.parse(readFileSync("test/vectors/erc7730-v2-schema.json", "utf8"));
  const ajv = new Ajv2019({ strict: false, allErrors: true });
  (formats as unknown as (on: Ajv2019) => void)(ajv);
  ajv.addFormat("eip55", (text) => getAddress(text) === text);
  ajv.addFormat("eip155", { type: "number", validate: (chain) => Number.isSafeInteger(chain) && chain > 0 });
  ajv.addMetaSchema(draft7);
  return ajv.compile(schema);
}

/** The names of a Solidity enum, in order. */
function enumNames(file: string, name: string): string[] {
  const text = readFileSync(file, "utf8").replaceAll(/\/\/.*$/gm, "");
  const body = new RegExp(`enum ${name} \\{([^}]*)\\}`).exec(text)?.[1] ?? "";
  return body.split(",").map((one) => one.trim());
}

/** Paths of all values, flattened by this test's own hand. */
function pathsOf({ name, baseType, components, arrayChildren }: ParamType, before = ""): string[] {
  const path = `${before}${name}`;
  if (baseType === "array" && arrayChildren !== null) {
    const inner = arrayChildren.components;
    return inner === null ? [`${path}.[]`] : inner.flatMap((part) => pathsOf(part, `${path}.[].`));
  }
  return components === null ? [path] : components.flatMap((part) => pathsOf(part, `${path}.`));
}

describe("descriptors for clear signing (ERC-7730)", () => {
  const validate = officialSchema();

  for (const [file, descriptor] of descriptors) {
    it(`${file} is valid by the standard's own JSON Schema`, () => {
      expect(validate(JSON.parse(JSON.stringify(descriptor))), JSON.stringify(validate.errors)).to.equal(
        true,
      );
    });
  }

  it("that break the schema are found: an unknown key, a format that isn't, a parameter of another format", () => {
    const [key = ""] = Object.keys(descriptorOf("calldata-Vault.json").display.formats);
    for (const change of [
      (one: Record<string, unknown>) => Object.assign(one, { color: "red" }),
      (one: Record<string, unknown>) => Object.assign(one, { format: "addressOrName" }),
      (one: Record<string, unknown>) => Object.assign(one, { value: 1 }),
      (one: Record<string, unknown>) =>
        Object.assign(one, { format: "date", params: { encoding: "sundial" } }),
      (one: Record<string, unknown>) => Object.assign(one, { format: "calldata", params: {} }),
    ]) {
      const copy = JSON.parse(JSON.stringify(descriptorOf("calldata-Vault.json")));
      expect(validate(copy)).to.equal(true);
      change(copy.display.formats[key].fields[0]);
      expect(validate(copy)).to.equal(false);
    }
  });

  it("kept under erc7730/ are what is generated now, and bound to no address", () => {
    const files = clearSigningFiles();
    expect(
      readdirSync("erc7730")
        .map((name) => `erc7730/${name}`)
        .sort(),
    ).to.deep.equal([...files.keys()].sort());
    for (const [file, text] of files) {
      expect(readFileSync(file, "utf8"), file).to.equal(text);
      expect(text).to.match(/"deployments": \[\]/);
    }
  });

  it("say what every governed function of the role graph means, and label each of its arguments", () => {
    let arguments_ = 0;
    for (const { target, signature } of PERMISSIONS) {
      const { display } = descriptorOf(`calldata-${CONTRACTS[target]}.json`);
      const entries = Object.entries(display.formats).filter(
        ([key]) => FunctionFragment.from(`function ${key}`).selector === selectorOf(signature),
      );
      expect(entries, `${target}.${signature}`).to.have.length(1);
      const [key, format] = entries[0] ?? ["", { intent: "", fields: [] }];
      expect(format.intent).to.match(/^[A-Z].{3,39}$/);
      const names = FACES[target].getFunction(signature)?.inputs.map(({ name }) => name);
      expect(FunctionFragment.from(`function ${key}`).inputs.map(({ name }) => name)).to.deep.equal(names);
      for (const path of FunctionFragment.from(`function ${key}`).inputs.flatMap((input) => pathsOf(input))) {
        arguments_ += 1;
        const shown = format.fields.filter(
          (field) => field.path === path || field.path.startsWith(`${path}.[`),
        );
        expect(shown, `${signature} ${path}`).not.to.deep.equal([]);
        for (const { label } of shown) expect(label).to.match(/^.{2,30}$/);
      }
    }
    expect(arguments_).to.be.greaterThan(80);
  });

  it("leave a function, an argument, a type, a path or an enum out no more than the build lets them", async () => {
    const face = new Interface(["function pay(address to, uint256 amount)"]);
    const to: Field = { path: "to", label: "To", format: "addressName" };
    const amount: Field = { path: "amount", label: "Amount", format: "raw" };
    const compile = (fields: readonly Field[], signature = "pay(address,uint256)") =>
      calldataDescriptor(
        "Payer",
        face,
        { [signature]: { intent: "Pay", fields } },
        ["pay(address,uint256)"],
        [],
      );
    expect(compile([to, amount]).display.formats).to.have.keys("pay(address to, uint256 amount)");
    for (const [fields, why] of [
      [[to], /amount is not shown/],
      [[to, amount, { ...amount, path: "fee" }], /fee is no argument/],
      [[to, { ...amount, format: "addressName" }], /amount is uint256/],
      [[{ ...to, format: "date" }, amount], /to is address/],
      [[to, { ...amount, format: "enum", params: { $ref: "$.metadata.enums.none" } }], /is no enum/],
      [[to, { ...amount, format: "tokenAmount", params: { tokenPath: "token" } }], /token is no argument/],
    ] as [Field[], RegExp][]) {
      expect((await refuses("CLEAR_SIGNING_INCOMPLETE", () => compile(fields))).message).to.match(why);
    }
    await refuses("CLEAR_SIGNING_INCOMPLETE", () => compile([to, amount], "pay(address)"));
    await refuses("CLEAR_SIGNING_INCOMPLETE", () =>
      calldataDescriptor("Payer", face, {}, ["pay(address,uint256)"], []),
    );
    const message = { "Pay(address to)": { intent: "Pay", fields: [] } };
    await refuses("CLEAR_SIGNING_INCOMPLETE", () => messageDescriptor("Payer", undefined, message, []));
  });

  it("are for the very messages that the contracts hash", () => {
    const typeOf = (file: string) => Object.keys(descriptorOf(file).display.formats);
    expect(typeOf("eip712-Safe.json").map(id)).to.deep.equal([SAFE_TX_TYPEHASH]);
    for (const [file, source, count] of [
      ["eip712-Vault.json", "contracts/custody/libraries/Intents.sol", 1],
      ["eip712-TierRegistry.json", "contracts/policy/TierRegistry.sol", 3],
      ["eip712-Recovery.json", "contracts/custody/Recovery.sol", 1],
      ["eip712-Netting.json", "contracts/payments/libraries/NettingCode.sol", 2],
      ["eip712-Quorum.json", "contracts/payments/conditions/Quorum.sol", 1],
      ["eip712-Attestation.json", "contracts/payments/conditions/Attestation.sol", 1],
    ] as const) {
      const types = typeOf(file);
      expect(types).to.have.length(count);
      const solidity = readFileSync(source, "utf8");
      for (const type of types) expect(solidity).to.contain(`"${type}"`);
    }
    const named = (file: string) => descriptorOf(file).context as { eip712: { domain: { name: string } } };
    expect(readFileSync("contracts/policy/TierRegistry.sol", "utf8")).to.contain(
      `EIP712("${named("eip712-TierRegistry.json").eip712.domain.name}", "1")`,
    );
    expect(readFileSync("contracts/custody/Recovery.sol", "utf8")).to.contain(
      `EIP712("${named("eip712-Recovery.json").eip712.domain.name}", "1")`,
    );
    expect(readFileSync("contracts/custody/Vault.sol", "utf8")).to.contain(
      `return "${named("eip712-Vault.json").eip712.domain.name}"`,
    );
  });

  it("name the values of the contracts' enums in the contracts' order", () => {
    const types = "contracts/custody/interfaces/IVaultTypes.sol";
    expect(enumNames(types, "Verb")).to.deep.equal([
      "TRANSFER",
      "CALL",
      "WITHDRAW",
      "CANCEL",
      "SET_DESTINATION",
      "SET_CAP",
    ]);
    expect(enumNames(types, "Kind")).to.deep.equal(["USER", "APP", "RETIRED"]);
    expect(enumNames(types, "TokenClass")).to.deep.equal(["UNLISTED", "NATIVE", "EXACT", "FEE_TAKING"]);
    const upgrades = "contracts/governance/interfaces/IUpgradeController.sol";
    expect(enumNames(upgrades, "Compare")).to.deep.equal(["SAME", "CHANGED", "NEW"]);
    for (const [name, count] of [
      ["verb", 6],
      ["kind", 3],
      ["tokenClass", 4],
      ["compare", 3],
    ] as const) {
      expect(Object.keys(ENUMS[name] ?? {})).to.deep.equal([...Array(count).keys()].map(String));
    }
  });

  describe("bound to a suite's addresses", () => {
    const address = (index: number) => getAddress(`0x${index.toString(16).padStart(40, "a")}`);
    const names = [
      ...Object.keys(CONTRACTS),
      ...["manager", "timelock", "vetoGate", "succession"],
      ...["reserveManager", "reserveTimelock", "reserveVetoGate", "reserveSuccession"],
      "netting",
    ];
    const suite = (chainId: string) =>
      ({
        chainId,
        safes: { council: address(100), reserve: address(101) },
        conditions: { quorum: address(102), attestation: address(103) },
        ...Object.fromEntries(names.map((name, index) => [name, address(index)])),
      }) as never;
    const where = (name: string) => address(names.indexOf(name));

    it("list each address on its chain, and none of a developer's chain", () => {
      const bound = clearSigningDescriptors([suite("11155111"), suite("31337"), suite("84532")]);
      const vault = bound.get("calldata-Vault.json")?.context;
      expect(vault).to.deep.equal({
        $id: "Vault",
        contract: {
          deployments: [
            { chainId: 11_155_111, address: where("vault") },
            { chainId: 84_532, address: where("vault") },
          ],
        },
      });
      const safe = bound.get("eip712-Safe.json")?.context as { eip712: { deployments: readonly unknown[] } };
      expect(safe.eip712.deployments).to.have.length(4);
      for (const descriptor of bound.values()) {
        expect(validate(JSON.parse(JSON.stringify(descriptor))), JSON.stringify(validate.errors)).to.equal(
          true,
        );
      }
    });

    it("show a proposal's meaning all the way: Safe, timelock, target", () => {
      const bound = clearSigningDescriptors([suite("11155111")]);
      const registry = new Map<string, Descriptor>();
      for (const descriptor of bound.values()) {
        if (!("contract" in descriptor.context)) continue;
        for (const { address: at } of descriptor.context.contract.deployments) registry.set(at, descriptor);
      }
      const token = address(999);
      const inner = [
        ["policy", "set", [paramKey(KINDS.TIER_WINDOW, 2n), 4n, 1_800_000_000n, 500_000n]],
        ["vault", "list", [erc20Asset(token), 2n, 4n]],
        ["router", "setFeedSet", [NATIVE_ASSET, address(1), address(2)]],
      ] as const;
      const timelock = new Interface([
        "function scheduleBatch(address[] targets, uint256[] values, bytes[] payloads, bytes32 predecessor, bytes32 salt, uint256 delay)",
      ]);
      const zero = `0x${"00".repeat(32)}`;
      const scheduled = timelock.encodeFunctionData("scheduleBatch", [
        inner.map(([target]) => where(target)),
        inner.map(() => 0n),
        inner.map(([target, name, args]) => FACES[target].encodeFunctionData(name, [...args])),
        zero,
        zero,
        172_800n,
      ]);
      const safe = new Interface([
        "function execTransactionFromModule(address to, uint256 value, bytes data, uint8 operation)",
      ]);
      const data = safe.encodeFunctionData("execTransactionFromModule", [
        where("timelock"),
        0n,
        scheduled,
        0n,
      ]);
      const text = screenOf(registry, address(100), data).join("\n");
      for (const line of [
        "Safe: Act as the Safe",
        "Operation: Call",
        "TimelockController: Schedule changes",
        "Waits: 172800 s",
        "ExitPolicy: Set a parameter",
        "Parameter: Tier limit, cents a day",
        `Tier or asset: 0x${"00".repeat(30)}02`,
        "New value: 500000",
        "Void after: 2027-01-15T08:00:00.000Z",
        "Vault: List an asset",
        "Asset's class: ERC-20",
        `Asset (zero: native): ${token}`,
        "How it moves: Exact",
        "PriceRouter: Change an asset's price sources",
        "Asset's class: Native",
        `New sources: ${address(2)}`,
      ]) {
        expect(text).to.contain(line);
      }
      expect(text).not.to.contain("BLIND");
      expect(screenOf(new Map(), address(100), data).join()).to.contain("BLIND");
    });
  });
});
