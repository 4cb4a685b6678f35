import {
  type DirectiveDeclaration,
  defineModule,
  entryOf,
  flag,
  insertFilter,
  iterate,
  iterate2,
  outputFilters,
  preConfig,
  rawArguments,
  take1,
  take12,
} from '@httpd-ts/kernel';
import { leadingInteger } from '../core/contract.ts';
import { sniffingXml2enc } from '../mod_xml2enc/contract.ts';
import { type Doctype, htmlEnd, type ProxyHtmlConfig, proxyHtml } from './config.ts';
import { proxyHtmlFilter } from './proxy-html-filter.ts';
import { readUrlMap } from './read-url-map.ts';
import { summaries } from './summaries.ts';

const context = 'server, directory';

type Switch = 'enabled' | 'meta' | 'interpolates' | 'extended' | 'stripComments';

const onOff = (key: Switch, usage: string): DirectiveDeclaration =>
  proxyHtml.directive({
    args: flag,
    context,
    usage,
    default: 'Off',
    set(config, on) {
      config[key] = on;
    },
  });

const xhtmlEnd = ' />';
const public_ = (id: string, system = '') => `<!DOCTYPE html PUBLIC "${id}"${system}>\n`;
const xhtmlDtd = (name: string) => ` "http://www.w3.org/TR/xhtml1/DTD/xhtml1-${name}.dtd"`;

const doctypes: Readonly<Record<string, readonly [Doctype, string]>> = {
  html: [{ text: public_('-//W3C//DTD HTML 4.01//EN'), enforces: 'strict' }, htmlEnd],
  'html legacy': [{ text: public_('-//W3C//DTD HTML 4.01 Transitional//EN'), enforces: 'known' }, htmlEnd],
  xhtml: [
    { text: public_('-//W3C//DTD XHTML 1.0 Strict//EN', xhtmlDtd('strict')), enforces: 'strict' },
    xhtmlEnd,
  ],
  'xhtml legacy': [
    { text: public_('-//W3C//DTD XHTML 1.0 Transitional//EN', xhtmlDtd('transitional')), enforces: 'known' },
    xhtmlEnd,
  ],
  html5: [{ text: '<!DOCTYPE html>\n', enforces: 'nothing' }, htmlEnd],
};

/** httpd: set_doctype */
function setDoctype(config: ProxyHtmlConfig, first: string, second: string | undefined): void {
  const word = first.toLowerCase();
  const legacy = second?.toLowerCase() === 'legacy' && word !== 'html5' ? ' legacy' : '';
  const known = entryOf(doctypes, `${word}${legacy}`);
  if (known !== undefined) [config.doctype, config.emptyEnd] = known;
  else {
    config.doctype = { text: first, enforces: 'nothing' };
    config.emptyEnd = /^x/i.test(second ?? '') ? xhtmlEnd : htmlEnd;
  }
}

const withoutXml2enc =
  '[proxy_html:notice] AH01425: I18n support in mod_proxy_html requires mod_xml2enc. Without it, non-ASCII characters in proxied pages are likely to display incorrectly.';

/** Rewrites the links of proxied pages. */
export const modProxyHtml = defineModule({
  name: 'mod_proxy_html',
  identifier: 'proxy_html_module',
  httpd: 'modules/filters/mod_proxy_html.c',
  summaries,
  directives: {
    ProxyHTMLEnable: onOff('enabled', 'Enable proxy-html and xml2enc filters'),
    ProxyHTMLMeta: onOff('meta', 'Fix META http-equiv elements'),
    ProxyHTMLInterp: onOff('interpolates', 'Support interpolation and conditions in URLMaps'),
    ProxyHTMLExtended: onOff('extended', 'Map URLs in Javascript and CSS'),
    ProxyHTMLStripComments: onOff('stripComments', 'Strip out comments'),
    ProxyHTMLEvents: proxyHtml.directive({
      args: iterate,
      context,
      usage: 'Strings to be treated as scripting events',
      set(config, name) {
        config.events = [...(config.events ?? []), name];
      },
    }),
    ProxyHTMLLinks: proxyHtml.directive({
      args: iterate2,
      context,
      usage: 'Declare HTML Attributes',
      set(config, [element, attribute]) {
        config.links ??= new Map();
        config.links.set(element, [...(config.links.get(element) ?? []), attribute]);
      },
    }),
    ProxyHTMLURLMap: proxyHtml.directive({
      args: rawArguments,
      context,
      usage: 'Map URL From To',
      set(config, raw, cmd) {
        const map = readUrlMap(raw, cmd);
        if (typeof map === 'string') return map;
        config.map = [...config.map, map];
        return undefined;
      },
    }),
    ProxyHTMLDoctype: proxyHtml.directive({
      args: take12,
      context,
      usage: '(HTML|XHTML) [Legacy]',
      set: (config, [first, second]) => setDoctype(config, first, second),
    }),
    ProxyHTMLFixups: proxyHtml.directive({
      args: iterate,
      context,
      usage: 'Options are lowercase, dospath',
      set(config, word) {
        const lower = word.toLowerCase();
        if (lower === 'lowercase' || lower === 'dospath' || lower === 'reset') config[lower] = true;
      },
    }),
    ProxyHTMLBufSize: proxyHtml.directive({
      args: take1,
      context,
      usage: 'Buffer size',
      default: '8192',
      set(config, word) {
        if (!/^[\t-\r ]*[+-]?\d+$/.test(word)) {
          return 'Invalid value for directive ProxyHTMLBufSize, expected integer';
        }
        config.bufferSize = leadingInteger(word);
        return undefined;
      },
    }),
    ProxyHTMLCharsetOut: proxyHtml.directive({
      args: take1,
      context,
      usage: 'Usage: ProxyHTMLCharsetOut charset',
      set(config, charset) {
        config.charsetOut = charset;
      },
    }),
  },
  hooks: [
    preConfig((compilation) => {
      if (!compilation.hasModule('mod_xml2enc')) compilation.warn(withoutXml2enc);
    }),
    insertFilter(
      (request) => {
        const sniffing = request.server.plan.providers.find(sniffingXml2enc, 'default');
        if (sniffing !== undefined) request.addOutputFilter(sniffing);
        request.addOutputFilter(proxyHtmlFilter);
      },
      { before: ['mod_filter'], when: (view) => proxyHtml.of(view).enabled },
    ),
  ],
  providers: [outputFilters.provide('proxy-html', proxyHtmlFilter)],
});
