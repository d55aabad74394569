import { join } from "node:path";
import { readSignerConfig } from "../../src/signing/signer-config.ts";
import { startSigner } from "../../src/signing/signer-process.ts";
import { CHAIN, listedPayloads, PASSWORD, QUICK, stageWeight } from "./signing-stage.ts";

/**
 * A signer's process: everything is real but its look at chains, which allows what it is asked. Started by tests with its folder;
 * prints its port, and runs until it is killed.
 */
const [folder = ""] = process.argv.slice(2);
const configured = readSignerConfig(join(folder, "signer.json"));
const signer = await startSigner({
  ...configured,
  password: PASSWORD,
  keystore: QUICK,
  log: (line) => process.stderr.write(`${line}\n`),
  compose: async () => ({
    chains: [CHAIN],
    policy: { judge: async (request) => stageWeight(request) },
    payloadsOf: listedPayloads,
  }),
});
process.stdout.write(`${JSON.stringify({ port: signer.port })}\n`);
