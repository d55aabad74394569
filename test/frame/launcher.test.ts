import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import {
  appendFileSync,
  chmodSync,
  copyFileSync,
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect } from "chai";
import { until } from "../../src/testing/until.ts";

const repository = fileURLToPath(new URL("../..", import.meta.url));
const FETCHED = "24.21.0";
// What the launcher may need of a POSIX system, and nothing else: neither node nor npm.
const TOOLS = [
  "sh",
  "cat",
  "dirname",
  "env",
  "grep",
  "head",
  "id",
  "ln",
  "mkdir",
  "mv",
  "readlink",
  "rm",
  "sha256sum",
  "sleep",
  "tr",
  "uname",
];

interface Ended {
  code: number | null;
  stdout: string;
  stderr: string;
}

/** A checkout in a temporary directory, with a PATH on which only what a test puts there exists. */
class Machine {
  readonly home = realpathSync(mkdtempSync(join(tmpdir(), "launcher-")));
  readonly root = join(this.home, "a checkout");
  readonly bin = join(this.home, "bin");
  readonly calls = join(this.home, "npm-calls");

  constructor() {
    mkdirSync(join(this.root, "src/cli"), { recursive: true });
    mkdirSync(this.bin);
    copyFileSync(join(repository, "strongroom"), join(this.root, "strongroom"));
    chmodSync(join(this.root, "strongroom"), 0o755);
    writeFileSync(join(this.root, "package-lock.json"), '{"lockfileVersion":3}\n');
    writeFileSync(
      join(this.root, "src/cli/main.ts"),
      `const words: string[] = process.argv.slice(2);
process.stdout.write(JSON.stringify({ words, cwd: process.cwd(), options: process.env["NODE_OPTIONS"] ?? "" }));
process.exit(words[0] === "wrong" ? 2 : 0);\n`,
    );
    writeFileSync(this.calls, "");
    for (const tool of TOOLS) {
      const path = execFileSync("sh", ["-c", `command -v ${tool}`], { encoding: "utf8" }).trim();
      symlinkSync(path, join(this.bin, tool));
    }
  }

  script(path: string, body: string): void {
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, `#!/bin/sh\n${body}\n`);
    chmodSync(path, 0o755);
  }

  /** A Node that gives itself out as `version` and runs what it is given. */
  nodeScript(version: string): string {
    return `[ "\${1:-}" = --version ] && { echo v${version}; exit 0; }\nexec '${process.execPath}' "$@"`;
  }

  node(version: string): this {
    this.script(join(this.bin, "node"), this.nodeScript(version));
    return this;
  }

  /** An npm that notes its arguments and the Node it runs under, then does as told. */
  npm({ install = "exit 9", ci = "exit 9" }: { install?: string; ci?: string }): this {
    const { calls } = this;
    this.script(
      join(this.bin, "npm"),
      `printf '%s under %s\\n' "$*" "$(node --version 2>/dev/null)" >>'${calls}'
prefix=
case $1 in
install)
  prefix=$3
  ${install}
  ;;
ci)
  ${ci}
  ;;
esac`,
    );
    return this;
  }

  /** What `npm install node@24` leaves behind where it runs installation scripts. */
  get bringsNode(): string {
    const script = join(this.home, "fetched-node");
    this.script(script, this.nodeScript(FETCHED));
    return `mkdir -p "$prefix/node_modules/.bin" && cp '${script}' "$prefix/node_modules/.bin/node"`;
  }

  get installs(): string {
    return `mkdir -p node_modules/@nomicfoundation/edr && : >node_modules/@nomicfoundation/edr/index.js && echo '{}' >node_modules/.package-lock.json`;
  }

  npmCalls(): string[] {
    return readFileSync(this.calls, "utf8").split("\n").filter(Boolean);
  }

  start(words: string[] = [], { cwd = this.root, env = {}, command = join(this.root, "strongroom") } = {}) {
    const child = spawn(command, words, {
      cwd,
      env: { PATH: this.bin, HOME: this.home, ...env },
      stdio: ["ignore", "pipe", "pipe"],
      detached: true,
    });
    return { child, ended: ended(child) };
  }

  run(words: string[] = [], options: Parameters<Machine["start"]>[1] = {}): Promise<Ended> {
    return this.start(words, options).ended;
  }

  remove(): void {
    rmSync(this.home, { recursive: true, force: true });
  }
}

async function ended(child: ChildProcess): Promise<Ended> {
  let stdout = "";
  let stderr = "";
  child.stdout?.on("data", (chunk) => {
    stdout += chunk;
  });
  child.stderr?.on("data", (chunk) => {
    stderr += chunk;
  });
  const code = await new Promise<number | null>((resolve) => child.on("close", resolve));
  return { code, stdout, stderr };
}

describe("the launcher", () => {
  let machine: Machine;
  beforeEach(() => {
    machine = new Machine();
    symlinkSync("/bin/cp", join(machine.bin, "cp"));
  });
  afterEach(() => machine.remove());

  const stamp = () => join(machine.root, ".strongroom/installed");

  describe("given a Node that is recent enough", () => {
    for (const version of ["22.13.0", "22.22.1", "23.5.0", "24.0.0", "26.1.0"]) {
      it(`uses Node ${version} and brings none`, async () => {
        machine.node(version).npm({ ci: machine.installs });
        const { code, stdout } = await machine.run(["demo", "--report", "a b"]);
        expect(code).to.equal(0);
        expect(JSON.parse(stdout).words).to.deep.equal(["demo", "--report", "a b"]);
        const calls = machine.npmCalls();
        expect(calls).to.have.length(1);
        expect(calls[0]).to.match(/^ci --include=dev --include=optional .* under v/);
        expect(calls[0]).to.include(`under v${version}`);
      });
    }

    it("asks for type stripping before 24 and keeps the user's NODE_OPTIONS", async () => {
      machine.node("22.13.0").npm({ ci: machine.installs });
      const { stdout } = await machine.run([], { env: { NODE_OPTIONS: "--no-deprecation" } });
      expect(JSON.parse(stdout).options).to.equal(
        "--experimental-strip-types --disable-warning=ExperimentalWarning --no-deprecation",
      );
    });

    it("installs once: a second start calls no npm and says nothing", async () => {
      machine.node("24.1.0").npm({ ci: machine.installs });
      expect((await machine.run()).code).to.equal(0);
      const second = await machine.run();
      expect(second.code).to.equal(0);
      expect(second.stderr).to.equal("");
      expect(machine.npmCalls()).to.have.length(1);
    });

    it("installs again when the lockfile, the Node or node_modules changed", async () => {
      machine.node("24.1.0").npm({ ci: machine.installs });
      await machine.run();
      appendFileSync(join(machine.root, "package-lock.json"), " \n");
      await machine.run();
      expect(machine.npmCalls()).to.have.length(2);
      machine.node("24.2.0");
      await machine.run();
      expect(machine.npmCalls()).to.have.length(3);
      rmSync(join(machine.root, "node_modules"), { recursive: true });
      await machine.run();
      expect(machine.npmCalls()).to.have.length(4);
      await machine.run();
      expect(machine.npmCalls()).to.have.length(4);
    });

    it("passes the command's exit code on", async () => {
      machine.node("24.1.0").npm({ ci: machine.installs });
      expect((await machine.run(["wrong"])).code).to.equal(2);
      expect((await machine.run(["right"])).code).to.equal(0);
    });

    it("works from any directory, through a symbolic link, and leaves the user where they stand", async () => {
      machine.node("24.1.0").npm({ ci: machine.installs });
      const elsewhere = join(machine.home, "else where");
      mkdirSync(elsewhere);
      symlinkSync("../a checkout/strongroom", join(elsewhere, "link"));
      const { code, stdout } = await machine.run([], { cwd: elsewhere, command: "./link" });
      expect(code).to.equal(0);
      expect(JSON.parse(stdout).cwd).to.equal(elsewhere);
      expect(existsSync(stamp())).to.equal(true);
    });

    it("prints nothing of its own on stdout", async () => {
      machine.node("24.1.0").npm({ ci: `echo npm says things; ${machine.installs}` });
      const { stdout, stderr } = await machine.run();
      expect(() => JSON.parse(stdout)).not.to.throw();
      expect(stderr).to.include("Installing the locked dependencies");
    });

    it("runs without npm once installed, and says what is missing before that", async () => {
      machine.node("24.1.0");
      const refused = await machine.run();
      expect(refused.code).to.equal(1);
      expect(refused.stderr).to.include("there is no npm beside Node 24.1.0").and.to.include("do:");
      machine.npm({ ci: machine.installs });
      await machine.run();
      rmSync(join(machine.bin, "npm"));
      expect((await machine.run()).code).to.equal(0);
    });
  });

  describe("given a Node that is too old, broken or absent", () => {
    for (const version of ["20.20.2", "22.12.9", "18.0.0"]) {
      it(`brings Node ${FETCHED} beside Node ${version} and puts it first before npm ci`, async () => {
        machine.node(version).npm({ install: machine.bringsNode, ci: machine.installs });
        const { code } = await machine.run();
        expect(code).to.equal(0);
        const [first, second] = machine.npmCalls();
        expect(first).to.match(/^install --prefix .* node@24\.21\.0 under v/);
        expect(second).to.match(/^ci .* under v24\.21\.0$/);
        await machine.run();
        expect(machine.npmCalls()).to.have.length(2);
      });
    }

    it("brings it where there is npm but no node", async () => {
      machine.npm({ install: machine.bringsNode, ci: machine.installs });
      expect((await machine.run()).code).to.equal(0);
      expect(machine.npmCalls()[1]).to.match(/under v24\.21\.0$/);
    });

    it("brings it where node does not run", async () => {
      machine.script(join(machine.bin, "node"), "echo 'cannot execute' >&2; exit 126");
      machine.npm({ install: machine.bringsNode, ci: machine.installs });
      expect((await machine.run()).code).to.equal(0);
    });

    it("takes the binary's own package where npm runs no installation scripts", async () => {
      machine.script(join(machine.home, "fetched-node"), machine.nodeScript(FETCHED));
      // The first package leaves a node that does not run, as npm does when it skips the script.
      const install = `for last; do :; done
case $last in
node@*) mkdir -p "$prefix/node_modules/.bin" ;;
*) name=\${last%@*}; mkdir -p "$prefix/node_modules/$name/bin" && cp '${join(machine.home, "fetched-node")}' "$prefix/node_modules/$name/bin/node" ;;
esac`;
      machine.node("20.1.0").npm({ install, ci: machine.installs });
      const { code, stderr } = await machine.run();
      expect(stderr).to.include("ran no installation script");
      expect(code).to.equal(0);
      const calls = machine.npmCalls();
      expect(calls[1]).to.match(/ node-(bin-)?(linux|darwin)-\w+@24\.21\.0 under /);
      expect(calls[2]).to.match(/^ci .* under v24\.21\.0$/);
      expect((await machine.run()).code).to.equal(0);
      expect(machine.npmCalls()).to.have.length(3);
    });

    it("says so when what arrives does not run here", async () => {
      machine.node("20.1.0").npm({ install: "exit 0" });
      const { code, stderr } = await machine.run();
      expect(code).to.equal(1);
      expect(stderr).to.include("does not run here").and.to.include("why:").and.to.include("do:");
    });

    it("says what to do when there is neither node nor npm", async () => {
      const { code, stderr } = await machine.run();
      expect(code).to.equal(1);
      expect(stderr).to.include("Node here: none; needed: 22.13 or later; and there is no npm");
      expect(stderr).to.include("https://nodejs.org");
    });

    it("says what to do when Node is old and there is no npm", async () => {
      machine.node("20.1.0");
      const { code, stderr } = await machine.run();
      expect(code).to.equal(1);
      expect(stderr).to.include("Node here: 20.1.0");
    });
  });

  describe("given npm fails", () => {
    const causes: [string, string, RegExp][] = [
      ["offline", "echo 'npm error code ENOTFOUND' >&2; exit 1", /registry cannot be reached: offline/],
      ["a name server that does not answer", "echo 'npm error code EAI_AGAIN' >&2; exit 1", /offline/],
      [
        "a full disk",
        "echo 'npm error ENOSPC: no space left on device, write' >&2; exit 1",
        /the disk is full/,
      ],
      ["no permission", "echo 'npm error code EACCES' >&2; exit 1", /may not write there/],
      ["altered packages", "echo 'npm error code EINTEGRITY' >&2; exit 1", /differs from what package-lock/],
      ["files that disagree", "echo 'npm error code EUSAGE' >&2; exit 1", /package-lock.json disagree/],
      ["an untrusted proxy", "echo 'npm error code SELF_SIGNED_CERT_IN_CHAIN' >&2; exit 1", /certificate/],
      ["anything else", "echo 'npm error the moon is wrong' >&2; exit 7", /npm error the moon is wrong/],
    ];
    for (const [name, failure, why] of causes) {
      it(`explains ${name} while installing, leaves no stamp, and succeeds when run again`, async () => {
        machine.node("24.1.0").npm({ ci: failure });
        const { code, stdout, stderr } = await machine.run();
        expect(code).to.equal(1);
        expect(stdout).to.equal("");
        expect(stderr)
          .to.match(why)
          .and.to.match(/could not install the dependencies\n {2}why: .*\n {2}do: {2}/);
        expect(existsSync(stamp())).to.equal(false);
        expect(() => lstatSync(join(machine.root, ".strongroom/lock"))).to.throw();
        machine.npm({ ci: machine.installs });
        expect((await machine.run()).code).to.equal(0);
      });
    }

    it("explains offline and a full disk while bringing Node", async () => {
      machine.node("20.1.0").npm({ install: "echo 'npm error code ENOTFOUND' >&2; exit 1" });
      const offline = await machine.run();
      expect(offline.code).to.equal(1);
      expect(offline.stderr).to.match(/could not bring Node 24\.21\.0\n {2}why: .*offline/);
      machine.npm({ install: "echo 'npm error ENOSPC' >&2; exit 1" });
      const full = await machine.run();
      expect(full.code).to.equal(1);
      expect(full.stderr).to.match(/could not bring Node 24\.21\.0\n {2}why: the disk is full/);
      machine.npm({ install: machine.bringsNode, ci: machine.installs });
      expect((await machine.run()).code).to.equal(0);
    });

    it("notices a native package that npm left out silently", async () => {
      machine
        .node("24.1.0")
        .npm({ ci: "mkdir -p node_modules && echo '{}' >node_modules/.package-lock.json" });
      const { code, stderr } = await machine.run();
      expect(code).to.equal(1);
      expect(stderr).to.include("the installation is incomplete");
      expect(existsSync(stamp())).to.equal(false);
    });

    it("says so when it cannot write beside itself", async () => {
      machine.node("24.1.0").npm({ ci: machine.installs });
      writeFileSync(join(machine.root, ".strongroom"), "");
      const { code, stderr } = await machine.run();
      expect(code).to.equal(1);
      expect(stderr).to.include("cannot write into").and.to.include("df -h");
    });
  });

  describe("given an interruption", () => {
    const begun = () => existsSync(join(machine.root, "node_modules/half"));

    for (const signal of ["SIGKILL", "SIGTERM", "SIGINT"] as const) {
      it(`recovers when the first installation ended by ${signal}`, async () => {
        machine.node("24.1.0").npm({
          ci: "mkdir -p node_modules/half; echo '{}' >node_modules/.package-lock.json; exec sleep 30",
        });
        const { child, ended } = machine.start();
        await until("npm has begun", begun);
        // The whole group, as a terminal does; a kill -9 reaches all of it too.
        process.kill(-(child.pid as number), signal);
        const { code } = await ended;
        expect(code).not.to.equal(0);
        expect(existsSync(stamp())).to.equal(false);
        machine.npm({ ci: machine.installs });
        const again = await machine.run();
        expect(again.code).to.equal(0);
        expect(machine.npmCalls().filter((call) => call.startsWith("ci "))).to.have.length(2);
      });
    }

    it("takes npm along and gives the lock back when only the launcher is told to end", async () => {
      machine
        .node("24.1.0")
        .npm({ ci: `mkdir -p node_modules/half; echo $$ >'${machine.home}/npm-pid'; exec sleep 30` });
      const { child, ended } = machine.start();
      await until("npm has begun", () => existsSync(join(machine.home, "npm-pid")));
      process.kill(child.pid as number, "SIGTERM");
      const { code, stderr } = await ended;
      expect(code).to.equal(1);
      expect(stderr).to.include("interrupted");
      const npm = Number(readFileSync(join(machine.home, "npm-pid"), "utf8"));
      expect(() => process.kill(npm, 0)).to.throw();
      expect(() => lstatSync(join(machine.root, ".strongroom/lock"))).to.throw();
    });

    it("does not keep half a Node", async () => {
      machine
        .node("20.1.0")
        .npm({ install: 'mkdir -p "$prefix/node_modules/.bin"; : >"$prefix/half"; exec sleep 30' });
      const { child, ended } = machine.start();
      await until("a half is there", () => existsSync(join(machine.root, ".strongroom/node.partial/half")));
      process.kill(-(child.pid as number), "SIGKILL");
      await ended;
      expect(existsSync(join(machine.root, `.strongroom/node-${FETCHED}`))).to.equal(false);
      machine.npm({ install: machine.bringsNode, ci: machine.installs });
      expect((await machine.run()).code).to.equal(0);
      expect(existsSync(join(machine.root, `.strongroom/node-${FETCHED}/half`))).to.equal(false);
    });
  });

  describe("given two starts at once", () => {
    it("installs once and runs both", async () => {
      machine.node("24.1.0").npm({ ci: `sleep 2; ${machine.installs}` });
      const [one, two] = await Promise.all([machine.run(["one"]), machine.run(["two"])]);
      expect([one.code, two.code]).to.deep.equal([0, 0]);
      expect(machine.npmCalls()).to.have.length(1);
      expect(one.stderr + two.stderr).to.include("is installing; waiting for it");
    });

    it("gives up with an explanation when the other never ends", async () => {
      machine.node("24.1.0").npm({ ci: machine.installs });
      mkdirSync(join(machine.root, ".strongroom"));
      symlinkSync(String(process.pid), join(machine.root, ".strongroom/lock"));
      const { code, stderr } = await machine.run([], { env: { STRONGROOM_LOCK_WAIT: "1" } });
      expect(code).to.equal(1);
      expect(stderr).to.include(`process ${process.pid} holds`);
      expect(machine.npmCalls()).to.have.length(0);
    });
  });
});
