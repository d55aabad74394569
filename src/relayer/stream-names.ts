import type { Caip2, ConflictToken } from "../chains/chain.ts";
import type { TokenState } from "./deciders/token-decider.ts";

/** What a stream is about. */
export type StreamKind = "in" | "out" | "up" | "token";
/** The kinds of a route's own streams: deposits, payouts, upkeep of the wallet. */
export const OWN_KINDS = ["in", "out", "up"] as const;

/** What the names of a journal's streams begin with that belong to no route alone: tokens, and the accounts that are watched. */
export const SHARED: readonly string[] = ["token", "accounts"];

/** The streams of one route in a journal. A token's is its chain's alone, so that two routes can't have one token. */
export class StreamNames {
  readonly route: string;

  /** @param route lower-case letters, digits and hyphens */
  constructor(route: string) {
    this.route = route;
  }

  inbound(depositId: string): string {
    return `${this.route}/in/${depositId}`;
  }

  outbound(payoutId: string): string {
    return `${this.route}/out/${payoutId}`;
  }

  /** @param id the effect's, with its 0x */
  upkeep(id: string): string {
    return `${this.route}/up/${id}`;
  }

  /** What was decided about the route itself. */
  control(): string {
    return `${this.route}/route`;
  }

  /** What `open` is asked for. */
  prefix(kind: (typeof OWN_KINDS)[number]): string {
    return `${this.route}/${kind}/`;
  }

  /** Whether a token was taken for one of the route's own streams: what becomes of others' is their routes' business. */
  haveToken({ taken }: Pick<TokenState, "taken">): boolean {
    return taken?.stream.startsWith(`${this.route}/`) ?? false;
  }

  cursor(chain: Caip2): string {
    return `${this.route}/scan/${chain}`;
  }

  /** The cursor of what is read again. */
  lookBack(): string {
    return `${this.route}/back`;
  }

  lease(): string {
    return `${this.route}/lease`;
  }
}

export function tokenPrefix(chain: Caip2): string {
  return `token/${chain}/`;
}

/** What the streams of all tokens of a route's two chains begin with. */
export function tokenPrefixes({ home, foreign }: Readonly<Record<"home" | "foreign", Caip2>>) {
  return [tokenPrefix(home), tokenPrefix(foreign)] as const;
}

export function tokenStream({ chain, kind, value }: ConflictToken): string {
  return `${tokenPrefix(chain)}${kind}/${value}`;
}

/** The token of a token's stream. */
export function tokenOf(chain: Caip2, stream: string): ConflictToken {
  const rest = stream.slice(tokenPrefix(chain).length);
  const cut = rest.indexOf("/");
  return { chain, kind: rest.slice(0, cut) as ConflictToken["kind"], value: rest.slice(cut + 1) };
}

export function kindOf(stream: string): StreamKind {
  if (stream.startsWith("token/")) return "token";
  return OWN_KINDS.find((kind) => stream.includes(`/${kind}/`)) ?? "in";
}

/** The id of the message that a stream is about. */
export function idOf(stream: string): string {
  return stream.slice(stream.lastIndexOf("/") + 1);
}
