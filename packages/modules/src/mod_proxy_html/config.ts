import { type ConditionExpression, perDirectory } from '@httpd-ts/kernel';
import type { Regex, RegexOptions } from '@httpd-ts/regex';

/** One ProxyHTMLURLMap. httpd: urlmap */
export interface UrlMap {
  /** Text to find, or the expression as written where variables are put in. */
  readonly from: string;
  readonly regex: Regex | undefined;
  readonly regexOptions: RegexOptions;
  readonly isRegex: boolean;
  readonly to: string;
  readonly condition: ConditionExpression | undefined;
  /** Where it applies: attributes that are links, attributes that are scripts, scripts and styles. */
  readonly inLinks: boolean;
  readonly inEvents: boolean;
  readonly inScripts: boolean;
  readonly atStart: boolean;
  readonly atEnd: boolean;
  readonly isLast: boolean;
  readonly isNotLast: boolean;
  readonly interpolatesTo: boolean;
  readonly interpolatesFrom: boolean;
}

/** httpd: proxy_html_conf */
export interface ProxyHtmlConfig {
  map: readonly UrlMap[];
  /** Attributes that are links, by element. */
  links?: Map<string, string[]>;
  events?: string[];
  charsetOut?: string;
  doctype: Doctype;
  /** How an element without content ends. */
  emptyEnd: string;
  bufferSize: number;
  lowercase: boolean;
  dospath: boolean;
  reset: boolean;
  extended: boolean;
  meta: boolean;
  interpolates: boolean;
  stripComments: boolean;
  enabled: boolean;
}

/** The declaration that pages get, and what of their elements and attributes is left out. */
export interface Doctype {
  readonly text: string;
  readonly enforces: 'nothing' | 'known' | 'strict';
}

export const noDoctype: Doctype = { text: '', enforces: 'nothing' };
export const htmlEnd = '>';

/** httpd: proxy_html_config, proxy_html_merge */
export const proxyHtml = perDirectory<ProxyHtmlConfig>({
  create: () => ({
    map: [],
    doctype: noDoctype,
    emptyEnd: htmlEnd,
    bufferSize: 8192,
    lowercase: false,
    dospath: false,
    reset: false,
    extended: false,
    meta: false,
    interpolates: false,
    stripComments: false,
    enabled: false,
  }),
  merge(outer, inner) {
    const links = inner.links ?? outer.links;
    const events = inner.events ?? outer.events;
    const charsetOut = inner.charsetOut ?? outer.charsetOut;
    const either = (key: Flag) => (inner.reset ? inner[key] : outer[key] || inner[key]);
    return {
      map: mergeMaps(outer.map, inner.map),
      ...(links === undefined ? {} : { links }),
      ...(events === undefined ? {} : { events }),
      ...(charsetOut === undefined ? {} : { charsetOut }),
      doctype: inner.doctype === noDoctype ? outer.doctype : inner.doctype,
      emptyEnd: inner.emptyEnd === htmlEnd ? outer.emptyEnd : inner.emptyEnd,
      bufferSize: inner.bufferSize,
      lowercase: either('lowercase'),
      dospath: either('dospath'),
      reset: false,
      extended: either('extended'),
      meta: either('meta'),
      interpolates: either('interpolates'),
      stripComments: either('stripComments'),
      enabled: either('enabled'),
    };
  },
});

type Flag = 'lowercase' | 'dospath' | 'extended' | 'meta' | 'interpolates' | 'stripComments' | 'enabled';

/** Where both have lines, httpd puts them together from the last to the first. */
function mergeMaps(outer: readonly UrlMap[], inner: readonly UrlMap[]): readonly UrlMap[] {
  if (outer.length === 0) return inner;
  return inner.length === 0 ? outer : [...outer, ...inner].reverse();
}
