import { formatEther, formatUnits, keccak256 } from "ethers";
import { TerminalError } from "../src/core/errors.ts";
import { bad, good, type Symptom, warning } from "../src/core/symptom.ts";
import { kindOfChain } from "./chains.ts";
import { codeFor, DEPLOYED } from "./code-for.ts";
import { type SuiteConfig, warningsOf } from "./config/schema.ts";
import { estimateGas } from "./estimate-gas.ts";
import { CREATEX, CREATEX_CODE_HASH } from "./factories/createx.ts";
import type { DeployingChain } from "./factories/deploying-chain.ts";
import { missingSafeContracts, SAFE_SINGLETON_FACTORY } from "./factories/safe-contracts.ts";
import type { CodeOf } from "./planner.ts";
import type { DeploymentRecord } from "./record.ts";
import { isDone } from "./run-steps.ts";
import { deployingChain, type SuiteConnection } from "./suite.ts";
import { planSuite } from "./suite-plan.ts";
import { generatedCode, isGenerated } from "./verify/code.ts";
import { lookAtWorld } from "./world-symptoms.ts";

/** How far a node's newest block may be from this machine's clock, seconds. */
const CLOCK_SLACK = 600n;

function chainSymptom({ chainId }: DeployingChain, config: SuiteConfig): Symptom {
  if (chainId !== config.chainId) {
    return bad(
      "chain id",
      `the node is chain ${chainId}, the parameter file is for ${config.chainId}`,
      "Connect to a node of the network that the file names.",
    );
  }
  const kind = kindOfChain(chainId);
  return kind === "main"
    ? warning("chain id", `${chainId}, a main network`, "Nothing here was audited: deploy asks for it again.")
    : good("chain id", `${chainId}, a ${kind} chain`);
}

/** The build is the one that is committed: another compiler, setting or source gives other code. */
async function buildSymptom(codeOf: CodeOf): Promise<Symptom> {
  const other: string[] = [];
  for (const name of DEPLOYED) {
    // Mocks are nobody's money.
    if (isGenerated(name) && codeOf(name).bytecode !== (await generatedCode(name))) other.push(name);
  }
  return other.length === 0
    ? good("build", "compiler, settings and sources give the committed code")
    : bad(
        "build",
        `not the committed code: ${other.join(" ")}`,
        "Install the locked compiler and build again (npx hardhat build); commit typechain-types with the contracts.",
      );
}

async function factorySymptoms({ provider, chainId }: DeployingChain): Promise<readonly Symptom[]> {
  const placed = kindOfChain(chainId) === "development";
  const code = await provider.getCode(CREATEX);
  const factory =
    code === "0x"
      ? placed
        ? good("createx", "not there yet: a development chain gets it")
        : bad("createx", `nothing stands at ${CREATEX}`, "Have it deployed: createx.rocks says how.")
      : keccak256(code) === CREATEX_CODE_HASH
        ? good("createx", CREATEX)
        : bad("createx", `other code stands at ${CREATEX}`, "Do not deploy here.");
  try {
    const missing = await missingSafeContracts(provider);
    if (missing.length === 0) return [factory, good("safe contracts", "all canonical, by code hash")];
    const byFactory = placed || (await provider.getCode(SAFE_SINGLETON_FACTORY)) !== "0x";
    return [
      factory,
      byFactory
        ? good(
            "safe contracts",
            `not there yet, put at their addresses by their own factory: ${missing.join(" ")}`,
          )
        : bad(
            "safe contracts",
            `missing: ${missing.join(" ")}, and so is their factory`,
            "Ask for it at github.com/safe-global/safe-singleton-factory.",
          ),
    ];
  } catch (error) {
    if (!(error instanceof TerminalError)) throw error;
    return [factory, bad("safe contracts", error.message, error.advice ?? "Do not deploy here.")];
  }
}

async function clockSymptom({ provider, chainId }: DeployingChain): Promise<Symptom> {
  const latest = BigInt((await provider.getBlock("latest"))?.timestamp ?? 0);
  const apart = latest - BigInt(Math.floor(Date.now() / 1_000));
  const found = `the newest block is ${apart < 0n ? -apart : apart} s ${apart < 0n ? "old" : "ahead"}`;
  if (kindOfChain(chainId) === "development")
    return good("clock", `${found}; a development chain's is its own`);
  return apart <= CLOCK_SLACK && -apart <= CLOCK_SLACK
    ? good("clock", found)
    : bad("clock", found, "Use a node that has caught up, and set this machine's clock.");
}

async function moneySymptoms(
  chain: DeployingChain,
  config: SuiteConfig,
  codeOf: CodeOf,
  began: bigint,
): Promise<readonly Symptom[]> {
  const { provider, signer } = chain;
  const { steps } = planSuite(config, codeOf, signer.address, began);
  const left = [];
  for (const step of steps) if (!(await isDone(chain, step))) left.push(step);
  const gas = estimateGas(left);
  const { gasPrice, maxFeePerGas } = await provider.getFeeData();
  const price = maxFeePerGas ?? gasPrice ?? 0n;
  const balance = await provider.getBalance(signer.address);
  const work = `${left.length} of ${steps.length} steps left, about ${gas} gas, at most ${formatEther(gas * price)}`;
  return [
    good("gas price", `${formatUnits(price, "gwei")} gwei at most`),
    balance >= gas * price
      ? good("balance", `${signer.address} has ${formatEther(balance)}; ${work}`)
      : bad(
          "balance",
          `${signer.address} has ${formatEther(balance)}; ${work}`,
          "Send the deployer more, or wait for a lower gas price.",
        ),
  ];
}

/**
 * Looks at everything that a deployment depends on, and changes nothing.
 *
 * @param record of a deployment that was begun: what stands already costs nothing
 */
export async function preflight(
  connection: Pick<SuiteConnection, "ethers">,
  config: SuiteConfig,
  record?: Pick<DeploymentRecord, "began">,
): Promise<readonly Symptom[]> {
  const chain = await deployingChain(connection);
  const first = chainSymptom(chain, config);
  // On another chain nothing else means anything.
  if (first.state === "bad") return [first];
  const codeOf = await codeFor(connection.ethers);
  const latest = await chain.provider.getBlock("latest");
  const began = BigInt(record?.began.at ?? latest?.timestamp ?? 0);
  return [
    first,
    await clockSymptom(chain),
    await buildSymptom(codeOf),
    ...(await factorySymptoms(chain)),
    ...(await moneySymptoms(chain, config, codeOf, began)),
    ...(await lookAtWorld(chain, config)),
    ...warningsOf(config).map((text) =>
      warning("parameters", text, "Correct the parameter file if it is not meant so."),
    ),
  ];
}

/**
 * The same before a deployment.
 *
 * @throws TerminalError `OUT_OF_FUNDS` if only the balance is short, else `PREFLIGHT_FAILED` with everything that is bad.
 */
export async function checkPreflight(
  connection: Pick<SuiteConnection, "ethers">,
  config: SuiteConfig,
  record: Pick<DeploymentRecord, "began"> | undefined,
  say: (what: string) => void,
): Promise<void> {
  const symptoms = await preflight(connection, config, record);
  for (const { name, state, found } of symptoms) if (state === "warning") say(`warning: ${name}: ${found}`);
  const ill = symptoms.filter(({ state }) => state === "bad");
  const [only] = ill;
  if (only === undefined) return;
  if (ill.length === 1 && only.name === "balance") {
    throw new TerminalError("OUT_OF_FUNDS", `The deployer can't pay for the deployment: ${only.found}`, {
      advice: `${only.fix} Then run the same command again: it goes on where it stopped.`,
    });
  }
  const lines = ill.map(({ name, found, fix }) => `${name}: ${found}\n    do: ${fix}`);
  throw new TerminalError("PREFLIGHT_FAILED", `Nothing was sent:\n  ${lines.join("\n  ")}`, {
    advice: "Correct these; ./strongroom doctor --network looks again without deploying.",
  });
}
