import type { Site } from './site.ts';

/** Every site that is smaller by one step: a block, a line of a section or of a `.htaccess`, a header line, half of the blocks. */
export function smallerSites(site: Site): readonly Site[] {
  const [request] = site.requests;
  const withBlocks = (blocks: readonly string[]): Site => ({ ...site, blocks });
  const half = site.blocks.length >> 1;
  return [
    ...(half > 1 ? [withBlocks(site.blocks.slice(0, half)), withBlocks(site.blocks.slice(half))] : []),
    ...without(site.blocks).map(withBlocks),
    ...site.blocks.flatMap((block, at) =>
      smallerSections(block).map((smaller) => withBlocks(site.blocks.with(at, smaller))),
    ),
    ...Object.entries(site.files).flatMap(([path, content]) => smallerFiles(site, path, content)),
    ...(request === undefined
      ? []
      : without(request.headers)
          .filter((headers) => request.method !== 'POST' || headers.includes('Content-Length: 0'))
          .map((headers): Site => ({ ...site, requests: [{ ...request, headers }] }))),
  ];
}

const without = <T>(items: readonly T[]) => items.map((_, at) => items.toSpliced(at, 1));

function smallerSections(block: string): readonly string[] {
  const lines = block.split('\n');
  return lines.length < 4
    ? []
    : without(lines)
        .filter((_, at) => !lines[at]!.startsWith('<'))
        .map((rest) => rest.join('\n'));
}

function smallerFiles(site: Site, path: string, content: string | readonly string[]): readonly Site[] {
  if (typeof content === 'string') return [];
  const { [path]: _, ...others } = site.files;
  const fewer = without(content).map((lines): Site => ({ ...site, files: { ...site.files, [path]: lines } }));
  return [{ ...site, files: others }, ...fewer];
}
