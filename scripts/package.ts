// Builds the published package and packs it:
//   node scripts/package.ts [FOLDER]     the tarball's folder, .strongroom unless given
import { relative, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { explain, StrongroomError } from "../src/core/errors.ts";
import { compile } from "../src/demo/compile.ts";
import { pack } from "../src/package/pack.ts";
import { packageFiles, stage } from "../src/package/stage.ts";

const STAGED = ".strongroom/package";

const [folder = ".strongroom"] = process.argv.slice(2);
const destination = resolve(folder);
process.chdir(fileURLToPath(new URL("..", import.meta.url)));

try {
  await compile();
  stage(packageFiles({ root: process.cwd() }), STAGED);
  const { file, size, unpackedSize, integrity, entries } = await pack(STAGED, destination);
  console.log(
    `${relative(process.cwd(), file)}: ${entries.length} files, ${size} bytes, ${unpackedSize} unpacked`,
  );
  console.log(integrity);
} catch (error) {
  if (!(error instanceof StrongroomError)) throw error;
  console.error(explain(error));
  process.exitCode = 1;
}
