import type { ListenAddress } from '@httpd-ts/kernel';

/** `address:port` as httpd prints it, `[::]:80` for all addresses. */
export function addressText({
  address,
  port,
}: {
  readonly address: string | undefined;
  readonly port: number;
}): string {
  if (address === undefined) return `[::]:${port}`;
  return address.includes(':') ? `[${address}]:${port}` : `${address}:${port}`;
}

/** Each address once, in order. */
export function uniqueListen(listen: readonly ListenAddress[]): ListenAddress[] {
  const seen = new Map<string, ListenAddress>();
  for (const one of listen) if (!seen.has(addressText(one))) seen.set(addressText(one), one);
  return [...seen.values()];
}
