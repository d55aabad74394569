import type { JsonRpcSigner } from "ethers";
import { addressOfScript, scriptOfAddress } from "../../chains/utxo/address.ts";
import { UTXO_NETWORKS } from "../../chains/utxo/network.ts";
import { formatUnits, units } from "../../core/money.ts";
import { explainReasons } from "../../custody/reasons.ts";
import { openRelayStage, type RelayStage } from "../../testing/relay-stage.ts";
import type { CoinsPlayed } from "./run-coins.ts";

const NETWORK = UTXO_NETWORKS.litecoinRegtest;
const DECIMALS = 8;
/** Litoshi. */
const COIN = 100_000_000n;
const DEPOSIT = 8n * COIN;
const PAYOUT = COIN / 2n;
/** Where the relayer kills itself: its payment has been sent, and it doesn't know yet. */
const AFTER_SENDING = { STRONGROOM_FAULT: "relay.payment.sent:1" };

const inCoins = (amount: bigint) => formatUnits(units(amount), DECIMALS, "LTC");

/** Everything for real, in processes of its own: two litecoind, anvil with the whole suite, three signers, a relayer that is killed. */
export async function playOnLitecoin(say: (line: string) => void): Promise<CoinsPlayed> {
  const stage = await openRelayStage();
  try {
    return await new LitecoinAct(stage, (line) => say(`  ${line}`)).play();
  } finally {
    await stage.close();
  }
}

class LitecoinAct {
  readonly #stage: RelayStage;
  readonly #say: (line: string) => void;
  readonly #alice: JsonRpcSigner;
  readonly #config: string;
  readonly #broken: string[] = [];

  constructor(stage: RelayStage, say: (line: string) => void) {
    const [alice] = stage.users;
    if (alice === undefined) throw new Error("the development chain has no accounts");
    this.#stage = stage;
    this.#say = say;
    this.#alice = alice;
    this.#config = stage.workerConfig("worker", { file: `${stage.folder}/journal.sqlite` });
  }

  async play(): Promise<CoinsPlayed> {
    const stage = this.#stage;
    const { provider } = stage;
    const begin = await provider.getBlockNumber();
    this.#say(
      "Two litecoind on regtest, anvil with the suite, three signers of whom two must sign, a relayer.",
    );
    const relayer = await stage.startRelayer(this.#config);
    await this.#deposit();

    const script = stage.bank.freshScript();
    const handle = await stage.destination(this.#alice, script);
    await this.#isLimited(handle);
    await stage.season();
    await relayer.end("SIGTERM");
    const transaction = await this.#leaves(script, handle);
    const gas = await this.#gasSince(begin);
    return {
      title: "Litecoin is deposited, limited like all else, and paid out once, though the relayer is killed",
      figures: { on: "litecoind", deposited: inCoins(DEPOSIT), paidOut: inCoins(PAYOUT), transaction },
      broken: this.#broken,
      gas,
    };
  }

  #promise(what: string, kept: boolean): void {
    if (!kept) this.#broken.push(what);
  }

  async #deposit(): Promise<void> {
    const stage = this.#stage;
    const { code, stdout, stderr } = await stage.relay(this.#config, "watch", this.#alice.address);
    if (code !== 0) throw new Error(`relay watch: ${stderr}`);
    const address = stdout.trim();
    this.#say(`Alice's own deposit address is ${address}. She sends ${inCoins(DEPOSIT)} to it.`);
    await stage.bank.send([{ script: scriptOfAddress(NETWORK, address), amount: DEPOSIT }]);
    await stage.mineForeign(NETWORK.confirmations - 1);
    const isSeen = async () => (await stage.openMessages(this.#config)).length === 1;
    await stage.until("the relayer sees it", isSeen, { foreign: false });
    const early = await stage.balanceOf(this.#alice.address);
    this.#promise("nothing is credited before the deposit is final", early === 0n);
    const isCredited = async () => (await stage.balanceOf(this.#alice.address)) > 0n;
    await stage.until("it is credited", isCredited);
    const balance = await stage.balanceOf(this.#alice.address);
    this.#say(
      `  Final after ${NETWORK.confirmations} blocks: two signers say so, and the ledger has ${inCoins(balance)} of hers.`,
    );
    this.#promise("she has what she sent", balance === DEPOSIT);
    this.#promise("the ledger owes no more than came", (await stage.supply()) === DEPOSIT);
  }

  async #isLimited(handle: string): Promise<void> {
    const asked = await this.#stage.exit(this.#alice, PAYOUT, handle);
    this.#promise("an exit of fresh coins to a new destination is queued", "queued" in asked);
    if (!("queued" in asked)) return;
    this.#say(`She asks for ${inCoins(PAYOUT)} at once. Queued, because ${explainReasons(asked.reasons)}.`);
    await this.#stage.cancel(this.#alice, asked.queued);
    const balance = await this.#stage.balanceOf(this.#alice.address);
    this.#promise("what she cancels is hers again", balance === DEPOSIT);
  }

  async #leaves(script: string, handle: string): Promise<string> {
    const stage = this.#stage;
    const asked = await stage.exit(this.#alice, PAYOUT, handle);
    if (!("payoutId" in asked)) throw new Error(`it is queued: ${explainReasons(asked.reasons)}`);
    const { payoutId } = asked;
    this.#say(
      `Two days later, the same again: at once. The relayer is told to die right after it has sent the payment.`,
    );
    const first = await stage.startRelayer(this.#config, AFTER_SENDING);
    let killed = false;
    void first.ended.then(({ signal }) => {
      killed = signal === "SIGKILL";
    });
    await stage.until("the relayer is killed", async () => killed, { foreign: false });
    await stage.restartForeign();
    const left = (await stage.litecoin[0].ask("getrawmempool")) as readonly string[];
    this.#promise("both nodes have forgotten the payment", left.length === 0);
    this.#say(
      "  It is dead, and both nodes have lost the payment with their mempools. A new relayer begins.",
    );
    const second = await stage.startRelayer(this.#config);
    await stage.until("it is settled", async () => (await stage.said("PayoutSettled", payoutId)) > 0);
    const isSeen = async () => (await stage.message(this.#config, payoutId))?.stage === "settled";
    await stage.until("the relayer knows", isSeen);
    await second.end("SIGTERM");
    const payments = await stage.payments(script);
    const [paid] = payments;
    this.#say(
      `  It sends the same bytes again: ${payments.length} payment of ${inCoins(paid?.amount ?? 0n)} to ${addressOfScript(NETWORK, script)}.`,
    );
    this.#promise("she is paid once", payments.length === 1 && paid?.amount === PAYOUT);
    this.#promise("it is settled once", (await stage.said("PayoutSettled", payoutId)) === 1);
    this.#promise("the ledger owes the rest", (await stage.supply()) === DEPOSIT - PAYOUT);
    return paid?.txId ?? "none";
  }

  async #gasSince(begin: number): Promise<number> {
    const { provider } = this.#stage;
    let gas = 0n;
    for (let block = begin + 1; block <= (await provider.getBlockNumber()); block++)
      gas += (await provider.getBlock(block))?.gasUsed ?? 0n;
    return Number(gas);
  }
}
