import { closed, type Quote, type RouteSource } from "./route.ts";
import type { Wish } from "./wish.ts";

/** Asks each source. One that fails closes its own route, with what it said, and no other. */
export async function askRoutes(sources: readonly RouteSource[], wish: Wish): Promise<readonly Quote[]> {
  return Promise.all(
    sources.map(async (source) => {
      try {
        return await source.quote(wish);
      } catch (error) {
        const why = error instanceof Error ? error.message : String(error);
        return closed(source.route, [{ code: "UNREADABLE", text: `it can't be asked: ${why}` }]);
      }
    }),
  );
}
