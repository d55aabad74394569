import { globSync, readFileSync } from "node:fs";
import { basename } from "node:path";
import { expect } from "chai";
import { parse } from "yaml";
import { readPage } from "./page.ts";
import { prepare } from "./prepare.ts";
import { ROUTE_STORIES, SIGNER_STORIES } from "./route-stories.ts";
import { Stage } from "./stage.ts";
import { STORIES } from "./stories.ts";

const NAMES = globSync("docs/runbooks/*.md")
  .map((file) => basename(file, ".md"))
  .filter((name) => !name.endsWith(".zh"))
  .sort();

/** What a page has, in its order. */
const HEADINGS = ["You see", "Type now", "What it costs", "Then", "Back to normal"];
const HEADINGS_ZH = ["你看到什么", "马上执行", "代价", "接下来", "恢复正常"];

describe("runbooks", () => {
  it("each page has a story, and each story its page", () => {
    const told = [STORIES, ROUTE_STORIES, SIGNER_STORIES].flatMap((stories) => Object.keys(stories));
    expect(told.sort()).to.deep.equal(NAMES);
  });

  for (const name of NAMES) {
    describe(name, () => {
      const [en, zh] = [readPage(name), readPage(`${name}.zh`)];

      it("has the same commands and markers in both languages", () => {
        expect(zh.blocks).to.deep.equal(en.blocks);
        expect(zh.steps).to.deep.equal(en.steps);
        expect(en.blocks).not.to.deep.equal([]);
      });

      it("declares every word that its reader replaces, and no other", () => {
        const used = new Set(
          en.blocks
            .join("\n")
            .replaceAll(/"[^"]*"/g, "")
            .match(/(?<![\w.-])[A-Z][A-Z_]{3,}\b/g) ?? [],
        );
        expect([...used].sort()).to.deep.equal([...en.words].sort());
        expect(zh.words).to.deep.equal(en.words);
      });

      // The list of them is no runbook itself.
      if (name === "README") return;

      it("says what is seen, typed first, paid for it, and how it ends, in this order", () => {
        expect([en.headings, zh.headings]).to.deep.equal([HEADINGS, HEADINGS_ZH]);
        const first = en.text.indexOf("```sh");
        expect(en.text.slice(0, first).split("\n").length, "lines before the first command").to.be.below(30);
      });
    });
  }

  it("name only change files that are there, and no file is there that none names", () => {
    const text = NAMES.map((name) => readPage(name).blocks.join("")).join("");
    const named = new Set([...text.matchAll(/changes\/([\w-]+\.yaml)/g)].map(([, file]) => file));
    const files = globSync("docs/runbooks/changes/*.yaml").map((file) => basename(file));
    expect([...named].sort()).to.deep.equal(files.sort());
    for (const file of files) {
      const stated = readFileSync(`docs/runbooks/changes/${file}`, "utf8");
      expect(stated).to.match(
        /^# yaml-language-server: \$schema=\.\.\/\.\.\/\.\.\/schemas\/change\.schema\.json\n/,
      );
      expect((parse(stated) as { format: string }).format).to.equal("strongroom/change@1");
    }
  });
});

/** Deployments side by side, each with a node of its own: a page is followed on whichever is free. */
const LANES = 2;

describe("runbooks, each followed to its end on a live deployment", function () {
  // All lanes together take about this long; each page waits for its own turn.
  this.timeout(900_000);
  const followed = new Map<string, Promise<void>>();
  let lanes: readonly Promise<void>[] = [];

  before(() => {
    const waiting = Object.keys(STORIES);
    const done = new Map(waiting.map((name) => [name, Promise.withResolvers<void>()] as const));
    for (const [name, { promise }] of done) {
      // Told by the page's own test.
      promise.catch(() => {});
      followed.set(name, promise);
    }
    lanes = Array.from({ length: LANES }, () => inLane(waiting, done));
  });
  after(() => Promise.all(lanes));

  for (const [name, { title }] of Object.entries(STORIES)) {
    it(`${name}: ${title}`, () => followed.get(name));
  }
});

/** Takes the next page, follows it to its end, and says how it went, until none is left. */
async function inLane(
  waiting: string[],
  done: ReadonlyMap<string, PromiseWithResolvers<void>>,
): Promise<void> {
  let stage: Stage | undefined;
  let name = waiting.shift();
  while (name !== undefined) {
    const story = STORIES[name];
    try {
      if (story === undefined) throw new Error(`${name} has no story`);
      if (stage === undefined) {
        const opened = await Stage.open();
        await prepare(opened);
        stage = opened;
      }
      await stage.begin();
      await story.given(stage);
      await stage.follow(readPage(name), story.tests);
      done.get(name)?.resolve();
    } catch (error) {
      done.get(name)?.reject(error);
    }
    name = waiting.shift();
  }
  await stage?.close();
}
