/*
 * The proxy that the environment names. As in curl and undici, lower-case variables take precedence
 * over upper-case ones, and without a proxy for https the one for http is used.
 */

/** The proxy between this server and Segment. */
export interface HttpProxy {
  /** Its URL, without user and password. */
  readonly url: string;
  /** The variable that names it. */
  readonly variable: string;
  /** The value of the `Proxy-Authorization` header, if needed. */
  readonly authorization: string | undefined;
  /** Its secrets, for redaction. */
  readonly secrets: readonly string[];
}

type Environment = Readonly<Record<string, string | undefined>>;

const variables = ['https_proxy', 'HTTPS_PROXY', 'http_proxy', 'HTTP_PROXY'];

/** Shorter secrets would match too many harmless texts. */
const minSecretChars = 6;

/**
 * The proxy for a base URL; undefined if the environment names none, or exempts this host, or the
 * host is this machine.
 *
 * @param warn receives a sentence if the environment names an unusable proxy.
 */
export function findProxy(
  baseUrl: string,
  environment: Environment,
  warn: (sentence: string) => void,
): HttpProxy | undefined {
  const target = new URL(baseUrl);
  if (isLoopback(target.hostname)) return undefined;
  const variable = variables.find((name) => environment[name]?.trim());
  if (variable === undefined) return undefined;
  const exempt = environment.no_proxy?.trim() || environment.NO_PROXY || '';
  if (isExempt(target, exempt)) return undefined;
  const proxy = urlOf(environment[variable] ?? '');
  if (!proxy) {
    warn(`${variable} is not used: it must be the URL of a proxy, http:// or https://.`);
    return undefined;
  }
  const user = decoded(proxy.username);
  const password = decoded(proxy.password);
  const credentials = user || password ? `${user}:${password}` : undefined;
  const encoded = credentials && Buffer.from(credentials).toString('base64');
  const secrets = credentials && encoded ? [credentials, encoded, password || user] : [];
  return {
    url: proxy.origin,
    variable,
    authorization: encoded && `Basic ${encoded}`,
    secrets: secrets.filter(({ length }) => length >= minSecretChars),
  };
}

/** Programs also accept a proxy's address without a scheme. */
function urlOf(given: string): URL | undefined {
  const text = given.trim();
  const whole = /^[a-z][a-z\d+.-]*:\/\//i.test(text) ? text : `http://${text}`;
  const url = URL.canParse(whole) ? new URL(whole) : undefined;
  const isHttp = url?.protocol === 'http:' || url?.protocol === 'https:';
  // URL accepts braces and the like as parts of a host name. A token in the wrong place is none,
  // and would be shown as the address.
  const isHost = url !== undefined && /^(?!sgp_)([\w.-]+|\[.+\])$/.test(url.hostname);
  return isHttp && isHost ? url : undefined;
}

/** A `%` that encodes nothing stands for itself. */
function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

function isLoopback(hostname: string): boolean {
  return /^(127(\.\d+){3}|\[::1\]|(.*\.)?localhost)\.?$/.test(hostname);
}

/** Whether `NO_PROXY` names the host: `*`, or a host or domain, with or without a port. */
function isExempt({ hostname, port }: URL, noProxy: string): boolean {
  return noProxy
    .toLowerCase()
    .split(/[\s,]+/)
    .filter((entry) => entry !== '')
    .some((entry) => {
      const [name, onlyPort] = splitPort(entry);
      if (onlyPort !== undefined && onlyPort !== (port || '443')) return false;
      const domain = name.replace(/^\*?\./, '');
      return name === '*' || hostname === domain || hostname.endsWith(`.${domain}`);
    });
}

/** An IPv6 address also has colons: with a port, it is in brackets. */
function splitPort(entry: string): [name: string, port: string | undefined] {
  const colon = entry.lastIndexOf(':');
  const hasPort = entry[colon - 1] === ']' || (colon > 0 && entry.indexOf(':') === colon);
  if (hasPort) return [entry.slice(0, colon), entry.slice(colon + 1)];
  const isBareIpv6 = colon !== -1 && !entry.startsWith('[');
  return [isBareIpv6 ? `[${entry}]` : entry, undefined];
}
