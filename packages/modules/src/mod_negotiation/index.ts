import { type Complaint, defineModule, fixups, flag, handler, iterate, typeChecker } from '@httpd-ts/kernel';
import { cacheConfig, type NegotiationConfig, negotiationConfig } from './config.ts';
import { nameCodingAsAsked, serveMultiviews, serveTypeMap } from './negotiate.ts';
import { summaries } from './summaries.ts';

/** httpd: modules/mappers/mod_negotiation.c set_force_priority */
function setForce(config: NegotiationConfig, word: string): Complaint {
  const { force } = config;
  switch (word.toLowerCase()) {
    case 'none':
      if (force !== undefined && force !== 'none') {
        return 'Cannot combine ForceLanguagePriority options with None';
      }
      config.force = 'none';
      return undefined;
    case 'prefer':
      if (force === 'none') return 'Cannot combine ForceLanguagePriority options None and Prefer';
      config.force = { prefer: true, fallback: force?.fallback ?? false };
      return undefined;
    case 'fallback':
      if (force === 'none') return 'Cannot combine ForceLanguagePriority options None and Fallback';
      config.force = { prefer: force?.prefer ?? false, fallback: true };
      return undefined;
    default:
      return `Invalid ForceLanguagePriority option ${word}`;
  }
}

/** The choice between several forms of a document by what the client asks for. */
export const modNegotiation = defineModule({
  name: 'mod_negotiation',
  identifier: 'negotiation_module',
  httpd: 'modules/mappers/mod_negotiation.c',
  summaries,
  directives: {
    CacheNegotiatedDocs: cacheConfig.directive({
      args: flag,
      context: 'server',
      usage: "Either 'on' or 'off' (default)",
      default: 'Off',
      set(config, on) {
        config.cachesNegotiated = on;
      },
    }),
    LanguagePriority: negotiationConfig.directive({
      args: iterate,
      context: 'anywhere',
      override: 'FileInfo',
      usage: 'space-delimited list of MIME language abbreviations',
      set(config, language) {
        config.languagePriority = [...(config.languagePriority ?? []), language];
      },
    }),
    ForceLanguagePriority: negotiationConfig.directive({
      args: iterate,
      context: 'anywhere',
      override: 'FileInfo',
      usage: 'Force LanguagePriority elections, either None, or Fallback and/or Prefer',
      default: 'Prefer',
      set: setForce,
    }),
  },
  hooks: [fixups(nameCodingAsAsked), typeChecker(serveMultiviews, { order: 'first' }), handler(serveTypeMap)],
});
