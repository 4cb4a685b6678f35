import {
  type Body,
  discardBody,
  type FileBody,
  type Files,
  type OpenFile,
  type PullSource,
} from '@httpd-ts/kernel';

const chunkSize = 64 * 1024;

/** The bytes of any body, chunk by chunk. */
export function bodySource(body: Body | undefined, files: Files): PullSource {
  if (body === undefined) return once(new Uint8Array(0));
  switch (body.kind) {
    case 'source':
      return body.source;
    case 'bytes':
      return once(body.bytes);
    case 'text':
      return once(latin1Bytes(body.text));
    case 'file':
      return fileSource(body, files);
    case 'sequence':
      return sequenceSource(body.parts, files);
  }
}

/** A text as its bytes. */
export function latin1Bytes(text: string): Uint8Array {
  const bytes = new Uint8Array(text.length);
  for (let i = 0; i < text.length; i++) bytes[i] = text.charCodeAt(i);
  return bytes;
}

function once(bytes: Uint8Array): PullSource {
  let at = 0;
  return {
    pull() {
      if (at >= bytes.length) return null;
      const chunk = bytes.subarray(at, at + chunkSize);
      at += chunk.length;
      return chunk;
    },
    abort: () => {},
  };
}

function fileSource({ path, info, offset, length }: FileBody, files: Files): PullSource {
  const small = files.smallFile(path, info);
  if (small !== undefined) return once(small.subarray(offset, offset + length));
  let file: OpenFile | undefined;
  let at = offset;
  const end = offset + length;
  return {
    async pull() {
      if (at >= end) {
        file?.close();
        file = undefined;
        return null;
      }
      if (file === undefined) {
        const opened = await files.open(path);
        if (typeof opened === 'string') throw new Error(`${path}: ${opened}`);
        file = opened;
      }
      const chunk = await file.read(at, Math.min(chunkSize, end - at));
      if (chunk.length === 0) throw new Error(`${path} became shorter`);
      at += chunk.length;
      return chunk;
    },
    abort: () => file?.close(),
  };
}

function sequenceSource(parts: readonly Body[], files: Files): PullSource {
  let at = 0;
  let current: PullSource | undefined;
  return {
    async pull() {
      while (at < parts.length) {
        current ??= bodySource(parts[at], files);
        const chunk = await current.pull();
        if (chunk !== null) return chunk;
        current = undefined;
        at++;
      }
      return null;
    },
    abort() {
      current?.abort();
      for (const part of parts.slice(current === undefined ? at : at + 1)) discardBody(part);
    },
  };
}
