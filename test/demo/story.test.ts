import { expect } from "chai";
import { type OpenStage, openStage } from "../../src/demo/open-stage.ts";
import type { StepResult } from "../../src/demo/report.ts";
import { tellStory } from "../../src/demo/story/story.ts";

/** What the story promises to show, in this order. */
const STEPS = [
  "unverified",
  "deposit",
  "small-exit",
  "new-destination",
  "large-exit",
  "attestation",
  "governance",
  "risk-officer",
  "cold-storage",
  "two-oracles",
  "bad-upgrade",
  "seizure",
  "feed-dies",
  "payments",
  "netting",
];

describe("The story", () => {
  let open: OpenStage;
  let steps: StepResult[];
  const lines: string[] = [];

  before(async () => {
    open = await openStage(() => {});
    steps = await tellStory(open.stage, (line) => lines.push(line));
  });

  after(async () => {
    await open.close();
  });

  it("has every step, in order", () => {
    expect(steps.map((step) => step.id)).to.deep.equal(STEPS);
  });

  for (const [index, id] of STEPS.entries()) {
    it(`keeps every promise of the step ${id}`, () => {
      const step = steps[index];
      expect(step?.figures.broken ?? "nothing is broken").to.equal("nothing is broken");
      expect(step?.ok).to.equal(true);
    });
  }

  it("costs gas wherever something is done, and gives a reason for every wait", () => {
    for (const step of steps) expect(step.gas > 0, step.id).to.equal(step.id !== "unverified");
    for (const line of lines.filter((each) => each.includes("Queued until")))
      expect(line).to.include("because");
    expect(lines.filter((each) => each.includes("Queued until"))).to.have.length(8);
  });

  it("breaks a step whose outcome differs: a second telling finds Alice verified already", async () => {
    const again = await tellStory(open.stage, () => {});
    const first = again.find((step) => step.id === "unverified");
    expect(first?.ok).to.equal(false);
    expect(first?.figures.broken).to.include("her tier is the lowest");
  });
});
