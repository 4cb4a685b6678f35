import { DECLINED, type HookStatus, lookupFile, OK, type RequestRecord } from '@httpd-ts/kernel';
import { variantListValidator, withVariantList } from '../core/contract.ts';
import { mimeExceptions } from '../mod_mime/contract.ts';
import { readEntry } from './accept.ts';
import type { Negotiation } from './negotiation.ts';
import { readTypeMap } from './type-map.ts';
import { blankVariant, setMediaType } from './variant.ts';

const scriptType = 'application/x-httpd-cgi';

/** Whether something is a type map. */
export const isTypeMap = ({ contentType, handlerName }: RequestRecord): boolean =>
  contentType === 'application/x-type-map' || handlerName === 'type-map';

/** Finds the files whose names begin with the one asked for. httpd: modules/mappers/mod_negotiation.c read_types_multi */
export async function readDirectoryVariants(state: Negotiation): Promise<HookStatus> {
  const { request, directory } = state;
  const base = request.filename!.slice(directory.length);
  const { files } = request.server.plan.world;
  const names = files.readDirectory(directory);
  if (typeof names === 'string') {
    const reason =
      names === 'ENOENT'
        ? '(2)No such file or directory'
        : names === 'ENOTDIR'
          ? '(20)Not a directory'
          : '(13)Permission denied';
    request.log('negotiation', 'error', `AH00686: cannot read directory for multi: ${directory}`, reason);
    return 403;
  }
  let anyMatch = false;
  for (const name of names) {
    if (!name.startsWith(`${base}.`)) continue;
    const info = files.lstat(directory + name);
    if (typeof info === 'object' && info.type === 'directory') continue;
    anyMatch = true;
    const found = await lookupFile(directory + name, request);
    found.args = request.args;
    if (!isCandidate(found, base)) continue;
    if (isTypeMap(found)) {
      state.variants = [];
      return readTypeMap(state, found);
    }
    addVariant(state, name, found);
  }
  if (anyMatch && state.variants.length === 0) {
    request.log(
      'negotiation',
      'error',
      `AH00687: Negotiation: discovered file(s) matching request: ${request.filename} (None could be negotiated).`,
    );
    return 404;
  }
  setValidator(state);
  if (state.variants.length === 0) return DECLINED;
  state.variants.sort((a, b) => b.sourceQuality - a.sourceQuality || (a.fileName < b.fileName ? -1 : 1));
  return OK;
}

/** The directory's time stands for the list of variants. httpd: set_vlist_validator */
function setValidator({ request, directory }: Negotiation): void {
  const { files } = request.server.plan.world;
  const micros = files.mtimeMicroseconds(directory);
  if (typeof micros === 'string') return;
  const modifiedMs = Number(micros / 1000n);
  request.mtimeMs = Math.max(request.mtimeMs, modifiedMs);
  const isFresh = request.requestTimeMs - modifiedMs < 1000;
  const own = `${isFresh ? 'W/' : ''}"${micros.toString(16)}"`;
  request.setState(variantListValidator, withVariantList(request, own));
}

/** A file with a meaning, of which every unknown part stands in the name that was asked for, in that order. */
function isCandidate(found: RequestRecord, base: string): boolean {
  if (found.finfo?.type !== 'file') return false;
  if (found.handlerName !== undefined && found.contentType === undefined) found.contentType = scriptType;
  const exceptions = found.state<readonly string[]>(mimeExceptions);
  if (exceptions === undefined) return false;
  let at = 0;
  for (const segment of base.split('.')) if (segment === exceptions[at]) at++;
  return at >= exceptions.length && found.status === 200 && found.contentType !== undefined;
}

function addVariant(state: Negotiation, fileName: string, found: RequestRecord): void {
  const variant = blankVariant();
  variant.found = found;
  variant.fileName = fileName;
  variant.encoding = found.contentEncoding;
  variant.languages = found.contentLanguages;
  setMediaType(variant, readEntry({ text: found.contentType!, at: 0 }));
  state.variants.push(variant);
  state.fileCount++;
}
