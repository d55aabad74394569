import { z } from "zod";
import { RetryableError, TerminalError } from "../../src/core/errors.ts";
import { askExplorer, type Explorer } from "./explorer.ts";

/** docs.etherscan.io, API version 2: one address for all chains. */
export const ETHERSCAN = "https://api.etherscan.io/v2/api";

const answerSchema = z.object({ status: z.string(), message: z.string(), result: z.string() });
const ALREADY = /already verified/i;
const PENDING = /pending|in queue/i;
const LIMIT = /rate limit/i;
const KEY = /invalid api key|missing.*api key/i;
const NOT_THERE_YET = /unable to locate contractcode/i;

/**
 * Etherscan and all explorers of its kind. It says what happened in words: they are matched here and nowhere else.
 *
 * @param apiKey from Hardhat's keystore or the environment; sent in the address, as its API wants it, and shown nowhere
 */
export function etherscan(apiKey: string, url = ETHERSCAN): Explorer {
  const at = (chainId: string, query: Readonly<Record<string, string>>) => {
    const address = new URL(url);
    for (const [name, value] of Object.entries({ chainid: chainId, apikey: apiKey, ...query })) {
      address.searchParams.set(name, value);
    }
    return address;
  };
  const read = (body: unknown) => {
    const parsed = answerSchema.safeParse(body);
    if (!parsed.success) {
      throw new RetryableError("EXPLORER_FAILED", "Etherscan answered in a way that is not its own", {
        facts: { host: new URL(url).host },
      });
    }
    const { status, result } = parsed.data;
    if (KEY.test(result)) {
      throw new TerminalError("EXPLORER_KEY", "Etherscan does not know the API key", {
        advice: "Set it again: npx hardhat keystore set ETHERSCAN_API_KEY.",
      });
    }
    if (LIMIT.test(result) || NOT_THERE_YET.test(result)) {
      throw new RetryableError("EXPLORER_BUSY", `Etherscan asks to wait: ${result}`, {
        advice: "Run the same command again in a minute: what is done is not done again.",
      });
    }
    return { status, result };
  };
  return {
    name: "etherscan",
    submit: async (chainId, source) => {
      const form = new URLSearchParams({
        contractaddress: source.address,
        sourceCode: JSON.stringify(source.input),
        codeformat: "solidity-standard-json-input",
        contractname: source.identifier,
        compilerversion: `v${source.compiler}`,
        // Etherscan's own spelling.
        constructorArguements: source.constructorArguments,
      });
      const query = { module: "contract", action: "verifysourcecode" };
      const { body } = await askExplorer("etherscan", at(chainId, query), { method: "POST", body: form });
      const { status, result } = read(body);
      if (status === "1") return { ticket: result };
      return { state: ALREADY.test(result) ? "done" : "refused", answer: result };
    },
    look: async (chainId, guid) => {
      const query = { module: "contract", action: "checkverifystatus", guid };
      const { body } = await askExplorer("etherscan", at(chainId, query));
      const { status, result } = read(body);
      if (status === "1" || ALREADY.test(result)) return { state: "done", answer: result };
      return PENDING.test(result) ? { state: "pending" } : { state: "refused", answer: result };
    },
  };
}
