import { defineModule, directive, iterate, iterate2, NOT_IN, outputFilters, take1 } from '@httpd-ts/kernel';
import { xml2encConfig } from './config.ts';
import { sniffingXml2enc } from './contract.ts';
import { addAlias, defaultCharset } from './default-charset.ts';
import { summaries } from './summaries.ts';
import { sniffingFilter, xml2encFilter } from './xml2enc-filter.ts';

/** Charsets of pages for filters that read them as UTF-8. */
export const modXml2enc = defineModule({
  name: 'mod_xml2enc',
  identifier: 'xml2enc_module',
  httpd: 'modules/filters/mod_xml2enc.c',
  summaries,
  directives: {
    xml2EncDefault: xml2encConfig.directive({
      args: take1,
      context: 'anywhere',
      override: 'All',
      usage: 'Usage: xml2EncDefault charset',
      set(config, charset, cmd) {
        const known = defaultCharset(charset, cmd);
        if (known === undefined) return 'Invalid or unsupported default charset';
        config.defaultCharset = { given: charset, known };
        return undefined;
      },
    }),
    xml2EncAlias: directive({
      args: iterate2,
      context: 'server',
      notIn: NOT_IN.virtualHost,
      usage: 'EncodingAlias charset alias [more aliases]',
      support: {
        partial: 'charsets are found by the names that the WHATWG encoding standard lists, and by no others',
      },
      set: (_config, [charset, alias], cmd) => addAlias(charset, alias, cmd),
    }),
    xml2StartParse: xml2encConfig.directive({
      args: iterate,
      context: 'anywhere',
      override: 'All',
      usage: 'Ignore anything in front of the first of these elements',
      set(config, element) {
        config.startElements = [...(config.startElements ?? []), element];
      },
    }),
  },
  hooks: [],
  providers: [
    outputFilters.provide('xml2enc', xml2encFilter),
    sniffingXml2enc.provide('default', sniffingFilter),
  ],
});
