import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { z } from "zod";
import { TerminalError } from "../../src/core/errors.ts";
import { writeWhole } from "../../src/core/write-whole.ts";
import type { Explorer, PublicationState } from "./explorer.ts";
import type { PublishedSource } from "./sources.ts";

const entrySchema = z.strictObject({
  state: z.enum(["pending", "done", "refused"]),
  ticket: z.string().optional(),
  answer: z.string().optional(),
});
const progressSchema = z.strictObject({
  format: z.literal("strongroom/published@1"),
  chainId: z.string(),
  /** By explorer, then by address. */
  explorers: z.record(z.string(), z.record(z.string(), entrySchema)),
});
type Progress = z.output<typeof progressSchema>;
type Entry = z.output<typeof entrySchema>;

/** What became of one contract at one explorer. */
export interface Publication {
  readonly explorer: string;
  readonly contract: string;
  readonly address: string;
  readonly state: PublicationState["state"];
  readonly answer: string;
}

/** How publishing runs. */
export interface PublishOptions {
  readonly folder: string;
  /** Milliseconds between two looks at a ticket. */
  readonly pollEvery?: number;
  /** How often a ticket is looked at before it is left for the next run. */
  readonly looks?: number;
  readonly onProgress?: (what: string) => void;
}

function read(file: string, chainId: string): Progress {
  if (!existsSync(file)) return { format: "strongroom/published@1", chainId, explorers: {} };
  let json: unknown;
  try {
    json = JSON.parse(readFileSync(file, "utf8"));
  } catch {
    json = undefined;
  }
  const parsed = progressSchema.safeParse(json);
  if (parsed.success && parsed.data.chainId === chainId) return parsed.data;
  throw new TerminalError(
    "PUBLISHED_INVALID",
    `${file} does not say what was published to chain ${chainId}`,
    {
      advice: "Remove it: explorers say themselves what they have already.",
    },
  );
}

/**
 * Gives sources to explorers. What was given and not answered yet is asked for first; what is done is left alone; what was
 * refused is tried again. Every answer is kept at once, so that it can be stopped anywhere.
 */
export async function publishSources(
  chainId: string,
  sources: readonly PublishedSource[],
  explorers: readonly Explorer[],
  { folder, pollEvery = 5_000, looks = 24, onProgress: say = () => {} }: PublishOptions,
): Promise<readonly Publication[]> {
  const file = join(folder, `${chainId}.published.json`);
  const progress = read(file, chainId);
  const keep = (explorer: string, address: string, entry: Entry): Entry => {
    progress.explorers[explorer] = { ...progress.explorers[explorer], [address]: entry };
    writeWhole(file, `${JSON.stringify(progress, null, 2)}\n`);
    return entry;
  };
  const follow = async (explorer: Explorer, address: string, ticket: string): Promise<Entry> => {
    for (let look = 0; look < looks; look++) {
      const found = await explorer.look(chainId, ticket);
      if (found.state !== "pending") return keep(explorer.name, address, { ...found, ticket });
      await sleep(pollEvery);
    }
    return { state: "pending", ticket };
  };
  const publications: Publication[] = [];
  for (const explorer of explorers) {
    for (const source of sources) {
      const { address, contract } = source;
      let entry = progress.explorers[explorer.name]?.[address];
      if (entry?.state !== "done") {
        let ticket = entry?.state === "pending" ? entry.ticket : undefined;
        if (ticket === undefined) {
          const given = await explorer.submit(chainId, source);
          if ("ticket" in given) ticket = given.ticket;
          else entry = keep(explorer.name, address, given);
        }
        if (ticket !== undefined) {
          keep(explorer.name, address, { state: "pending", ticket });
          entry = await follow(explorer, address, ticket);
        }
      }
      const { state, answer } = entry ?? { state: "pending" as const, answer: undefined };
      say(`${explorer.name} ${contract} ${address}: ${state}${answer === undefined ? "" : `, ${answer}`}`);
      publications.push({ explorer: explorer.name, contract, address, state, answer: answer ?? "" });
    }
  }
  return publications;
}
