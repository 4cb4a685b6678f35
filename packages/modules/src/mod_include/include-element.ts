import { lookupFile, lookupUri, OK, runSubrequest } from '@httpd-ts/kernel';
import type { SsiElement } from './contract.ts';
import { passBody } from './pass-body.ts';
import { relativePath } from './relative-path.ts';
import type { SsiDocument } from './ssi-document.ts';
import { valued } from './valued.ts';

/** State of a request that a parsed document includes: that document's request. */
export const includedIn = { name: 'document that includes this one' };

/**
 * `<!--#include file|virtual="…" [onerror="…"] -->`: each of what is named in turn. After a failure only a file or an
 * `onerror` counts, and when that fails as well it is over. httpd: modules/filters/mod_include.c handle_include
 */
export const includeElement: SsiElement = async function* (document, attributes) {
  let hasFailed = false;
  for (const { name, value } of valued(attributes)) {
    if (name !== 'virtual' && name !== 'file' && name !== 'onerror') {
      document.complain(`AH01342: unknown parameter "${name}" to tag include in`);
      document.fail();
      break;
    }
    const target = document.expand(value);
    if (name !== 'file' && (name === 'onerror') !== hasFailed) continue;
    const answer = await included(document, name === 'file' ? 'file' : 'uri', target);
    if (!('message' in answer)) {
      hasFailed = false;
      yield* answer;
      continue;
    }
    const { message, ending } = answer;
    document.complain(`${message} "${value}" in parsed file`, 'error', ending);
    if (hasFailed) break;
    hasFailed = true;
  }
  if (hasFailed) document.fail();
};

const unable = 'unable to include';

/** What is wrong with a sub-request. */
interface Failure {
  readonly message: string;
  readonly ending?: string;
}

/** What the sub-request answers, or what is wrong with it. */
async function included(
  document: SsiDocument,
  kind: 'file' | 'uri',
  target: string,
): Promise<AsyncIterable<Uint8Array> | Failure> {
  const { request } = document;
  const path = kind === 'file' ? relativePath(target) : undefined;
  if (kind === 'file' && path === undefined) return { message: 'unable to include file' };
  const found =
    path === undefined ? await lookupUri(target, request) : await lookupFile(path, request, 'parsed');
  if (found.status !== 200) return { message: unable, ending: `, subrequest setup returned ${found.status}` };
  if (!document.mayExecute && found.contentType?.startsWith('text/') === false)
    return { message: 'unable to include potential exec', ending: ', content type not text/*' };
  found.setState(includedIn, request);
  const { status, body } = await runSubrequest(found);
  if (status !== OK) return { message: unable, ending: `, subrequest returned ${status}` };
  return passBody(document, body);
}
