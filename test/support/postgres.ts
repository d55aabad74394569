import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { chownSync, mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { Client } from "pg";
import { debianProgram } from "../../src/testing/debian-programs.ts";
import { until } from "../../src/testing/until.ts";

/** A PostgreSQL server of a test's own, in a folder of its own, with everything that makes it keep what it acknowledges. */
export interface PostgresServer {
  /** Of a database named `postgres`, as a superuser. */
  readonly url: string;
  readonly port: number;
  /** Makes a database and gives its URL. `options` follow `CREATE DATABASE name`. */
  database(name: string, options?: string): Promise<string>;
  /** Runs SQL as a superuser and gives its rows. */
  sql(text: string): Promise<readonly Record<string, unknown>[]>;
  /** Ends it as `kill -9` of all its processes does. */
  kill(): Promise<void>;
  /** Starts it again after `kill`, on the same port. */
  restart(): Promise<void>;
  /** A standby that streams from this one; nothing is acknowledged here before it has it. */
  startReplica(): Promise<PostgresReplica>;
  /** Ends it and takes its folder away. */
  stop(): Promise<void>;
}

/** A standby. */
export interface PostgresReplica extends PostgresServer {
  /** Makes it a primary, and waits until it is one. */
  promote(): Promise<void>;
}

/** Who the servers run as: PostgreSQL refuses root. */
function owner(): { readonly uid: number; readonly gid: number } | undefined {
  if (process.getuid?.() !== 0) return undefined;
  const line = readFileSync("/etc/passwd", "utf8")
    .split("\n")
    .find((entry) => entry.startsWith("postgres:") || entry.startsWith("nobody:"));
  const [, , uid, gid] = line?.split(":") ?? [];
  return { uid: Number(uid), gid: Number(gid) };
}

function run(program: string, words: readonly string[]): void {
  const { status, stderr, error } = spawnSync(program, words, { ...owner(), encoding: "utf8", cwd: "/" });
  if (status !== 0) throw new Error(`${program} failed: ${stderr} ${error?.message ?? ""}`);
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  server.close();
  await once(server, "close");
  if (address === null || typeof address === "string") throw new Error("no port");
  return address.port;
}

const CONFIGURATION = [
  "listen_addresses = '127.0.0.1'",
  "shared_buffers = 16MB",
  "max_connections = 60",
  "wal_level = replica",
  "max_wal_senders = 4",
  "wal_sender_timeout = 5s",
  "wal_receiver_status_interval = 1s",
  "autovacuum_naptime = 60s",
  "log_min_messages = warning",
];

class Server implements PostgresReplica {
  readonly port: number;
  readonly url: string;
  readonly #folder: string;
  readonly #programs: string;
  #process: ChildProcess | undefined;
  #log = "";

  constructor(folder: string, programs: string, port: number) {
    this.#folder = folder;
    this.#programs = programs;
    this.port = port;
    this.url = `postgres://postgres@127.0.0.1:${port}/postgres`;
  }

  get #data(): string {
    return join(this.#folder, "data");
  }

  configure(lines: readonly string[]): void {
    writeFileSync(join(this.#data, "postgresql.auto.conf"), `${lines.join("\n")}\n`, { flag: "a" });
  }

  async start(): Promise<void> {
    const words = ["-D", this.#data, "-p", String(this.port), "-k", this.#folder];
    // A group of its own: kill ends its children, too.
    const child = spawn(join(this.#programs, "postgres"), words, {
      ...owner(),
      cwd: this.#folder,
      detached: true,
      stdio: ["ignore", "ignore", "pipe"],
    });
    this.#process = child;
    child.stderr.setEncoding("utf8").on("data", (text: string) => {
      this.#log = (this.#log + text).slice(-4_000);
    });
    await until("PostgreSQL answers", async () => {
      if (child.exitCode !== null) throw new Error(`PostgreSQL doesn't start: ${this.#log}`);
      return this.sql("SELECT 1").then(
        () => true,
        () => false,
      );
    });
  }

  async sql(text: string): Promise<readonly Record<string, unknown>[]> {
    const client = new Client({ connectionString: this.url });
    client.on("error", () => {});
    await client.connect();
    try {
      return (await client.query<Record<string, unknown>>(text)).rows;
    } finally {
      await client.end().catch(() => {});
    }
  }

  async database(name: string, options = ""): Promise<string> {
    await this.sql(`CREATE DATABASE ${name} ${options}`);
    return this.url.replace(/postgres$/, name);
  }

  async #end(signal: NodeJS.Signals, group: boolean): Promise<void> {
    const child = this.#process;
    this.#process = undefined;
    if (child?.pid === undefined || child.exitCode !== null || child.signalCode !== null) return;
    const ended = once(child, "exit");
    process.kill(group ? -child.pid : child.pid, signal);
    await ended;
  }

  async kill(): Promise<void> {
    await this.#end("SIGKILL", true);
  }

  async restart(): Promise<void> {
    rmSync(join(this.#data, "postmaster.pid"), { force: true });
    await this.start();
  }

  async startReplica(): Promise<PostgresReplica> {
    const folder = makeFolder();
    const replica = new Server(folder, this.#programs, await freePort());
    const source = `host=127.0.0.1 port=${this.port} user=postgres application_name=replica`;
    run(join(this.#programs, "pg_basebackup"), [
      ...["-d", source, "-D", join(folder, "data"), "-R", "-X", "stream", "-c", "fast"],
    ]);
    await replica.start();
    await this.sql("ALTER SYSTEM SET synchronous_standby_names = 'ANY 1 (*)'");
    await this.sql("SELECT pg_reload_conf()");
    const caught = "SELECT 1 FROM pg_stat_replication WHERE sync_state = 'quorum' AND state = 'streaming'";
    await until("the replica streams", async () => (await this.sql(caught)).length > 0);
    return replica;
  }

  async promote(): Promise<void> {
    // Nobody stands behind it yet: what it acknowledges is its own until it has a replica again.
    await this.sql("ALTER SYSTEM SET synchronous_standby_names = ''");
    await this.sql("SELECT pg_reload_conf()");
    await this.sql("SELECT pg_promote()");
    await until("it is a primary", async () => {
      const [row] = await this.sql("SELECT pg_is_in_recovery() AS standby");
      return row?.standby === false;
    });
  }

  async stop(): Promise<void> {
    await this.#end("SIGINT", false);
    rmSync(this.#folder, { recursive: true, force: true });
  }
}

function makeFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), "strongroom-pg-"));
  const user = owner();
  if (user !== undefined) chownSync(folder, user.uid, user.gid);
  return folder;
}

/** Starts a server; installs PostgreSQL where this process may. */
export async function startPostgres(): Promise<PostgresServer> {
  // Its companions stand beside it, wherever a link to it is.
  const initdb = realpathSync(debianProgram("initdb"));
  const folder = makeFolder();
  const server = new Server(folder, dirname(initdb), await freePort());
  const words = ["-D", join(folder, "data"), "-U", "postgres", "-A", "trust", "-E", "UTF8", "--locale=C"];
  run(initdb, [...words, "--no-sync", "--no-instructions"]);
  server.configure(CONFIGURATION);
  await server.start();
  return server;
}
