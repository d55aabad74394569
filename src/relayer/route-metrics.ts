import { createServer, type Server } from "node:http";
import { Counter, Gauge, Registry } from "prom-client";
import { TerminalError } from "../core/errors.ts";
import type { Clock } from "./clock.ts";
import type { Side } from "./deciders/decider.ts";
import type { PublicStatus } from "./public-status.ts";
import type { RouteSurvey } from "./route-survey.ts";

const SIDES: readonly Side[] = ["home", "foreign"];
const PREFIX = "strongroom_relay_";

/** What metrics are made of. */
export interface MetricsDesk {
  readonly route: string;
  readonly survey: RouteSurvey;
  readonly clock: Clock;
  /** Milliseconds without a round after which the worker isn't well. */
  readonly stalled: number;
  /** Where a message is, for anybody; undefined where it is unknown. */
  status(message: string): Promise<PublicStatus | undefined>;
}

/** Whether a worker goes round. */
function isWell({ survey, clock, stalled }: MetricsDesk): boolean {
  return clock.monotonic() - survey.beatAt <= stalled;
}

/** A route's metrics, as Prometheus takes them: counted when they are asked for. */
function routeMetrics(desk: MetricsDesk): Registry {
  const { survey, clock, route } = desk;
  const registry = new Registry();
  registry.setDefaultLabels({ route });
  const of = { registers: [registry] };
  const gauge = (name: string, help: string, value: () => number | undefined) =>
    new Gauge({
      ...of,
      name: PREFIX + name,
      help,
      collect() {
        const now = value();
        if (now === undefined) this.remove();
        else this.set(now);
      },
    });
  const bySide = (name: string, help: string, value: (side: Side) => number | undefined) =>
    new Gauge({
      ...of,
      name: PREFIX + name,
      help,
      labelNames: ["side"],
      collect() {
        for (const side of SIDES) {
          const now = value(side);
          if (now === undefined) this.remove({ side });
          else this.set({ side }, now);
        }
      },
    });
  const counted = (name: string, help: string, label: string, values: ReadonlyMap<string, number>) =>
    new Counter({
      ...of,
      name: PREFIX + name,
      help,
      labelNames: [label],
      collect() {
        this.reset();
        for (const [key, times] of values) this.inc({ [label]: key }, times);
      },
    });
  bySide("head_height", "The best block that was read", (side) => survey.sides[side].head);
  bySide("final_lag_blocks", "Blocks between the best one and the last final one", (side) =>
    survey.sides[side].readAt === undefined ? undefined : survey.sides[side].head - survey.sides[side].final,
  );
  bySide("read_age_seconds", "Since the chain was last read", (side) => {
    const at = survey.sides[side].readAt;
    return at === undefined ? undefined : (clock.monotonic() - at) / 1_000;
  });
  bySide(
    "reorg_depth_max",
    "The deepest reorganisation since the start, blocks",
    (side) => survey.sides[side].deepest,
  );
  bySide(
    "read_failures",
    "Failed questions to the chain's nodes since the start",
    (side) => survey.sides[side].failures,
  );
  new Gauge({
    ...of,
    name: `${PREFIX}node_failing`,
    help: "1 for a node that others go on without, by the code of its last failure",
    labelNames: ["side", "node", "code"],
    collect() {
      this.reset();
      for (const side of SIDES) {
        for (const { name: node, trouble: code } of survey.sides[side].nodes) {
          if (code !== undefined) this.set({ side, node, code }, 1);
        }
      }
    },
  });
  bySide(
    "free_tokens",
    "Conflict tokens that an effect could have now",
    (side) => survey.sides[side].freeTokens,
  );
  bySide(
    "token_gaps",
    "Conflict tokens that are taken and not spent, and that nothing is going to spend",
    (side) => survey.sides[side].tokenGaps,
  );
  const balance = (side: Side) => {
    const now = survey.sides[side].balance;
    return now === undefined ? undefined : Number(now);
  };
  gauge("hot_balance", "What can be spent on the chain of coins, smallest unit", () => balance("foreign"));
  gauge("gas_balance", "What the account that pays for gas has, wei", () => balance("home"));
  gauge("open", "Messages that aren't over", () => survey.open);
  gauge("dead_letters", "Messages that wait for an operator", () => survey.deadLetters);
  gauge(
    "ambiguous",
    "Messages with a transaction of which nobody knows whether it arrived",
    () => survey.ambiguous,
  );
  gauge("oldest_age_seconds", "Since the oldest open message was first seen", () =>
    survey.oldest === undefined ? 0 : Math.max(0, (clock.now() - survey.oldest) / 1_000),
  );
  gauge("lease_held", "1 where this worker has the route", () => (survey.holds ? 1 : 0));
  gauge("finality_broken", "1 where a chain took back what was final: everything stands still", () =>
    survey.broken ? 1 : 0,
  );
  counted("attempts_total", "What was tried, by intention", "intention", survey.attempts);
  counted("faults_total", "What went wrong, by code", "code", survey.faults);
  return registry;
}

/**
 * Answers `/metrics`, `/healthz`, which is 503 when the worker has stalled, and `/messages/ID` with a deposit's or payout's public
 * status, which is 404 where the route doesn't know it.
 */
export async function serveMetrics(
  desk: MetricsDesk,
  { host, port }: { readonly host: string; readonly port: number },
): Promise<{ readonly port: number; close(): Promise<void> }> {
  const registry = routeMetrics(desk);
  const server: Server = createServer((request, response) => {
    const say = (code: number, type: string, text: string) =>
      response.writeHead(code, { "content-type": type }).end(request.method === "HEAD" ? undefined : text);
    if (request.method !== "GET" && request.method !== "HEAD")
      return void say(405, "text/plain", "GET only\n");
    if (request.url === "/healthz") {
      const well = isWell(desk);
      return void say(well ? 200 : 503, "text/plain", well ? "well\n" : "stalled\n");
    }
    if (request.url === "/metrics") {
      return void registry.metrics().then(
        (text) => say(200, registry.contentType, text),
        () => say(500, "text/plain", "metrics failed\n"),
      );
    }
    const message = request.url?.match(/^\/messages\/(\w+)$/)?.[1];
    if (message === undefined) return void say(404, "text/plain", "/metrics, /healthz or /messages/0x…\n");
    desk.status(message).then(
      (status) =>
        status === undefined
          ? say(404, "text/plain", "this route knows nothing of it\n")
          : say(200, "application/json", `${JSON.stringify(status)}\n`),
      () => say(503, "text/plain", "the journal doesn't answer\n"),
    );
  });
  await new Promise<void>((done, fail) => {
    server.once("error", (cause) =>
      fail(
        new TerminalError("METRICS_PORT", `Metrics can't be served at ${host}:${port}`, {
          cause,
          advice: "Give each worker of a machine a port of its own.",
        }),
      ),
    );
    server.listen(port, host, done);
  });
  const address = server.address();
  const close = () =>
    new Promise<void>((done) => {
      server.close(() => done());
      server.closeAllConnections();
    });
  return { port: typeof address === "object" && address !== null ? address.port : port, close };
}
