import { once } from "node:events";
import { connect, createServer, type Socket } from "node:net";

/**
 * When the connections are cut: never; at a COMMIT, before or after the server has it; or `dead`: at a COMMIT that the server has,
 * and no connection is made from then on.
 */
export type Cut = "never" | "before" | "after" | "dead";

/** A way to a PostgreSQL server that can break at the worst moment. */
export interface CuttingProxy {
  readonly port: number;
  /** Breaks once, then is `never` again, or stays dead. */
  cut(when: Cut): void;
  /** Lets connections through again. */
  mend(): void;
  close(): Promise<void>;
}

/** Starts a proxy before a server of this machine. */
export async function startCuttingProxy(to: number): Promise<CuttingProxy> {
  let when: Cut = "never";
  let dead = false;
  const sockets = new Set<Socket>();
  const server = createServer((client) => {
    sockets.add(client);
    client.on("error", () => {}).on("close", () => sockets.delete(client));
    if (dead) return void client.destroy();
    const target = connect(to, "127.0.0.1");
    sockets.add(target);
    target.on("error", () => client.destroy()).on("close", () => client.destroy());
    client.on("close", () => target.end());
    let muted = false;
    target.on("data", (data) => {
      // What comes after the cut is lost; the client sees the end only once the server has answered.
      if (muted) client.destroy();
      else client.write(data);
    });
    client.on("data", (data) => {
      if (when === "never" || !data.includes("COMMIT\0")) return void target.write(data);
      const how = when;
      when = "never";
      if (how === "before") {
        target.destroy();
        client.destroy();
        return;
      }
      muted = true;
      dead = how === "dead";
      target.write(data);
    });
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("no port");
  return {
    port: address.port,
    cut(next) {
      when = next;
    },
    mend() {
      dead = false;
    },
    async close() {
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, "close");
    },
  };
}
