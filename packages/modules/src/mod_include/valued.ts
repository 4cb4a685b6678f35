import type { SsiAttribute } from './contract.ts';
import { decodeEntities } from './decode-entities.ts';
import { cString } from './text-codings.ts';

/** Attributes up to the first without a value, which ends them. httpd: ap_ssi_get_tag_and_value */
export function* valued(
  attributes: readonly SsiAttribute[],
  references: 'decoded' | 'raw' = 'decoded',
): Generator<{ readonly name: string; readonly value: string }> {
  for (const { name, value } of attributes) {
    if (value === undefined) return;
    const text = cString(value);
    yield { name, value: references === 'decoded' ? decodeEntities(text) : text };
  }
}
