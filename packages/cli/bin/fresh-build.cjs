const { readFileSync, statSync } = require('node:fs');
const { join } = require('node:path');

function digestOf(file) {
  const { createHash } = require('node:crypto');
  return createHash('sha256').update(readFileSync(file)).digest('hex');
}

/**
 * The entry of the build that `scripts/build.ts` made, if each source file is still what it was made from. Loading some
 * hundred files takes longer than checking a configuration does; whoever changes one of them runs the sources instead.
 */
exports.freshBuild = function freshBuild(directory) {
  try {
    const { entry, inputs } = JSON.parse(readFileSync(join(directory, 'inputs.json'), 'utf8'));
    for (const { path, size, mtimeMs, sha256 } of inputs) {
      const file = join(directory, path);
      const now = statSync(file);
      // A copy of the tree has other times.
      if (now.size !== size || (now.mtimeMs !== mtimeMs && digestOf(file) !== sha256)) return undefined;
    }
    return join(directory, entry);
  } catch {
    return undefined;
  }
};
