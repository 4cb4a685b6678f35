import { readFileSync } from 'node:fs';
import * as os from 'node:os';
import type { SystemFacts } from '@httpd-ts/kernel';
import { entryOf } from '@httpd-ts/kernel';
import packageFacts from '../../package.json' with { type: 'json' };

/** What packagers write into `Apache/2.4.71 (…)`, by the ID of os-release. */
const platformWords: Readonly<Record<string, string>> = {
  debian: 'Debian',
  ubuntu: 'Ubuntu',
  raspbian: 'Raspbian',
  fedora: 'Fedora Linux',
  rhel: 'Red Hat Enterprise Linux',
  centos: 'CentOS Stream',
  rocky: 'Rocky Linux',
  almalinux: 'AlmaLinux',
  opensuse: 'Linux/SUSE',
  sles: 'Linux/SUSE',
  amzn: 'Amazon Linux',
};

function textOf(path: string): string {
  try {
    return readFileSync(path, 'latin1');
  } catch {
    return '';
  }
}

/** The word a packaged httpd has for the system that this os-release text describes. */
export function platformWord(osRelease: string): string {
  const id = /^ID=["']?([^"'\n]*)/m.exec(osRelease)?.[1] ?? '';
  return entryOf(platformWords, id) ?? entryOf(platformWords, id.split('-')[0]!) ?? 'Unix';
}

interface Account {
  readonly name: string;
  readonly id: number;
}

/** Lines of passwd and group: name, password, number. */
function accounts(text: string): Account[] {
  return text.split('\n').flatMap((line) => {
    const [name, , id] = line.split(':');
    return name && id && /^\d+$/.test(id) ? [{ name, id: Number(id) }] : [];
  });
}

function idIn(path: string, name: string): number | undefined {
  const numeric = /^#(\d+)$/.exec(name)?.[1];
  if (numeric !== undefined) return Number(numeric);
  return accounts(textOf(path)).find((account) => account.name === name)?.id;
}

/** The group that a user of passwd has before all others. */
export function primaryGroup(user: string): number | undefined {
  for (const line of textOf('/etc/passwd').split('\n')) {
    const [name, , id, group] = line.split(':');
    if (name === user && id) return Number(group);
  }
  return undefined;
}

/** The home directory of the first line for a user. */
function homeIn(path: string, user: string): string | undefined {
  for (const line of textOf(path).split('\n')) {
    const [name, , id, , , home] = line.split(':');
    if (name === user && id) return home;
  }
  return undefined;
}

/** Names by number, read when first asked for. */
function namesOf(path: string): (id: number) => string | undefined {
  let names: Map<number, string> | undefined;
  return (id) => {
    if (names === undefined) {
      names = new Map();
      for (const account of accounts(textOf(path)))
        if (!names.has(account.id)) names.set(account.id, account.name);
    }
    return names.get(id);
  };
}

/** Facts of this machine and process. `startedAtMs` is that of the whole server where it has several processes. */
export function nodeSystem(startedAtMs = performance.timeOrigin): SystemFacts {
  return {
    platform: platformWord(textOf('/etc/os-release') || textOf('/usr/lib/os-release')),
    version: packageFacts.version,
    processId: process.pid,
    isRoot: process.geteuid?.() === 0,
    startedAtMs,
    userId: (name) => idIn('/etc/passwd', name),
    groupId: (name) => idIn('/etc/group', name),
    userName: namesOf('/etc/passwd'),
    groupName: namesOf('/etc/group'),
    homeDirectory: (name) => homeIn('/etc/passwd', name),
    load: () => os.loadavg() as [number, number, number],
    cpuSeconds() {
      const { user, system } = process.cpuUsage();
      return { user: user / 1e6, system: system / 1e6 };
    },
  };
}

/** Groups that a user belongs to beside `group`. httpd: initgroups */
export function supplementaryGroups(user: string, group: number): number[] {
  const ids = new Set([group]);
  for (const line of textOf('/etc/group').split('\n')) {
    const [, , id, members = ''] = line.split(':');
    if (id && /^\d+$/.test(id) && members.split(',').includes(user)) ids.add(Number(id));
  }
  return [...ids];
}
