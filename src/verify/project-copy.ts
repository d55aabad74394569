import { copyFileSync, existsSync, mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { TerminalError } from "../core/errors.ts";
import { runCommand } from "./run-command.ts";

/**
 * A copy of the project's sources in a temporary directory: every file that git knows or would add, with this
 * checkout's node_modules. What is done to the copy never reaches the checkout.
 */
export class ProjectCopy implements AsyncDisposable {
  readonly root: string;

  private constructor(root: string) {
    this.root = root;
  }

  static async of(project: string): Promise<ProjectCopy> {
    const listed = await runCommand("git", ["ls-files", "-z", "--cached", "--others", "--exclude-standard"], {
      cwd: project,
    });
    if (listed.code !== 0) {
      throw new TerminalError("NOT_A_CHECKOUT", "git cannot list this project's files", {
        cause: new Error(listed.output.trim()),
        advice: "Run it in a clone of the repository.",
      });
    }
    const root = realpathSync(mkdtempSync(join(tmpdir(), "strongroom-copy-")));
    for (const file of new Set(listed.stdout.split("\0"))) {
      // A file deleted but not yet committed is listed and absent.
      if (file === "" || !existsSync(join(project, file))) continue;
      mkdirSync(dirname(join(root, file)), { recursive: true });
      copyFileSync(join(project, file), join(root, file));
    }
    symlinkSync(resolve(project, "node_modules"), join(root, "node_modules"));
    return new ProjectCopy(root);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    rmSync(this.root, { recursive: true, force: true });
  }
}
