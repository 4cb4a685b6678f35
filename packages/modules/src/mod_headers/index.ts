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
  type RequestRecord,
  rawArguments,
} from '@httpd-ts/kernel';
import { type HeadersConfig, headersConfig } from './config.ts';
import { editHeaders } from './edit-headers.ts';
import { readHeaderLine } from './read-header.ts';
import { summaries } from './summaries.ts';

function editBoth(
  always: HeadersConfig['always'],
  onsuccess: HeadersConfig['onsuccess'],
  request: RequestRecord,
  when: 'early' | 'late',
): undefined | Promise<undefined> {
  const edited = editHeaders(always, request.errHeadersOut, request, when);
  return edited === undefined
    ? editHeaders(onsuccess, request.headersOut, request, when)
    : edited.then(() => editHeaders(onsuccess, request.headersOut, request, when));
}

/** Changes the headers of a response that a handler made. httpd: ap_headers_output_filter */
const outputFilter: OutputFilter = {
  name: 'fixup_headers_out',
  rank: FILTER_RANK.contentSet,
  apply(request, body) {
    request.log('headers', 'trace2', 'AH01502: headers: ap_headers_output_filter()');
    const { always, onsuccess } = headersConfig.of(request);
    const edited = editBoth(always, onsuccess, request, 'late');
    return edited === undefined ? body : edited.then(() => body);
  },
};

/** Changes the headers of an error page. httpd: ap_headers_error_filter */
const errorFilter: OutputFilter = {
  name: 'fixup_headers_err',
  rank: FILTER_RANK.contentSet,
  apply(request, body) {
    request.log('headers', 'debug', 'AH01503: headers: ap_headers_error_filter()');
    const edited = editHeaders(headersConfig.of(request).always, request.errHeadersOut, request, 'late');
    return edited === undefined ? body : edited.then(() => body);
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
  summaries,
  directives: {
    Header: headersConfig.directive({
      ...inFileInfo,
      usage: 'an optional condition, an action, header and value followed by optional env clause',
      set: addLine(false),
    }),
    RequestHeader: headersConfig.directive({
      ...inFileInfo,
      usage: 'an action, header and value followed by optional env clause',
      set: addLine(true),
    }),
  },
  hooks: [
    postReadRequest(
      (request) => {
        const { request: received, always, onsuccess } = headersConfig.of(request);
        editHeaders(received, request.headersIn, request, 'early');
        editBoth(always, onsuccess, request, 'early');
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
        const edited = editHeaders(headersConfig.of(request).request, request.headersIn, request, 'late');
        return edited === undefined ? DECLINED : edited.then(() => DECLINED);
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
