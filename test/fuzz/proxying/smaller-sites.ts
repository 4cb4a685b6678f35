import type { ProxyingRequest, ProxyingSite } from './site.ts';

const without = <T>(items: readonly T[]) => items.map((_, at) => items.toSpliced(at, 1));

/** Every site that asks its first request alone and is smaller by one step: a block, a line of a section, a header. */
export function smallerSites({ blocks, requests: [request] }: ProxyingSite): readonly ProxyingSite[] {
  if (request === undefined) return [];
  return [
    ...without(blocks).map((fewer) => ({ blocks: fewer, requests: [request] })),
    ...blocks.flatMap((block, at) =>
      smallerBlocks(block).map((smaller) => ({ blocks: blocks.with(at, smaller), requests: [request] })),
    ),
    ...smallerRequests(request).map((smaller) => ({ blocks, requests: [smaller] })),
  ];
}

function smallerBlocks(block: string): readonly string[] {
  const lines = block.split('\n');
  if (lines.length < 2) return [];
  return without(lines)
    .filter((_, at) => !lines[at]!.startsWith('<'))
    .map((rest) => rest.join('\n'));
}

function smallerRequests(request: ProxyingRequest): readonly ProxyingRequest[] {
  const isBody = (line: string) => /^(?:content-length|transfer-encoding|expect)/i.test(line);
  const { headers, body, isKept, method, version, target } = request;
  return [
    ...(isKept ? [{ ...request, isKept: false }] : []),
    ...(body === '' ? [] : [{ ...request, body: '', headers: headers.filter((line) => !isBody(line)) }]),
    ...(method === 'GET' ? [] : [{ ...request, method: 'GET' }]),
    ...(version === 'HTTP/1.1' ? [] : [{ ...request, version: 'HTTP/1.1' }]),
    ...(target.includes('?') ? [{ ...request, target: target.slice(0, target.indexOf('?')) }] : []),
    ...without(headers)
      .filter((fewer) => body === '' || headers.filter(isBody).length === fewer.filter(isBody).length)
      .map((fewer) => ({ ...request, headers: fewer })),
  ];
}
