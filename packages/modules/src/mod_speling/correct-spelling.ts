import { DECLINED, escapeHtml, escapeUri, type HookStatus, OK, type RequestRecord } from '@httpd-ts/kernel';
import { constructUrl } from '../core/contract.ts';
import { type SpelingConfig, spelingConfig } from './config.ts';
import { haveSameBase, type Likeness, likenesses, likenessOf } from './likeness.ts';

interface Candidate {
  readonly name: string;
  readonly likeness: Likeness;
}

/** Sends a client that mistyped a name to the file it meant. httpd: modules/mappers/mod_speling.c check_speling */
export function correctSpelling(request: RequestRecord): HookStatus {
  const config = spelingConfig.of(request);
  if (config.enabled !== true || !mayCorrect(request)) return DECLINED;
  const filename = request.filename!;
  const slash = filename.lastIndexOf('/');
  if (slash < 0 || request.uri === '/') return DECLINED;
  const asked = filename.slice(slash + 1);
  const end = asked + request.pathInfo;
  if (!request.uri.endsWith(end)) return DECLINED;
  const folderUri = request.uri.slice(0, request.uri.length - end.length);
  const names = request.server.plan.world.files.readDirectory(filename.slice(0, slash));
  if (typeof names === 'string') return DECLINED;
  // What has the very name is a broken link or the like: sending the client there would not end.
  if (names.includes(asked)) return OK;
  const candidates = candidatesFor(asked, names, config);
  const [best, next] = candidates;
  if (best === undefined) return OK;
  const isClear = best.likeness !== 'common basename' && best.likeness !== next?.likeness;
  return isClear ? sendTo(folderUri + best.name, request) : offer(candidates, folderUri, request);
}

/** Only what leads to no file and was asked for by the client itself. */
function mayCorrect(request: RequestRecord): boolean {
  const { method, finfo, proxyRequest, filename, main } = request;
  return (
    (method === 'GET' || method === 'HEAD') &&
    finfo === undefined &&
    proxyRequest === false &&
    filename !== undefined &&
    main === undefined
  );
}

function candidatesFor(asked: string, names: readonly string[], config: SpelingConfig): readonly Candidate[] {
  const candidates = ['.', '..', ...names].flatMap((name): Candidate[] => {
    const likeness = likenessOf(asked, name);
    if (likeness !== undefined && (likeness === 'miscapitalized' || config.caseOnly !== true)) {
      return [{ name, likeness }];
    }
    return config.basename !== false && haveSameBase(asked, name)
      ? [{ name, likeness: 'common basename' }]
      : [];
  });
  return candidates.sort(
    (one, other) => likenesses.indexOf(one.likeness) - likenesses.indexOf(other.likeness),
  );
}

function sendTo(uri: string, request: RequestRecord): HookStatus {
  const query = request.parsedUri.query === undefined ? '' : `?${request.parsedUri.query}`;
  const corrected = escapeUri(uri + request.pathInfo) + query;
  request.headersOut.set('Location', constructUrl(corrected, request));
  const referer = request.headersIn.get('Referer');
  request.log(
    'speling',
    'info',
    referer === undefined
      ? `AH03225: Fixed spelling: ${request.uri} to ${corrected}`
      : `AH03224: Fixed spelling: ${request.uri} to ${corrected} from ${referer}`,
  );
  return 301;
}

/** A page with all that could have been meant. */
function offer(candidates: readonly Candidate[], folderUri: string, request: RequestRecord): HookStatus {
  const query = request.parsedUri.query === undefined ? '' : `?${request.parsedUri.query}`;
  const referer = request.headersIn.get('Referer');
  const items = candidates.map(({ name, likeness }, at) => {
    const uri = folderUri + name + request.pathInfo + query;
    const item = `<li><a href="${escapeUri(uri)}">${escapeHtml(uri)}</a> (${likeness})\n`;
    const isLastLikely =
      at > 0 && likeness !== 'common basename' && candidates[at + 1]?.likeness === 'common basename';
    return isLastLikely ? item + furtherDocuments : item;
  });
  const list = `The document name you requested (<code>${escapeHtml(request.uri)}</code>) could not be found on this server.
However, we found documents with names similar to the one you requested.<p>Available documents:
<ul>
${items.join('')}</ul>
`;
  const page = referer === undefined ? list : `${list}${aboutReferer(referer)}`;
  request.notes.set('variant-list', page);
  // httpd joins the pieces of the entries, quotes and all, with commas.
  const pieces = candidates.flatMap(({ name, likeness }) => [
    '"',
    escapeUri(folderUri + name + request.pathInfo + query),
    '";"',
    likeness,
    '"',
  ]);
  request.subprocessEnv.merge('VARIANTS', pieces.join(','));
  request.log(
    'speling',
    'info',
    referer === undefined
      ? `AH03227: Spelling fix: ${request.uri}: ${candidates.length} candidates`
      : `AH03226: Spelling fix: ${request.uri}: ${candidates.length} candidates from ${referer}`,
  );
  return 300;
}

const furtherDocuments = '</ul>\nFurthermore, the following related documents were found:\n<ul>\n';

const aboutReferer = (referer: string) =>
  `Please consider informing the owner of the referring page <tt>${escapeHtml(referer)}</tt> about the broken link.\n`;
