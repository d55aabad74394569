import { chmodSync, mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { environment } from "../../src/testing/run-tests.ts";
import { runCommand } from "../../src/verify/run-command.ts";

const REPOSITORY = fileURLToPath(new URL("../..", import.meta.url));

/** How a program ended. */
export type Ended = Awaited<ReturnType<typeof runCommand>>;

/** A project that starts with nothing, outside of the repository, and runs under a Node of its own. */
export class EmptyProject implements Disposable {
  readonly root = realpathSync(mkdtempSync(join(tmpdir(), "empty-project-")));
  readonly #env: NodeJS.ProcessEnv;

  /** @param node the folder of the Node to use; the one that runs this unless given */
  constructor(node: string = dirname(process.execPath)) {
    this.#env = { ...environment(), PATH: [node, process.env.PATH].join(delimiter) };
    this.write("package.json", '{ "private": true, "type": "module" }\n');
  }

  write(file: string, text: string, mode = 0o644): void {
    mkdirSync(dirname(join(this.root, file)), { recursive: true });
    writeFileSync(join(this.root, file), text);
    chmodSync(join(this.root, file), mode);
  }

  run(program: string, words: readonly string[], env: NodeJS.ProcessEnv = {}): Promise<Ended> {
    return runCommand(program, words, { cwd: this.root, env: { ...this.#env, ...env } });
  }

  install(...packages: readonly string[]): Promise<Ended> {
    return this.run("npm", ["install", "--prefer-offline", "--no-audit", "--no-fund", ...packages]);
  }

  /** Puts a package of the repository into this project, under the same version and without fetching it again. */
  borrow(name: string): void {
    symlinkSync(join(REPOSITORY, "node_modules", name), join(this.root, "node_modules", name));
  }

  [Symbol.dispose](): void {
    rmSync(this.root, { recursive: true, force: true });
  }
}
