import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import {
  type Body,
  defineModule,
  FILTER_RANK,
  handler,
  insertFilter,
  type OutputFilter,
  type RequestRecord,
} from '@httpd-ts/kernel';
import { memoryWorld } from '@httpd-ts/kernel/memory-world';
import { createRegexEngine } from '@httpd-ts/regex';
import { expect, it } from 'vitest';
import { inMemoryServer } from '../in-memory-server.ts';
import { modAuthzCore } from '../mod_authz_core/index.ts';
import { mpmEvent } from '../mpm_event/index.ts';
import { core } from './index.ts';

const regex = createRegexEngine(
  readFileSync(createRequire(import.meta.url).resolve('@stephen-riley/pcre2-wasm/dist/libpcre2.wasm')),
);

/** An error page has no filters of the resource's any more. */
function errorPage(request: RequestRecord): Body {
  request.outputFilters = undefined;
  return { kind: 'text', text: 'error page' };
}

const bodyText = (body: Body | undefined) => (body?.kind === 'text' ? body.text : '');

it.each<[string, OutputFilter['apply']]>([
  ['at once', errorPage],
  ['after waiting', async (request) => errorPage(request)],
])('a filter that ends in an error page %s is the last', async (_title, apply) => {
  const failing: OutputFilter = { name: 'failing', rank: FILTER_RANK.resource, apply };
  const adding: OutputFilter = {
    name: 'adding',
    rank: FILTER_RANK.contentSet,
    apply: (_request, body) => ({ kind: 'text', text: `${bodyText(body)} with more` }),
  };
  const page = defineModule({
    name: 'mod_page',
    identifier: 'page_module',
    httpd: 'none',
    directives: {},
    hooks: [
      insertFilter((request) => {
        request.addOutputFilter(adding);
        if (request.args === 'fails') request.addOutputFilter(failing);
      }),
      handler((request) => {
        request.output = { kind: 'text', text: 'page' };
        return 0;
      }),
    ],
  });
  const config = 'ServerName x\nListen 80\nDocumentRoot /\n';
  const world = memoryWorld({ files: { '/etc/httpd.conf': config }, regex });
  const server = inMemoryServer(world, [core, mpmEvent, modAuthzCore, page]);
  if (!('request' in server)) throw new Error(JSON.stringify(server));
  const answer = async (target: string) => bodyText((await server.request(`GET ${target}`)).body);
  expect(await answer('/')).toBe('page with more');
  expect(await answer('/?fails')).toBe('error page');
});
