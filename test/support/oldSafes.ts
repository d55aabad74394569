import { createRequire } from "node:module";
import { Contract, ContractFactory, type Signer, ZeroAddress } from "ethers";
import { Safe } from "../../src/governance/safe.ts";
import { safeArtifact } from "../../src/governance/safe-contracts.ts";

const load = createRequire(import.meta.url);
const PACKAGE = "@safe-global/safe-smart-account";
/** Creation code of every older singleton, from the Safe authors' own migration tests. */
const CODE = load(`${PACKAGE}/test/json/safeDeployment.json`) as Readonly<Record<OldSafe, string>>;
const { proxies } = load("../vectors/safe-proxies.json") as {
  proxies: Readonly<Record<"1.3.0" | "1.4.1", string>>;
};

export type OldSafe = "safe111" | "safe120" | "safe130" | "safe130l2" | "safe141" | "safe141l2";

/** An artifact of the Safe authors' package that production code never needs. */
export function safeTestArtifact(path: string): { readonly abi: never; readonly bytecode: string } {
  return load(`${PACKAGE}/build/artifacts/contracts/${path}`) as { abi: never; bytecode: string };
}

const CONSTRUCTOR = ["constructor(address singleton)"];

/** Sends creation code as it is. */
export async function deployCode(code: string, deployer: Signer): Promise<string> {
  return (await new ContractFactory([], code, deployer).deploy()).getAddress();
}

/** The older singleton, as its authors deployed it. */
export function deployOldSingleton(which: OldSafe, deployer: Signer): Promise<string> {
  return deployCode(CODE[which], deployer);
}

/** A Safe on any singleton behind the proxy of its time, set up by `setup`. */
export async function makeOldSafe(
  deployer: Signer,
  singleton: string,
  proxy: keyof typeof proxies,
  owners: readonly string[],
  threshold: number,
  handler: string = ZeroAddress,
): Promise<Safe> {
  const made = await new ContractFactory(CONSTRUCTOR, proxies[proxy], deployer).deploy(singleton);
  const address = await made.getAddress();
  const safe = new Contract(address, safeArtifact("singleton").abi as never, deployer);
  const setup = safe.getFunction("setup");
  await (
    await setup.send([...owners], threshold, ZeroAddress, "0x", handler, ZeroAddress, 0, ZeroAddress)
  ).wait();
  const { chainId } = (await deployer.provider?.getNetwork()) ?? { chainId: 0n };
  return new Safe(address, chainId, deployer);
}
