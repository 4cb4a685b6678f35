import fc from 'fast-check';

/**
 * The same examples in every run of the tests, so that a run says something about the change it is for.
 * `PROPERTY_SEED=new` takes others, `PROPERTY_SEED=<number>` those of an earlier run.
 */
const propertySeed = readSeed(process.env.PROPERTY_SEED);

function readSeed(wanted: string | undefined): number {
  if (wanted === 'new') return Date.now() % 0x7fffffff;
  return wanted === undefined ? 20261127 : Number(wanted);
}

fc.configureGlobal({ ...fc.readConfigureGlobal(), seed: propertySeed });
