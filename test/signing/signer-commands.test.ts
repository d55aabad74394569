import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { expect } from "chai";
import { createProgram } from "../../src/cli/program.ts";
import { GroupKey } from "../../src/signing/frost/group-key.ts";
import { refuses } from "../support/refusal.ts";

const MAIN = fileURLToPath(new URL("../../src/cli/main.ts", import.meta.url));

describe("the signer commands", () => {
  const root = mkdtempSync(join(tmpdir(), "strongroom-signer-"));
  const running: ChildProcess[] = [];
  const here = (...names: string[]) => join(root, ...names);
  const env = { ...process.env, SIGNER_PASSWORD: "correct horse battery" };

  /** Runs a command in this process, and gives what it prints. */
  async function strongroom(
    ...words: string[]
  ): Promise<{ readonly code: number; readonly json: Record<string, unknown> }> {
    let code = -1;
    const program = createProgram((finished) => {
      code = finished;
    }, root);
    const { write } = process.stdout;
    let said = "";
    process.stdout.write = ((text: string) => {
      said += text;
      return true;
    }) as typeof write;
    const quiet = process.stderr.write;
    process.stderr.write = (() => true) as typeof quiet;
    try {
      await program.parseAsync(["signer", ...words, "--json"], { from: "user" });
    } finally {
      process.stdout.write = write;
      process.stderr.write = quiet;
    }
    return { code, json: JSON.parse(said) as Record<string, unknown> };
  }
  const password = ["--password-env", "SIGNER_PASSWORD"];

  /** Runs a signer as its operator would, and gives its port. */
  async function run(name: string): Promise<number> {
    const child = spawn(
      process.execPath,
      [MAIN, "signer", "run", "--config", here(name, "signer.json"), ...password],
      {
        env,
        stdio: ["ignore", "ignore", "pipe"],
      },
    );
    running.push(child);
    const lines = createInterface({ input: child.stderr as NodeJS.ReadableStream });
    for await (const line of lines) {
      const port = /listens on [^:]+:(\d+)/.exec(line)?.[1];
      if (port !== undefined) return Number(port);
      throw new Error(line);
    }
    throw new Error(`${name} ended`);
  }

  before(() => {
    process.env.SIGNER_PASSWORD = env.SIGNER_PASSWORD;
  });
  after(async () => {
    delete process.env.SIGNER_PASSWORD;
    await Promise.all(
      running.map(async (child) => {
        if (child.exitCode !== null || child.signalCode !== null) return;
        const gone = once(child, "exit");
        child.kill("SIGKILL");
        await gone;
      }),
    );
    rmSync(root, { recursive: true, force: true });
  });

  describe("given two holders and a relayer with nothing yet", () => {
    it("make identities, plan, approve and hold a ceremony, and say how they are", async () => {
      const edit = (file: string, change: (config: Record<string, unknown>) => object) =>
        writeFileSync(
          file,
          JSON.stringify(change(JSON.parse(readFileSync(file, "utf8")) as Record<string, unknown>)),
        );
      const relayer = await strongroom(
        "init",
        "--folder",
        "relayer",
        "--name",
        "relayer",
        "--coordinator",
        ...password,
      );
      const ports: { name: string; host: string; port: number; fingerprint: unknown }[] = [];
      for (const name of ["anna", "ben"]) {
        const { json } = await strongroom(
          "init",
          "--folder",
          name,
          "--name",
          name,
          "--listen",
          "127.0.0.1:0",
          ...password,
        );
        edit(here(name, "signer.json"), (config) => ({
          ...config,
          coordinators: [{ name: "relayer", fingerprint: relayer.json.fingerprint }],
        }));
        ports.push({ name, host: "127.0.0.1", port: await run(name), fingerprint: json.fingerprint });
      }
      edit(here("relayer", "coordinator.json"), (config) => ({ ...config, signers: ports }));
      const members = ["anna", "ben"].flatMap((name) => ["--member", here(name, "identity.json")]);
      const plan = [
        "plan",
        "--key",
        "coins",
        "--use",
        "transaction",
        "--threshold",
        "2",
        ...members,
        "--out",
        "plan.json",
      ];
      const { json: planned } = await strongroom(...plan);
      const lead = [
        "dkg",
        "--config",
        here("relayer", "coordinator.json"),
        "--ceremony",
        "plan.json",
        "--out",
        here("coins.json"),
        ...password,
      ];
      await refuses("CEREMONY_NOT_APPROVED", strongroom(...lead));
      for (const name of ["anna", "ben"]) {
        const approve = ["approve", "--config", here(name, "signer.json"), "--ceremony", "plan.json"];
        await refuses("USAGE", strongroom(...approve, "--fingerprint", "00".repeat(32)));
        expect((await strongroom(...approve)).json.approved).to.equal(false);
        const spoken = String(planned.ceremony).match(/.{8}/g)?.join(" ") ?? "";
        expect((await strongroom(...approve, "--fingerprint", spoken)).json.approved).to.equal(true);
      }
      const discard = ["discard", "--config", here("anna", "signer.json"), "--key", "coins", ...password];
      expect((await strongroom(...discard)).json).to.deep.equal({
        key: "coins",
        stored: false,
        approvals: 1,
      });
      await refuses("KEY_UNKNOWN", strongroom(...discard));
      await refuses("CEREMONY_NOT_APPROVED", strongroom(...lead));
      const again = ["approve", "--config", here("anna", "signer.json"), "--ceremony", "plan.json"];
      await strongroom(...again, "--fingerprint", String(planned.ceremony));
      const { json: made } = await strongroom(...lead);
      const group = new GroupKey(JSON.parse(readFileSync(here("coins.json"), "utf8")));
      expect(made.publicKey).to.equal(group.publicKey);
      const status = await strongroom("status", "--config", here("relayer", "coordinator.json"), ...password);
      expect(status.code).to.equal(0);
      expect(JSON.stringify(status.json)).to.include(group.generation);
      await refuses("FILE_EXISTS", strongroom("init", "--folder", "anna", "--name", "anna", ...password));
    });
  });
});
