import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "chai";
import { explain, StrongroomError } from "../../src/core/errors.ts";
import { ensureVenv, pipProblem, requirementsIn } from "../../src/verify/python.ts";
import { refusal } from "../support/refusal.ts";

describe("the Python environment", () => {
  let state: string;
  const file = () => join(state, "requirements.txt");

  /** A python3 that answers as a shell script says. */
  function python(script: string): string {
    const path = join(state, "python3");
    writeFileSync(path, `#!/bin/sh\n${script}\n`);
    chmodSync(path, 0o755);
    return path;
  }

  /** A python3 whose venvs hold a pip that ends with this exit code. */
  const withPip = (code: number, says = "") =>
    python(`case "$*" in
--version) echo "Python 3.12.1" ;;
"-m venv "*) mkdir -p "$3/bin"
  printf '#!/bin/sh\\necho "$@" >>"%s/pip.log"\\necho "${says}"\\nexit ${code}\\n' "${state}" >"$3/bin/python3"
  chmod +x "$3/bin/python3"; cp "$3/bin/python3" "$3/bin/tool" ;;
esac`);

  const refused = (python: string) => refusal(ensureVenv(file(), { python, state }));

  beforeEach(() => {
    state = mkdtempSync(join(tmpdir(), "strongroom-python-"));
    writeFileSync(file(), "tool==1.0\n");
  });
  afterEach(() => rmSync(state, { recursive: true, force: true }));

  it("is made once, and anew when the requirements change", async () => {
    const options = { python: withPip(0), state };
    const first = await ensureVenv(file(), options);
    expect(first.bin("tool")).to.equal(join(first.root, "bin/tool"));
    const installs = () => readFileSync(join(state, "pip.log"), "utf8").match(/pip install/g)?.length;
    expect((await ensureVenv(file(), options)).root).to.equal(first.root);
    expect(installs()).to.equal(1);
    writeFileSync(file(), "tool==1.1\n");
    expect((await ensureVenv(file(), options)).root).not.to.equal(first.root);
    expect(installs()).to.equal(2);
  });

  it("is not taken for finished when its installation failed", async () => {
    expect(await refused(withPip(1, "boom"))).to.include({ code: "VENV_FAILED" });
    const venv = await ensureVenv(file(), { python: withPip(0), state });
    expect(existsSync(join(venv.root, "installed"))).to.equal(true);
  });

  it("says which program is missing from it", async () => {
    const venv = await ensureVenv(file(), { python: withPip(0), state });
    expect(() => venv.bin("nope")).to.throw(StrongroomError, 'no program "nope"');
  });

  it("names the command that installs what the machine lacks", async () => {
    const none = await refused(join(state, "no-such-python"));
    expect(none.code).to.equal("NO_PYTHON");
    expect(explain(none)).to.include("apt-get install python3 python3-venv").and.to.include("why:");
    const old = await refused(python('echo "Python 3.9.2"'));
    expect(old.code).to.equal("OLD_PYTHON");
    expect(explain(old)).to.include("3.9.2").and.to.include("3.11");
    const bare = await refused(
      python(
        '[ "$1" = --version ] && echo "Python 3.12.1" && exit; echo "ensurepip is not available"; exit 1',
      ),
    );
    expect(bare.code).to.equal("NO_VENV");
    expect(explain(bare)).to.include("apt-get install python3-venv");
  });

  it("tells a network that is down from packages that do not exist", () => {
    expect(pipProblem("NewConnectionError: failed")).to.include({ retryable: true });
    expect(pipProblem("ERROR: No matching distribution found for x==1")).to.include({ retryable: false });
    expect(pipProblem("OSError: [Errno 28] No space left on device").message).to.match(/disk/);
    expect(pipProblem("anything else").advice).to.match(/run it again/);
  });

  it("takes pinned packages only", () => {
    expect(requirementsIn("r", "# why\na==1.0 # because\nb[x]==2.0.post1\n")).to.have.length(2);
    for (const loose of ["a", "a>=1", "a==1 --hash=x", "-r other.txt", "a==1.*", "# nothing"]) {
      expect(() => requirementsIn("r", loose), loose).to.throw(StrongroomError, "does not pin");
    }
  });
});
