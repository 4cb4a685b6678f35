import type { Settings } from '@httpd-ts/kernel';

/** httpd: DEFAULT_HEARTBEAT_STORAGE */
export const usualStorage = 'hb.dat';

/** Where the storage lies: names that are no paths are below the directory of run-time files. httpd: ap_runtime_dir_relative */
export function storagePath({ defaultRuntimeDir, serverRoot }: Settings, name: string): string {
  if (name.startsWith('/')) return name;
  return `${(defaultRuntimeDir ?? `${serverRoot}/logs`).replace(/\/$/, '')}/${name}`;
}
