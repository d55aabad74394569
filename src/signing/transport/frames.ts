import { TerminalError } from "../../core/errors.ts";

/** Bytes that one message may have: a transaction of a few hundred inputs. */
export const MOST_BYTES = 1 << 20;

function tooLong(length: number): TerminalError {
  return new TerminalError("FRAME_TOO_LONG", "A message is longer than any may be", {
    facts: { length, most: MOST_BYTES },
    advice: "Ask for less at once.",
  });
}

/** A message as it is sent: its length in four bytes, then the text. Throws `TerminalError` `FRAME_TOO_LONG`. */
export function frame(text: string): Buffer {
  const body = Buffer.from(text);
  if (body.length > MOST_BYTES) throw tooLong(body.length);
  const head = Buffer.alloc(4);
  head.writeUInt32BE(body.length);
  return Buffer.concat([head, body]);
}

/** Takes messages out of what arrives, in whatever pieces. Keeps no more than one message and what came with its end. */
export class FrameReader {
  #chunks: Buffer[] = [];
  #length = 0;

  /** Whether a message has begun and not ended. */
  get waiting(): boolean {
    return this.#length > 0;
  }

  /**
   * The messages that are whole now.
   *
   * @throws TerminalError `FRAME_TOO_LONG`, `FRAME_MALFORMED` (no UTF-8, no JSON): the connection is of no use any more
   */
  *read(chunk: Buffer): Generator<unknown> {
    this.#chunks.push(chunk);
    this.#length += chunk.length;
    for (;;) {
      const wanted = this.#wanted();
      if (wanted === undefined || this.#length < 4 + wanted) return;
      const all = this.#chunks.length === 1 ? (this.#chunks[0] as Buffer) : Buffer.concat(this.#chunks);
      const body = all.subarray(4, 4 + wanted);
      const rest = all.subarray(4 + wanted);
      this.#chunks = rest.length > 0 ? [Buffer.from(rest)] : [];
      this.#length = rest.length;
      yield parse(body);
    }
  }

  /** The length of the next message; undefined while it isn't there. */
  #wanted(): number | undefined {
    if (this.#length < 4) return undefined;
    const first = this.#chunks[0] as Buffer;
    if (first.length < 4) this.#chunks = [Buffer.concat(this.#chunks)];
    const length = (this.#chunks[0] as Buffer).readUInt32BE();
    // Before any of it is kept.
    if (length > MOST_BYTES) throw tooLong(length);
    return length;
  }
}

function parse(body: Buffer): unknown {
  try {
    return JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(body));
  } catch (cause) {
    throw new TerminalError("FRAME_MALFORMED", "A message is no JSON", {
      cause,
      advice: "Use the same version of Strongroom on both sides.",
    });
  }
}
