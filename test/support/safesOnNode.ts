import { ContractFactory, JsonRpcProvider, Wallet, ZeroAddress } from "ethers";
import { Safe } from "../../src/governance/safe.ts";
import { type SafeContract, safeArtifact } from "../../src/governance/safe-contracts.ts";
import { type DevelopmentNode, type NodeKind, startNode } from "../../src/testing/nodes.ts";

/** A chain in a process of its own with Safe 1.5 on it, and a Safe of three owners whose keys the node does not hold. */
export interface SafesOnNode {
  readonly node: DevelopmentNode;
  readonly provider: JsonRpcProvider;
  readonly contracts: Readonly<Record<SafeContract, string>>;
  /** Two fresh keys, and the node's own second account. */
  readonly owners: readonly [Wallet, Wallet];
  readonly unlocked: string;
  /** Threshold 2, with some ether. */
  readonly safe: Safe;
  stop(): Promise<void>;
}

/**
 * Starts a node and deploys the canonical code of Safe 1.5 on it.
 *
 * @example
 * const { safe, stop } = await safesOnNode("anvil");
 */
export async function safesOnNode(kind: NodeKind, chainId?: number): Promise<SafesOnNode> {
  const node = await startNode(kind, chainId === undefined ? {} : { chainId });
  const provider = new JsonRpcProvider(node.url, node.chainId, { staticNetwork: true, cacheTimeout: -1 });
  const relayer = await provider.getSigner(0);
  const unlocked = (await provider.getSigner(1)).address;
  const contracts: Partial<Record<SafeContract, string>> = {};
  for (const which of ["factory", "singleton", "fallbackHandler", "multiSend"] as const) {
    const { abi, bytecode } = safeArtifact(which);
    const contract = await new ContractFactory(abi as never, bytecode, relayer).deploy();
    await contract.waitForDeployment();
    contracts[which] = await contract.getAddress();
  }
  const { factory = "", singleton = "", fallbackHandler = "", multiSend = "" } = contracts;
  const owners = [
    new Wallet(Wallet.createRandom().privateKey, provider),
    new Wallet(Wallet.createRandom().privateKey, provider),
  ] as const;
  const face = new ContractFactory(safeArtifact("singleton").abi as never, "0x").interface;
  const setup = face.encodeFunctionData("setup", [
    [...owners.map(({ address }) => address), unlocked],
    2,
    ZeroAddress,
    "0x",
    fallbackHandler,
    ZeroAddress,
    0,
    ZeroAddress,
  ]);
  const { abi, bytecode } = safeArtifact("factory");
  const create = new ContractFactory(abi as never, bytecode, relayer)
    .attach(factory)
    .getFunction("createProxyWithNonce");
  const address = (await create.staticCall(singleton, setup, 1)) as string;
  await (await create.send(singleton, setup, 1)).wait();
  await (await relayer.sendTransaction({ to: address, value: 10n ** 18n })).wait();
  for (const owner of owners) {
    await (await relayer.sendTransaction({ to: owner.address, value: 10n ** 18n })).wait();
  }
  return {
    node,
    provider,
    contracts: { factory, singleton, fallbackHandler, multiSend },
    owners,
    unlocked,
    safe: new Safe(address, BigInt(node.chainId), relayer),
    stop: async () => {
      provider.destroy();
      await node.kill();
    },
  };
}
