/** A node's answer was longer than what is read. */
export class AnswerTooLong extends Error {
  constructor(most: number) {
    super(`its answer is longer than ${most} bytes`);
  }
}

/** A question to a node behind HTTP. */
export interface Post {
  readonly url: string;
  readonly body: string;
  /** The Authorization header, where the node asks who we are. */
  readonly authorization?: string | undefined;
  /** Milliseconds for all of the answer. */
  readonly timeout: number;
  /** Bytes of the longest answer that is read. */
  readonly most: number;
  readonly fetch: typeof fetch;
}

/** What came back. */
export interface Posted {
  readonly status: number;
  readonly ok: boolean;
  readonly text: string;
}

/** The Authorization header of a user and password (RFC 7617), the password in the clear. */
export function basicAuthorization(credentials: string): string {
  return `Basic ${Buffer.from(credentials).toString("base64")}`;
}

/**
 * Posts JSON to a node. It is asked at its own address or not at all: one that sends elsewhere would take what is shown to it along.
 *
 * @throws AnswerTooLong, or whatever `fetch` throws
 */
export async function postJson({ url, body, authorization, timeout, most, fetch }: Post): Promise<Posted> {
  const response = await fetch(url, {
    method: "POST",
    headers: {
      "content-type": "application/json",
      ...(authorization === undefined ? {} : { authorization }),
    },
    body,
    redirect: "error",
    signal: AbortSignal.timeout(timeout),
  });
  const parts: Uint8Array[] = [];
  let size = 0;
  for await (const part of response.body ?? []) {
    size += part.length;
    if (size > most) throw new AnswerTooLong(most);
    parts.push(part);
  }
  return { status: response.status, ok: response.ok, text: Buffer.concat(parts).toString("utf8") };
}
