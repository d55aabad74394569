import type { PageFolder } from "./folder.ts";
import { followPage } from "./follow.ts";
import { readPage } from "./page.ts";
import { RouteStage } from "./route-stage.ts";
import { ROUTE_STORIES, SIGNER_STORIES, type StoryIn } from "./route-stories.ts";
import { SignerStage } from "./signer-stage.ts";

describe("runbooks of a route, each followed to its end without a deployment", () => {
  function follows<World extends PageFolder>(
    stories: Readonly<Record<string, StoryIn<World>>>,
    open: () => World,
  ) {
    for (const [name, { title, given, tests }] of Object.entries(stories)) {
      it(`${name}: ${title}`, async () => {
        const stage = open();
        try {
          await given(stage);
          await followPage(stage, readPage(name), tests);
        } finally {
          await stage.close();
        }
      });
    }
  }

  follows(ROUTE_STORIES, () => new RouteStage());
  follows(SIGNER_STORIES, () => new SignerStage());
});
