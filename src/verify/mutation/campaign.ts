import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { CampaignState } from "./campaign-state.ts";
import type { DomainFiles } from "./domains.ts";
import { applyEdit, folded, type GeneratedMutant } from "./mutant.ts";
import { inSeededOrder } from "./sample.ts";
import type { ChangedSources, Judge, Outcome } from "./test-bed.ts";

/** A mutant and what became of it. */
export interface Judged {
  readonly mutant: GeneratedMutant;
  readonly outcome: Outcome;
  readonly seconds: number;
}

/** Whether a test noticed: by failing, or by never ending. */
export function isNoticed({ verdict }: Outcome): boolean {
  return verdict === "killed" || verdict === "timeout";
}

/** What one domain's campaign found. */
export interface Campaign {
  readonly domain: string;
  readonly generated: readonly GeneratedMutant[];
  /** In the order of the sample, without those that don't compile. */
  readonly judged: readonly Judged[];
  readonly invalid: number;
  /** Why this campaign says nothing. */
  readonly unfit?: string;
}

export interface CampaignOptions {
  readonly root: string;
  readonly sample: number;
  readonly seed: string;
  readonly state: CampaignState;
  /** Made when the first verdict is needed: it takes long. */
  readonly judge: () => Promise<Judge>;
  readonly say: (line: string) => void;
}

/** Changes nothing in any source of the domain, and compiles and runs all that its mutants would. */
function equivalent(texts: ReadonlyMap<string, string>): ChangedSources {
  return Object.fromEntries([...texts].map(([file, text]) => [file, `${text}/* the same */\n`]));
}

/** The test files that noticed most of this source's mutants so far. */
function likelyKillers(judged: readonly Judged[], file: string): readonly string[] {
  const counts = new Map<string, number>();
  for (const { mutant, outcome } of judged) {
    if (mutant.file === file && outcome.verdict === "killed") {
      counts.set(outcome.by, (counts.get(outcome.by) ?? 0) + 1);
    }
  }
  return [...counts].sort((a, b) => b[1] - a[1]).map(([by]) => by);
}

export function describe({ file, line, original, replacement, operator }: GeneratedMutant): string {
  const short = (text: string) => {
    const flat = folded(text);
    return flat.length > 60 ? `${flat.slice(0, 57)}...` : flat;
  };
  return `${file}:${line} ${operator}: ${short(original)} → ${short(replacement) || "nothing"}`;
}

/**
 * Judges a seeded sample of a domain's mutants. One that doesn't compile gives its place to the next in the seeded order.
 * Before the first, an equivalent mutant of every source of the domain must survive.
 */
export async function runCampaign(
  domain: DomainFiles,
  generated: readonly GeneratedMutant[],
  { root, sample, seed, state, judge, say }: CampaignOptions,
): Promise<Campaign> {
  const judged: Judged[] = [];
  const texts = new Map(domain.sources.map((file) => [file, readFileSync(join(root, file), "utf8")]));
  state.prime(domain);
  let invalid = 0;
  let bed: Judge | undefined;
  for (const mutant of inSeededOrder(generated, seed)) {
    if (judged.length >= sample) break;
    const known = state.recall(mutant.id, mutant.file, domain);
    let outcome = known?.outcome;
    let seconds = known?.seconds ?? 0;
    if (outcome === undefined) {
      if (bed === undefined) {
        bed = await judge();
        say(`${domain.name}: the runner itself, with an equivalent mutant of every source ...`);
        const self = await bed.judge(equivalent(texts), domain, []);
        if (self.verdict !== "survived") {
          const unfit = `an equivalent mutant didn't survive: ${JSON.stringify(self)}`;
          return { domain: domain.name, generated, judged, invalid, unfit };
        }
      }
      const started = performance.now();
      const changed = { [mutant.file]: applyEdit(texts.get(mutant.file) ?? "", mutant) };
      const likely = likelyKillers(judged, mutant.file);
      outcome = await bed.judge(changed, domain, likely);
      // Once more: a process may have been short of memory.
      if (outcome.verdict === "error") outcome = await bed.judge(changed, domain, likely);
      seconds = (performance.now() - started) / 1000;
      state.remember(mutant.id, mutant.file, domain, outcome, seconds);
      const number = outcome.verdict === "invalid" ? "-" : `${judged.length + 1}/${sample}`;
      say(
        `${domain.name} ${number} ${outcome.verdict} (${seconds.toFixed(1)} s) ${mutant.id} ${describe(mutant)}`,
      );
    }
    if (outcome.verdict === "invalid") invalid++;
    else judged.push({ mutant, outcome, seconds });
  }
  return { domain: domain.name, generated, judged, invalid };
}
