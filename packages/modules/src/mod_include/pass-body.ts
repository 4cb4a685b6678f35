import type { Body, PullSource } from '@httpd-ts/kernel';
import { bodySource } from '../body-source.ts';
import type { SsiDocument } from './ssi-document.ts';

/** The pieces of a body, or of what is pulled, on their way into a document that may be given up. */
export async function* passBody(
  document: SsiDocument,
  body: Body | PullSource | undefined,
): AsyncGenerator<Uint8Array> {
  if (body === undefined) return;
  const source = 'pull' in body ? body : bodySource(body, document.request.server.plan.world.files);
  document.inner = source;
  for (let chunk = await source.pull(); chunk !== null; chunk = await source.pull()) yield chunk;
  document.inner = undefined;
}
