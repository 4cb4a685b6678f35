import { type Compilation, nextWord, type Plan, perServer } from '@httpd-ts/kernel';

/** TypesConfig, a setting of the main server. */
export const typesConfig = perServer<{ file?: string }>({
  create: () => ({}),
  merge: (outer) => outer,
});

const typesKey = { name: 'types by extension' };

/** Types by extension, as the types file has them. */
export function typesOf(plan: Pick<Plan, 'memory'>): ReadonlyMap<string, string> {
  return plan.memory(typesKey, () => new Map<string, string>());
}

/** Reads a types file: a type and its extensions a line; later lines win. httpd: modules/http/mod_mime.c mime_post_config */
export function readTypes(text: string): Map<string, string> {
  const types = new Map<string, string>();
  for (const line of text.split('\n')) {
    if (line.startsWith('#')) continue;
    const cursor = { text: line.replace(/\r$/, ''), at: 0 };
    const type = nextWord(cursor);
    for (let word = nextWord(cursor); word !== ''; word = nextWord(cursor))
      types.set(word.toLowerCase(), type);
  }
  return types;
}

/** Reads the types file when a server starts; without it there is no start. */
export function loadTypes(compilation: Compilation): void {
  const file = typesConfig.at(compilation.mainServer.config).file ?? 'mime.types';
  const root = compilation.settings.serverRoot.replace(/\/+$/, '');
  const path = file.startsWith('/') ? file : `${root}/${file}`;
  const read = compilation.world.files.readText(path);
  if (typeof read === 'string') {
    const error = read === 'EACCES' ? '(13)Permission denied' : '(2)No such file or directory';
    compilation.refuse(
      `${error}: AH01597: could not open mime types config file ${path}.\nAH00016: Configuration Failed`,
    );
    return;
  }
  const types = compilation.memory(typesKey, () => new Map<string, string>());
  types.clear();
  for (const [extension, type] of readTypes(read.text)) types.set(extension, type);
}
