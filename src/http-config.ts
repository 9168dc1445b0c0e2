/** An address to listen on. */
export interface ListenAddress {
  /** Without brackets. */
  readonly host: string;
  /** 0 for any free port. */
  readonly port: number;
}

/** Who is let in, and how that is found out. */
export type AuthConfig =
  | { readonly kind: 'none' }
  | { readonly kind: 'keys'; readonly file: string }
  | {
      readonly kind: 'oauth';
      readonly issuer: string;
      /** The `aud` that tokens must have; by default the URL of the endpoint. */
      readonly audience: string;
      /** Where the issuer's keys are; undefined to find them by its metadata. */
      readonly jwks: string | undefined;
      /** The file that gives policies to claims; undefined to let everybody in whom the issuer knows. */
      readonly policiesFile: string | undefined;
    };

/** The configuration of `serve --http`, complete and checked. */
export interface HttpConfig {
  readonly listen: ListenAddress;
  /** The origin under which clients reach the server, without a path; undefined if it is the address. */
  readonly publicUrl: string | undefined;
  /** Host names, with a port where only that one is meant, in lower case. */
  readonly allowedHosts: readonly string[];
  /** Origins of browsers that may send requests; none by default. */
  readonly allowedOrigins: readonly string[];
  readonly auth: AuthConfig;
  /** The file of named Segment tokens; undefined where the settings hold the only one. */
  readonly tokensFile: string | undefined;
  /** What replicas share their state in; undefined for a single replica. May hold a password. */
  readonly redisUrl: string | undefined;
  /** Where metrics are served; undefined if they are not. */
  readonly metrics: ListenAddress | undefined;
  /** How long new calls are still served after a signal, so that a load balancer notices. */
  readonly drainWaitMs: number;
  /** How long calls under way may take after that. */
  readonly graceMs: number;
  /** The name of this replica, for logs and for the others. */
  readonly replica: string;
}
