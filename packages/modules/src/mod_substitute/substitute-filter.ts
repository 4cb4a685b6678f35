import { latin1Text } from '@httpd-ts/http1';
import {
  type Body,
  BrokenBody,
  bodyLength,
  FILTER_RANK,
  type OutputFilter,
  type RequestRecord,
  sendErrorResponse,
} from '@httpd-ts/kernel';
import { arrivalsOf, flushMark } from '../arrivals.ts';
import { bodySource, latin1Bytes } from '../body-source.ts';
import { substituteConfig, usualMaxLineLength } from './config.ts';
import { LineEditor, LineTooLong } from './line-editor.ts';

/** Edits the body of the response line by line. httpd: modules/filters/mod_substitute.c substitute_filter */
export const substituteFilter: OutputFilter = {
  name: 'SUBSTITUTE',
  rank: FILTER_RANK.resource,
  apply(request, body) {
    request.headersOut.unset('Content-Length');
    return body === undefined ? body : edited(request, body);
  },
};

async function edited(request: RequestRecord, body: Body): Promise<Body | undefined> {
  const { substitutions, maxLineLength = usualMaxLineLength } = substituteConfig.of(request);
  const { clock, files } = request.server.plan.world;
  const source = bodySource(body, files);
  const arrive = arrivalsOf(source, clock);
  const editor = new LineEditor(substitutions, maxLineLength);
  // What comes piece by piece is passed on so; of the rest all is there.
  let left = body.kind === 'source' ? 0 : (bodyLength(body) ?? 0);
  const ready: (string | 'flush')[] = [];
  let hasEnded = false;
  const next = async (): Promise<string | 'flush' | null> => {
    while (ready.length === 0 && !hasEnded) {
      const chunk = await arrive();
      if (chunk === 'flush') return chunk;
      if (chunk === null) {
        hasEnded = true;
        return editor.finish();
      }
      left -= chunk.length;
      editor.take(latin1Text(chunk, 0, chunk.length));
      if (left <= 0) editor.release();
      ready.push(...editor.takeReady());
    }
    return ready.shift() ?? null;
  };
  let first: string | 'flush' | null;
  try {
    first = await next();
  } catch (error) {
    if (error instanceof BrokenBody && error.isFlushed) return brokenOff(editor.finish(), error);
    if (!(error instanceof LineTooLong)) throw error;
    source.abort();
    tellLineTooLong(request);
    request.status = 500;
    sendErrorResponse(request, 0);
    return request.output;
  }
  if (hasEnded) return { kind: 'bytes', bytes: latin1Bytes(first ?? '') };
  const held = [first];
  return {
    kind: 'source',
    length: undefined,
    source: {
      marksFlushes: true,
      async pull() {
        try {
          for (;;) {
            const text = held.length > 0 ? held.shift()! : await next();
            if (text === 'flush') return flushMark;
            if (text === null || text !== '') return text === null ? null : latin1Bytes(text);
          }
        } catch (error) {
          if (error instanceof LineTooLong) tellLineTooLong(request);
          throw error;
        }
      },
      abort: () => source.abort(),
    },
  };
}

/** What has come goes out, and then the client sees that there should have been more. */
function brokenOff(text: string, error: BrokenBody): Body {
  let left = text;
  const source = {
    pull() {
      if (left === '') return Promise.reject(error);
      const piece = latin1Bytes(left);
      left = '';
      return piece;
    },
    abort: () => {},
  };
  return { kind: 'source', length: undefined, source };
}

function tellLineTooLong(request: RequestRecord): void {
  request.log('substitute', 'error', `AH01328: Line too long, URI ${request.uri}`);
}
