import { join, posix, relative } from "node:path";
import ts from "typescript";
import { TerminalError } from "../core/errors.ts";

const CONFIG = "tsconfig.package.json";
const MOST_LINES = 20;

function problemsOf(diagnostics: readonly ts.Diagnostic[], root: string): TerminalError {
  const text = ts.formatDiagnostics(diagnostics, {
    getCanonicalFileName: (name) => name,
    getCurrentDirectory: () => root,
    getNewLine: () => "\n",
  });
  return new TerminalError("PACKAGE_DOES_NOT_COMPILE", "The package's entry points do not compile", {
    cause: new Error(text.trim().split("\n").slice(0, MOST_LINES).join("\n")),
    advice: "Correct what src/package/entry-points.ts names; it must also compile for Node 20.",
  });
}

/** The other name of the file that an import names: declarations import sources, and stand for them. */
function emittedName(path: string, importer: string): string {
  return importer.endsWith(".d.ts") ? path.replace(/(?<!\.d)\.[jt]s$/, ".d.ts") : path;
}

/** What the given files need, themselves included: the compiler also emits what only types were taken from. */
function reachable(emitted: ReadonlyMap<string, string>, from: readonly string[]): Map<string, string> {
  const found = new Map<string, string>();
  const open = [...from];
  for (let file = open.pop(); file !== undefined; file = open.pop()) {
    if (found.has(file)) continue;
    const text = emitted.get(file);
    if (text === undefined) {
      throw new TerminalError(
        "PACKAGE_INCOMPLETE",
        `The compiler wrote no ${file}, which the package imports`,
        {
          facts: { file },
          advice: "Import it as TypeScript or JSON from below the project's root.",
        },
      );
    }
    found.set(file, text);
    for (const { fileName } of ts.preProcessFile(text).importedFiles) {
      if (fileName.startsWith(".")) open.push(emittedName(posix.join(posix.dirname(file), fileName), file));
    }
  }
  return found;
}

/**
 * Compiles entry points and all of ours that they import, as tsconfig.package.json says.
 *
 * @param root the project's root
 * @param entries paths from the root
 * @param generated texts of files that don't exist, by path from the root
 * @returns JavaScript and declarations that the entry points need, by path from the root
 * @throws TerminalError `PACKAGE_DOES_NOT_COMPILE` with the compiler's first words, `PACKAGE_INCOMPLETE`.
 */
export function compile(
  root: string,
  entries: readonly string[],
  generated: ReadonlyMap<string, string>,
): ReadonlyMap<string, string> {
  const file = join(root, CONFIG);
  const read = ts.readConfigFile(file, ts.sys.readFile);
  if (read.error !== undefined) throw problemsOf([read.error], root);
  const { options } = ts.parseJsonConfigFileContent(read.config, ts.sys, root, undefined, file);

  const virtual = new Map([...generated].map(([path, text]) => [join(root, path), text]));
  const host = ts.createCompilerHost(options);
  const { fileExists, readFile } = host;
  host.fileExists = (name) => virtual.has(name) || fileExists(name);
  host.readFile = (name) => virtual.get(name) ?? readFile(name);

  const program = ts.createProgram({
    rootNames: entries.map((entry) => join(root, entry)),
    options,
    host,
  });
  const emitted = new Map<string, string>();
  const { diagnostics } = program.emit(undefined, (name, text) => {
    emitted.set(relative(options.outDir ?? root, name), text);
  });
  const all = [...ts.getPreEmitDiagnostics(program), ...diagnostics];
  if (all.length > 0) throw problemsOf(ts.sortAndDeduplicateDiagnostics(all), root);
  const faces = entries.flatMap((entry) => [entry.replace(/\.ts$/, ".js"), entry.replace(/\.ts$/, ".d.ts")]);
  return reachable(emitted, faces);
}
