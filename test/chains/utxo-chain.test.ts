import type { Lie } from "../support/front-node.ts";
import { DEPTH, openLitecoinStage, signAlone } from "../support/litecoin-stage.ts";
import { behavesLikeAChain, type LieAbout } from "./chain.behavior.ts";

type Answer = Record<string, unknown>;

const LIES: Record<LieAbout, Lie> = {
  blocks: (method, [height], truth) =>
    method === "getblockhash" && height !== 0 && typeof truth === "string"
      ? [...truth].reverse().join("")
      : truth,
  confirmations: (method, _, truth) => {
    if (method === "getblockcount") return (truth as number) + 1_000;
    return method === "gettxout" && truth !== null ? { ...(truth as Answer), confirmations: 1_000 } : truth;
  },
  fees: (method, _, truth) => {
    if (method === "estimatesmartfee") return { feerate: 0.01, blocks: 6 };
    return method === "getmempoolinfo" ? { ...(truth as Answer), mempoolminfee: 0.01 } : truth;
  },
};

behavesLikeAChain("Litecoin's regtest", async () => {
  const stage = await openLitecoinStage();
  const { observer, executor, endpoints, bank, book, wallet } = stage;
  let accounts = 0;
  return {
    observer,
    executor,
    depth: DEPTH,
    amount: 10_000_000n,
    mine: stage.mine,
    reorganise: stage.reorganise,
    deposit: async (amount) => {
      const account = `0x${(++accounts).toString(16).padStart(40, "0")}`;
      const txId = await bank.send([{ script: book.add(account), amount }]);
      return { txId, index: 0, account, asset: wallet.network.asset, amount };
    },
    payout: async (amount) =>
      stage.effect("payout", { script: bank.freshScript(), amount: amount.toString() }),
    received: ({ data }) => stage.received(data.script ?? ""),
    sign: (unsigned) => signAlone(executor, unsigned),
    stop: async (node) => endpoints[node]?.treat({ does: "hang up" }),
    start: async (node) => endpoints[node]?.treat({ does: "honest" }),
    lie: (node, about) => endpoints[node]?.treat({ does: "lie", lie: LIES[about] }),
    swallowAnswers: () => {
      for (const endpoint of endpoints) endpoint.treat({ does: "swallow", method: "sendrawtransaction" });
    },
    behonest: () => {
      for (const endpoint of endpoints) endpoint.treat({ does: "honest" });
    },
    wipeMempools: stage.restart,
    close: stage.close,
  };
});
