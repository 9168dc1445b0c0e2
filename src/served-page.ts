/** A file that is served as it is, to everybody who reaches the server under an allowed name. */
export interface ServedPage {
  path: string;
  headers: Readonly<Record<string, string>>;
  body: string | Uint8Array;
}
