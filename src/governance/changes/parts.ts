import {
  AbiCoder,
  concat,
  getCreate2Address,
  Interface,
  keccak256,
  type Provider,
  type Signer,
  Transaction,
  ZeroHash,
} from "ethers";
import { TerminalError } from "../../core/errors.ts";

/**
 * The deterministic deployment proxy that development nodes carry and most chains have (Arachnid, "deterministic-deployment-
 * proxy" 1.0.0): its calldata is a salt and creation code, and it belongs to nobody.
 */
export const PART_FACTORY = "0x4e59b44847b379578588920cA78FbF26c0B4956C";
/** Of its code, as published; a chain with other code there is refused. */
export const PART_FACTORY_CODE_HASH = "0x2fa86add0aed31f33a762c9d88e807c475bd51d0f52bd0955754b2608f7e4989";
/** Its presigned deployment, the same on every chain, and what its sender needs for it, wei. */
const PRESIGNED_COST = 10n ** 16n;
const PRESIGNED =
  "0xf8a58085174876e800830186a08080b853604580600e600039806000f350fe7fffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffe03601600081602082378035828234f58015156039578182fd5b8082525050506014600cf31ba02222222222222222222222222222222222222222222222222222222222222222a02222222222222222222222222222222222222222222222222222222222222222";

/** The parts of a compiled contract that deploying needs. */
export interface PartArtifact {
  readonly contractName: string;
  readonly sourceName: string;
  readonly abi: readonly unknown[];
  readonly bytecode: string;
}

/** Finds a contract of this checkout by its name. */
export type FindArtifact = (name: string) => Promise<PartArtifact>;

/** A contract that a change needs and that anyone may deploy beforehand: its address follows from its creation code alone. */
export interface Part {
  readonly name: string;
  readonly contract: string;
  readonly address: string;
  /** Keccak-256 of creation code and constructor arguments. */
  readonly initCodeHash: string;
  readonly initCode: string;
  /** What its constructor is given, as it reads them. */
  readonly arguments: readonly unknown[];
  readonly face: Interface;
}

/** A part from a contract's name and what its constructor takes. */
export function partOf(name: string, artifact: PartArtifact, args: readonly unknown[]): Part {
  const face = new Interface(artifact.abi as never);
  let encoded: string;
  try {
    encoded = face.encodeDeploy([...args]);
  } catch (error) {
    throw new TerminalError(
      "PART_ARGUMENTS",
      `The constructor of ${artifact.contractName} takes other arguments`,
      {
        cause: error,
        facts: { part: name, given: args.length, constructor: face.deploy.format("full") },
        advice: "Give them in the constructor's order, numbers as digits.",
      },
    );
  }
  const initCode = concat([artifact.bytecode, encoded]);
  const initCodeHash = keccak256(initCode);
  return {
    name,
    contract: artifact.contractName,
    address: getCreate2Address(PART_FACTORY, ZeroHash, initCodeHash),
    initCodeHash,
    initCode,
    arguments: AbiCoder.defaultAbiCoder().decode(face.deploy.inputs, encoded),
    face,
  };
}

async function hasFactory(provider: Provider): Promise<boolean> {
  const code = await provider.getCode(PART_FACTORY);
  if (code === "0x") return false;
  const found = keccak256(code);
  if (found === PART_FACTORY_CODE_HASH) return true;
  throw new TerminalError(
    "PART_FACTORY_FOREIGN",
    "This chain has other code where the deterministic deployment proxy stands",
    {
      facts: { address: PART_FACTORY, found, expected: PART_FACTORY_CODE_HASH },
      advice:
        "Don't deploy here by its address: give addresses of contracts that you have deployed and verified.",
    },
  );
}

/** Deploys the parts that aren't there yet, in order; whoever signs pays the gas. Answers those that it deployed. */
export async function deployParts(
  parts: readonly Part[],
  signer: Signer,
  say: (line: string) => void = () => {},
): Promise<readonly Part[]> {
  const { provider } = signer;
  if (provider === null) throw new TerminalError("NO_PROVIDER", "The signer has no node to send to");
  const deployed: Part[] = [];
  for (const part of parts) {
    if ((await provider.getCode(part.address)) !== "0x") continue;
    if (!(await hasFactory(provider))) {
      say("deploying the deterministic deployment proxy");
      const { from } = Transaction.from(PRESIGNED);
      await (await signer.sendTransaction({ to: from, value: PRESIGNED_COST })).wait();
      await (await provider.broadcastTransaction(PRESIGNED)).wait();
      await hasFactory(provider);
    }
    say(`deploying ${part.name} (${part.contract})`);
    const sent = await signer.sendTransaction({ to: PART_FACTORY, data: concat([ZeroHash, part.initCode]) });
    await sent.wait();
    if ((await provider.getCode(part.address)) === "0x") {
      throw new TerminalError("PART_NOT_DEPLOYED", `${part.name} is not where its creation code puts it`, {
        facts: { part: part.name, contract: part.contract, expected: part.address, transaction: sent.hash },
        advice: "Its constructor refused its arguments: check them.",
      });
    }
    deployed.push(part);
  }
  return deployed;
}
