import { expect } from "chai";
import { playOnLitecoin } from "../../src/demo/coins/on-litecoin.ts";
import { playOnSimulator } from "../../src/demo/coins/on-simulator.ts";
import { runCommand } from "../../src/verify/run-command.ts";

describe("The act of the coins", () => {
  it("is loaded by Node alone, as the command is", async () => {
    const file = new URL("../../src/demo/coins/run-coins.ts", import.meta.url).href;
    const words = ["--input-type=module", "--eval", `await import(${JSON.stringify(file)}); process.exit(0)`];
    const { code, output } = await runCommand(process.execPath, words, { cwd: process.cwd() });
    expect(code, output).to.equal(0);
  });

  it("keeps its promises on litecoind: a deposit, a limit, one payment by a relayer that is killed", async () => {
    const said: string[] = [];
    const { broken, figures, gas } = await playOnLitecoin((line) => said.push(line));
    expect(broken).to.deep.equal([]);
    expect(figures).to.include({ on: "litecoind", deposited: "8 LTC", paidOut: "0.5 LTC" });
    expect(figures.transaction).to.match(/^[0-9a-f]{64}$/);
    expect(gas).to.be.greaterThan(500_000);
    expect(said.join("\n")).to.match(/Queued, because .*has not been there for long enough/);
    expect(said.join("\n")).to.include("1 payment of 0.5 LTC");
  });

  it("keeps them on the simulator too, says that it is one, and how to see the real thing", async () => {
    const said: string[] = [];
    const { broken, figures } = await playOnSimulator((line) => said.push(line));
    expect(broken).to.deep.equal([]);
    expect(figures.on).to.equal("simulator");
    expect(figures.kills).to.be.greaterThan(10);
    expect(figures.settled).to.be.greaterThan(30);
    expect(said[0]).to.include("litecoind isn't installed");
    expect(said[1]).to.include("apt-get install litecoind");
  });
});
