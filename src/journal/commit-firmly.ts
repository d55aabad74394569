import type { ClientBase, Notification } from "pg";

/**
 * COMMIT that is only done when it is done everywhere: a server that stops to wait for its standby says so in a warning, and
 * answers as if all were well.
 */
export async function commitFirmly(client: ClientBase): Promise<void> {
  let warning: unknown;
  const hear = (notice: Notification) => {
    if ((notice as { severity?: string }).severity === "WARNING") warning = notice;
  };
  client.on("notice", hear as never);
  try {
    const { command } = await client.query("COMMIT");
    if (command !== "COMMIT") throw new Error(`the server answered COMMIT with ${command}`);
    if (warning !== undefined) throw warning;
  } finally {
    client.off("notice", hear as never);
  }
}
