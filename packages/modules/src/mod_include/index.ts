import {
  DECLINED,
  type DirectiveContext,
  defineModule,
  fixups,
  flag,
  outputFilters,
  type RequestRecord,
  take1,
} from '@httpd-ts/kernel';
import { type IncludeConfig, includeConfig, tagConfig, type XBitHack } from './config.ts';
import { includesFilter } from './includes-filter.ts';
import { summaries } from './summaries.ts';

/** A virtual host that has any directive of the module begins with the usual tags. httpd: ap_set_config_vectors */
const setTagsUp = (cmd: DirectiveContext) => tagConfig.draft(cmd.server.config);

type TextField = 'errorText' | 'timeFormat' | 'undefinedEcho';

const textDirective = (field: TextField, usage: string, usual: string) =>
  includeConfig.directive({
    args: take1,
    context: 'anywhere',
    override: 'All',
    usage,
    default: usual,
    set(config, text, cmd) {
      setTagsUp(cmd);
      config[field] = text;
    },
  });

const switchDirective = (field: 'etag' | 'lastModified' | 'legacyExpressions', usage: string) =>
  includeConfig.directive({
    args: flag,
    context: 'anywhere',
    override: 'Limit',
    usage,
    default: 'Off',
    set(config, on, cmd) {
      setTagsUp(cmd);
      config[field] = on;
    },
  });

const tagDirective = (field: 'start' | 'end', usage: string, usual: string) =>
  tagConfig.directive({
    args: take1,
    context: 'server',
    usage,
    default: usual,
    set(config, tag, { name }) {
      if (/[\t-\r ]/.test(tag)) return `${name} may not contain any whitespaces`;
      config[field] = tag;
      return undefined;
    },
  });

const hacks: readonly XBitHack[] = ['off', 'on', 'full'];

/** Documents that are parsed for elements such as `<!--#include virtual="/head.html" -->` (SSI). */
export const modInclude = defineModule({
  name: 'mod_include',
  identifier: 'include_module',
  httpd: 'modules/filters/mod_include.c',
  summaries,
  directives: {
    XBitHack: includeConfig.directive({
      args: take1,
      context: 'anywhere',
      override: 'Options',
      usage: 'Off, On, or Full',
      keywords: ['Off', 'On', 'Full'],
      default: 'Off',
      set(config: IncludeConfig, word, cmd) {
        setTagsUp(cmd);
        const hack = hacks.find((name) => name === word.toLowerCase());
        if (hack === undefined) return 'XBitHack must be set to Off, On, or Full';
        config.xBitHack = hack;
        return undefined;
      },
    }),
    SSIErrorMsg: textDirective(
      'errorText',
      'a string',
      '"[an error occurred while processing this directive]"',
    ),
    SSITimeFormat: textDirective(
      'timeFormat',
      'a strftime(3) formatted string',
      '"%A, %d-%b-%Y %H:%M:%S %Z"',
    ),
    SSIUndefinedEcho: textDirective(
      'undefinedEcho',
      'String to be displayed if an echoed variable is undefined',
      '"(none)"',
    ),
    SSIStartTag: tagDirective('start', 'SSI Start String Tag', '"<!--#"'),
    SSIEndTag: tagDirective('end', 'SSI End String Tag', '"-->"'),
    SSILegacyExprParser: switchDirective(
      'legacyExpressions',
      "Whether to use the legacy expression parser compatible with <= 2.2.x. Limited to 'on' or 'off'",
    ),
    SSILastModified: switchDirective(
      'lastModified',
      "Whether to set the last modified header or respect an existing header. Limited to 'on' or 'off'",
    ),
    SSIEtag: switchDirective(
      'etag',
      "Whether to allow the generation of ETags within the server. Existing ETags will be preserved. Limited to 'on' or 'off'",
    ),
  },
  hooks: [fixups(chooseFilter, { order: 'last' })],
  providers: [outputFilters.provide('includes', includesFilter)],
});

/** Documents of the handler `server-parsed`, and with XBitHack those that may be executed. httpd: include_fixup */
function chooseFilter(request: RequestRecord): typeof DECLINED {
  if (request.handlerName === 'server-parsed') {
    request.contentType ||= 'text/html';
    request.handlerName = 'default-handler';
    request.addOutputFilter(includesFilter);
  } else if (isHacked(request)) request.addOutputFilter(includesFilter);
  return DECLINED;
}

function isHacked(request: RequestRecord): boolean {
  const { xBitHack = 'off' } = includeConfig.of(request);
  if (xBitHack === 'off' || ((request.finfo?.mode ?? 0) & 0o100) === 0) return false;
  return request.contentType?.startsWith('text/html') === true;
}
