import { behavesLikeAChain } from "./chain.behavior.ts";
import { openEvm } from "./evm-harness.ts";

behavesLikeAChain("anvil", () => openEvm("anvil"));
