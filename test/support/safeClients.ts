import ApiKitImport from "@safe-global/api-kit";
import ProtocolKitImport from "@safe-global/protocol-kit";
import { safeArtifact } from "../../src/governance/safe-contracts.ts";
import type { SafesOnNode } from "./safesOnNode.ts";

// Their types are for CommonJS, Node loads their ESM: the default export is the class itself.
export const ApiKit = ApiKitImport as unknown as typeof ApiKitImport.default;
const ProtocolKit = ProtocolKitImport as unknown as typeof ProtocolKitImport.default;
export type ProtocolKit = InstanceType<typeof ProtocolKit>;

/**
 * Safe's own client on a node's Safe, as the holder of a key.
 *
 * @example
 * const kit = await protocolKit(chain, chain.owners[0].privateKey);
 */
export async function protocolKit(chain: SafesOnNode, signer: string): Promise<ProtocolKit> {
  const { factory, singleton, fallbackHandler, multiSend } = chain.contracts;
  // Contracts that this client names but no test uses stand at addresses without code.
  const unused = "0x000000000000000000000000000000000000dEaD";
  return ProtocolKit.init({
    provider: chain.node.url,
    signer,
    safeAddress: chain.safe.address,
    contractNetworks: {
      [chain.node.chainId.toString()]: {
        safeSingletonAddress: singleton,
        safeSingletonAbi: safeArtifact("singleton").abi as never,
        safeProxyFactoryAddress: factory,
        safeProxyFactoryAbi: safeArtifact("factory").abi as never,
        multiSendAddress: multiSend,
        multiSendCallOnlyAddress: multiSend,
        fallbackHandlerAddress: fallbackHandler,
        signMessageLibAddress: unused,
        createCallAddress: unused,
        simulateTxAccessorAddress: unused,
        safeWebAuthnSignerFactoryAddress: unused,
        safeWebAuthnSharedSignerAddress: unused,
      },
    },
  });
}
