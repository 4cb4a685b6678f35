import {
  type Compilation,
  type DirectiveDeclaration,
  directive,
  entryOf,
  escapeHtml,
  NOT_IN,
  processSettings,
  type RequestRecord,
  take1,
} from '@httpd-ts/kernel';
import { serverNameOf, serverPortOf } from './canonical-name.ts';
import { coreDirectory } from './core-config.ts';

/** The httpd version this server answers as. */
export const httpdVersion: readonly [number, number, number] = [2, 4, 71];

const tokens = { name: 'ServerTokens' };
const components = { name: 'components of the Server header' };

/** Adds a product to the `Server` header, as in `OpenSSL/3.0.1`. httpd: ap_add_version_component */
export function addServerComponent(compilation: Compilation, component: string): void {
  compilation.memory(components, () => [] as string[]).push(component);
}

/** Makes the `Server` header. httpd: server/core.c set_banner */
export function setServerBanner(compilation: Compilation): void {
  const { value } = compilation.memory(tokens, () => ({ value: 'full' }));
  const [major, minor, patch] = httpdVersion;
  const { platform } = compilation.world.system;
  const whole = `Apache/${major}.${minor}.${patch} (${platform})`;
  const banners: Readonly<Record<string, string>> = {
    prod: 'Apache',
    major: `Apache/${major}`,
    minor: `Apache/${major}.${minor}`,
    min: `Apache/${major}.${minor}.${patch}`,
    os: whole,
    full: [whole, ...compilation.memory(components, () => [] as string[])].join(' '),
  };
  processSettings(compilation).serverBanner = banners[value]!;
}

const tokenWords: Readonly<Record<string, string>> = {
  os: 'os',
  min: 'min',
  minimal: 'min',
  major: 'major',
  minor: 'minor',
  prod: 'prod',
  productonly: 'prod',
  full: 'full',
};

/** The address line below server-made pages; empty when ServerSignature is off. httpd: server/core.c ap_psignature */
export function signature(request: RequestRecord, prefix: string): string {
  const mode = coreDirectory.of(request).serverSignature;
  if (mode === undefined || mode === 'off') return '';
  const name = escapeHtml(serverNameOf(request));
  const { plan } = request.server;
  const banner = plan.process.serverBanner;
  const port = serverPortOf(request);
  if (mode === 'on') return `${prefix}<address>${banner} Server at ${name} Port ${port}</address>\n`;
  const admin = adminOf(request);
  const link = `${/^[a-z][a-z0-9+.-]*:\/\//i.test(admin) ? '' : 'mailto:'}${escapeHtml(admin)}`;
  return `${prefix}<address>${banner} Server at <a href="${link}">${name}</a> Port ${port}</address>\n`;
}

/** ServerAdmin, or what httpd shows in its place. */
export function adminOf(request: RequestRecord): string {
  return request.server.admin ?? '[no address given]';
}

/** What the server tells of itself. */
export const identityDirectives = {
  ServerTokens: directive({
    args: take1,
    context: 'server',
    usage:
      'Determine tokens displayed in the Server: header - Min(imal), Major, Minor, Prod(uctOnly), OS, or Full',
    default: 'Full',
    notIn: NOT_IN.anySection,
    set(_config, word, cmd) {
      const value = entryOf(tokenWords, word.toLowerCase());
      if (value === undefined) {
        return "ServerTokens takes 1 argument: 'Prod(uctOnly)', 'Major', 'Minor', 'Min(imal)', 'OS', or 'Full'";
      }
      cmd.memory(tokens, () => ({ value })).value = value;
      return undefined;
    },
  }),
  ServerSignature: coreDirectory.directive({
    args: take1,
    context: 'anywhere',
    override: 'All',
    usage: 'En-/disable server signature (on|off|email)',
    default: 'Off',
    set(config, word) {
      const mode = word.toLowerCase();
      if (mode !== 'on' && mode !== 'off' && mode !== 'email')
        return 'ServerSignature: use one of: off | on | email';
      config.serverSignature = mode;
      return undefined;
    },
  }),
} satisfies Record<string, DirectiveDeclaration>;
