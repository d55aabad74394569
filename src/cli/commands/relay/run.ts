import { openRoute } from "../../../relayer/open-route.ts";
import { publicStatus } from "../../../relayer/public-status.ts";
import { readRouteConfig } from "../../../relayer/route-config.ts";
import type { RouteLine } from "../../../relayer/route-desk.ts";
import { serveMetrics } from "../../../relayer/route-metrics.ts";
import { Worker } from "../../../relayer/worker.ts";
import { ExitCode } from "../../exit-code.ts";
import { say } from "../../output.ts";

export interface RelayRunCommand {
  readonly config: string;
}

/** Rounds that may be missed until the worker counts as stalled; at least so many milliseconds. */
const MISSED = 30;
const SHORTEST = 60_000;

/** `relay run`: works a route off until it is told to end; what is under way then is finished. */
export async function relayRun(options: RelayRunCommand): Promise<number> {
  const configured = readRouteConfig(options.config);
  const log = (line: RouteLine) => say(JSON.stringify({ at: new Date().toISOString(), ...line }));
  const { desk, close } = await openRoute(configured, log);
  try {
    const worker = new Worker(desk);
    const stalled = Math.max(SHORTEST, MISSED * desk.pace.poll);
    const { survey } = worker;
    survey.beat(desk.clock.monotonic());
    const served = await serveMetrics(
      { route: desk.route, survey, clock: desk.clock, stalled, status: (id) => publicStatus(desk, id) },
      configured.config.metrics,
    );
    log({ event: "begins", route: desk.route, holder: desk.holder, metrics: served.port });
    const stop = new AbortController();
    for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => stop.abort());
    try {
      await worker.run(stop.signal);
    } finally {
      await served.close();
    }
    log({ event: "ends" });
    return ExitCode.done;
  } finally {
    await close();
  }
}
