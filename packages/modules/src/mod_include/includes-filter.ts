import { latin1Text } from '@httpd-ts/http1';
import {
  type Body,
  effectiveOptions,
  FILTER_RANK,
  OPTIONS,
  type OutputFilter,
  type PullSource,
  type RequestRecord,
  walkConfig,
} from '@httpd-ts/kernel';
import { bodySource, latin1Bytes } from '../body-source.ts';
import { setLastModified } from '../core/contract.ts';
import { includeConfig, tagConfig } from './config.ts';
import { ssiElements } from './contract.ts';
import { ElementReader } from './element-reader.ts';
import { ownElements } from './elements.ts';
import { includedIn } from './include-element.ts';
import { addIncludeVariables, addQueryVariables, shareVariables } from './include-variables.ts';
import { SsiDocument } from './ssi-document.ts';

/** Whether `XBitHack full` lets the document tell when it was changed: its group may execute it. */
const isStable = (request: RequestRecord) =>
  includeConfig.of(request).xBitHack === 'full' && ((request.finfo?.mode ?? 0) & 0o010) !== 0;

/** Carries out the elements of a document. httpd: modules/filters/mod_include.c includes_setup, includes_filter */
export const includesFilter: OutputFilter = {
  name: 'INCLUDES',
  rank: FILTER_RANK.resource,
  setUp(request) {
    if (!isStable(request)) request.noLocalCopy = true;
    if (includeConfig.of(request).etag !== true) request.notes.set('no-etag', '');
  },
  apply(request, body) {
    if ((effectiveOptions(walkConfig.of(request)) & OPTIONS.includes) !== 0) return parsed(request, body);
    request.log(
      'include',
      'warn',
      `AH01374: mod_include: Options +Includes (or IncludesNoExec) wasn't set, INCLUDES filter removed: ${request.uri}`,
    );
    return body;
  },
};

async function parsed(request: RequestRecord, body: Body | undefined): Promise<Body | undefined> {
  const document = new SsiDocument(request);
  const outer = request.state<RequestRecord>(includedIn);
  if (outer === undefined) await addIncludeVariables(request);
  else {
    shareVariables(request, outer);
    if (request.finfo !== undefined) request.finfo = { ...request.finfo, mtimeMs: outer.finfo?.mtimeMs ?? 0 };
  }
  request.headersOut.unset('Content-Length');
  setModified(request);
  addQueryVariables(request);
  if (body === undefined) return undefined;
  return begun(document, body);
}

function setModified(request: RequestRecord): void {
  const { headersOut, finfo } = request;
  const isTold = includeConfig.of(request).lastModified === true;
  if (isTold ? finfo !== undefined && !headersOut.has('Last-Modified') : isStable(request)) {
    request.mtimeMs = Math.max(request.mtimeMs, finfo!.mtimeMs);
    setLastModified(request);
  } else if (!isTold) headersOut.unset('Last-Modified');
}

/** Parses up to where httpd passes something on, which is when the head goes out; the rest is made as it is pulled. */
async function begun(document: SsiDocument, body: Body): Promise<Body> {
  const { request } = document;
  const source = bodySource(body, request.server.plan.world.files);
  const passes = passesOf(document, source, body);
  const first = await passes.next();
  if (first.done) return { kind: 'bytes', bytes: first.value };
  let held: Uint8Array | undefined = first.value;
  let isOver = false;
  const pull = async () => {
    for (;;) {
      const piece = held;
      held = undefined;
      if (piece !== undefined && piece.length > 0) return piece;
      if (isOver) return null;
      const next = await passes.next();
      isOver = next.done === true;
      held = next.value;
    }
  };
  return {
    kind: 'source',
    length: undefined,
    source: {
      pull,
      abort() {
        // A document that is asked for its head is parsed to the end all the same.
        if (request.headerOnly) void drain(pull);
        else {
          document.inner?.abort();
          source.abort();
        }
      },
    },
  };
}

async function drain(pull: () => Promise<Uint8Array | null>): Promise<void> {
  try {
    while ((await pull()) !== null);
  } catch {
    // Nobody waits for it any more.
  }
}

/** So much is read before what was made is passed on. httpd: AP_MIN_BYTES_TO_WRITE */
const leastBytes = 8000;
/** So much is held where httpd would hold all. */
const mostHeld = 256 * 1024;

/**
 * The document in the pieces in which httpd passes it on; the last one, which is given back, may be empty.
 * httpd: send_parsed_content
 */
async function* passesOf(
  document: SsiDocument,
  source: PullSource,
  body: Body,
): AsyncGenerator<Uint8Array, Uint8Array> {
  const { request } = document;
  const { plan } = request.server;
  const reader = new ElementReader(tagConfig.of(request), (message) => document.complain(message));
  const isPiecewise = body.kind === 'source';
  let bytesRead = 0;
  const take = () => {
    const bytes = latin1Bytes(document.output ?? '');
    document.output = undefined;
    return bytes;
  };
  for (;;) {
    const chunk = await source.pull();
    if (chunk === null) break;
    // What comes by and by is passed on so.
    if (isPiecewise) {
      bytesRead = 0;
      reader.isFaulty = false;
    }
    let text = latin1Text(chunk, 0, chunk.length);
    while (text !== '') {
      if (document.flushes || bytesRead > leastBytes) {
        if (document.output !== undefined) yield take();
        document.flushes = false;
        bytesRead = 0;
      }
      bytesRead += text.length;
      if (reader.state === 'execute') {
        yield* execute();
        continue;
      }
      const step = reader.step(text);
      if (step.text !== undefined && document.isPrinting) document.write(step.text);
      if (step.begins) document.flushes = true;
      text = (step.again ?? '') + text.slice(step.used);
    }
    if (isPiecewise && document.output !== undefined) yield take();
    if ((document.output?.length ?? 0) > mostHeld) yield take();
  }
  if (reader.state === 'afterNameEnd') reader.step('');
  if (reader.state === 'execute') {
    if (document.flushes && document.output !== undefined) yield take();
    document.flushes = false;
    yield* execute();
  }
  finish();
  return take();

  async function* execute(): AsyncGenerator<Uint8Array> {
    reader.state = 'text';
    if (reader.isFaulty) {
      if (!document.isPrinting) return;
      document.fail();
      reader.isFaulty = false;
      return;
    }
    const element = Object.hasOwn(ownElements, reader.name)
      ? ownElements[reader.name]
      : plan.providers.find(ssiElements, reader.name);
    if (element === undefined) {
      document.complain(`AH01371: unknown directive "${reader.name}" in parsed doc`);
      if (document.isPrinting) document.fail();
      return;
    }
    const made = element(document, reader.attributes);
    if (made instanceof Promise) await made;
    else if (made !== undefined) yield* made;
  }

  function finish(): void {
    if (reader.isInside) {
      document.complain('AH01372: SSI directive was not properly finished at the end of parsed document');
      if (document.isPrinting) document.fail();
    } else if (document.isPrinting && reader.heldText !== '') document.write(reader.heldText);
    if (!document.isPrinting)
      document.complain('AH01373: missing closing endif directive in parsed document', 'warn');
  }
}
