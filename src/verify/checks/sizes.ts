import { ownArtifacts } from "../build.ts";
import { type CheckResult, resultOf } from "../check.ts";

/** Most bytes of deployed code; the chain's own limit is 24,576. */
export const MOST_BYTES = 22_000;

/** Bytes of a contract's deployed code, given as hex with 0x. */
export function codeSize(deployedBytecode: string): number {
  return (deployedBytecode.length - 2) / 2;
}

/** Size of every deployable contract of ours. */
export async function checkSizes(root: string): Promise<CheckResult> {
  const sizes = ownArtifacts(root)
    .map((artifact) => ({ subject: artifact.contractName, size: codeSize(artifact.deployedBytecode) }))
    .filter(({ size }) => size > 0)
    .sort((a, b) => b.size - a.size);
  const findings = sizes.map(({ subject, size }) => ({
    subject,
    problem: size > MOST_BYTES ? `${size} bytes, at most ${MOST_BYTES}` : undefined,
  }));
  const largest = sizes.slice(0, 3).map(({ subject, size }) => `${subject} ${size}`);
  return resultOf("sizes", findings, largest.length > 0 ? [`largest: ${largest.join(", ")} bytes`] : []);
}
