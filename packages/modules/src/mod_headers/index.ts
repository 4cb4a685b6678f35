import {
  type ConfigView,
  DECLINED,
  type DirectiveContext,
  defineModule,
  FILTER_RANK,
  fixups,
  insertErrorFilter,
  insertFilter,
  type OutputFilter,
  postReadRequest,
  rawArguments,
} from '@httpd-ts/kernel';
import { type HeadersConfig, headersConfig } from './config.ts';
import { editHeaders } from './edit-headers.ts';
import { readHeaderLine } from './read-header.ts';

/** Changes the headers of a response that a handler made. httpd: ap_headers_output_filter */
const outputFilter: OutputFilter = {
  name: 'fixup_headers_out',
  rank: FILTER_RANK.contentSet,
  apply(request, body) {
    const { always, onsuccess } = headersConfig.of(request);
    editHeaders(always, request.errHeadersOut, request, 'late');
    editHeaders(onsuccess, request.headersOut, request, 'late');
    return body;
  },
};

/** Changes the headers of an error page. httpd: ap_headers_error_filter */
const errorFilter: OutputFilter = {
  name: 'fixup_headers_err',
  rank: FILTER_RANK.contentSet,
  apply(request, body) {
    editHeaders(headersConfig.of(request).always, request.errHeadersOut, request, 'late');
    return body;
  },
};

const has =
  (...places: readonly (keyof HeadersConfig)[]) =>
  (view: ConfigView) =>
    places.some((place) => headersConfig.of(view)[place].length > 0);

function addLine(isRequest: boolean) {
  return (config: HeadersConfig, raw: string, cmd: DirectiveContext) => {
    const line = readHeaderLine(raw, isRequest, cmd);
    if (typeof line === 'object') config[line.place].push(line.edit);
    return typeof line === 'string' ? line : undefined;
  };
}

const inFileInfo = { context: 'anywhere', override: 'FileInfo', args: rawArguments } as const;

/** Adds, changes and removes headers of requests and responses. */
export const modHeaders = defineModule({
  name: 'mod_headers',
  identifier: 'headers_module',
  httpd: 'modules/metadata/mod_headers.c',
  directives: {
    Header: headersConfig.directive({
      ...inFileInfo,
      usage: 'an optional condition, an action, header and value followed by optional env clause',
      support: { partial: 'Expressions (`expr=`) are read but not served.' },
      set: addLine(false),
    }),
    RequestHeader: headersConfig.directive({
      ...inFileInfo,
      usage: 'an action, header and value followed by optional env clause',
      support: { partial: 'Expressions (`expr=`) are read but not served.' },
      set: addLine(true),
    }),
  },
  hooks: [
    postReadRequest(
      (request) => {
        const { request: received, always, onsuccess } = headersConfig.of(request);
        editHeaders(received, request.headersIn, request, 'early');
        editHeaders(always, request.errHeadersOut, request, 'early');
        editHeaders(onsuccess, request.headersOut, request, 'early');
        return DECLINED;
      },
      {
        order: 'first',
        when: (view) =>
          Object.values(headersConfig.of(view))
            .flat()
            .some(({ condition }) => condition === 'early'),
      },
    ),
    fixups(
      (request) => {
        editHeaders(headersConfig.of(request).request, request.headersIn, request, 'late');
        return DECLINED;
      },
      { order: 'last', when: has('request') },
    ),
    insertFilter((request) => request.addOutputFilter(outputFilter), {
      order: 'last',
      when: has('always', 'onsuccess'),
    }),
    insertErrorFilter((request) => request.addOutputFilter(errorFilter), {
      order: 'last',
      when: has('always'),
    }),
  ],
});
