import { resolve } from "node:path";
import { z } from "zod";
import { TerminalError } from "../../core/errors.ts";
import { Redacted } from "../../core/redacted.ts";
import { differ } from "../node-set.ts";
import type { NodeSettings } from "./json-rpc-node.ts";

const NODE = z.strictObject({
  name: z.string().min(1).max(60),
  url: z.url({ protocol: /^https?$/ }),
  /** From the configuration's folder. */
  cookieFile: z.string().min(1).optional(),
  user: z.string().optional(),
  /** The environment's variable with the password: it is in no file. */
  passwordEnv: z.string().optional(),
});

/** Nodes of a chain of Bitcoin's family, as configurations name them: two operators or more, each once. */
export const utxoNodesSchema = z
  .array(NODE)
  .min(2)
  .max(9)
  .refine((nodes) => differ(nodes.map(({ url }) => url)), "each node once: two have the same URL");

/**
 * What nodes are opened with.
 *
 * @param folder the configuration's
 * @throws TerminalError `CONFIG_INVALID`
 */
export function utxoNodeSettings(
  nodes: z.output<typeof utxoNodesSchema>,
  folder: string,
  environment: Readonly<Record<string, string | undefined>> = process.env,
): NodeSettings[] {
  return nodes.map(({ name, url, cookieFile, user, passwordEnv }) => {
    if (cookieFile !== undefined) {
      return { name, url, credentials: { cookieFile: resolve(folder, cookieFile) } };
    }
    const password = passwordEnv === undefined ? undefined : environment[passwordEnv];
    if (user !== undefined && password !== undefined) {
      return { name, url, credentials: { user, password: new Redacted(password) } };
    }
    throw new TerminalError("CONFIG_INVALID", `The node ${name} has no credentials`, {
      advice: "Give cookieFile, or user and passwordEnv with that variable set.",
    });
  });
}
