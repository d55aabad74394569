import { UsageError } from "../core/errors.ts";

/** Where one server of a database is reached. */
export interface PostgresHost {
  /** Without user and password: for people. */
  readonly name: string;
  readonly url: string;
}

/**
 * The servers that a URL names: several with commas, as libpq has them, of which one is the primary.
 *
 * @example
 * postgresHosts("postgres://relayer@a:5432,b:5432/strongroom").map(({ name }) => name); // ["a:5432", "b:5432"]
 * @throws UsageError
 */
export function postgresHosts(url: string): readonly PostgresHost[] {
  const [, scheme, user = "", hosts, rest = ""] =
    /^(postgres(?:ql)?:\/\/)([^@/]*@)?([^/?]*)(.*)$/s.exec(url) ?? [];
  if (scheme === undefined || hosts === undefined) {
    throw new UsageError("The journal's URL is none of PostgreSQL's", {
      advice: "Write postgres://USER@HOST:PORT/DATABASE, several hosts with commas.",
    });
  }
  return hosts.split(",").map((host) => {
    const one = `${scheme}${user}${host}${rest}`;
    if (!URL.canParse(one)) {
      throw new UsageError(`${JSON.stringify(host)} is no host of a URL`, {
        advice: "Write postgres://USER@HOST:PORT/DATABASE, several hosts with commas.",
      });
    }
    return { name: host === "" ? "local socket" : host, url: one };
  });
}
