import { createRequire } from "node:module";

/** The program itself, not the script that npm installs for it: that one would leave its child behind when killed. */
export function anvilProgram(): string {
  const load = createRequire(import.meta.url);
  const machine = process.arch === "x64" ? "amd64" : process.arch;
  return load.resolve(`@foundry-rs/anvil-${process.platform}-${machine}/bin/anvil`);
}
