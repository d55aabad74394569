import type { NodeTransport } from "../../src/chains/utxo/json-rpc-node.ts";

/** The real way to nodes, and which methods were asked by it, in order. */
export interface CountingTransport extends NodeTransport {
  readonly asked: string[];
}

/** Makes one. */
export function countingTransport(): CountingTransport {
  const asked: string[] = [];
  return {
    asked,
    fetch: (input, init) => {
      asked.push((JSON.parse(String(init?.body)) as { method: string }).method);
      return fetch(input, init);
    },
    wait: async () => undefined,
  };
}
