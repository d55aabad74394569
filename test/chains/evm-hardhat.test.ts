import { behavesLikeAChain } from "./chain.behavior.ts";
import { openEvm } from "./evm-harness.ts";

behavesLikeAChain("Hardhat's node", () => openEvm("hardhat"));
