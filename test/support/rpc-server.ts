import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { json } from "node:stream/consumers";

/** What an embedded chain answers with. */
interface Provider {
  request(call: { method: string; params?: unknown[] }): Promise<unknown>;
}

interface Request {
  readonly id: number;
  readonly method: string;
  readonly params?: unknown[];
}

/** An embedded chain on a port of this machine, so that other processes reach it. */
export async function serve(provider: Provider): Promise<{ readonly url: string; close(): void }> {
  const answer = async ({ id, method, params = [] }: Request) => {
    try {
      return { jsonrpc: "2.0", id, result: await provider.request({ method, params }) };
    } catch (thrown) {
      const { code = -32_603, message, data } = thrown as { code?: number; message: string; data?: unknown };
      return { jsonrpc: "2.0", id, error: { code, message, data } };
    }
  };
  const server = createServer(async (request, response) => {
    const asked = (await json(request)) as Request | Request[];
    const answers = Array.isArray(asked) ? await Promise.all(asked.map(answer)) : await answer(asked);
    response.setHeader("Content-Type", "application/json").end(JSON.stringify(answers));
  });
  await new Promise<void>((listening) => {
    server.listen(0, "127.0.0.1", listening);
  });
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close: () => {
      server.close();
      server.closeAllConnections();
    },
  };
}
