import { z } from "zod";
import { RetryableError } from "../../src/core/errors.ts";
import { askExplorer, type Explorer } from "./explorer.ts";

/** docs.sourcify.dev, API version 2. It asks for no key. */
export const SOURCIFY = "https://sourcify.dev/server";

const ticketSchema = z.object({ verificationId: z.string() });
const errorSchema = z.object({ customCode: z.string(), message: z.string() });
const jobSchema = z.object({
  isJobCompleted: z.boolean(),
  error: errorSchema.optional(),
  contract: z.object({ match: z.string().nullable() }).optional(),
});

/** Sourcify: compares code and metadata, and keeps the sources in the open. */
export function sourcify(url = SOURCIFY): Explorer {
  const at = (path: string) => new URL(`${url.replace(/\/$/, "")}/v2/${path}`);
  const unknown = (status: number) =>
    new RetryableError("EXPLORER_FAILED", "Sourcify answered in a way that is not its own", {
      facts: { host: new URL(url).host, status },
      advice: "Run the same command again later: what is done is not done again.",
    });
  return {
    name: "sourcify",
    submit: async (chainId, { address, input, compiler, identifier }) => {
      const { status, body } = await askExplorer("sourcify", at(`verify/${chainId}/${address}`), {
        method: "POST",
        headers: { "content-type": "application/json" },
        body: JSON.stringify({
          stdJsonInput: input,
          compilerVersion: compiler,
          contractIdentifier: identifier,
        }),
      });
      const ticket = ticketSchema.safeParse(body);
      if (ticket.success) return { ticket: ticket.data.verificationId };
      const error = errorSchema.safeParse(body);
      if (!error.success || status === 429 || status >= 500) throw unknown(status);
      const { customCode, message } = error.data;
      return { state: customCode === "already_verified" ? "done" : "refused", answer: message };
    },
    look: async (_, ticket) => {
      const { status, body } = await askExplorer("sourcify", at(`verify/${encodeURIComponent(ticket)}`));
      const job = jobSchema.safeParse(body);
      if (!job.success) throw unknown(status);
      const { isJobCompleted, error, contract } = job.data;
      if (!isJobCompleted) return { state: "pending" };
      if (error === undefined || error.customCode === "already_verified") {
        return { state: "done", answer: contract?.match ?? "match" };
      }
      return { state: "refused", answer: error.message };
    },
  };
}
